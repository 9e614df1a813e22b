from django.contrib import admin

from tracking.models import Shipment, ShipmentEvent


class ShipmentEventInline(admin.TabularInline):
    model = ShipmentEvent
    extra = 0


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
    inlines = [ShipmentEventInline]
    list_per_page = 50
    show_full_result_count = False
