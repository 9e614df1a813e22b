"""The orders service, to write: one class per call."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import generics, serializers

from orders.models import Order, OrderNote
from orders.serializers import (
    OrderDoneSerializer,
    OrderNotedSerializer,
    OrderNoteSerializer,
    OrderRefundedSerializer,
    OrderReturnOpenedSerializer,
    RefundBodySerializer,
    ReturnLabelDoneSerializer,
    StatusBodySerializer,
    wrong_currency,
)
from shop.models import Asked, money
from shop.serializers import AddressBodySerializer, AskedSerializer, AskedWithReasonSerializer, NoteBodySerializer
from shop.views import Pages, WriteView

Answer = tuple[str, dict[str, Any]]


class OrderWrite(WriteView):
    service = "orders"
    rows = Order
    queryset = Order.objects.all()
    lookup_field = "number"
    answer_class = OrderDoneSerializer


class CancelOrder(OrderWrite):
    """Cancel an order that has not shipped; what was paid is refunded. 409 `not_cancellable`."""

    body_class = AskedWithReasonSerializer
    answer_class = OrderRefundedSerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        entry = row.cancel(asked=asked, reason=data["reason"])
        return entry.reference, {"order": row, "refunded": money(entry.amount or Decimal(0), row.currency)}


class RefundOrder(OrderWrite):
    """Refund a part of what was paid, or all of it. 409 `exceeds_paid`."""

    body_class = RefundBodySerializer
    answer_class = OrderRefundedSerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        amount = data["amount"]
        if amount["currency"] != row.currency:
            raise serializers.ValidationError(wrong_currency(row))
        entry = row.refund(amount["amount"], asked=asked, reason=data["reason"])
        return entry.reference, {"order": row, "refunded": money(amount["amount"], row.currency)}


class ReturnOrder(OrderWrite):
    """Announce a return and get its label; the order stays delivered until the goods arrive.
    409 `not_returnable`, `already_returned`."""

    body_class = AskedWithReasonSerializer
    answer_class = OrderReturnOpenedSerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        entry, opened = row.open_return(asked=asked, reason=data["reason"])
        return entry.reference, {"order": row, "return_label": opened}


class ReturnLabel(OrderWrite):
    """The label of the open return; opens the return of a delivered order that has none.
    409 `not_returnable`, `already_returned`."""

    body_class = AskedSerializer
    answer_class = ReturnLabelDoneSerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        entry, opened = row.return_label(asked=asked)
        return entry.reference, {"return_label": opened}


class ChangeOrderAddress(OrderWrite):
    """Send an order that has not shipped elsewhere. 409 `not_changeable`."""

    body_class = AddressBodySerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        return row.change_address(data["address"], asked=asked).reference, {"order": row}


class ExpediteOrder(OrderWrite):
    """Handle an order that has not shipped first. 409 `not_changeable`, `already_expedited`."""

    body_class = AskedSerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        return row.expedite(asked=asked).reference, {"order": row}


class MoveOrder(OrderWrite):
    """Move an order to its next status: pending, confirmed, processing, shipped, delivered, returned; cancelled (and
    refunded) before shipping. 409 `not_allowed`."""

    body_class = StatusBodySerializer

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        return row.move_to(data["status"], asked=asked).reference, {"order": row}


class OrderNotes(OrderWrite, generics.ListAPIView):
    """The notes on one order, newest first."""

    queryset = OrderNote.objects.all()
    serializer_class = OrderNoteSerializer
    pagination_class = Pages
    body_class = NoteBodySerializer
    answer_class = OrderNotedSerializer

    def filter_queryset(self, queryset: QuerySet[OrderNote]) -> QuerySet[OrderNote]:
        return queryset.filter(order=get_object_or_404(Order, number=self.kwargs["number"]))

    def change(self, row: Order, data: dict[str, Any], asked: Asked) -> Answer:
        entry, note = row.add_note(data["text"], asked=asked)
        return entry.reference, {"note": note}
