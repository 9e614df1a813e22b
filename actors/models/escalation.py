"""Cases for people."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone

from actors.desk.sla import Clock, Pause, clock
from actors.message import Escalation as EscalationEnrichment
from actors.models.action import AuditEvent
from actors.models.conversation import Conversation, Turn
from actors.models.people import Agent


class Escalation(models.Model):
    """A case for a person. At most one is unresolved in a conversation."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLAIMED = "claimed"
        RESOLVED = "resolved"

    class Reason(models.TextChoices):
        CUSTOMER_REQUEST = "customer_request", "asked for a person"
        ANGRY_CUSTOMER = "angry_customer", "angry customer"
        LEGAL = "legal", "legal threat"
        VIP = "vip", "VIP"
        LOW_CONFIDENCE = "low_confidence", "not understood"
        APPROVAL_NEEDED = "approval_needed", "approval needed"
        GUARDRAIL = "guardrail", "reply held back"
        TOOL_FAILURE = "tool_failure", "something failed"
        UNDELIVERABLE = "undeliverable", "could not be worked"
        BOT_PAUSED = "bot_paused", "the bot is paused"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    PRIORITIES = tuple(Priority.values)  # rising

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="escalations")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    signals = models.JSONField(default=list, blank=True)  # what raised the priority, one sentence each
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_index=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    for_supervisor = models.BooleanField(default=False)  # an agent has passed it on: only who manages cases claims it
    agent_active_at = models.DateTimeField(null=True, blank=True)  # when its owner last did something with it
    seen_seq = models.PositiveIntegerField(default=0)  # the newest turn that staff have seen here
    summary = models.TextField(blank=True, default="")
    draft_reply = models.TextField(blank=True, default="")

    # The clock: `desk.sla.clock` tells what follows from these. Targets are seconds of business time.
    first_response_target = models.PositiveIntegerField(default=0)
    resolution_target = models.PositiveIntegerField(default=0)
    first_response_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)  # [[from, to | null], ...]: the customer's turn to write
    sla_due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # of what is due next; null: nothing is
    breached = models.BooleanField(default=False)
    raised_at = models.DateTimeField(null=True, blank=True)  # when it was raised because it was about to breach

    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "case"
        ordering = ["-created_at"]
        permissions = [
            ("work_case", "Can claim, answer and resolve cases"),
            ("see_all_cases", "Can see every case"),
            ("manage_cases", "Can reassign cases of others and answer many at once"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=~Q(status="resolved"), name="one_unresolved_escalation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.priority}, {self.status})"

    @classmethod
    def unresolved(cls, conversation: Conversation) -> Self | None:
        """The conversation's one case that is not resolved."""
        return cls.objects.filter(conversation=conversation).exclude(status=cls.Status.RESOLVED).first()

    @classmethod
    def open_or_raise(
        cls, conversation: Conversation, turn: Turn, escalation: EscalationEnrichment, *, who: str = "mesh"
    ) -> Self:
        """Open a case, or add to the unresolved one; a priority only rises. Call it on a locked conversation."""
        case = cls.unresolved(conversation)
        if case is None:
            case = cls(conversation=conversation, turn=turn, reason=escalation.reason, priority=escalation.priority)
            case.signals, case.summary = list(dict.fromkeys(escalation.signals)), escalation.summary
            case.aim()
            case.save()
            case.audit("case opened", who=who)
        else:
            case.summary = f"{case.summary}\n\n{escalation.summary}".strip()
            case.rise(escalation.priority, escalation.signals, who=who)
        if conversation.status == Conversation.Status.BOT:
            conversation.status = Conversation.Status.WAITING
            conversation.save(update_fields=["status", "updated_at"])
        return case

    def heard(self, escalation: EscalationEnrichment) -> None:
        """The customer has written something stronger while they wait. Call it on a locked conversation."""
        if self.PRIORITIES.index(escalation.priority) > self.PRIORITIES.index(self.priority):
            self.summary = f"{self.summary}\n\n{escalation.summary}".strip()
        self.rise(escalation.priority, escalation.signals, who="mesh")

    def rise(self, priority: str, signals: Iterable[str], *, who: str) -> None:
        """Take a higher priority, with its targets, and what it comes from; a lower one changes nothing but adds its
        signals. Call it on a locked conversation."""
        before = self.priority
        self.priority = max(before, priority, key=self.PRIORITIES.index)
        self.signals = list(dict.fromkeys((*self.signals, *signals)))
        self.aim()
        self.save()
        if self.priority != before:
            self.audit("priority raised", who=who, fields="priority")

    def ask_supervisor(self, conversation: Conversation, *, who: str) -> None:
        """Its agent passes it on: it is back in the queue, urgent, for who manages cases. `conversation` is its own,
        locked; what the customer is told is the caller's to say."""
        self.for_supervisor = True
        self.status, self.assigned_to, self.agent_active_at = self.Status.OPEN, None, None
        self.resume()  # somebody was promised: it is our turn, whoever wrote last
        self.rise(self.Priority.URGENT, ("a supervisor is asked for",), who=who)
        if conversation.owner_id is not None or conversation.status != Conversation.Status.WAITING:
            conversation.change_owner(None, status=Conversation.Status.WAITING)
        self.audit("passed to a supervisor", who=who, fields="assigned_to, for_supervisor")

    @classmethod
    def reopenable(cls, conversation: Conversation) -> Self | None:
        """The newest case, when a person solved it lately. (One that was handed back to the bot stays solved.)"""
        since = timezone.now() - timedelta(hours=settings.CASE_REOPEN_HOURS)
        newest = cls.objects.filter(conversation=conversation).order_by("-resolved_at").first()
        if newest is None or newest.resolved_at is None or newest.resolved_by_id is None:
            return None
        return newest if newest.resolved_at > since else None

    def reopen(self, conversation: Conversation) -> None:
        """The customer wrote again: back to who solved it when they are there, else to the queue. `conversation` is
        its own, locked."""
        last = self.assigned_to
        there = last is not None and last.is_active and Agent.of(last).available
        if self.owes_answer:  # the time since counts as the customer's
            self.pauses = [*self.pauses, [self.resolved_at.isoformat(), None]]  # type: ignore[union-attr]
        self.resume()
        self.resolved_at = self.resolved_by = None
        self.status = self.Status.CLAIMED if there else self.Status.OPEN
        self.assigned_to = last if there else None
        self.agent_active_at = timezone.now() if there else None
        self.signals = [*self.signals, "the customer wrote again after it was solved"]
        self.wind()
        self.save()
        if there:
            conversation.change_owner(self.assigned_to, status=Conversation.Status.HUMAN)
        else:  # nobody's: what the bot is writing stays a message
            conversation.status = Conversation.Status.WAITING
            conversation.save(update_fields=["status", "updated_at"])
            conversation.tell_status()
        self.audit("case reopened", who="customer")

    def resolve(self, *, by: User | None) -> None:
        """It is solved. Call it on a locked conversation; what becomes of the conversation is the caller's to say."""
        self.status, self.resolved_at, self.resolved_by = self.Status.RESOLVED, timezone.now(), by
        self.draft_reply, self.for_supervisor = "", False
        self.wind()
        self.save()
        self.audit("case resolved", who=f"staff {by.get_username()}" if by else "mesh")

    def may_be_claimed_by(self, user: User) -> bool:
        """Whether it is for them: one that was passed to a supervisor is for who manages cases."""
        return not self.for_supervisor or user.has_perm("actors.manage_cases")

    def add_draft(self, text: str) -> None:
        """Keep these words for its owner to send, change or throw away, beside what is there; the same ones once."""
        if text not in self.draft_reply:
            self.draft_reply = f"{self.draft_reply}\n\n{text}".strip()
            self.save(update_fields=["draft_reply"])

    @property
    def draft_key(self) -> str:
        """Which draft it is: a button on an old page must not meet a newer one."""
        return sha256(self.draft_reply.encode()).hexdigest()[:16]

    def audit(self, what: str, *, who: str, fields: str = "") -> None:
        """Write down who did what with the case. Call it in the transaction of the change."""
        AuditEvent.objects.create(
            who=who[:150], what=what, case=self.pk, conversation=self.conversation_id, fields=fields
        )

    # --- the clock; each changes the row in memory only ---

    def clock(self, now: datetime | None = None) -> Clock:
        """What is due when, and what was kept."""
        return clock(
            opened_at=self.created_at,
            first_response_target=self.first_response_target,
            resolution_target=self.resolution_target,
            first_response_at=self.first_response_at,
            resolved_at=self.resolved_at,
            pauses=self._pauses(),
            now=now or timezone.now(),
            hours=settings.SHOP_OPENING_HOURS,
        )

    def aim(self) -> None:
        """Take the targets of its priority where they are nearer than the ones it has. One that would be missed
        already, because the case rose so late, counts from now."""
        passed = self._passed()
        for field, targets in (
            ("first_response_target", settings.SLA_FIRST_RESPONSE),
            ("resolution_target", settings.SLA_RESOLUTION),
        ):
            had, target = getattr(self, field), targets[self.priority]
            if not had:  # new: from its beginning
                setattr(self, field, target)
            elif field == "resolution_target" or self.first_response_at is None:  # else it was in time, or was not
                setattr(self, field, min(had, target if passed < target else passed + target))
        self.wind()

    def _passed(self) -> int:
        """Seconds of open time so far in which it was our turn."""
        hours, now = settings.SHOP_OPENING_HOURS, timezone.now()
        waited = sum(hours.between(start, end or now) for start, end in self._pauses())
        return ceil(hours.between(self.created_at, now) - waited)

    def wind(self) -> None:
        """Bring `sla_due_at` and `breached` up to date."""
        told = self.clock()
        self.sla_due_at, self.breached = told.due_at, self.breached or told.breached

    def pause(self) -> None:
        """It is the customer's turn to write."""
        if self.owes_answer:
            self.pauses = [*self.pauses, [timezone.now().isoformat(), None]]
        self.wind()

    def resume(self) -> None:
        """It is our turn again."""
        if not self.owes_answer:
            self.pauses = [*self.pauses[:-1], [self.pauses[-1][0], timezone.now().isoformat()]]
        self.wind()

    @property
    def owes_answer(self) -> bool:
        """Whether it is our turn to write."""
        return not (self.pauses and self.pauses[-1][1] is None)

    def idle_since(self) -> datetime:
        """Since when its owner could have answered and did nothing."""
        moments = [self.agent_active_at or self.created_at]
        moments += [end for _, end in self._pauses() if end is not None]
        return max(moments)

    def _pauses(self) -> list[Pause]:
        return [
            (datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None) for start, end in self.pauses
        ]
