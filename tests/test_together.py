"""Messages that wait behind one that is being worked are answered together, once; and no answer to a question is read
out of what was written before it, or lost with the worker that acted on it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.conf import settings as project
from django.utils import timezone

from actors.base import work
from actors.doorbell import first_message
from actors.ledger import Full, request_human
from actors.message import Message
from actors.models import Action, Conversation, Escalation, Turn
from actors.recovery import sweep
from orders.models import Order
from tests.colleagues import done, press
from tests.test_execution_coordinator import JOHN, SHIPPED, policy  # noqa: F401  the fixture
from tests.test_flow import shop  # noqa: F401  the fixture
from tests.test_ledger import answer, say
from tests.test_recovery import long_ago, lose_the_bells

pytestmark = pytest.mark.django_db(transaction=True)


def claimed(turn: Turn) -> Message:
    """The message as its first worker has it."""
    turn = Turn.objects.select_related("conversation").get(pk=turn.pk)
    message: Message = first_message(turn)
    claim = turn.claim(together=message.covers)
    assert claim is not None
    attempt, deadline_at, epoch = claim
    return message.claimed(attempt=attempt, deadline_at=max(deadline_at, in_time()), epoch=epoch)


def in_time() -> Any:
    return timezone.now() + timedelta(seconds=20)


def finish(message: Message) -> Turn | None:
    """Work it to its end. The turn's reply."""
    for _ in range(30):
        following = work(message)
        if following is None:
            return Turn.objects.filter(in_reply_to=message.message_id).first()
        message, _ = following
    raise AssertionError(f"the message never ends: {message.route}")


def test_messages_that_wait_are_answered_together_and_once() -> None:
    first = say("Hello")
    session = {"session_id": first.conversation_id}
    working = claimed(first)
    others = [say(text, **session) for text in ("Where is my order?", "And do you ship to Canada?")]
    answer(first)
    message = claimed(others[0])
    assert (working.covers, message.payload.customer_message) == ((), "Where is my order?\nAnd do you ship to Canada?")
    reply = answer(others[0])
    both = Turn.objects.filter(pk__in=[turn.pk for turn in others])
    assert set(both.values_list("status", "answered_by")) == {("answered", reply.pk)}
    assert Turn.objects.filter(role="assistant").count() == 2
    lose_the_bells()
    long_ago()
    assert sweep() == 0


def test_a_message_that_came_after_the_claim_waits_for_the_next_reply() -> None:
    first = say()
    second = say("One more thing", session_id=first.conversation_id)
    assert claimed(first).covers == (str(second.pk),)
    third = say("And another", session_id=first.conversation_id)
    answer(first)
    third.refresh_from_db()
    assert third.status == "accepted"
    assert claimed(third).covers == ()


def test_another_attempt_works_the_same_messages() -> None:
    first = say()
    second = say("One more thing", session_id=first.conversation_id)
    before = claimed(first)
    say("And another", session_id=first.conversation_id)
    long_ago()
    assert sweep() == 1
    again = claimed(first)
    assert again.attempt == 2
    assert again.covers == before.covers == (str(second.pk),)
    assert again.payload.customer_message == before.payload.customer_message


def test_a_guests_message_and_a_customers_are_not_worked_together() -> None:
    first = say(customer_email=None, verified=False)
    say(session_id=first.conversation_id)
    assert claimed(first).covers == ()


def test_what_is_worked_together_is_no_longer_than_one_message(settings) -> None:
    settings.MESSAGE_MAX_LENGTH = 100
    first = say("a" * 40)
    second = say("b" * 40, session_id=first.conversation_id)
    say("c" * 40, session_id=first.conversation_id)
    assert claimed(first).covers == (str(second.pk),)


def test_no_later_message_is_worked_before_an_earlier_one() -> None:
    first = say()
    second = say(session_id=first.conversation_id)
    assert second.claim() is None
    assert first.claim() is not None
    assert second.claim() is None


def test_a_person_who_takes_over_answers_all_that_waits(maria) -> None:
    first = say()
    say("One more thing", session_id=first.conversation_id)
    claimed(first)
    request_human(session_id=first.conversation_id)
    done(press(maria, Escalation.objects.get(), "claim"))
    asked = Turn.objects.filter(role="customer")
    assert set(asked.values_list("status", flat=True)) == {"with_human"}
    done(press(maria, Escalation.objects.get(), "hand-back"))  # and whoever gets them again answers all of them once
    assert set(asked.values_list("status", flat=True)) == {"accepted"}
    assert finish(claimed(first)) is not None
    if (rest := asked.filter(status="accepted").first()) is not None:
        finish(claimed(rest))
    assert set(asked.values_list("status", "answered_by__role")) == {("answered", "assistant")}


def test_a_full_conversation_takes_no_more_and_says_so(settings) -> None:
    settings.CONVERSATION_MAX_TURNS = 2
    first = say()
    say(session_id=first.conversation_id)
    with pytest.raises(Full):
        say(session_id=first.conversation_id)
    key = uuid.uuid4()
    other = say(client_msg_id=key)
    assert say(client_msg_id=key) == other
    assert Conversation.objects.count() == 2


@pytest.mark.usefixtures("shop", "policy")
def test_a_yes_written_before_the_question_confirms_nothing() -> None:
    first = say(f"Please refund $20 for {SHIPPED}", customer_email=JOHN)
    working = claimed(first)
    yes = say("yes", customer_email=JOHN, session_id=first.conversation_id)
    assert finish(working).metadata["outcome"] == "question"
    finish(claimed(yes))
    assert Action.objects.get().status == "awaiting_confirmation"
    assert Order.objects.get(number=SHIPPED).refunded == 0


@pytest.mark.usefixtures("shop", "policy")
@pytest.mark.parametrize("button", [False, True])
@pytest.mark.parametrize("left", ["executing", "executed"])
def test_a_yes_whose_worker_died_after_acting_on_it_is_told_what_was_done(button: bool, left: str) -> None:
    first = say(f"Please refund $20 for {SHIPPED}", customer_email=JOHN)
    finish(claimed(first))
    action = Action.objects.get()
    yes = say("yes", customer_email=JOHN, session_id=first.conversation_id, action_id=action.pk if button else None)
    message = claimed(yes)
    while message.route.current != "response_generator":
        message, _ = work(message)
    assert Order.objects.get(number=SHIPPED).refunded == 20
    Action.objects.update(status=left)  # "executing": the service's answer did not come back
    long_ago()
    assert sweep() == 1
    reply = finish(claimed(yes))
    assert "has been refunded" in reply.text
    assert (Action.objects.get().status, Order.objects.get(number=SHIPPED).refunded) == ("executed", 20)


def test_rest_tells_both_messages_the_reply_that_covers_them(live_server) -> None:
    first = say(customer_email=None, verified=False)
    second = say("One more thing", customer_email=None, verified=False, session_id=first.conversation_id)
    claimed(first)
    answer(first)
    staff = {"Authorization": f"Bearer {project.SERVICE_TOKEN}"}
    told = [
        requests.get(f"{live_server.url}/api/messages/{turn.pk}", headers=staff, timeout=10).json()
        for turn in (first, second)
    ]
    assert [each["reply"]["response"] for each in told] == ["It is on its way."] * 2
    assert told[0]["reply"]["covers"] == [str(second.pk)]
    assert told[1]["reply"]["covers"] == [str(first.pk)]
