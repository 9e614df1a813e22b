from django.urls import path, re_path

from orders import api

app_name = "orders"
urlpatterns = [
    path("", api.OrderList.as_view(), name="list"),
    # No NUL: PostgreSQL refuses to compare with one, and an unknown number is a 404.
    re_path(r"^(?P<number>[^/\x00]+)/$", api.OrderDetail.as_view(), name="detail"),
]
