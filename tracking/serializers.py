from rest_framework import serializers

from tracking.models import Shipment, ShipmentEvent


class ShipmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Shipment
        fields = [
            "tracking_number",
            "order_number",
            "customer_email",
            "carrier",
            "status",
            "shipped_at",
            "estimated_delivery",
            "delivered_at",
            "last_location",
            "exception_reason",
        ]


class ShipmentEventSerializer(serializers.ModelSerializer):
    class Meta:
        model = ShipmentEvent
        fields = ["at", "status", "location", "text"]


class ShipmentDetailSerializer(ShipmentSerializer):
    events = ShipmentEventSerializer(many=True, read_only=True)

    class Meta(ShipmentSerializer.Meta):
        fields = [*ShipmentSerializer.Meta.fields, "events"]


class ShipmentQuery(serializers.Serializer):
    """What the list of shipments can be narrowed by."""

    customer_email = serializers.CharField(required=False, max_length=254, help_text="Shipments to this customer.")
    order_number = serializers.CharField(required=False, max_length=40, help_text="Shipments of this order.")
