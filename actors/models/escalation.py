"""Cases for people."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from actors.message import Escalation as EscalationEnrichment
from actors.models.conversation import Conversation, Turn


class Escalation(models.Model):
    """A case for a person. At most one is unresolved in a conversation."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLAIMED = "claimed"
        RESOLVED = "resolved"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="escalations")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=20)
    priority = models.CharField(max_length=10, default="normal")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sla_due_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True, default="")
    draft_reply = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=~Q(status="resolved"), name="one_unresolved_escalation"
            )
        ]

    PRIORITIES = ("low", "normal", "high", "urgent")

    def __str__(self) -> str:
        return f"{self.reason} ({self.priority}, {self.status})"

    @classmethod
    def open_or_raise(cls, conversation: Conversation, turn: Turn, escalation: EscalationEnrichment) -> Self:
        """Open a case, or add to the unresolved one; a priority only rises. Call it on a locked conversation."""
        case = cls.objects.filter(conversation=conversation).exclude(status=cls.Status.RESOLVED).first()
        if case is None:
            case = cls(conversation=conversation, turn=turn, reason=escalation.reason, priority=escalation.priority)
            case.summary = escalation.summary
        else:
            case.priority = max(case.priority, escalation.priority, key=cls.PRIORITIES.index)
            case.summary = f"{case.summary}\n\n{escalation.summary}".strip()
        case.save()
        if conversation.status == Conversation.Status.BOT:
            conversation.status = Conversation.Status.WAITING
            conversation.save(update_fields=["status", "updated_at"])
        return case
