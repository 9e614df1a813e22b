"""The kill switch: what was stopped by hand. The table says it; every process asks the table again every two seconds,
so that a switch works everywhere within that time, with or without Redis."""

import logging
import time

from django.db import Error as DatabaseError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from actors.models import AuditEvent, Pause

logger = logging.getLogger(__name__)

FRESH_FOR = 2.0  # seconds for which a process believes what it read

_read_at = float("-inf")
_known: frozenset[str] = frozenset()


def is_paused(what: str) -> bool:
    """Whether the bot, the actions or the LLM are paused, as this process read it at most FRESH_FOR seconds ago.

    While the database is away, what was known last goes on to hold: a fault is no switch.
    """
    global _read_at, _known
    if time.monotonic() - _read_at > FRESH_FOR:
        try:
            _known = frozenset(running().values_list("what", flat=True))
        except DatabaseError as error:
            logger.warning("what is paused is as before: the database is away (%s)", type(error).__name__)
        _read_at = time.monotonic()
    return what in _known


def forget() -> None:
    """Read the table again the next time somebody asks."""
    global _read_at
    _read_at = float("-inf")


def running() -> QuerySet[Pause]:
    """The pauses that hold now, straight from the table."""
    return Pause.objects.filter(resumed_at__isnull=True)


def pause(what: str, *, who: str, reason: str = "") -> bool:
    """Stop it. False when it is paused already: who did so first, and why, stays. Raises ValueError for another
    name."""
    if what not in Pause.What.values:
        raise ValueError(f"there is no {what} to pause: {', '.join(Pause.What.values)}")
    try:
        with transaction.atomic():
            Pause.objects.create(what=what, reason=reason[:300], paused_by=who[:150])
            AuditEvent.objects.create(who=who[:150], what=f"{what} paused")
    except IntegrityError:  # the constraint: one at a time
        return False
    logger.warning("%s paused by %s", what, who)
    forget()
    return True


def resume(what: str, *, who: str) -> bool:
    """Let it go on. False when it was not paused. Raises ValueError for another name."""
    if what not in Pause.What.values:
        raise ValueError(f"there is no {what} to resume: {', '.join(Pause.What.values)}")
    with transaction.atomic():
        resumed = running().filter(what=what).update(resumed_at=timezone.now(), resumed_by=who[:150])
        if resumed:
            AuditEvent.objects.create(who=who[:150], what=f"{what} resumed")
    if resumed:
        logger.warning("%s resumed by %s", what, who)
    forget()
    return bool(resumed)
