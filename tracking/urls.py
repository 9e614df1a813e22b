from django.urls import path, re_path

from tracking import api

# No NUL: PostgreSQL refuses to compare with one, and an unknown number is a 404.
ONE = r"^(?P<tracking_number>[^/\x00]+)/"

app_name = "tracking"
urlpatterns = [
    path("", api.ShipmentList.as_view(), name="list"),
    path("exceptions/", api.ShipmentExceptions.as_view(), name="exceptions"),
    path("requests/<uuid:key>/", api.ShipmentRequestResult.as_view(), name="request"),
    re_path(rf"{ONE}$", api.ShipmentDetail.as_view(), name="detail"),
    re_path(rf"{ONE}history/$", api.ShipmentHistoryList.as_view(), name="history"),
    re_path(rf"{ONE}address/$", api.ChangeShipmentAddress.as_view(), name="address"),
    re_path(rf"{ONE}expedite/$", api.ExpediteShipment.as_view(), name="expedite"),
    re_path(rf"{ONE}issues/$", api.ReportIssue.as_view(), name="issues"),
]
