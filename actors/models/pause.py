"""What was stopped by hand."""

from django.db import models
from django.db.models import Q


class Pause(models.Model):
    """Something was stopped by hand, and until it is resumed nothing of it happens. Rows stay: who, when and why."""

    class What(models.TextChoices):
        BOT = "bot", "the bot"
        ACTIONS = "actions", "actions"
        LLM = "llm", "the language model"

    what = models.CharField(max_length=10, choices=What)
    reason = models.CharField(max_length=300, blank=True, default="")
    paused_by = models.CharField(max_length=150)
    paused_at = models.DateTimeField(auto_now_add=True)
    resumed_by = models.CharField(max_length=150, blank=True, default="")
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["what"], condition=Q(resumed_at__isnull=True), name="one_pause_at_a_time_of_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} paused by {self.paused_by}"

    def told(self) -> str:
        """Who, since when and why: `staff susan, since 2026-11-26 08:12 UTC, “wrong prices”`."""
        why = f", “{self.reason}”" if self.reason else ""
        return f"{self.paused_by}, since {self.paused_at:%Y-%m-%d %H:%M} UTC{why}"
