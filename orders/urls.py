from django.urls import path, re_path

from orders import api, writes

# No NUL: PostgreSQL refuses to compare with one, and an unknown number is a 404.
ONE = r"^(?P<number>[^/\x00]+)/"

app_name = "orders"
urlpatterns = [
    path("", api.OrderList.as_view(), name="list"),
    path("requests/<uuid:key>/", api.OrderRequestResult.as_view(), name="request"),
    re_path(r"^return-labels/(?P<token>[\w-]+)/$", api.return_label_page, name="return-label-page"),
    re_path(rf"{ONE}$", api.OrderDetail.as_view(), name="detail"),
    re_path(rf"{ONE}history/$", api.OrderHistoryList.as_view(), name="history"),
    re_path(rf"{ONE}cancel/$", writes.CancelOrder.as_view(), name="cancel"),
    re_path(rf"{ONE}refund/$", writes.RefundOrder.as_view(), name="refund"),
    re_path(rf"{ONE}return/$", writes.ReturnOrder.as_view(), name="return"),
    re_path(rf"{ONE}return-label/$", writes.ReturnLabel.as_view(), name="return-label"),
    re_path(rf"{ONE}address/$", writes.ChangeOrderAddress.as_view(), name="address"),
    re_path(rf"{ONE}expedite/$", writes.ExpediteOrder.as_view(), name="expedite"),
    re_path(rf"{ONE}notes/$", writes.OrderNotes.as_view(), name="notes"),
    re_path(rf"{ONE}status/$", writes.MoveOrder.as_view(), name="status"),
]
