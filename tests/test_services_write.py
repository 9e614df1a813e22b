"""The shop's services, written to over HTTP as the mesh and staff do it."""

import uuid
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from orders.models import Order
from shop.models import IdempotentRequest
from tracking.models import Shipment

pytestmark = pytest.mark.django_db

BEFORE_SHIPPING = ("pending", "confirmed", "processing")
STATUSES = (*BEFORE_SHIPPING, "shipped", "delivered", "returned", "cancelled")
ASKED = {"requested_by": "customer via chat"}
REASON = {"reason": "changed my mind", **ASKED}
EIGHTY = {"amount": {"amount": "80.00", "currency": "USD"}, **REASON}
ADDRESS = {"address": "5 New Road, Salem, OR 97301, US", **ASKED}
NOTE = {"text": "Ring twice.", **ASKED}
WRITES = [
    ("/api/orders/ORD-1/cancel/", REASON),
    ("/api/orders/ORD-1/refund/", EIGHTY),
    ("/api/orders/ORD-1/return/", REASON),
    ("/api/orders/ORD-1/return-label/", ASKED),
    ("/api/orders/ORD-1/address/", ADDRESS),
    ("/api/orders/ORD-1/expedite/", ASKED),
    ("/api/orders/ORD-1/notes/", NOTE),
    ("/api/orders/ORD-1/status/", {"status": "shipped", **ASKED}),
    ("/api/customers/ann@example.com/notes/", NOTE),
    ("/api/customers/ann@example.com/tier/", {"tier": "vip", **ASKED}),
    ("/api/tracking/TRK-1/address/", ADDRESS),
    ("/api/tracking/TRK-1/expedite/", ASKED),
    ("/api/tracking/TRK-1/issues/", NOTE),
]


def order(status="processing", **more):
    fields = {"number": "ORD-1", "customer_email": "ann@example.com", "total": 100, "paid": 100, "currency": "USD"}
    return Order.objects.create(**{**fields, "status": status, "shipping_address": "1 Old Road", **more})


@pytest.fixture
def service(settings):
    return Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})


@pytest.fixture
def shop():
    order()
    Customer.objects.create(email="ann@example.com", first_name="Ann", last_name="Lee")
    Shipment.objects.create(
        tracking_number="TRK-1",
        order_number="ORD-1",
        customer_email="ann@example.com",
        carrier="UPS",
        status="in_transit",
    )


def post(client, url, body, key=None):
    headers = {} if key == "" else {"Idempotency-Key": str(key or uuid.uuid4())}
    return client.post(url, body, content_type="application/json", headers=headers)


def order_now():
    return Order.objects.get(number="ORD-1")


def history(service, url="/api/orders/ORD-1/history/"):
    return service.get(url).json()["results"]


# --- every write --------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "body"), WRITES)
def test_write_is_done_and_leaves_one_row_of_history(service, shop, url, body):
    if "return" in url:
        Order.objects.update(status="delivered")
    answer = post(service, url, body)
    assert answer.status_code == 200, answer.content
    done = answer.json()
    assert done["status"] == "done"
    (entry,) = history(service, url.rsplit("/", 2)[0] + "/history/")
    assert (entry["reference"], entry["by"], entry["via"]) == (done["reference"], "customer via chat", "service")


