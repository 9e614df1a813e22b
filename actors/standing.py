"""How the mesh stands: what waits, for how long, and what nobody could finish. Reads only."""

from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone

from actors import pauses
from actors.heartbeat import queued
from actors.models import Action, ParkedMessage, Turn

GRACE = 10  # seconds past a lease: the sweeper's 2, and the work itself


@dataclass(frozen=True)
class Standing:
    """`oldest_unanswered_seconds` is 0 when every message has its outcome: whatever breaks, it comes back to that.
    `queue_depth`, the tasks in all queues, is None when nobody knows because Redis is away."""

    oldest_unanswered_seconds: float
    open_turns: dict[str, int]  # accepted, processing
    executing_actions: int
    parked_messages: int
    queue_depth: int | None
    paused: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether a message waits for longer than a lease and its recovery explain."""
        return self.oldest_unanswered_seconds > late_after()


def late_after() -> int:
    """Seconds after which an unanswered message is late."""
    return settings.MESH_LEASE + GRACE


def standing() -> Standing:
    """How it stands now. Raises DatabaseError when the ledger does not answer."""
    rows = Turn.objects.filter(status__in=Turn.OPEN).values_list("status").order_by("status")
    open_turns: dict[str, int] = {status.value: 0 for status in Turn.OPEN}
    since: list[datetime] = []
    for status, count, oldest in rows.annotate(Count("pk"), Min("created_at")):
        open_turns[status] = count
        since.append(oldest)
    age = (timezone.now() - min(since)).total_seconds() if since else 0.0
    return Standing(
        oldest_unanswered_seconds=round(max(age, 0.0), 1),
        open_turns=open_turns,
        executing_actions=Action.objects.filter(status=Action.Status.EXECUTING).count(),
        parked_messages=ParkedMessage.objects.filter(status=ParkedMessage.Status.PARKED).count(),
        queue_depth=_queue_depth(),
        paused=tuple(pauses.running().order_by("what").values_list("what", flat=True)),
    )


def _queue_depth() -> int | None:
    try:
        return queued()
    except redis.RedisError:
        return None
