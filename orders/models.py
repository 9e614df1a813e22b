"""The shop's orders. A customer is named by address only: this service knows no other."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class AddressField(models.EmailField):
    """An e-mail address as a key: stored and looked up in lower case, whoever writes it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().lower() if text else text


class Order(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        PROCESSING = "processing"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        RETURNED = "returned"
        CANCELLED = "cancelled"

    number = models.CharField(max_length=40, unique=True)
    customer_email = AddressField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, db_index=True)
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217")
    total = models.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    paid = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    refunded = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    placed_at = models.DateTimeField(default=timezone.now)
    estimated_delivery = models.DateField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    tracking_number = models.CharField(max_length=40, blank=True, default="", db_index=True)
    recipient = models.CharField(max_length=160, blank=True, default="")
    street = models.CharField(max_length=200, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    region = models.CharField(max_length=100, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="", help_text="ISO 3166-1 alpha-2")

    class Meta:
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="orders_newest"),
            models.Index(fields=["customer_email", "-placed_at", "-id"], name="orders_newest_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("paid")), name="refunded_at_most_paid"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shipping_address(self) -> str:
        """The address on one line, as a letter would have it."""
        place = " ".join(part for part in (self.region, self.postal_code) if part)
        return ", ".join(part for part in (self.recipient, self.street, self.city, place, self.country) if part)


class OrderItem(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    sku = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    # Of one piece, in the order's currency.
    price = models.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))])

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
