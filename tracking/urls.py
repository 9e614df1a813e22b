from django.urls import path, re_path

from tracking import api

app_name = "tracking"
urlpatterns = [
    path("", api.ShipmentList.as_view(), name="list"),
    # No NUL: PostgreSQL refuses to compare with one, and an unknown number is a 404.
    re_path(r"^(?P<tracking_number>[^/\x00]+)/$", api.ShipmentDetail.as_view(), name="detail"),
]
