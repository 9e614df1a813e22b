"""A new delivery address is taken whole, wherever it stands in the message."""

import pytest

from actors.actions.address import address_in
from actors.intent_analyzer import intent_analyzer
from actors.message import ConversationView, Question
from tests.builders import payload

ASKED = Question(text="What is the new delivery address?", request="update_delivery_address", args={"order": "ORD-1"})


def given(text: str, *, asked: bool = False) -> str | None:
    there = payload(text, conversation=ConversationView(open_question=ASKED if asked else None))
    return address_in(there.model_copy(update={"intent": intent_analyzer(there)}))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("5 Elm Street, 60601 Chicago", "5 Elm Street, 60601 Chicago"),
        ("flat 3, 12 High St, M1 1AA Manchester", "flat 3, 12 High St, M1 1AA Manchester"),
        ("742 Evergreen Terrace Springfield 49007", "742 Evergreen Terrace Springfield 49007"),
        ("Hauptstr. 5, 10115 Berlin", "Hauptstr. 5, 10115 Berlin"),
        ("PO Box 77, Boulder CO 80301", "PO Box 77, Boulder CO 80301"),
        ("It's 12 New Street, Leeds LS1 4AB please", "12 New Street, Leeds LS1 4AB"),
    ],
)
def test_answer_to_the_question_is_taken_whole(text: str, address: str) -> None:
    assert given(text, asked=True) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Change the delivery address of ORD-33333331 to 5 Elm Street, 60601 Chicago", "5 Elm Street, 60601 Chicago"),
        (
            "Please change the address of my order ORD-33333331 to flat 3, 12 High St, M1 1AA Manchester. Thanks!",
            "flat 3, 12 High St, M1 1AA Manchester",
        ),
        (
            "Change my delivery address to 221B Baker Street, London NW1 6XE and cancel ORD-12345679",
            "221B Baker Street, London NW1 6XE",
        ),
        ("I want to change the delivery address to Hauptstr. 5, 10115 Berlin", "Hauptstr. 5, 10115 Berlin"),
        ("change the delivery address to 12 New Street, Leeds for order ORD-33333331", "12 New Street, Leeds"),
    ],
)
def test_address_in_a_request_is_taken_whole(text: str, address: str) -> None:
    assert given(text) == address


@pytest.mark.parametrize("text", ["I want to change the delivery address of ORD-33333331", "Where is my order?", "yes"])
def test_message_without_an_address_gives_none(text: str) -> None:
    assert given(text) is None


@pytest.mark.parametrize("text", ["yes", "what do you mean?", "ORD-33333331", "no"])
def test_other_answers_to_the_question_are_no_address(text: str) -> None:
    assert given(text, asked=True) is None


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        "change address to " * 222,
        "change my address " + "to " * 1300,
        "change my address to " + "5 to " * 790,
        "change my address to 5 Main" + " " * 3900 + "Street 9",
        "change my address to 5 Main" + "," * 3900 + "Street 9",
        "change my address to\n" + "\n" * 3900 + "5",
        "change my address to 5 on " + "of " * 1300,
    ],
)
def test_no_message_keeps_a_worker_busy(text: str) -> None:
    """Two such messages of a stranger stopped the mesh: each ran into the hard limit of every attempt."""
    given(text[:4000])
    given(text[:4000], asked=True)