@pytest.mark.parametrize(("url", "body"), WRITES)
def test_stranger_may_not_write(shop, url, body):
    for client in (Client(), Client(headers={"Authorization": "Bearer wrong"})):
        assert post(client, url, body).status_code == 401
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize(("url", "body"), WRITES)
def test_unknown_row_is_a_404_that_keeps_nothing(service, url, body):
    assert post(service, url, body).status_code == 404
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize(("url", "body"), WRITES)
def test_every_field_is_needed(service, shop, url, body):
    for field in body:
        answer = post(service, url, {name: value for name, value in body.items() if name != field})
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize(("url", "body"), WRITES)
def test_key_is_needed_and_must_be_a_uuid(service, shop, url, body):
    for key in ("", "seven"):
        answer = (
            post(service, url, body, key="")
            if not key
            else service.post(url, body, content_type="application/json", headers={"Idempotency-Key": key})
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("body", ["[" * 100_000, "{", "[]", '"x"', '{"requested_by": "a\\u0000b"}', "NaN", "null"])
def test_body_that_makes_no_sense_is_refused(service, shop, body):
    assert post(service, "/api/orders/ORD-1/expedite/", body).status_code == 400
    assert not order_now().expedited


def test_staff_may_write_and_the_history_names_their_login(admin_client, shop):
    post(admin_client, "/api/orders/ORD-1/expedite/", ASKED)
    assert (order_now().history.get().via, order_now().history.get().by) == ("admin", "customer via chat")


# --- orders: what each status allows --------------------------------------------------------------


@pytest.mark.parametrize("status", STATUSES)
def test_order_is_cancelled_and_refunded_only_before_shipping(service, status):
    order(status, refunded=20)
    answer = post(service, "/api/orders/ORD-1/cancel/", REASON)
    if status in BEFORE_SHIPPING:
        assert answer.json()["refunded"] == {"amount": "80.00", "currency": "USD"}
        assert answer.json()["order"]["status"] == "cancelled"
        assert answer.json()["order"]["refunded"] == {"amount": "100.00", "currency": "USD"}
        assert history(service)[0]["amount"] == {"amount": "80.00", "currency": "USD"}
        assert history(service)[0]["text"] == "changed my mind"
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
        assert (order_now().status, order_now().refunded, history(service)) == (status, 20, [])


def test_cancelling_an_unpaid_order_refunds_nothing(service):
    order("pending", paid=0)
    assert post(service, "/api/orders/ORD-1/cancel/", REASON).json()["refunded"]["amount"] == "0.00"


@pytest.mark.parametrize(
    ("amount", "refunded"), [("0.01", "20.01"), ("80.00", "100.00"), ("80.01", None), ("9999999999.99", None)]
)
def test_refund_is_never_more_than_paid_minus_refunded(service, amount, refunded):
    order("delivered", refunded=20)
    answer = post(service, "/api/orders/ORD-1/refund/", EIGHTY | {"amount": {"amount": amount, "currency": "USD"}})
    if refunded:
        assert answer.json()["refunded"] == {"amount": amount, "currency": "USD"}
        assert answer.json()["order"]["refunded"]["amount"] == refunded
        assert history(service)[0]["amount"]["amount"] == amount
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "exceeds_paid")
        assert "80.00 USD" in answer.json()["detail"]
        assert order_now().refunded == 20


@pytest.mark.parametrize(
    "amount",
    [
        {"amount": "0.00", "currency": "USD"},
        {"amount": "-1.00", "currency": "USD"},
        {"amount": "1.001", "currency": "USD"},
        {"amount": "NaN", "currency": "USD"},
        {"amount": "1e400", "currency": "USD"},
        {"amount": "1.00", "currency": "EUR"},
        {"amount": "1.00", "currency": "usd"},
        {"amount": "1.00"},
        "1.00",
    ],
)
def test_amount_that_is_none_is_refused_by_name(service, amount):
    order()
    answer = post(service, "/api/orders/ORD-1/refund/", EIGHTY | {"amount": amount})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith("amount")
    assert order_now().refunded == 0
    assert not IdempotentRequest.objects.exists()


def test_database_itself_refuses_a_refund_beyond_what_was_paid():
    order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(refunded=Decimal("100.01"))


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_delivered_order_can_be_returned(service, status):
    order(status)
    answer = post(service, "/api/orders/ORD-1/return/", REASON)
    if status == "delivered":
        label = answer.json()["return_label"]
        assert answer.json()["order"]["status"] == "delivered"
        page = Client().get(label["url"])  # the customer prints it, without a token
        assert label["number"] in page.content.decode()
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "ann@example.com" not in page.content.decode()
    else:
        code = "already_returned" if status == "returned" else "not_returnable"
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert not order_now().returns.exists()


