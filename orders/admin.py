from django.contrib import admin

from orders.models import Order, OrderItem


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "customer_email", "status", "total", "refunded", "currency", "placed_at"]
    list_filter = ["status", "placed_at", "currency"]
    search_fields = ["number", "customer_email", "tracking_number"]
    inlines = [OrderItemInline]
    list_per_page = 50
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["number", "customer_email", "status", "placed_at"]}),
        ("Money", {"fields": ["currency", "total", "paid", "refunded"]}),
        ("Delivery", {"fields": ["tracking_number", "estimated_delivery", "delivered_at"]}),
        ("Address", {"fields": ["recipient", "street", "city", "region", "postal_code", "country"]}),
    ]
