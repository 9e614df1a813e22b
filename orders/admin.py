from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from orders.models import Order, OrderHistory, OrderItem, OrderNote, OrderReturn
from shop.admin import HistoryInline, ReadOnlyInline
from shop.models import Asked, Refused


class OrderItemInline(TabularInline):
    model = OrderItem
    extra = 0
    hide_title = True


class OrderNoteInline(TabularInline):
    model = OrderNote
    extra = 0
    hide_title = True


class OrderReturnInline(ReadOnlyInline):
    model = OrderReturn
    fields = readonly_fields = ["number", "reason", "opened_at", "closed_at"]


class OrderHistoryInline(HistoryInline):
    model = OrderHistory


def _move_to(status: str, label: str) -> Callable[..., None]:
    """An admin action that moves the chosen orders to one status, each as the state machine allows."""

    def move(admin_page: "OrderAdmin", request: HttpRequest, chosen: QuerySet[Order]) -> None:
        name = request.user.get_username()
        asked = Asked(by=f"staff {name}", via=name)
        for pk in chosen.values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    order = Order.objects.select_for_update().get(pk=pk)
                    order.move_to(status, asked=asked)
                admin_page.message_user(request, f"{order.number} is {status} now.", messages.SUCCESS)
            except Refused as refused:
                admin_page.message_user(request, f"{order.number}: {refused.detail}", messages.ERROR)

    move.__name__ = f"mark_{status}"
    refunds = " and refund" if status == Order.Status.CANCELLED else ""
    return admin.action(permissions=["change"], description=f"Mark as {label}{refunds}")(move)


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    list_display = ["number", "customer_email", "status_label", "total", "refunded", "currency", "placed_at"]
    list_filter = ["status", "placed_at", "currency"]
    search_fields = ["number", "customer_email", "tracking_number"]
    inlines = [OrderItemInline, OrderNoteInline, OrderReturnInline, OrderHistoryInline]
    actions = [_move_to(status, label.lower()) for status, label in Order.Status.choices if status != "pending"]
    list_per_page = 50
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["number", "customer_email", "status", "expedited", "placed_at"]}),
        ("Money", {"fields": ["currency", "total", "paid", "refunded"]}),
        ("Delivery", {"fields": ["tracking_number", "estimated_delivery", "delivered_at", "shipping_address"]}),
    ]

    @display(
        description="Status",
        ordering="status",
        label={
            Order.Status.PENDING: "warning",
            Order.Status.SHIPPED: "info",
            Order.Status.DELIVERED: "success",
            Order.Status.CANCELLED: "danger",
        },
    )
    def status_label(self, order: Order) -> tuple[str, str]:
        return order.status, order.get_status_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        """Status and money change through the state machine and refunds, never by typing."""
        return [] if obj is None else ["number", "status", "currency", "total", "paid", "refunded"]

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            # Only what was typed: a cancellation that came in between must not be written over.
            obj.save(update_fields=form.changed_data)
            name = request.user.get_username()
            obj.record("edited", asked=Asked(by=f"staff {name}", via=name), text=", ".join(form.changed_data))
