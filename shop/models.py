"""What the shop's services share: requests that happen once, and the history of every change."""

import secrets
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils import timezone

# Without 0, 1, I, L, O, U: a reference is read out on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """A short name for one change, hard to guess and never the same twice (the column is unique)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


class Refused(Exception):
    """The row's state does not allow it. `code` is for programs, the text for people. Nothing was changed."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Asked:
    """Who asked for a change (as the caller says), and the login the call came in with."""

    by: str
    via: str


class IdempotentRequest(models.Model):
    """A write with its answer, kept in the transaction of its effect: the same key never acts twice."""

    service = models.CharField(max_length=20)
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of path and body")
    status_code = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="", help_text="The answer's JSON as it was sent")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "key"], name="one_request_per_key")]

    def __str__(self) -> str:
        return f"{self.service} {self.key}"


class History(models.Model):
    """One change of one row: written with it, never changed."""

    reference = models.CharField(max_length=12, unique=True, default=new_reference)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=120, help_text="Who asked")
    via = models.CharField(max_length=150, help_text="The login it came in with")
    what = models.CharField(max_length=30)
    text = models.TextField(blank=True, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]
        verbose_name_plural = "history"

    def __str__(self) -> str:
        return f"{self.reference} {self.what}"


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount as the services write it."""
    return {"amount": f"{amount:.2f}", "currency": currency}
