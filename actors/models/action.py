"""What the mesh would do in the shop, and what it may."""

import uuid

from django.db import models
from django.db.models import Q

from actors.models.conversation import Conversation, Turn


class Action(models.Model):
    """One thing the mesh would do in the shop. The row exists before the call; its id is the Idempotency-Key."""

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        AWAITING_CONFIRMATION = "awaiting_confirmation"
        AWAITING_APPROVAL = "awaiting_approval"
        EXECUTING = "executing"
        EXECUTED = "executed"
        FAILED = "failed"
        REJECTED = "rejected"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveSmallIntegerField()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=40)
    args = models.JSONField(default=dict)
    order = models.CharField(max_length=40, blank=True, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    status = models.CharField(max_length=25, choices=Status, default=Status.PROPOSED)
    expires_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.PositiveIntegerField(null=True, blank=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "position"], name="action_is_unique_per_turn_and_position"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(status="awaiting_confirmation"),
                name="one_open_question_per_conversation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order} ({self.status})"
