"""The shop's orders. A customer is named by address only: this service knows no other.

The methods that change an order are called on a locked row, inside a transaction; each leaves one row of history.
"""

import secrets
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from shop.models import ALPHABET, Asked, History, Refused


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

    # What an order may become next. Before shipping is where it may still be cancelled.
    NEXT: dict[str, tuple[str, ...]] = {
        Status.PENDING: (Status.CONFIRMED, Status.CANCELLED),
        Status.CONFIRMED: (Status.PROCESSING, Status.CANCELLED),
        Status.PROCESSING: (Status.SHIPPED, Status.CANCELLED),
        Status.SHIPPED: (Status.DELIVERED,),
        Status.DELIVERED: (Status.RETURNED,),
        Status.RETURNED: (),
        Status.CANCELLED: (),
    }

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
    shipping_address = models.CharField(max_length=600, blank=True, default="", help_text="On one line, as on a letter")
    expedited = models.BooleanField(default=False, help_text="To be handled first")

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
    def refundable(self) -> Decimal:
        """What was paid and not yet given back."""
        return self.paid - self.refunded

    @property
    def before_shipping(self) -> bool:
        return self.Status.CANCELLED in self.NEXT[self.status]

    def cancel(self, *, asked: Asked, reason: str = "") -> "OrderHistory":
        """Cancel an order that has not shipped and give back what was paid: the history's `amount`."""
        if not self.before_shipping:
            raise Refused("not_cancellable", f"The order is {self.status}; only before shipping it can be cancelled.")
        given_back = self.refundable
        self.refunded += given_back
        self.status = self.Status.CANCELLED
        self.save(update_fields=["refunded", "status"])
        return self.record("cancelled", asked=asked, text=reason, amount=given_back)

    def refund(self, amount: Decimal, *, asked: Asked, reason: str = "") -> "OrderHistory":
        """Give back a part of what was paid, or all of it; never more."""
        if amount > self.refundable:
            left = f"{self.refundable:.2f} {self.currency}"
            raise Refused("exceeds_paid", f"Only {left} of what was paid is left to refund.")
        self.refunded += amount
        self.save(update_fields=["refunded"])
        return self.record("refunded", asked=asked, text=reason, amount=amount)

    def open_return(self, *, asked: Asked, reason: str = "") -> tuple["OrderHistory", "OrderReturn"]:
        """Announce a return. The order stays delivered until the goods arrive."""
        if self.status == self.Status.RETURNED or self.returns.filter(closed_at=None).exists():
            raise Refused("already_returned", "There is a return of this order already.")
        if self.status != self.Status.DELIVERED:
            raise Refused("not_returnable", f"The order is {self.status}; it can be returned once it is delivered.")
        opened = self.returns.create(reason=reason)
        return self.record("return opened", asked=asked, text=reason), opened

    def return_label(self, *, asked: Asked) -> tuple["OrderHistory", "OrderReturn"]:
        """The label of the open return; a label for an order without one opens it."""
        opened = self.returns.filter(closed_at=None).first()
        if opened is None:
            return self.open_return(asked=asked)
        return self.record("return label", asked=asked, text=opened.number), opened

    def change_address(self, address: str, *, asked: Asked) -> "OrderHistory":
        """Send it elsewhere. The history keeps the address before."""
        if not self.before_shipping:
            raise Refused("not_changeable", f"The order is {self.status}; its address can change only before shipping.")
        before, self.shipping_address = self.shipping_address, address
        self.save(update_fields=["shipping_address"])
        return self.record("address changed", asked=asked, text=f"before: {before}")

    def expedite(self, *, asked: Asked) -> "OrderHistory":
        """Handle it first."""
        if not self.before_shipping:
            raise Refused("not_changeable", f"The order is {self.status}; it can be hurried only before shipping.")
        if self.expedited:
            raise Refused("already_expedited", "The order is being handled first already.")
        self.expedited = True
        self.save(update_fields=["expedited"])
        return self.record("expedited", asked=asked)

    def add_note(self, text: str, *, asked: Asked) -> tuple["OrderHistory", "OrderNote"]:
        """What a colleague should know of this order."""
        return self.record("note added", asked=asked), self.notes.create(author=asked.by, text=text)

    def move_to(self, status: str, *, asked: Asked) -> "OrderHistory":
        """The next status, as NEXT allows. Cancelling gives back what was paid; a return that arrives is closed."""
        if status not in self.NEXT[self.status]:
            raise Refused("not_allowed", f"An order that is {self.status} cannot become {status}.")
        if status == self.Status.CANCELLED:
            return self.cancel(asked=asked)
        before, self.status = self.status, status
        if status == self.Status.DELIVERED:
            self.delivered_at = timezone.now()
        if status == self.Status.RETURNED:
            self.returns.filter(closed_at=None).update(closed_at=timezone.now())
        self.save(update_fields=["status", "delivered_at"])
        return self.record("status changed", asked=asked, text=f"{before} to {status}")

    def record(self, what: str, *, asked: Asked, text: str = "", amount: Decimal | None = None) -> "OrderHistory":
        """Note in the history what was done, in the transaction that did it."""
        currency = "" if amount is None else self.currency
        return self.history.create(what=what, text=text, amount=amount, currency=currency, by=asked.by, via=asked.via)


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


class OrderNote(models.Model):
    """Something a colleague should know: written by staff or by an action."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=120, blank=True, default="")
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Note {self.pk} of {self.at:%Y-%m-%d}"


class OrderHistory(History):
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="history")


def new_return_number() -> str:
    return "RET-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def new_label_token() -> str:
    return secrets.token_urlsafe(24)


class OrderReturn(models.Model):
    """Goods on their way back. Open until they arrive; at most one open return per order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    number = models.CharField(max_length=20, unique=True, default=new_return_number)
    token = models.CharField(max_length=40, unique=True, default=new_label_token, help_text="Opens the label")
    reason = models.CharField(max_length=500, blank=True, default="")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="one_open_return_per_order"),
        ]

    def __str__(self) -> str:
        return self.number
