"""Names that look like something else: what staff and customers read is told apart from the words around it."""

import uuid

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from actors.message import Customer
from actors.models import Conversation, Escalation, Turn, public_name
from tests.colleagues import at_desk, member
from tests.identities import bearer
from tests.security.conftest import Loot

HIDDEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\u061c\u2060\ufeff\u00ad"


@pytest.mark.parametrize("letter", HIDDEN, ids=lambda letter: f"U+{ord(letter):04X}")
def test_a_name_from_the_shop_has_no_letter_that_nobody_sees(letter: str) -> None:
    """A letter that turns the text around would write the case page's own words backwards."""
    told = Customer(email="a@example.com", first_name=f"Jo{letter}hn", last_name=f"{letter}Doe", tier="standard")
    assert (told.first_name, told.last_name) == ("John", "Doe")


@pytest.mark.parametrize("name", ["Zoë", "Ngũgĩ wa Thiong'o", "علی‌رضا", "山田 太郎", "O’Neill", "👩‍💻"])
def test_a_name_of_any_script_stays_as_it_is(name: str) -> None:
    assert Customer(email="a@example.com", first_name=name, last_name=name, tier="standard").first_name == name


@pytest.mark.parametrize("letter", HIDDEN + "\n\0", ids=lambda letter: f"U+{ord(letter):04X}")
def test_a_name_in_a_shops_token_with_such_a_letter_is_no_name(letter: str, loot: Loot) -> None:
    answer = Client().get(f"/api/conversations/{uuid.uuid4()}", headers=bearer("42", name=f"Ma{letter}ria"))
    assert answer.status_code == 404
    bad = Client().get(f"/api/conversations/{uuid.uuid4()}", headers=bearer(f"4{letter}2"))
    assert bad.status_code == 401, "nor is it part of who somebody is"


@pytest.mark.parametrize("name", ["maria\u202e", "ma\u200bria", "ma ria", "maria\n"])
def test_no_login_looks_like_another(name: str, db: None) -> None:
    with pytest.raises(ValidationError):
        User(username=name, password="x").full_clean()


def test_a_customers_words_turn_nothing_around_them(loot: Loot) -> None:
    """On the case page each text stands in an element of its own, in which alone its direction counts."""
    Turn.objects.filter(role="customer").update(text="\u202eevil\u202e")
    Conversation.objects.update(rating_comment="\u202eevil")
    client = at_desk(member("susan", "supervisor"))
    case = Escalation.objects.get()
    page = client.get(f"/admin/actors/escalation/{case.pk}/change/").content.decode()
    before = [part[-1] for part in page.split("\u202eevil")[:-1]]
    assert before
    assert set(before) <= {">", '"'}, "it begins its element, or its attribute"


def test_nobody_of_the_team_is_called_as_the_bot_is(db: None) -> None:
    """What an agent writes is marked as a person's by the page, whatever their name says."""
    user = User(username="bot", first_name="Support\u202eBot")
    assert "\u202e" not in public_name(user)
