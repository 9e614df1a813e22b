from django.urls import path, re_path

from customers import api

# No NUL: PostgreSQL refuses to compare with one, and an unknown address is a 404.
ONE = r"^(?P<email>[^/\x00]+)/"

app_name = "customers"
urlpatterns = [
    path("", api.CustomerList.as_view(), name="list"),
    path("requests/<uuid:key>/", api.CustomerRequestResult.as_view(), name="request"),
    re_path(rf"{ONE}$", api.CustomerDetail.as_view(), name="detail"),
    re_path(rf"{ONE}notes/$", api.CustomerNotes.as_view(), name="notes"),
    re_path(rf"{ONE}tier/$", api.ChangeTier.as_view(), name="tier"),
    re_path(rf"{ONE}history/$", api.CustomerHistoryList.as_view(), name="history"),
]
