"""Conversations and their turns. The table is the truth; broker and sockets are hints."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from actors.models.people import public_name
from actors.notify import notify

UNSEEN_FOR = timedelta(minutes=5)


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
    language = models.CharField(max_length=10, default="en")  # what we write to this customer; one of LANGUAGES
    status = models.CharField(max_length=10, choices=Status, default=Status.BOT, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    epoch = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    seen_seq = models.PositiveIntegerField(default=0)  # the newest turn that the customer has seen
    clarify_count = models.PositiveSmallIntegerField(default=0)  # clarifying questions asked in a row
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_comment = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    GIVEN = ("customer_email", "customer_sub", "language")  # what a customer's message may change

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

    def seen(self, seq: int) -> None:
        """The customer has seen the turns up to `seq`. It only rises, and what was not said yet nobody has seen.

        No sign of life: `updated_at` stays.
        """
        rows = Conversation.objects.filter(pk=self.pk, seen_seq__lt=seq, last_seq__gte=seq)
        rows.update(seen_seq=seq)

    def change_owner(self, owner: User | None, *, status: str) -> None:
        """A person takes it over, or lets go of it: what a bot still writes for the epoch before is no message any
        more. Call it on a `locked()` row; sockets hear of it when the transaction commits."""
        self.owner, self.status, self.epoch = owner, status, self.epoch + 1
        self.save(update_fields=["owner", "status", "epoch", "updated_at"])
        self.tell_status()

    def tell_status(self) -> None:
        """Tell the sockets how it stands, when the transaction commits."""
        event = {"type": "status.changed", "status": str(self.status), "agent": public_name(self.owner)}
        transaction.on_commit(lambda: notify(str(self.id), event))

    def add_turn(self, *, mail_if_unseen: bool = False, reopens: bool = True, **fields: Any) -> "Turn":
        """Append one utterance and number it. The only writer of turns: call it on a `locked()` row.

        Sockets hear of it when the transaction commits. `mail_if_unseen`: a customer who does not see it within
        UNSEEN_FOR is told by mail. `reopens`: a closed conversation goes on with it.
        """
        self.last_seq += 1
        if mail_if_unseen:
            fields["mail_due_at"] = timezone.now() + UNSEEN_FOR
        if reopens and self.status == self.Status.CLOSED:
            self.status = self.Status.BOT
        self.save(update_fields=["last_seq", "status", "updated_at", "clarify_count", *self.GIVEN])
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

    is_rung = True  # False: the broker did not take its first bell

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    agent = models.CharField(max_length=80, blank=True, default="")  # who of the team says it, as customers read it
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
    # The earlier message of the same customer in whose work this one is answered, set when that is claimed.
    worked_with = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="together")
    mail_due_at = models.DateTimeField(null=True, blank=True)  # when it is mailed if nobody has seen it by then
    mailed_at = models.DateTimeField(null=True, blank=True)
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
            # Of all turns: SQLite cannot tell that a parameter fits a condition, and would read the whole table.
            models.Index(fields=["status", "deadline_at"], name="turn_by_status"),
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="turn_mail_due"),
            # The desk's figures read it instead of the table: who said something where, and what was answered when.
            models.Index(
                fields=["role", "created_at", "conversation", "in_reply_to", "id", "status"], name="turn_figures"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} turn {self.seq} of {self.conversation_id}"

    def claim(self, *, together: Sequence[str] = ()) -> tuple[int, Any, int] | None:
        """Take the turn for one attempt: accepted -> processing, counted before the work so that poison is bounded. The
        later messages `together` are answered with it.

        Returns (attempt, deadline, conversation's epoch), or None when somebody else has it, an earlier turn of the
        conversation is not answered yet, or a person owns the conversation. The deadline is the database's clock plus
        MESH_LEASE seconds.
        """
        earlier = Turn.objects.filter(
            conversation=OuterRef("conversation"), status__in=self.OPEN, seq__lt=OuterRef("seq")
        )
        free = Turn.objects.filter(pk=self.pk, status=self.Status.ACCEPTED, conversation__owner__isnull=True)
        with transaction.atomic():
            taken = free.filter(~Exists(earlier)).update(
                status=self.Status.PROCESSING,
                attempt=F("attempt") + 1,
                deadline_at=Now() + timedelta(seconds=settings.MESH_LEASE),
            )
            if taken and together:
                waiting = Turn.objects.filter(pk__in=together, status=self.Status.ACCEPTED, worked_with=None)
                waiting.update(worked_with=self)
        if not taken:
            return None
        self.refresh_from_db()
        if self.status != self.Status.PROCESSING:  # a person took the conversation over at this moment
            return None
        return self.attempt, self.deadline_at, self.conversation.epoch
