"""The sweeper: what nobody works any more is started again, and in the end answered safely."""

from datetime import timedelta

import pytest
from django.utils import timezone

from actors.base import queue_depth
from actors.models import Conversation, Escalation, Turn
from actors.recovery import SAFE_REPLY, sweep
from tests.environment import valkey
from tests.test_ledger import answer, say

pytestmark = pytest.mark.django_db(transaction=True)


def lose_the_bells() -> None:
    with valkey.client() as client:
        client.flushall()


def bells() -> int:
    return queue_depth("support.sentiment_analyzer") + queue_depth("support.sentiment_analyzer.urgent")


def long_ago() -> None:
    past = timezone.now() - timedelta(minutes=1)
    Turn.objects.filter(deadline_at__isnull=False).update(deadline_at=past)
    Turn.objects.filter(next_ring_at__isnull=False).update(next_ring_at=past)


def test_healthy_turns_are_left_alone() -> None:
    say().claim()
    assert sweep() == 0


def test_turn_whose_worker_died_starts_again_in_the_fast_lane() -> None:
    turn = say()
    turn.claim()
    lose_the_bells()
    long_ago()
    assert sweep() == 1
    turn.refresh_from_db()
    assert (turn.status, turn.attempt, turn.urgent) == ("accepted", 1, True)
    assert bells() == 1


def test_clock_that_is_set_back_delays_nobody() -> None:
    worked, waiting = say(), say()
    worked.claim()
    lose_the_bells()
    ahead = timezone.now() + timedelta(hours=1)
    Turn.objects.filter(pk=worked.pk).update(deadline_at=ahead)
    Turn.objects.filter(pk=waiting.pk).update(next_ring_at=ahead)
    assert sweep() == 2
    assert bells() == 2


def test_lost_bell_is_rung_again_with_growing_pauses_at_no_attempt() -> None:
    turn = say()
    for rings in (1, 2, 3):
        lose_the_bells()
        long_ago()
        assert sweep() == 1
        turn.refresh_from_db()
        assert (turn.rings, turn.attempt) == (rings, 0)
        assert bells() == 1
    assert turn.next_ring_at > timezone.now() + timedelta(seconds=10)


def test_backlog_does_not_multiply_itself() -> None:
    for _ in range(5):
        say()
    long_ago()
    assert sweep() == 0
    assert bells() == 5


def test_only_the_head_of_a_conversation_is_rung() -> None:
    first = say()
    say(session_id=first.conversation_id)
    lose_the_bells()
    long_ago()
    assert sweep() == 1
    assert bells() == 1


def test_turn_out_of_attempts_gets_a_safe_reply_and_a_case(settings) -> None:
    settings.MESH_MAX_ATTEMPTS = 2
    turn = say()
    for _ in range(2):
        turn.claim()
        long_ago()
        assert sweep() == 1
    turn.refresh_from_db()
    assert turn.status == "escalated"
    assert turn.reply.text.startswith(SAFE_REPLY)
    case = Escalation.objects.get()
    assert (case.reason, case.conversation.status) == ("undeliverable", Conversation.Status.WAITING)
    assert answer(turn, attempt=2) is None  # the paused worker wakes: nothing changes
    assert sweep() == 0


def test_sweeper_stays_calm_without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    from kombu.exceptions import OperationalError

    def away(_: str) -> int:
        raise OperationalError("away")

    say()
    long_ago()
    monkeypatch.setattr("actors.recovery.queue_depth", away)
    assert sweep() == 0
    assert Turn.objects.get().status == "accepted"
