"""The tracking service: where the parcels are, to read."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.models import Shipment
from tracking.serializers import ShipmentDetailSerializer, ShipmentQuery, ShipmentSerializer


class Pages(LimitOffsetPagination):
    max_limit = 100


class ShipmentList(generics.ListAPIView):
    """The shipments, newest first."""

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

    queryset = Shipment.objects.prefetch_related("events")
    serializer_class = ShipmentDetailSerializer
    lookup_field = "tracking_number"
