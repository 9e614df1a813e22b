"""What the desk's clock does by itself, once a minute: claims that expire, cases that are about to be late."""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from actors.desk import cases
from actors.models import Escalation

logger = logging.getLogger(__name__)

RAISE_BEFORE = timedelta(minutes=15)
BATCH = 200


def watch() -> int:
    """One pass; how many cases it touched. Two at a time are harmless."""
    return expire_claims() + mark_breaches() + raise_due()


def expire_claims() -> int:
    """Claims whose owner owes an answer and has been idle for CLAIM_IDLE seconds go back to the queue."""
    idle = timedelta(seconds=settings.CLAIM_IDLE)
    claimed = Escalation.objects.filter(status=Escalation.Status.CLAIMED, agent_active_at__lt=timezone.now() - idle)
    owed = claimed.filter(sla_due_at__isnull=False).order_by("agent_active_at")  # without: the customer is waited for
    return sum(cases.expire(pk, idle=idle) for pk in owed.values_list("pk", flat=True)[:BATCH])


def mark_breaches() -> int:
    """What is past its time stays marked, also when it is solved later."""
    unresolved = Escalation.objects.exclude(status=Escalation.Status.RESOLVED)
    return unresolved.filter(breached=False, sla_due_at__lt=timezone.now()).update(breached=True)


def raise_due() -> int:
    """What is due within RAISE_BEFORE and not raised yet: one priority up, once, and it says why. Its time stays."""
    due = Escalation.objects.exclude(status=Escalation.Status.RESOLVED).filter(
        raised_at__isnull=True, sla_due_at__lt=timezone.now() + RAISE_BEFORE
    )
    raised = sum(_raise(pk) for pk in due.order_by("sla_due_at").values_list("pk", flat=True)[:BATCH])
    if raised:
        logger.info("%s cases are about to be late", raised)
    return raised


def _raise(case_id: int) -> bool:
    with transaction.atomic():
        case, _ = cases.case_and_conversation(case_id)
        if case.raised_at is not None or case.sla_due_at is None:  # answered, solved or raised in between
            return False
        before, rank = case.priority, Escalation.PRIORITIES.index(case.priority)
        case.priority = Escalation.PRIORITIES[min(rank + 1, len(Escalation.PRIORITIES) - 1)]
        due = case.sla_due_at.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
        case.signals = [*case.signals, f"due at {due:%-H:%M} and not done"]
        case.raised_at = timezone.now()
        case.save(update_fields=["priority", "signals", "raised_at"])
        if case.priority != before:
            case.audit("priority raised", who="desk", fields="priority")
        return True