def test_second_open_return_is_refused_and_the_label_can_be_had_again(service):
    order("delivered")
    label = post(service, "/api/orders/ORD-1/return/", REASON).json()["return_label"]
    assert post(service, "/api/orders/ORD-1/return/", REASON).json()["code"] == "already_returned"
    assert post(service, "/api/orders/ORD-1/return-label/", ASKED).json()["return_label"] == label


def test_asking_for_a_label_opens_the_return(service):
    order("delivered")
    assert post(service, "/api/orders/ORD-1/return-label/", ASKED).status_code == 200
    assert order_now().returns.get().closed_at is None


def test_return_is_closed_when_the_goods_arrive(service):
    order("delivered")
    post(service, "/api/orders/ORD-1/return/", REASON)
    post(service, "/api/orders/ORD-1/status/", {"status": "returned", **ASKED})
    assert order_now().returns.get().closed_at is not None


def test_unknown_label_is_a_404():
    assert Client().get("/api/orders/return-labels/guessed/").status_code == 404


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("what", "body"), [("address", ADDRESS), ("expedite", ASKED)])
def test_order_changes_only_before_shipping(service, status, what, body):
    order(status)
    answer = post(service, f"/api/orders/ORD-1/{what}/", body)
    changed = (order_now().shipping_address, order_now().expedited)
    if status in BEFORE_SHIPPING:
        expected = (ADDRESS["address"], False) if what == "address" else ("1 Old Road", True)
        assert (answer.status_code, changed) == (200, expected)
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "not_changeable")
        assert changed == ("1 Old Road", False)


def test_history_keeps_the_address_before(service, shop):
    post(service, "/api/orders/ORD-1/address/", ADDRESS)
    assert history(service)[0]["text"] == "before: 1 Old Road"


def test_order_is_expedited_once(service, shop):
    post(service, "/api/orders/ORD-1/expedite/", ASKED)
    assert post(service, "/api/orders/ORD-1/expedite/", ASKED).json()["code"] == "already_expedited"


