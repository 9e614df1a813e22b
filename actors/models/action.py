"""What the mesh would do in the shop, and what it may."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

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
    updated_at = models.DateTimeField(auto_now=True)

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
        indexes = [
            # What is under way at the shop: asked every second, and hardly ever a row.
            models.Index(fields=["status", "updated_at"], condition=Q(status="executing"), name="action_executing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order} ({self.status})"

    def is_expired(self) -> bool:
        """Whether the time for the customer's yes is over, by the database's clock: a worker's own may be wrong."""
        return Action.objects.filter(pk=self.pk, expires_at__lt=Now()).exists()


class Policy(models.Model):
    """What the mesh may do by itself, in one version. Never changed: an edit publishes the next version, and every
    action records the one that was in force."""

    return_window_days = models.PositiveIntegerField(default=30)  # RETURN_WINDOW_DAYS when it was published
    max_actions = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(20)], help_text="Per message."
    )
    published_by = models.CharField(max_length=150, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"version {self.pk}"

    @classmethod
    def current(cls) -> "Policy":
        """The version in force. Without one in the table (never published), the registry's own levels, unsaved."""
        return cls.objects.prefetch_related("rules").order_by("-pk").first() or cls()

    @classmethod
    def publish(cls, *, by: str, levels: dict[str, str] | None = None, **changes: Any) -> "Policy":
        """The next version: the current one with `levels` {action: level} and other fields changed."""
        with transaction.atomic():
            current = cls.current()
            fields = {"return_window_days": settings.RETURN_WINDOW_DAYS, "max_actions": current.max_actions}
            version = cls.objects.create(**{**fields, **changes}, published_by=by)
            rules = {rule.action: rule for rule in current.known_rules()}
            for name, level in (levels or {}).items():
                rules.setdefault(name, PolicyRule(action=name)).level = level
            for rule in rules.values():
                rule.pk, rule.policy = None, version
            PolicyRule.objects.bulk_create(rules.values())
        return version

    def known_rules(self) -> list["PolicyRule"]:
        return list(self.rules.all()) if self.pk else []

    def rule_for(self, action: str) -> "PolicyRule | None":
        return next((rule for rule in self.known_rules() if rule.action == action), None)


class PolicyRule(models.Model):
    """What one action may do: how far it goes by itself, and up to which amount for whom."""

    class Level(models.TextChoices):
        OFF = "off", "off: not offered"
        DRAFT = "draft", "draft: staff decides"
        CONFIRM = "confirm", "confirm: the customer says yes"
        AUTO = "auto", "auto: done at once"

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="rules")
    action = models.CharField(max_length=40)
    level = models.CharField(max_length=10, choices=Level)
    # In SHOP_CURRENCY. Empty: no limit. Beyond it the action waits for a person's approval.
    limit_standard = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    limit_premium = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    limit_vip = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["action"]
        constraints = [models.UniqueConstraint(fields=["policy", "action"], name="one_rule_per_action")]

    def __str__(self) -> str:
        return f"{self.action}: {self.level}"


class AppendOnly(TypeError):
    """What was written down is never changed or deleted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("An audit event is never changed or deleted.")


class AuditEvents(models.QuerySet["AuditEvent"]):
    """Events can be read and added, and nothing else."""

    def update(self, **changes: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """It could overwrite on a conflict; one event is added at a time."""
        raise AppendOnly


class AuditEvent(models.Model):
    """Who decided or did what, when. Append-only; personal values stand in the rows it names, never here."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    who = models.CharField(max_length=150)
    what = models.CharField(max_length=60)
    conversation = models.UUIDField(null=True, blank=True, db_index=True)
    case = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    action = models.UUIDField(null=True, blank=True, db_index=True)
    fields = models.CharField(max_length=200, blank=True, default="")  # the names of what was changed, never values
    order = models.CharField(max_length=40, blank=True, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    policy_version = models.PositiveIntegerField(null=True, blank=True)

    objects = AuditEvents.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.what} by {self.who}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the event. Raises AppendOnly for one that is there already."""
        if not self._state.adding:
            raise AppendOnly
        # With a key of its own choosing, too, it can only be added.
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly
