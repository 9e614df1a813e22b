"""The ledger: conversations, turns, actions, escalations. The table is the truth; broker and sockets are hints."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from actors.message import Escalation as EscalationEnrichment
from actors.notify import notify


class Conversation(models.Model):
    """One customer's thread. It speaks for one address at most, and once set that never changes."""

    class Channel(models.TextChoices):
        WEB = "web"
        WIDGET = "widget"
        API = "api"
        PROBE = "probe"

    class Status(models.TextChoices):
        BOT = "bot"
        WAITING = "waiting"  # for a person; the bot still answers
        HUMAN = "human"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.API)
    customer_email = models.EmailField(null=True, blank=True, db_index=True)
    # SHA-256 of the guest's token: who holds the token owns the conversation.
    guest_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.BOT, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    epoch = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    clarify_count = models.PositiveSmallIntegerField(default=0)  # clarifying questions asked in a row
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_comment = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="rating_is_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_email or 'guest'} · {self.id}"

    @classmethod
    def locked(cls, session_id: str | uuid.UUID) -> Self:
        """The row, locked until the transaction ends. (SQLite locks the whole file at BEGIN IMMEDIATE.)"""
        return cls.objects.select_for_update().get(pk=session_id)

    def add_turn(self, **fields: Any) -> "Turn":
        """Append one utterance and number it. The only writer of turns: call it on a `locked()` row.

        Sockets hear of it when the transaction commits.
        """
        self.last_seq += 1
        if self.status == self.Status.CLOSED:
            self.status = self.Status.BOT
        self.save(update_fields=["last_seq", "status", "updated_at", "clarify_count", "customer_email"])
        turn = Turn.objects.create(conversation=self, seq=self.last_seq, **fields)
        seq = turn.seq
        transaction.on_commit(lambda: notify(str(self.id), {"type": "turn.added", "seq": seq}))
        return turn


class Turn(models.Model):
    """One utterance. A customer's turn is also the unit of work: it ends in exactly one reply."""

    class Role(models.TextChoices):
        CUSTOMER = "customer"
        ASSISTANT = "assistant"
        AGENT = "agent"
        SYSTEM = "system"

    class Status(models.TextChoices):
        ACCEPTED = "accepted"
        PROCESSING = "processing"
        ANSWERED = "answered"
        ESCALATED = "escalated"
        WITH_HUMAN = "with_human"

    OPEN = (Status.ACCEPTED, Status.PROCESSING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    text = models.TextField()
    client_msg_id = models.UUIDField(null=True, blank=True)
    # Who the caller was, so that a client_msg_id is unique to each; and what the body was, to tell a retry.
    caller = models.CharField(max_length=80, blank=True, default="")
    body_hash = models.CharField(max_length=64, blank=True, default="")
    customer_email = models.EmailField(null=True, blank=True)
    verified = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.ANSWERED)
    attempt = models.PositiveSmallIntegerField(default=0)
    deadline_at = models.DateTimeField(null=True, blank=True)
    next_ring_at = models.DateTimeField(null=True, blank=True)  # when the sweeper rings an unclaimed turn again
    rings = models.PositiveSmallIntegerField(default=0)
    message = models.JSONField(null=True, blank=True)  # the final envelope
    metadata = models.JSONField(default=dict, blank=True)  # of a reply: outcome, intent, sources, question ...
    in_reply_to = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="reply")
    answered_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="covers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="turn_seq_is_unique"),
            models.UniqueConstraint(
                fields=["caller", "client_msg_id"],
                condition=Q(client_msg_id__isnull=False),
                name="client_msg_id_is_unique_per_caller",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "deadline_at"],
                condition=Q(status__in=("accepted", "processing")),
                name="turn_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} turn {self.seq} of {self.conversation_id}"

    def claim(self) -> tuple[int, Any, int] | None:
        """Take the turn for one attempt: accepted -> processing, counted before the work so that poison is bounded.

        Returns (attempt, deadline, conversation's epoch), or None when somebody else has it or a person owns the
        conversation. The deadline is the database's clock plus MESH_LEASE seconds.
        """
        taken = Turn.objects.filter(pk=self.pk, status=self.Status.ACCEPTED, conversation__owner__isnull=True).update(
            status=self.Status.PROCESSING,
            attempt=F("attempt") + 1,
            deadline_at=Now() + timedelta(seconds=settings.MESH_LEASE),
        )
        if not taken:
            return None
        self.refresh_from_db()
        return self.attempt, self.deadline_at, self.conversation.epoch


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


class ParkedMessage(models.Model):
    """A broker message that was not believed or not understood: kept with the reason, never worked."""

    task = models.CharField(max_length=80)
    reason = models.TextField()
    body = models.TextField()  # the first 64 kB of what arrived
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.task}: {self.reason[:60]}"
