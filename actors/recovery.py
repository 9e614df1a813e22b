"""The sweeper: finds turns and actions that nobody works any more and starts them again, or ends them safely."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from kombu.exceptions import OperationalError

from actors.actions.carry_out import expire_questions, settle_lost
from actors.base import queue_depth
from actors.dead_letters import known_of, park, restart_redrives
from actors.doorbell import ring
from actors.ledger import commit
from actors.message import Escalation
from actors.models import Turn
from actors.routes import FULL_PROCESSING_PIPELINE, queue_name

logger = logging.getLogger(__name__)

BATCH = 200
SAFE_REPLY = gettext_noop(
    "I'm sorry, I could not answer this by myself. I've passed your message to a colleague, "
    "who can see everything you wrote here and will answer in this chat."
)


def sweep() -> int:
    """One pass; returns how many turns it touched. Two sweepers at a time are harmless: every change is a guarded
    update whose count is checked."""
    return restart_expired() + ring_unclaimed() + expire_questions() + settle_lost() + restart_redrives()


def restart_expired() -> int:
    """Turns past their lease: accepted again, or, out of attempts, ended with a safe reply and a case."""
    due = _due("deadline_at")
    expired = Turn.objects.filter(due, status=Turn.Status.PROCESSING).select_related("conversation")
    touched = 0
    for turn in expired[:BATCH]:
        if turn.attempt >= settings.MESH_MAX_ATTEMPTS:
            touched += _end_safely(turn)
            continue
        freed = Turn.objects.filter(due, pk=turn.pk, status=Turn.Status.PROCESSING, attempt=turn.attempt).update(
            status=Turn.Status.ACCEPTED, deadline_at=None, urgent=True, next_ring_at=_next_ring(0)
        )
        if freed:
            logger.warning("message %s: attempt %s did not finish, starting again", turn.pk, turn.attempt)
            turn.refresh_from_db()
            ring(turn)
        touched += freed
    return touched


def ring_unclaimed() -> int:
    """Accepted turns whose bell was lost, oldest of their conversation: rung again with growing pauses, at no cost of
    attempts, and only when the queue holds fewer bells than there are accepted turns."""
    earlier = Turn.objects.filter(conversation=OuterRef("conversation"), status__in=Turn.OPEN, seq__lt=OuterRef("seq"))
    late = _due("next_ring_at")
    due = Turn.objects.filter(late, status=Turn.Status.ACCEPTED).exclude(Exists(earlier))
    due = due.select_related("conversation").order_by("created_at")[:BATCH]
    if not due:
        return 0
    first = FULL_PROCESSING_PIPELINE[0]
    try:
        bells = queue_depth(queue_name(first)) + queue_depth(queue_name(first, urgent=True))
    except OperationalError:
        return 0  # nothing to ring with; the turns stay due
    missing = Turn.objects.filter(status=Turn.Status.ACCEPTED).count() - bells
    rung = 0
    for turn in due[: max(missing, 0)]:
        mine = Turn.objects.filter(pk=turn.pk, status=Turn.Status.ACCEPTED, rings=turn.rings).update(
            rings=turn.rings + 1, next_ring_at=_next_ring(turn.rings + 1)
        )
        if mine and not ring(turn):
            break
        rung += mine
    return rung


def _due(field: str) -> Q:
    """The moment has come, or lies further ahead than a lease: then the clock was set back since."""
    return Q(**{f"{field}__lt": Now()}) | Q(**{f"{field}__gt": Now() + timedelta(seconds=settings.MESH_LEASE + 5)})


def _next_ring(rings: int) -> CombinedExpression:
    """By the database's clock, like the lease: the processes' own may differ. Never later than a lease: a bell that is
    lost in the end is missed no longer than a worker."""
    return Now() + timedelta(seconds=min(2 * 2 ** min(rings, 6), settings.MESH_LEASE))


def _end_safely(turn: Turn) -> int:
    logger.error("message %s: out of attempts, handed over", turn.pk)
    with override(turn.conversation.language):
        text = _(SAFE_REPLY)
    case = Escalation(
        outcome="human_handoff",
        reason="undeliverable",
        priority="high",
        signals=(f"not worked in {turn.attempt} attempts",),
        notice=text,
        summary=known_of(turn),
    )
    with transaction.atomic():
        reply = commit(
            turn_id=turn.pk,
            attempt=turn.attempt,
            epoch=turn.conversation.epoch,
            text=text,
            status=Turn.Status.ESCALATED,
            metadata={"outcome": "escalated", "intent": None, "confidence": None, "sources": []},
            envelope=turn.message,
            case=case,
        )
        if reply is not None:
            park(turn)
    return int(reply is not None)
