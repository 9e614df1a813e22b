"""The customers service: what the shop knows of a person."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer, CustomerHistory, CustomerNote
from customers.serializers import (
    CustomerDoneSerializer,
    CustomerNotedSerializer,
    CustomerNoteSerializer,
    CustomerQuery,
    CustomerSerializer,
    TierBodySerializer,
)
from shop.models import Asked
from shop.schema import ServiceSchema
from shop.serializers import NoteBodySerializer
from shop.views import HistoryList, Pages, RequestResult, WriteView

Answer = tuple[str, dict[str, Any]]


class CustomerList(generics.ListAPIView):
    """The customers, by address."""

    schema = ServiceSchema()
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    pagination_class = Pages

    @extend_schema(parameters=[CustomerQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        query = CustomerQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return queryset.filter(**query.validated_data)


class CustomerDetail(generics.RetrieveAPIView):
    """One customer. The address is compared without regard to case."""

    schema = ServiceSchema()
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    lookup_field = "email"


class CustomerWrite(WriteView):
    service = "customers"
    rows = Customer
    queryset = Customer.objects.all()
    lookup_field = "email"


class CustomerNotes(CustomerWrite, generics.ListAPIView):
    """The notes on one customer, newest first."""

    queryset = CustomerNote.objects.all()
    serializer_class = CustomerNoteSerializer
    pagination_class = Pages
    body_class = NoteBodySerializer
    answer_class = CustomerNotedSerializer

    def filter_queryset(self, queryset: QuerySet[CustomerNote]) -> QuerySet[CustomerNote]:
        return queryset.filter(customer=get_object_or_404(Customer, email=self.kwargs["email"]))

    def change(self, row: Customer, data: dict[str, Any], asked: Asked) -> Answer:
        entry, note = row.add_note(data["text"], asked=asked)
        return entry.reference, {"note": note}


class ChangeTier(CustomerWrite):
    """Put a customer into another tier."""

    body_class = TierBodySerializer
    answer_class = CustomerDoneSerializer

    def change(self, row: Customer, data: dict[str, Any], asked: Asked) -> Answer:
        return row.change_tier(data["tier"], asked=asked).reference, {"customer": row}


class CustomerHistoryList(HistoryList):
    """What support did for one customer, newest first: who asked, when."""

    queryset = CustomerHistory.objects.all()

    def filter_queryset(self, queryset: QuerySet[CustomerHistory]) -> QuerySet[CustomerHistory]:
        return queryset.filter(customer=get_object_or_404(Customer, email=self.kwargs["email"]))


class CustomerRequestResult(RequestResult):
    """What became of the write with this Idempotency-Key; 404 when it never happened, and it may be sent again."""

    service = "customers"
