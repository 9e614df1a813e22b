"""The orders service: what was bought, what it cost and how far it is, to read."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from orders.models import Order
from orders.serializers import OrderQuery, OrderSerializer


class Pages(LimitOffsetPagination):
    max_limit = 100


class OrderList(generics.ListAPIView):
    """The orders, newest first."""

    queryset = Order.objects.prefetch_related("items")
    serializer_class = OrderSerializer
    pagination_class = Pages

    @extend_schema(parameters=[OrderQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        query = OrderQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return queryset.filter(**query.validated_data)


class OrderDetail(generics.RetrieveAPIView):
    """One order."""

    queryset = Order.objects.prefetch_related("items")
    serializer_class = OrderSerializer
    lookup_field = "number"