NEXT = {
    "pending": {"confirmed", "cancelled"},
    "confirmed": {"processing", "cancelled"},
    "processing": {"shipped", "cancelled"},
    "shipped": {"delivered"},
    "delivered": {"returned"},
    "returned": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("after", STATUSES)
@pytest.mark.parametrize("before", STATUSES)
def test_status_moves_only_as_the_state_machine_says(service, before, after):
    order(before)
    answer = post(service, "/api/orders/ORD-1/status/", {"status": after, **ASKED})
    if after in NEXT[before]:
        assert (answer.status_code, order_now().status) == (200, after)
        assert order_now().refunded == (100 if after == "cancelled" else 0)
        assert (order_now().delivered_at is not None) == (after == "delivered")
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")
        assert order_now().status == before


def test_notes_on_an_order_are_read_back_newest_first(service, shop):
    for text in ("first", "second"):
        note = post(service, "/api/orders/ORD-1/notes/", {"text": text, **ASKED}).json()["note"]
    assert (note["text"], note["author"]) == ("second", "customer via chat")
    notes = service.get("/api/orders/ORD-1/notes/").json()["results"]
    assert [one["text"] for one in notes] == ["second", "first"]


# --- customers and shipments ----------------------------------------------------------------------


def test_tier_changes_and_the_history_keeps_the_one_before(service, shop):
    answer = post(service, "/api/customers/Ann@Example.com/tier/", {"tier": "vip", **ASKED})
    assert answer.json()["customer"]["tier"] == "vip"
    assert history(service, "/api/customers/ann@example.com/history/")[0]["text"] == "standard to vip"


def test_tier_that_does_not_exist_is_refused(service, shop):
    answer = post(service, "/api/customers/ann@example.com/tier/", {"tier": "gold", **ASKED})
    assert answer.json()["errors"][0]["field"] == "tier"


def test_note_on_a_customer_is_read_back(service, shop):
    post(service, "/api/customers/ann@example.com/notes/", NOTE)
    (note,) = service.get("/api/customers/ann@example.com/notes/").json()["results"]
    assert (note["text"], note["author"]) == ("Ring twice.", "customer via chat")


@pytest.mark.parametrize(
    ("status", "address", "expedite"),
    [
        ("label_created", 200, 200),
        ("in_transit", 200, 200),
        ("exception", 200, 200),
        ("out_for_delivery", 409, 200),
        ("delivered", 409, 409),
    ],
)
def test_shipment_is_redirected_and_hurried_while_the_carrier_can(service, shop, status, address, expedite):
    Shipment.objects.update(status=status)
    assert post(service, "/api/tracking/TRK-1/address/", ADDRESS).status_code == address
    assert post(service, "/api/tracking/TRK-1/expedite/", ASKED).status_code == expedite
    shipment = service.get("/api/tracking/TRK-1/").json()
    assert shipment["redirected_to"] == (ADDRESS["address"] if address == 200 else "")
    assert shipment["expedited"] == (expedite == 200)


def test_issue_waits_for_somebody_to_ask_the_carrier(service, shop):
    issue = post(service, "/api/tracking/TRK-1/issues/", NOTE).json()["issue"]
    assert (issue["text"], issue["reported_by"]) == ("Ring twice.", "customer via chat")
    assert Shipment.objects.get().issues.get().resolved_at is None


def test_shipments_in_trouble_are_listed(service):
    call_command("seed_demo", stdout=StringIO())
    rows = service.get("/api/tracking/exceptions/").json()["results"]
    assert [row["tracking_number"] for row in rows] == ["TRK222222222"]


# --- the admin ------------------------------------------------------------------------------------


def admin_action(client, name):
    chosen = list(Order.objects.values_list("pk", flat=True))
    return client.post("/admin/orders/order/", {"action": name, "_selected_action": chosen}, follow=True)


def test_staff_move_orders_in_the_admin_through_the_state_machine(admin_client):
    order("shipped")
    assert "cannot become cancelled" in admin_action(admin_client, "mark_cancelled").content.decode()
    assert "is delivered now" in admin_action(admin_client, "mark_delivered").content.decode()
    assert order_now().status == "delivered"
    assert [(entry.by, entry.what) for entry in order_now().history.all()] == [("staff admin", "status changed")]


def test_status_and_money_cannot_be_typed_in_the_admin(admin_client):
    row = order("shipped")
    page = admin_client.get(f"/admin/orders/order/{row.pk}/change/").content.decode()
    assert 'name="shipping_address"' in page
    for field in ("status", "total", "paid", "refunded", "history-0-what"):
        assert f'name="{field}"' not in page


def test_edit_in_the_admin_is_noted_and_writes_only_what_was_typed(admin_client):
    row = order("processing")
    form = {"customer_email": row.customer_email, "placed_at_0": "2026-01-01", "placed_at_1": "10:00:00"}
    for inline in ("items", "notes", "returns", "history"):
        form |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    answer = admin_client.post(f"/admin/orders/order/{row.pk}/change/", form | {"shipping_address": "2 Typed Road"})
    assert answer.status_code == 302, answer.content
    assert order_now().shipping_address == "2 Typed Road"
    entry = order_now().history.get()
    assert (entry.what, entry.by) == ("edited", "staff admin")
    assert "shipping_address" in entry.text


def test_delivery_now_starts_the_return_window_now(service):
    order("shipped")
    post(service, "/api/orders/ORD-1/status/", {"status": "delivered", **ASKED})
    assert timezone.now() - order_now().delivered_at < timedelta(minutes=1)
