"""The shop's shipments. Orders and customers are named by number and address only: this service knows no other.

The methods that change a shipment are called on a locked row, inside a transaction; each leaves one row of history.
"""

from typing import Any

from django.db import models
from django.utils import timezone

from shop.models import Asked, History, Refused


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

    # Where the carrier can still send it elsewhere, and where it can still hurry.
    REDIRECTABLE = (Status.LABEL_CREATED, Status.IN_TRANSIT, Status.EXCEPTION)
    UNDER_WAY = (*REDIRECTABLE, Status.OUT_FOR_DELIVERY)

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
    redirected_to = models.CharField(
        max_length=500, blank=True, default="", help_text="The address the carrier was told instead of the order's"
    )
    expedited = models.BooleanField(default=False, help_text="To be delivered first")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="tracking_newest"),
            models.Index(fields=["customer_email", "-created_at", "-id"], name="tracking_newest_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.tracking_number} ({self.carrier})"

    def change_address(self, address: str, *, asked: Asked) -> "ShipmentHistory":
        """Have the carrier deliver it elsewhere. The history keeps the address before."""
        if self.status not in self.REDIRECTABLE:
            raise Refused("not_changeable", f"The shipment is {self.in_words}; its address cannot change any more.")
        before, self.redirected_to = self.redirected_to, address
        self.save(update_fields=["redirected_to"])
        return self.record("address changed", asked=asked, text=f"before: {before or 'as ordered'}")

    def expedite(self, *, asked: Asked) -> "ShipmentHistory":
        """Have the carrier deliver it first."""
        if self.status not in self.UNDER_WAY:
            raise Refused("not_changeable", f"The shipment is {self.in_words}; it cannot be hurried any more.")
        if self.expedited:
            raise Refused("already_expedited", "The shipment is being delivered first already.")
        self.expedited = True
        self.save(update_fields=["expedited"])
        return self.record("expedited", asked=asked)

    def report_issue(self, text: str, *, asked: Asked) -> tuple["ShipmentHistory", "ShipmentIssue"]:
        """Ask the carrier about it: an issue that staff work off."""
        issue = self.issues.create(reported_by=asked.by, text=text)
        return self.record("issue reported", asked=asked, text=text), issue

    def record(self, what: str, *, asked: Asked, text: str = "") -> "ShipmentHistory":
        """Note in the history what was done, in the transaction that did it."""
        return self.history.create(what=what, text=text, by=asked.by, via=asked.via)

    @property
    def in_words(self) -> str:
        return self.status.replace("_", " ")


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


class ShipmentIssue(models.Model):
    """A question to the carrier. Open until somebody wrote down what came of it."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="issues")
    at = models.DateTimeField(default=timezone.now)
    reported_by = models.CharField(max_length=120)
    text = models.TextField(max_length=2000)
    resolved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Issue {self.pk} of {self.at:%Y-%m-%d}"


class ShipmentHistory(History):
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="history")
