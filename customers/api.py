"""The customers service: what the shop knows of a person, to read."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer, CustomerNote
from customers.serializers import CustomerNoteSerializer, CustomerQuery, CustomerSerializer


class Pages(LimitOffsetPagination):
    max_limit = 100


class CustomerList(generics.ListAPIView):
    """The customers, by address."""

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

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    lookup_field = "email"


class CustomerNotes(generics.ListAPIView):
    """The notes on one customer, newest first."""

    queryset = CustomerNote.objects.all()
    serializer_class = CustomerNoteSerializer
    pagination_class = Pages

    def filter_queryset(self, queryset: QuerySet[CustomerNote]) -> QuerySet[CustomerNote]:
        return queryset.filter(customer=get_object_or_404(Customer, email=self.kwargs["email"]))
