"""The tracking service: where the parcels are, and what the carrier is asked."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from shop.models import Asked
from shop.schema import ServiceSchema
from shop.serializers import AddressBodySerializer, AskedSerializer, NoteBodySerializer
from shop.views import HistoryList, Pages, RequestResult, WriteView
from tracking.models import Shipment, ShipmentHistory
from tracking.serializers import (
    IssueReportedSerializer,
    ShipmentDetailSerializer,
    ShipmentDoneSerializer,
    ShipmentQuery,
    ShipmentSerializer,
)

Answer = tuple[str, dict[str, Any]]


class ShipmentList(generics.ListAPIView):
    """The shipments, newest first."""

    schema = ServiceSchema()
    queryset = Shipment.objects.all()
    serializer_class = ShipmentSerializer
    pagination_class = Pages

    @extend_schema(parameters=[ShipmentQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Shipment]) -> QuerySet[Shipment]:
        query = ShipmentQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return queryset.filter(**query.validated_data)


class ShipmentDetail(generics.RetrieveAPIView):
    """One shipment with its scans, newest first."""

    schema = ServiceSchema()
    queryset = Shipment.objects.prefetch_related("events")
    serializer_class = ShipmentDetailSerializer
    lookup_field = "tracking_number"


class ShipmentExceptions(generics.ListAPIView):
    """The shipments in trouble, newest first."""

    schema = ServiceSchema()
    queryset = Shipment.objects.filter(status=Shipment.Status.EXCEPTION)
    serializer_class = ShipmentSerializer
    pagination_class = Pages


class ShipmentHistoryList(HistoryList):
    """What was asked of the carrier for one shipment, newest first: who asked, when."""

    queryset = ShipmentHistory.objects.all()

    def filter_queryset(self, queryset: QuerySet[ShipmentHistory]) -> QuerySet[ShipmentHistory]:
        return queryset.filter(shipment=get_object_or_404(Shipment, tracking_number=self.kwargs["tracking_number"]))


class ShipmentRequestResult(RequestResult):
    """What became of the write with this Idempotency-Key; 404 when it never happened, and it may be sent again."""

    service = "tracking"


class ShipmentWrite(WriteView):
    service = "tracking"
    rows = Shipment
    queryset = Shipment.objects.all()
    lookup_field = "tracking_number"
    answer_class = ShipmentDoneSerializer


class ChangeShipmentAddress(ShipmentWrite):
    """Have the carrier deliver a parcel elsewhere, until it is out for delivery. 409 `not_changeable`."""

    body_class = AddressBodySerializer

    def change(self, row: Shipment, data: dict[str, Any], asked: Asked) -> Answer:
        return row.change_address(data["address"], asked=asked).reference, {"shipment": row}


class ExpediteShipment(ShipmentWrite):
    """Have the carrier deliver a parcel first. 409 `not_changeable`, `already_expedited`."""

    body_class = AskedSerializer

    def change(self, row: Shipment, data: dict[str, Any], asked: Asked) -> Answer:
        return row.expedite(asked=asked).reference, {"shipment": row}


class ReportIssue(ShipmentWrite):
    """Ask the carrier about a parcel."""

    body_class = NoteBodySerializer
    answer_class = IssueReportedSerializer

    def change(self, row: Shipment, data: dict[str, Any], asked: Asked) -> Answer:
        entry, issue = row.report_issue(data["text"], asked=asked)
        return entry.reference, {"issue": issue}
