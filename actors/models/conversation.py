"""Conversations and their turns. The table is the truth; broker and sockets are hints."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

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
    # The shop's own name for the customer, when it signed one: it stays when the address changes. Set with the address.
    customer_sub = models.CharField(max_length=255, blank=True, default="", db_index=True)
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

    def belongs_to(self, *, email: str | None, sub: str = "") -> bool:
        """Whether it is this customer's: known by the shop's `sub` where there is one, by the address where not."""
        if self.customer_sub:
            return sub == self.customer_sub
        return email is not None and email == self.customer_email

    def become(self, *, email: str, sub: str = "") -> bool:
        """Make a guest's conversation this customer's (saved with the next turn); False when it is another one's."""
        if self.customer_email is None:
            self.customer_email, self.customer_sub = email, sub
        return self.belongs_to(email=email, sub=sub)

    def current_email(self) -> str | None:
        """The customer's address as last proved: under the same `sub` it may have changed since the beginning."""
        if not self.customer_sub:
            return self.customer_email
        proved = self.turns.filter(role=Turn.Role.CUSTOMER, verified=True).order_by("-seq")
        return proved.values_list("customer_email", flat=True).first() or self.customer_email

    def add_turn(self, **fields: Any) -> "Turn":
        """Append one utterance and number it. The only writer of turns: call it on a `locked()` row.

        Sockets hear of it when the transaction commits.
        """
        self.last_seq += 1
        if self.status == self.Status.CLOSED:
            self.status = self.Status.BOT
        self.save(update_fields=["last_seq", "status", "updated_at", "clarify_count", "customer_email", "customer_sub"])
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
    action_id = models.UUIDField(null=True, blank=True)  # the question that a button answered
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
