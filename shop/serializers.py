"""What the services' calls have in common, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shop.models import money


class ProblemFieldSerializer(serializers.Serializer):
    field = serializers.CharField()
    detail = serializers.CharField()


class ServiceProblemSerializer(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False, help_text="With a 409: why, for programs.")
    errors = ProblemFieldSerializer(many=True)


class AskedSerializer(serializers.Serializer):
    requested_by = serializers.CharField(
        max_length=120, help_text='Who asked: "customer via chat", "staff maria". Stands in the history.'
    )


class AskedWithReasonSerializer(AskedSerializer):
    reason = serializers.CharField(max_length=500)


class NoteBodySerializer(AskedSerializer):
    text = serializers.CharField(max_length=2000)


class AddressBodySerializer(AskedSerializer):
    address = serializers.CharField(max_length=500, min_length=5, help_text="The whole address, as on a letter.")


class DoneSerializer(serializers.Serializer):
    """Every write that happened answers at least this."""

    status = serializers.CharField(help_text='"done"')
    reference = serializers.CharField(help_text="Names the change in the history.")


class MoneySerializer(serializers.Serializer):
    amount = serializers.CharField(help_text="A decimal number as text, so that no cent is lost.")
    currency = serializers.CharField(help_text="ISO 4217")


@extend_schema_field(MoneySerializer)
class MoneyField(serializers.Field):
    """One amount of a row, with the currency found at `currency` (a path with dots)."""

    def __init__(self, *, of: str, currency: str = "currency") -> None:
        super().__init__(source="*", read_only=True)
        self.of = of
        self.currency = currency.split(".")

    def to_representation(self, row: Any) -> dict[str, str] | None:
        amount = getattr(row, self.of)
        for step in self.currency:
            row = getattr(row, step)
        return None if amount is None else money(amount, row)


class HistorySerializer(serializers.Serializer):
    """One change: who asked, what, when, how much."""

    reference = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    via = serializers.CharField()
    what = serializers.CharField()
    text = serializers.CharField()
    amount = serializers.SerializerMethodField()

    @extend_schema_field(MoneySerializer(allow_null=True))
    def get_amount(self, entry: Any) -> dict[str, str] | None:
        return None if entry.amount is None else money(entry.amount, entry.currency)


class RequestResultSerializer(serializers.Serializer):
    """What became of a write."""

    status_code = serializers.IntegerField()
    body = serializers.JSONField()
