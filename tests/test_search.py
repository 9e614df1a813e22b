"""Words of a transcript: whole words and phrases on PostgreSQL, the text as it is typed on SQLite."""

import pytest
from django.db import connection

from actors.desk.search import turns_with
from actors.models import Conversation, Turn

pytestmark = pytest.mark.django_db

TEXTS = ["Where is my parcel?", "My PARCEL is not where it should be.", "Parcels, please!", "Grüße aus Köln"]
FOUND = {
    "parcel": {"postgresql": {0, 1}, "sqlite": {0, 1, 2}},
    "where parcel": {"postgresql": {0, 1}, "sqlite": set()},
    "where is": {"postgresql": {0, 1}, "sqlite": {0}},
    '"where is"': {"postgresql": {0}, "sqlite": set()},
    "parcel -where": {"postgresql": set(), "sqlite": set()},
    "parcels or köln": {"postgresql": {2, 3}, "sqlite": set()},
    "& | ! :* ' <->": {"postgresql": set(), "sqlite": set()},
}


def said(text: str) -> Turn:
    return Conversation.objects.create().add_turn(role=Turn.Role.CUSTOMER, text=text)


@pytest.mark.parametrize("words", FOUND)
def test_words_find_the_turns_that_hold_them(words: str) -> None:
    turns = [said(text) for text in TEXTS]
    assert {turns.index(turn) for turn in turns_with(words)} == FOUND[words][connection.vendor]


def test_a_text_that_changed_is_found_by_its_new_words() -> None:
    turn = said("Where is my parcel?")
    Turn.objects.filter(pk=turn.pk).update(text="Where is my lamp?")
    assert [*turns_with("lamp")] == [turn]
    assert not turns_with("parcel")
