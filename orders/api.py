"""The orders service: what was bought, what it cost and how far it is, to read."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from orders.models import Order, OrderHistory, OrderReturn
from orders.serializers import OrderQuery, OrderSerializer
from shop.schema import ServiceSchema
from shop.views import HistoryList, Pages, RequestResult


class OrderList(generics.ListAPIView):
    """The orders, newest first."""

    schema = ServiceSchema()
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

    schema = ServiceSchema()
    queryset = Order.objects.prefetch_related("items")
    serializer_class = OrderSerializer
    lookup_field = "number"


class OrderHistoryList(HistoryList):
    """What was done to one order, newest first: who asked, when, how much."""

    queryset = OrderHistory.objects.all()

    def filter_queryset(self, queryset: QuerySet[OrderHistory]) -> QuerySet[OrderHistory]:
        return queryset.filter(order=get_object_or_404(Order, number=self.kwargs["number"]))


class OrderRequestResult(RequestResult):
    """What became of the write with this Idempotency-Key; 404 when it never happened, and it may be sent again."""

    service = "orders"


def return_label_page(request: HttpRequest, token: str) -> HttpResponse:
    """The label to print. Whoever has its unguessable address may: it names the return and the order, nobody."""
    opened = get_object_or_404(OrderReturn.objects.select_related("order"), token=token)
    answer = render(request, "orders/return_label.html", {"opened": opened})
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
