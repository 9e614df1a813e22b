from decimal import Decimal
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from orders.models import Order, OrderItem, OrderNote, OrderReturn
from shop.serializers import AskedSerializer, AskedWithReasonSerializer, DoneSerializer, MoneyField, MoneySerializer


class OrderItemSerializer(serializers.ModelSerializer):
    # Said here, because the model's own bounds differ from database to database, and so would the published schema.
    quantity = serializers.IntegerField(min_value=1)
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
            "expedited",
        ]

    def get_tracking_number(self, order: Order) -> str | None:
        return order.tracking_number or None


class OrderNoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderNote
        fields = ["at", "text", "author"]


class ReturnLabelSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField(
        help_text="Where the label can be printed, without a login: a path on the host the customer talks to, or a URL."
    )

    class Meta:
        model = OrderReturn
        fields = ["number", "url"]

    def get_url(self, opened: OrderReturn) -> str:
        return reverse("orders:return-label-page", args=[opened.token])


class OrderQuery(serializers.Serializer):
    """What the list of orders can be narrowed by."""

    customer_email = serializers.CharField(required=False, max_length=254, help_text="Orders of this customer.")
    number = serializers.CharField(required=False, max_length=40, help_text="The order with this number.")
    status = serializers.ChoiceField(required=False, choices=Order.Status.choices)


# --- writing: what comes in ---------------------------------------------------------------------


class AmountSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="ISO 4217, the order's own")


class RefundBodySerializer(AskedWithReasonSerializer):
    amount = AmountSerializer()


class StatusBodySerializer(AskedSerializer):
    status = serializers.ChoiceField(choices=Order.Status.choices)


# --- writing: what goes out ---------------------------------------------------------------------


class OrderDoneSerializer(DoneSerializer):
    order = OrderSerializer()


class OrderRefundedSerializer(OrderDoneSerializer):
    refunded = MoneySerializer(help_text="What went back with this request.")


class OrderReturnOpenedSerializer(OrderDoneSerializer):
    return_label = ReturnLabelSerializer()


class ReturnLabelDoneSerializer(DoneSerializer):
    return_label = ReturnLabelSerializer()


class OrderNotedSerializer(DoneSerializer):
    note = OrderNoteSerializer()


def wrong_currency(order: Order) -> dict[str, Any]:
    """The error of an amount that is not in the order's currency."""
    return {"amount": {"currency": [f"This order is in {order.currency}."]}}
