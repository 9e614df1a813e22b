from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from shop.admin import HistoryInline
from shop.models import Asked
from tracking.models import Shipment, ShipmentEvent, ShipmentHistory, ShipmentIssue


class ShipmentEventInline(admin.TabularInline):
    model = ShipmentEvent
    extra = 0


class ShipmentIssueInline(admin.TabularInline):
    model = ShipmentIssue
    extra = 0
    readonly_fields = ["at"]


class ShipmentHistoryInline(HistoryInline):
    model = ShipmentHistory
    fields = readonly_fields = ["at", "what", "text", "by", "via", "reference"]


@admin.register(Shipment)
class ShipmentAdmin(admin.ModelAdmin):
    list_display = [
        "tracking_number",
        "order_number",
        "customer_email",
        "carrier",
        "status",
        "estimated_delivery",
        "delivered_at",
    ]
    list_filter = ["status", "carrier", "estimated_delivery"]
    search_fields = ["tracking_number", "order_number", "customer_email"]
    inlines = [ShipmentEventInline, ShipmentIssueInline, ShipmentHistoryInline]
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Shipment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            name = request.user.get_username()
            obj.record("edited", asked=Asked(by=f"staff {name}", via=name), text=", ".join(form.changed_data))
