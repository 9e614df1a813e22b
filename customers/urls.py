from django.urls import path, re_path

from customers import api

app_name = "customers"
urlpatterns = [
    path("", api.CustomerList.as_view(), name="list"),
    # No NUL: PostgreSQL refuses to compare with one, and an unknown address is a 404.
    re_path(r"^(?P<email>[^/\x00]+)/$", api.CustomerDetail.as_view(), name="detail"),
    re_path(r"^(?P<email>[^/\x00]+)/notes/$", api.CustomerNotes.as_view(), name="notes"),
]
