"""A message's whole way through the actors, in this process: whatever it says, it ends in one outcome."""

from datetime import timedelta
from typing import get_args

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from actors.base import work
from actors.doorbell import first_message
from actors.execution_coordinator import execution_coordinator
from actors.language import language_of
from actors.ledger import accept
from actors.message import IntentName, Message, Payload
from actors.models import Action, Escalation, Turn
from tests.foreign import FOREIGN

pytestmark = pytest.mark.django_db(transaction=True)

SAYINGS: dict[str, str] = {
    "order_inquiry": "Where is my order?",
    "delivery_issue": "My parcel has not arrived, it is late",
    "product_complaint": "The headphones arrived broken",
    "billing_question": "Why was I charged twice?",
    "return_request": "I want to return my shoes, they do not fit",
    "refund_request": "I would like a refund for my last order",
    "cancellation_request": "Please cancel my order",
    "order_change": "I need to change the delivery address of my order",
    "account_issue": "I cannot log in to my account",
    "general_inquiry": "What are your opening hours?",
    "compliment": "Thank you, great service!",
    "escalation_request": "I want to talk to a human",
    "confirm": "yes please",
    "deny": "no thanks",
}
CALLERS = ("john.doe@example.com", "returns.customer@example.com", "nobody@example.com", None)


@pytest.fixture
def shop(live_server, settings) -> None:
    """The shop's services over real HTTP, with the demo data."""
    for name in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{name}_API_URL", f"{live_server.url}/api/{name.lower()}")
    call_command("seed_demo", verbosity=0)


def travel(text: str, email: str | None = None, **accepting: object) -> Turn:
    """Accept a message and work it to its end, step by step, as the workers would."""
    fields = {"session_id": None, "customer_email": email, "verified": email is not None, "caller": "server:shop"}
    turn = accept(**{**fields, "text": text, **accepting})
    attempt, deadline_at, epoch = turn.claim()
    deadline_at = max(deadline_at, timezone.now() + timedelta(seconds=20))
    message: Message = first_message(turn).claimed(attempt=attempt, deadline_at=deadline_at, epoch=epoch)
    for _ in range(30):
        following = work(message)
        if following is None:
            return Turn.objects.select_related("reply", "conversation").get(pk=turn.pk)
        message, _ = following
    raise AssertionError(f"the message never ends: {message.route}")


def test_there_is_a_saying_for_every_intent() -> None:
    assert set(SAYINGS) == set(get_args(IntentName))


@pytest.mark.parametrize("email", CALLERS)
@pytest.mark.parametrize("category", SAYINGS)
def test_every_intent_reaches_one_outcome(category: str, email: str | None, shop: None) -> None:
    turn = travel(SAYINGS[category], email)
    assert turn.message["payload"]["intent"]["category"] == category
    assert turn.reply.text.strip()
    assert turn.reply.metadata["outcome"] in ("answered", "question", "escalated", "verify")
    assert turn.status in ("answered", "escalated")
    promised = "colleague" in turn.reply.text and "will" in turn.reply.text
    if turn.status == "escalated" or promised:
        assert Escalation.objects.filter(conversation=turn.conversation).exists()


@pytest.mark.parametrize("category", SAYINGS)
def test_every_intent_reaches_one_outcome_while_the_services_are_down(category: str, settings) -> None:
    for name in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{name}_API_URL", "http://127.0.0.1:1/api")
    turn = travel(SAYINGS[category], "john.doe@example.com")
    assert turn.reply.text.strip()
    assert "no orders" not in turn.reply.text
    assert not Action.objects.exists()


def test_unclear_message_is_asked_about_once_and_then_handed_over(shop: None) -> None:
    first = travel("hmm the thing")
    assert first.reply.metadata["outcome"] == "question"
    second = travel("you know, that", session_id=first.conversation_id)
    assert (second.status, Escalation.objects.get().reason) == ("escalated", "low_confidence")


def test_furious_customer_who_waits_for_a_person_still_gets_answers(shop: None) -> None:
    furious = "This is absolutely ridiculous!!! ORD-12345678 is weeks late, I want it NOW or my money back!"
    first = travel(furious, "john.doe@example.com")
    assert first.status == "escalated"
    again = travel(furious, "john.doe@example.com", session_id=first.conversation_id)
    assert again.status == "answered"
    assert "colleague" in again.reply.text
    assert Escalation.objects.count() == 1


def test_guest_sees_no_order_and_an_owner_does(shop: None) -> None:
    asked = "Where is my order ORD-12345678?"
    assert travel(asked).reply.metadata["outcome"] == "verify"
    assert "TRK123456789" in travel(asked, "john.doe@example.com").reply.text


def test_stranger_learns_nothing_of_an_order_that_exists(shop: None) -> None:
    real = travel("Where is my order ORD-12345678?", "jane.smith@example.com").reply
    made_up = travel("Where is my order ORD-00000000?", "jane.smith@example.com").reply
    assert real.text.replace("ORD-12345678", "ORD-00000000") == made_up.text
    assert real.metadata == made_up.metadata


@pytest.mark.parametrize("email", ["john.doe@example.com", None])
@pytest.mark.parametrize("code", FOREIGN)
def test_foreign_message_goes_to_a_person_and_nothing_is_done(code: str, email: str | None, shop: None) -> None:
    turn = travel(f"{FOREIGN[code][0]} ORD-12345679", email)
    assert (turn.status, turn.message["payload"]["intent"]["language"]) == ("escalated", code)
    assert Escalation.objects.get().reason == "low_confidence"
    assert "a colleague" in turn.reply.text or (code == "de" and "eine Kollegin" in turn.reply.text)
    assert not Action.objects.exists()


