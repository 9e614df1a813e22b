from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders.models import Order, OrderItem


class MoneySerializer(serializers.Serializer):
    amount = serializers.CharField(help_text="A decimal number as text, so that no cent is lost.")
    currency = serializers.CharField(help_text="ISO 4217")


@extend_schema_field(MoneySerializer)
class MoneyField(serializers.Field):
    """One amount of an order or item, with the order's currency."""

    def __init__(self, *, of: str, currency: str = "currency") -> None:
        super().__init__(source="*", read_only=True)
        self.of = of
        self.currency = currency.split(".")

    def to_representation(self, row: Any) -> dict[str, str]:
        amount = getattr(row, self.of)
        for step in self.currency:
            row = getattr(row, step)
        return {"amount": f"{amount:.2f}", "currency": row}


class OrderItemSerializer(serializers.ModelSerializer):
    price = MoneyField(of="price", currency="order.currency")

    class Meta:
        model = OrderItem
        fields = ["sku", "name", "quantity", "price"]


class OrderSerializer(serializers.ModelSerializer):
    items = OrderItemSerializer(many=True, read_only=True)
    total = MoneyField(of="total")
    paid = MoneyField(of="paid")
    refunded = MoneyField(of="refunded")
    tracking_number = serializers.SerializerMethodField()
    shipping_address = serializers.CharField(read_only=True)

    class Meta:
        model = Order
        fields = [
            "number",
            "customer_email",
            "status",
            "placed_at",
            "items",
            "total",
            "paid",
            "refunded",
            "tracking_number",
            "estimated_delivery",
            "delivered_at",
            "shipping_address",
        ]

    def get_tracking_number(self, order: Order) -> str | None:
        return order.tracking_number or None


class OrderQuery(serializers.Serializer):
    """What the list of orders can be narrowed by."""

    customer_email = serializers.CharField(required=False, max_length=254, help_text="Orders of this customer.")
    number = serializers.CharField(required=False, max_length=40, help_text="The order with this number.")
    status = serializers.ChoiceField(required=False, choices=Order.Status.choices)
