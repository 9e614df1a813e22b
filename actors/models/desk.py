"""What the people at the desk have besides their cases: notes, ready words, and news for customers."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from actors.models.escalation import Escalation


class Note(models.Model):
    """What staff tell each other about a case. No customer ever sees it."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"note of {self.author} on case {self.escalation_id}"


class CannedReply(models.Model):
    """Ready words for a reply, with variables such as {{ customer.first_name }}."""

    title = models.CharField(max_length=80, unique=True)
    text = models.TextField(help_text="Variables: see the list below.")

    class Meta:
        verbose_name_plural = "canned replies"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Incident(models.Model):
    """Something that concerns many customers, such as a carrier's strike: the bot tells it where it fits, while it
    lasts."""

    title = models.CharField(max_length=120, help_text="For staff.")
    text = models.TextField(max_length=1000, help_text="As customers read it.")
    carrier = models.CharField(
        max_length=60, blank=True, default="", help_text="Told only about parcels with this carrier. Empty: with any."
    )
    intents = models.JSONField(default=list, help_text="What a message has to be about.")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    published_by = models.CharField(max_length=150, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "incident notice"
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="incident_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def current(cls) -> models.QuerySet[Self]:
        """Those that count now."""
        now = timezone.now()
        return cls.objects.filter(starts_at__lte=now, ends_at__gt=now)
