from rest_framework import serializers

from customers.models import Customer, CustomerNote
from shop.serializers import AskedSerializer, DoneSerializer


class CustomerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ["email", "first_name", "last_name", "tier", "phone", "customer_since"]


class CustomerNoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = CustomerNote
        fields = ["at", "text", "author"]


class CustomerQuery(serializers.Serializer):
    """What the list of customers can be narrowed by."""

    email = serializers.CharField(required=False, max_length=254, help_text="The customer with this address.")


class TierBodySerializer(AskedSerializer):
    tier = serializers.ChoiceField(choices=Customer.Tier.choices)


class CustomerDoneSerializer(DoneSerializer):
    customer = CustomerSerializer()


class CustomerNotedSerializer(DoneSerializer):
    note = CustomerNoteSerializer()
