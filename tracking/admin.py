from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from shop.admin import HistoryInline
from shop.models import Asked
from tracking.models import Shipment, ShipmentEvent, ShipmentHistory, ShipmentIssue


class ShipmentEventInline(TabularInline):
    model = ShipmentEvent
    extra = 0
    hide_title = True


class ShipmentIssueInline(TabularInline):
    model = ShipmentIssue
    extra = 0
    hide_title = True
    readonly_fields = ["at"]


class ShipmentHistoryInline(HistoryInline):
    model = ShipmentHistory
    fields = readonly_fields = ["at", "what", "text", "by", "via", "reference"]


@admin.register(Shipment)
class ShipmentAdmin(ModelAdmin):
    list_display = [
        "tracking_number",
        "order_number",
        "customer_email",
        "carrier",
        "status_label",
        "estimated_delivery",
        "delivered_at",
    ]
    list_filter = ["status", "carrier", "estimated_delivery"]
    search_fields = ["tracking_number", "order_number", "customer_email"]
    inlines = [ShipmentEventInline, ShipmentIssueInline, ShipmentHistoryInline]
    list_per_page = 50
    show_full_result_count = False

    @display(
        description="Status",
        ordering="status",
        label={
            Shipment.Status.IN_TRANSIT: "info",
            Shipment.Status.OUT_FOR_DELIVERY: "info",
            Shipment.Status.DELIVERED: "success",
            Shipment.Status.EXCEPTION: "danger",
        },
    )
    def status_label(self, shipment: Shipment) -> tuple[str, str]:
        return shipment.status, shipment.get_status_display()

    def save_model(self, request: HttpRequest, obj: Shipment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            name = request.user.get_username()
            obj.record("edited", asked=Asked(by=f"staff {name}", via=name), text=", ".join(form.changed_data))
