from rest_framework import serializers

from shop.serializers import DoneSerializer
from tracking.models import Shipment, ShipmentEvent, ShipmentIssue


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
            "redirected_to",
            "expedited",
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


class ShipmentIssueSerializer(serializers.ModelSerializer):
    class Meta:
        model = ShipmentIssue
        fields = ["at", "text", "reported_by"]


class ShipmentDoneSerializer(DoneSerializer):
    shipment = ShipmentSerializer()


class IssueReportedSerializer(DoneSerializer):
    issue = ShipmentIssueSerializer()