def test_who_waits_and_writes_in_another_language_gets_a_notice_and_no_second_case(shop: None) -> None:
    first = travel("Gdzie jest moje zamówienie?", "john.doe@example.com")
    again = travel("Chcę anulować zamówienie ORD-12345679", "john.doe@example.com", session_id=first.conversation_id)
    assert again.status == "answered"
    assert again.reply.text.startswith(
        "I can only read English myself. Your conversation already waits for a colleague"
    )
    assert Escalation.objects.count() == 1
    assert not Action.objects.exists()


def test_foreign_message_answers_no_question_and_an_english_yes_still_does(shop: None) -> None:
    asked = travel("Cancel my order ORD-12345679", "john.doe@example.com")
    assert asked.reply.metadata["outcome"] == "question"
    foreign = travel("Ja, bitte stornieren Sie das", "john.doe@example.com", session_id=asked.conversation_id)
    assert foreign.status == "escalated"
    assert Action.objects.get().status == "awaiting_confirmation"


def test_coordinator_refuses_what_nobody_read_whatever_the_route(shop: None) -> None:
    turn = travel("Cancel my order ORD-12345679", "john.doe@example.com")
    known = Payload.model_validate(turn.message["payload"])
    unread = known.model_copy(update={"intent": known.intent.model_copy(update={"language": "de"})})
    message = first_message(turn)
    assert execution_coordinator(message.model_copy(update={"payload": known})).actions
    assert not execution_coordinator(message.model_copy(update={"payload": unread})).actions


def test_a_yes_while_the_shop_is_away_waits_for_a_colleague_and_is_told_so(shop: None, settings) -> None:
    """Nobody knows the tier then, so every amount is beyond the limit: see tests/chaos/check.py."""
    asked = travel("Please refund $20 for ORD-12345678", "john.doe@example.com")
    for name in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{name}_API_URL", "http://127.0.0.1:1/api")
    cache.clear()
    done = travel("yes", "john.doe@example.com", session_id=asked.conversation_id)
    assert (Action.objects.get().status, done.status) == ("awaiting_approval", "answered")
    assert "A colleague will confirm it here" in done.reply.text
    assert Escalation.objects.get().reason == "approval_needed"


GERMAN = {"language": "de"}


def test_german_customer_is_asked_and_answered_in_german_and_confirms_with_a_button(shop: None) -> None:
    asked = travel("cancel ORD-12345679", "john.doe@example.com", **GERMAN)
    question = asked.reply.metadata["question"]
    assert question["choices"] == ["Ja", "Nein"]
    assert "Ich kann Ihre Bestellung ORD-12345679" in asked.reply.text
    session = asked.conversation_id
    done = travel("Ja", "john.doe@example.com", session_id=session, action_id=question["action_id"])
    assert done.message["payload"]["intent"]["category"] == "confirm"
    assert done.message["payload"]["guardrail_check"]["passed"]
    assert Action.objects.get().status in ("executed", "awaiting_approval")


@pytest.mark.parametrize("words", ["ja", "Ja, bitte!", "Ja gerne"])
def test_german_question_is_confirmed_by_a_typed_german_yes(words: str, shop: None) -> None:
    asked = travel("cancel ORD-12345679", "john.doe@example.com", **GERMAN)
    travel(words, "john.doe@example.com", session_id=asked.conversation_id)
    assert Action.objects.get().status in ("executed", "awaiting_approval")


def test_german_no_is_a_no_by_button_and_typed(shop: None) -> None:
    for number, button in ((1, True), (2, False)):
        asked = travel("cancel ORD-12345679", "john.doe@example.com", **GERMAN)
        action = asked.reply.metadata["question"]["action_id"] if button else None
        travel(
            "Nein" if button else "nein danke",
            "john.doe@example.com",
            session_id=asked.conversation_id,
            action_id=action,
        )
        assert [row.status for row in Action.objects.all()] == ["cancelled"] * number


def test_more_than_a_german_yes_confirms_nothing(shop: None) -> None:
    asked = travel("cancel ORD-12345679", "john.doe@example.com", **GERMAN)
    travel("Ja, aber nur wenn es heute noch geht", "john.doe@example.com", session_id=asked.conversation_id)
    assert Action.objects.get().status == "awaiting_confirmation"


@pytest.mark.parametrize("category", SAYINGS)
def test_every_intent_of_an_undecided_message_is_answered_in_german(category: str, shop: None, monkeypatch) -> None:
    monkeypatch.setattr("actors.ledger.language_of", lambda text: "und")
    turn = travel(SAYINGS[category], "john.doe@example.com", **GERMAN)
    assert language_of(turn.reply.text) == "de"
    assert turn.reply.metadata["outcome"] in ("answered", "question", "escalated")
    check = turn.message["payload"]["guardrail_check"]
    assert check is None or check["passed"]


def test_what_a_german_page_offers_is_understood_when_it_is_pressed(shop: None) -> None:
    asked = travel("hmm", "john.doe@example.com", **GERMAN)
    (where, *_) = asked.reply.metadata["question"]["choices"]
    told = travel(where, "john.doe@example.com", session_id=asked.conversation_id)
    assert (where, told.status) == ("Wo ist meine Bestellung?", "answered")
    assert "unterwegs" in told.reply.text


def test_german_message_is_handed_over_in_german(shop: None) -> None:
    turn = travel("Wo ist meine Bestellung? Ich möchte mit einem Menschen sprechen", "john.doe@example.com")
    assert turn.status == "escalated"
    assert turn.reply.text.startswith("Ich selbst kann nur Englisch lesen")
    assert "Antwort" in turn.reply.text
