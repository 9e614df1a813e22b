"""The shop's customers and the notes staff keep on them."""

from typing import Any

from django.db import models
from django.utils import timezone


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


class CustomerNote(models.Model):
    """Something a colleague should know: written by staff or by an action, never by the customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=80, blank=True, default="")
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["customer", "-at"])]

    def __str__(self) -> str:
        return f"Note {self.pk} of {self.at:%Y-%m-%d}"
