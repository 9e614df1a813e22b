"""Chats with the bot that nobody goes on with are closed; a new message opens them again."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from actors.models import Action, Conversation, Turn

BATCH = 500


def close_idle() -> int:
    """Close the chats with the bot in which nothing was said for IDLE_CLOSE_MINUTES and nothing is under way; returns
    how many."""
    since = timezone.now() - timedelta(minutes=settings.IDLE_CLOSE_MINUTES)
    quiet = Conversation.objects.filter(status=Conversation.Status.BOT, updated_at__lt=since)
    here = OuterRef("pk")
    busy = Exists(Turn.objects.filter(conversation=here, status__in=Turn.OPEN)) | Exists(
        Action.objects.filter(conversation=here, status=Action.Status.AWAITING_CONFIRMATION)
    )
    idle = quiet.filter(~busy, last_seq__gt=0).exclude(channel=Conversation.Channel.PROBE)
    closed = 0
    for conversation in idle.order_by("updated_at")[:BATCH]:
        # Whoever says something raises `updated_at`, and is not closed.
        if quiet.filter(pk=conversation.pk).update(status=Conversation.Status.CLOSED):
            conversation.status = Conversation.Status.CLOSED
            conversation.tell_status()
            closed += 1
    return closed
