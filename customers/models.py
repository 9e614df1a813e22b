"""The shop's customers and the notes staff keep on them.

The methods that change a customer are called on a locked row, inside a transaction; each leaves one row of history.
"""

from typing import Any

from django.db import models
from django.utils import timezone

from shop.models import Asked, History


class AddressField(models.EmailField):
    """An e-mail address as a key: stored and looked up in lower case, whoever writes it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().lower() if text else text


class Customer(models.Model):
    class Tier(models.TextChoices):
        STANDARD = "standard"
        PREMIUM = "premium"
        VIP = "vip", "VIP"

    email = AddressField(unique=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    tier = models.CharField(max_length=10, choices=Tier, default=Tier.STANDARD, db_index=True)
    phone = models.CharField(max_length=30, blank=True, default="")
    customer_since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name} <{self.email}>"

    def change_tier(self, tier: str, *, asked: Asked) -> "CustomerHistory":
        """Another tier. The history keeps the one before."""
        before, self.tier = self.tier, tier
        self.save(update_fields=["tier"])
        return self.record("tier changed", asked=asked, text=f"{before} to {tier}")

    def add_note(self, text: str, *, asked: Asked) -> tuple["CustomerHistory", "CustomerNote"]:
        """What a colleague should know of this customer."""
        return self.record("note added", asked=asked), self.notes.create(author=asked.by, text=text)

    def record(self, what: str, *, asked: Asked, text: str = "") -> "CustomerHistory":
        """Note in the history what was done, in the transaction that did it."""
        return self.history.create(what=what, text=text, by=asked.by, via=asked.via)


class CustomerNote(models.Model):
    """Something a colleague should know: written by staff or by an action, never by the customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["customer", "-at"])]

    def __str__(self) -> str:
        return f"Note {self.pk} of {self.at:%Y-%m-%d}"


class CustomerHistory(History):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="history")
