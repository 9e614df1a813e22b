"""The shop's shipments. Orders and customers are named by number and address only: this service knows no other."""

from typing import Any

from django.db import models
from django.utils import timezone


class AddressField(models.EmailField):
    """An e-mail address as a key: stored and looked up in lower case, whoever writes it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().lower() if text else text


class Shipment(models.Model):
    class Status(models.TextChoices):
        LABEL_CREATED = "label_created"
        IN_TRANSIT = "in_transit"
        OUT_FOR_DELIVERY = "out_for_delivery"
        DELIVERED = "delivered"
        EXCEPTION = "exception"

    tracking_number = models.CharField(max_length=40, unique=True)
    order_number = models.CharField(max_length=40, db_index=True)
    customer_email = AddressField()
    carrier = models.CharField(max_length=40)
    status = models.CharField(max_length=20, choices=Status, default=Status.LABEL_CREATED, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    shipped_at = models.DateTimeField(null=True, blank=True)
    estimated_delivery = models.DateField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_location = models.CharField(max_length=120, blank=True, default="")
    exception_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="tracking_newest"),
            models.Index(fields=["customer_email", "-created_at", "-id"], name="tracking_newest_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.tracking_number} ({self.carrier})"


class ShipmentEvent(models.Model):
    """One scan on the way."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=20, choices=Shipment.Status)
    location = models.CharField(max_length=120, blank=True, default="")
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.text}"
