"""Two at the same moment, each with a thread and a connection: one owner, one last word, one refund, one reply."""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.utils import timezone

from actors.actions import ACTIONS
from actors.desk import cases
from actors.desk.cases import NotYours, claim
from actors.ledger import request_human
from actors.models import Action, AuditEvent, Conversation, Escalation, Policy, Turn
from orders.models import Order
from tests.colleagues import at_desk, member, press
from tests.test_flow import shop  # noqa: F401  (a fixture)
from tests.test_ledger import JOHN, answer, say

pytestmark = pytest.mark.django_db(transaction=True)

MANY, SOME = 100, 20  # rounds
BOT = "It is on its way."


def at_once(calls: Sequence[Callable[[], Any]], *, delays: Sequence[float] = ()) -> list[Any]:
    """What each returned, or the refusal it raised. Every call has a thread and an open connection of its own, and
    begins at the same moment, or so many seconds later."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any], delay: float) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            time.sleep(delay)
            return call()
        except NotYours as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls, delays or [0.0] * len(calls)))


def opened(session_id: uuid.UUID) -> Escalation:
    """The customer of this conversation asks for a person."""
    request_human(session_id=session_id)
    return Escalation.objects.get(conversation=session_id)


def notices(case: Escalation, of: Sequence[User]) -> list[Turn]:
    """Where the customer was told that one of these is here now."""
    told_ = [f"{user.first_name} from our team is here now and reads what you wrote." for user in of]
    return list(case.conversation.turns.filter(role=Turn.Role.SYSTEM, text__in=told_))


def test_of_two_who_claim_a_case_at_the_same_moment_one_has_it() -> None:
    team = [member("maria"), member("tom")]
    for _ in range(MANY):
        case = opened(say().conversation_id)
        before = case.conversation.epoch
        outcomes = at_once([partial(claim, case.pk, by=user) for user in team])
        (winner,) = [user for user, outcome in zip(team, outcomes, strict=True) if isinstance(outcome, Escalation)]
        (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, NotYours)]
        assert str(refusal) == f"{winner.first_name} has this case."
        case = Escalation.objects.select_related("conversation").get(pk=case.pk)
        conversation = case.conversation
        assert (case.status, case.assigned_to_id) == ("claimed", winner.pk)
        assert (conversation.owner_id, conversation.status, conversation.epoch) == (winner.pk, "human", before + 1)
        assert [notice.agent for notice in notices(case, team)] == [winner.first_name]
        assert AuditEvent.objects.filter(case=case.pk, what="case claimed").count() == 1


def test_a_takeover_that_races_the_bots_reply_has_the_last_word_and_loses_none_of_its_own() -> None:
    maria = member("maria")
    spread = random.Random(4)
    said_before = 0
    for round_ in range(MANY):
        turn = say()
        attempt, _, epoch = turn.claim()
        case = opened(turn.conversation_id)
        # Who of the two is a little late takes turns, so that both orders are seen on any machine.
        late = spread.uniform(0, 0.01)
        delays = [late, 0] if round_ % 2 else [0, late]
        at_once(
            [
                partial(answer, turn, attempt=attempt, epoch=epoch, text=BOT),
                partial(claim, case.pk, by=maria),
            ],
            delays=delays,
        )
        case = Escalation.objects.select_related("conversation").get(pk=case.pk)
        (notice,) = notices(case, [maria])
        replies = list(case.conversation.turns.filter(role=Turn.Role.ASSISTANT))
        assert all(reply.seq < notice.seq for reply in replies), "the bot spoke after the takeover"
        turn.refresh_from_db()
        if replies:
            assert ([reply.text for reply in replies], case.draft_reply) == ([BOT], "")
            assert (turn.status, turn.answered_by) == ("answered", replies[0])
        else:
            assert case.draft_reply == BOT, "the reply is lost"
            assert (turn.status, turn.answered_by) == ("with_human", notice)
        said_before += len(replies)
    assert 0 < said_before < MANY, "a race that always ends alike is none"


def refund_that_waits(number: str) -> Action:
    """John's refund of $30 for this order, which somebody has to approve."""
    Order.objects.create(
        number=number, customer_email=JOHN, status="delivered", delivered_at=timezone.now(), total=90, paid=90
    )
    turn = say("Please refund $30")
    opened(turn.conversation_id)
    return Action.objects.create(
        turn=turn,
        position=0,
        conversation_id=turn.conversation_id,
        kind="process_refund",
        args={"wish": "process_refund"},
        order=number,
        amount=Decimal("30.00"),
        currency="USD",
        policy_version=Policy.current().pk,
        status=Action.Status.AWAITING_APPROVAL,
    )


def test_of_two_who_approve_a_refund_at_the_same_moment_one_pays_it(shop: None) -> None:  # noqa: F811
    Policy.publish(by="test", levels={name: kind.level for name, kind in ACTIONS.items()})
    browsers = [at_desk(member("maria")), at_desk(member("susan", "supervisor"))]
    for round_ in range(SOME):
        action = refund_that_waits(f"ORD-9000{round_:04}")
        case = Escalation.objects.get(conversation=action.conversation_id)
        answers = at_once([partial(press, client, case, "approve", action=action.pk) for client in browsers])
        # Not from `response.context`: Django's test client hears of every template that any thread renders.
        said = [response.content.decode() for response in answers]
        for words in ("Executed. The customer was told.", "It was decided already: Execut"):
            assert sum(words in page for page in said) == 1, words
        order = Order.objects.get(number=action.order)
        action.refresh_from_db()
        assert (action.status, order.refunded) == ("executed", Decimal("30.00"))
        assert [entry.what for entry in order.history.all()] == ["refunded"]
        outcome = action.conversation.turns.filter(role=Turn.Role.SYSTEM, text__contains="has been refunded")
        assert outcome.count() == 1
        assert outcome.get().agent == User.objects.get(username=action.decided_by.removeprefix("staff ")).first_name
        whats = AuditEvent.objects.filter(action=action.pk).order_by("pk").values_list("what", flat=True)
        assert list(whats) == ["action approved", "action executed"]


def test_a_reply_that_is_sent_twice_at_the_same_moment_is_said_once() -> None:
    maria = member("maria")
    for round_ in range(SOME):
        case = opened(say().conversation_id)
        claim(case.pk, by=maria)
        key = uuid.uuid4()
        ends = round_ % 2 == 1  # the second finds the case resolved
        turns = at_once([partial(cases.reply, case.pk, by=maria, text="Hello", key=key, and_resolve=ends)] * 2)
        assert turns[0] == turns[1]
        assert case.conversation.turns.filter(role=Turn.Role.AGENT).count() == 1
        assert Conversation.objects.get(pk=case.conversation_id).status == ("closed" if ends else "human")
        assert AuditEvent.objects.filter(case=case.pk, what="reply sent").count() == 1
