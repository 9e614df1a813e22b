"""One reply to many cases: shown first, with who is left out and why, and read once by each customer."""

import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from actors.desk.hours import OpeningHours
from actors.ledger import request_human
from actors.models import Escalation, Turn
from tests.colleagues import done, press, told
from tests.test_case_actions import BOB, JANE, _policy, heard, opened  # noqa: F401  (a fixture)
from tests.test_case_claims import stands, trail
from tests.test_flow import shop  # noqa: F401  (a fixture)
from tests.test_ledger import say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]


@pytest.fixture
def many(settings: Any) -> list[Escalation]:
    """Three customers the shop knows, and two guests behind them; all due at the same moment, as over a weekend."""
    later = timezone.now() + timedelta(days=3)
    settings.SHOP_OPENING_HOURS = OpeningHours.parse(f"{later:%A}, 9:00 to 18:00", ZoneInfo("UTC"))
    found = [opened(f"{name}@example.com") for name in ("john.doe", "jane.smith", "bob.wilson")]
    for _ in range(2):
        guest = say("Please help me with my order.", customer_email=None, verified=False)
        request_human(session_id=guest.conversation_id)
        found.append(Escalation.objects.get(conversation=guest.conversation_id))
    return found


@pytest.fixture
def strike(maria: Client, susan: Client) -> dict[str, Escalation]:
    """John has two cases; Jane's is Maria's, Bob's is solved, and a guest's is open."""
    found = {"first": opened(), "second": opened(), "Jane": opened(JANE), "Bob": opened(BOB)}
    guest = say(customer_email=None, verified=False)
    request_human(session_id=guest.conversation_id)
    found["guest"] = Escalation.objects.get(conversation=guest.conversation_id)
    press(maria, found["Jane"], "claim")
    press(susan, found["Bob"], "resolve")
    return found


def together(client: Client, cases: Any, text: str, **given: Any) -> Any:
    """The page of a reply to many."""
    data = {"case": [case.pk for case in cases], "text": text, "key": str(uuid.uuid4()), **given}
    return client.post("/admin/actors/escalation/reply-to/", data, follow=True)


def test_a_reply_to_many_is_shown_first_and_says_who_is_left_out(strike: dict[str, Escalation], susan: Client) -> None:
    chosen = susan.post(
        "/admin/actors/escalation/",
        {"action": "reply_selected", "select_across": "1", "_selected_action": [strike["first"].pk]},
    )
    assert {case.pk for case in chosen.context["chosen"]} == {
        case.pk for name, case in strike.items() if name != "Bob"
    }, "the list shows what is open, and all of it is chosen"
    text = "Hello, {{ customer.first_name }}: {{ shop.name }} is sorry. {{ agent.name }}"
    page = together(susan, strike.values(), text, preview="1").content.decode()
    assert "<b>1 customer</b> would get it." in page
    for why in ("1 left out: with a colleague (#", "1 left out: resolved (#", "1 left out: another case of the same"):
        assert why in page
    assert "Hello, John: " in page
    assert f"1 would get nothing (#{strike['guest'].pk}): {{{{ customer.first_name }}}} is not known there." in page
    assert not Turn.objects.filter(role="agent").exists()


def test_each_customer_reads_it_once_however_often_it_is_pressed(strike: dict[str, Escalation], susan: Client) -> None:
    given = {"send": "1", "key": str(uuid.uuid4())}
    assert "2 customers got your reply." in told(together(susan, strike.values(), "The strike is over.", **given))
    again = told(together(susan, strike.values(), "The strike is over.", **given))
    assert "0 customers got your reply." in again
    assert "They have it already." in again
    assert heard(strike["first"]) + heard(strike["second"]) == ["The strike is over."]
    assert heard(strike["guest"]) == ["The strike is over."]
    assert heard(strike["Jane"]) == heard(strike["Bob"]) == []
    told_now = strike["first"] if heard(strike["first"]) else strike["second"]
    assert stands(told_now) == ("open", None, "waiting", None), "it stays in the queue"
    assert trail(told_now) == [("staff susan", "bulk reply sent")]
    assert Escalation.objects.get(pk=told_now.pk).sla_due_at is not None, "nobody has taken it yet"


def test_another_reply_to_many_is_another(strike: dict[str, Escalation], susan: Client) -> None:
    for text in ("The strike is over.", "All parcels move again."):
        together(susan, strike.values(), text, send="1")
    assert sorted(heard(strike["first"]) + heard(strike["second"])) == [
        "All parcels move again.",
        "The strike is over.",
    ]


def test_who_would_read_a_variable_gets_nothing(strike: dict[str, Escalation], susan: Client) -> None:
    said = told(together(susan, strike.values(), "Hello {{ customer.first_name }}.", send="1"))
    assert "1 customer got your reply." in said
    assert f"1 not sent (#{strike['guest'].pk}): {{{{ customer.first_name }}}} is not known there." in said
    assert heard(strike["guest"]) == []


@pytest.mark.parametrize("text", ["", "Hello {{ customer.password }}", "x" * 10_000])
def test_what_cannot_be_sent_to_many_stays_on_the_page(strike: dict[str, Escalation], susan: Client, text: str) -> None:
    response = together(susan, strike.values(), text, send="1")
    assert response.status_code == 400
    assert text in response.content.decode()
    assert not Turn.objects.filter(role="agent").exists()


def test_the_preview_looks_at_every_case_and_names_those_that_get_nothing(
    many: list[Escalation],
    susan: Client,
) -> None:
    response = together(susan, many, "Hello {{ customer.first_name }}, we are sorry.", preview="1")
    page = response.content.decode()
    assert "Send to 3 customers" in page
    assert f"2 would get nothing (#{many[3].pk}, #{many[4].pk}): " in page
    assert len(response.context["previews"]) == 3
    said = told(together(susan, many, "Hello {{ customer.first_name }}, we are sorry.", send="1"))
    assert "3 customers got your reply." in said


def test_the_preview_names_what_a_colleague_has(many: list[Escalation], maria: Client, susan: Client) -> None:
    done(press(maria, many[1], "claim"))
    page = together(susan, many, "We are sorry.", preview="1").content.decode()
    assert "Send to 4 customers" in page
    assert f"1 left out: with a colleague (#{many[1].pk})." in page


def test_who_has_it_already_does_not_count(many: list[Escalation], susan: Client) -> None:
    key = str(uuid.uuid4())
    together(susan, many[:2], "We are sorry.", send="1", key=key)
    page = together(susan, many, "We are sorry.", preview="1", key=key).content.decode()
    assert "Send to 3 customers" in page
    assert "They have it already." in page


def test_without_anybody_who_could_read_it_there_is_nothing_to_send(
    many: list[Escalation],
    susan: Client,
) -> None:
    page = together(susan, many[3:], "Hello {{ customer.first_name }}.", preview="1").content.decode()
    assert "<b>0 customers</b> would get it." in page
    assert "Send to" not in page
