"""A message's whole way through the actors, in this process: whatever it says, it ends in one outcome."""

from datetime import timedelta
from typing import get_args

import pytest
from django.core.management import call_command
from django.utils import timezone

from actors.base import work
from actors.ledger import accept, first_message
from actors.message import IntentName, Message
from actors.models import Action, Escalation, Turn

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
