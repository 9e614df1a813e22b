"""The shop's three services, asked over HTTP as the mesh asks them."""

import uuid
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client

from actors.message import Customer, HistoryEntry, Order, Shipment
from orders.models import Order as OrderRow

pytestmark = pytest.mark.django_db

LISTS = ["/api/customers/", "/api/orders/", "/api/tracking/"]
DETAILS = [
    "/api/customers/john.doe@example.com/",
    "/api/customers/john.doe@example.com/notes/",
    "/api/orders/ORD-12345678/",
    "/api/tracking/TRK123456789/",
]
UNKNOWN = [
    "/api/customers/nobody@example.com/",
    "/api/customers/nobody@example.com/notes/",
    "/api/customers/a%00b@example.com/",
    "/api/orders/ORD-00000000/",
    "/api/orders/%00/",
    "/api/tracking/TRK000000000/",
    "/api/tracking/%00/",
]


@pytest.fixture
def shop():
    call_command("seed_demo", stdout=StringIO())


@pytest.fixture
def service(shop, settings):
    return Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})


def results(service, url, **params):
    answer = service.get(url, params)
    assert answer.status_code == 200
    return answer.json()["results"]


@pytest.mark.parametrize("url", LISTS + DETAILS)
def test_service_token_may_read(service, url):
    assert service.get(url).status_code == 200


@pytest.mark.parametrize("url", LISTS + DETAILS + UNKNOWN[:1])
def test_stranger_may_not_read(shop, url):
    assert Client().get(url).status_code in (401, 403)
    assert Client(headers={"Authorization": "Bearer wrong"}).get(url).status_code in (401, 403)


def test_staff_who_may_only_look_change_nothing(shop, django_user_model):
    looker = Client()
    user = django_user_model.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    looker.force_login(user)
    number = "ORD-12345679"  # may still be cancelled
    assert looker.get("/api/orders/").status_code == 200
    assert looker.get("/api/customers/").status_code == 403
    body = {"requested_by": "me"}
    header = {"Idempotency-Key": str(uuid.uuid4())}
    response = looker.post(f"/api/orders/{number}/cancel/", body, content_type="application/json", headers=header)
    assert response.status_code == 403
    assert OrderRow.objects.get(number=number).status != "cancelled"


def test_staff_may_read_and_a_plain_user_may_not(shop, admin_client, django_user_model):
    assert admin_client.get("/api/orders/").status_code == 200
    plain = Client()
    plain.force_login(django_user_model.objects.create_user("plain", password="x"))
    assert plain.get("/api/orders/").status_code == 403


@pytest.mark.parametrize("url", UNKNOWN)
def test_unknown_is_a_404(service, url):
    assert service.get(url).status_code == 404


@pytest.mark.parametrize("url", LISTS + DETAILS)
def test_nothing_can_be_overwritten_or_deleted(service, url):
    for write in (service.put, service.patch, service.delete):
        assert write(url, {}, content_type="application/json").status_code == 405


@pytest.mark.parametrize(
    ("url", "params", "kind"),
    [
        ("/api/customers/", {}, Customer),
        ("/api/customers/john.doe@example.com/notes/", {}, HistoryEntry),
        ("/api/orders/", {"limit": 100}, Order),
        ("/api/tracking/", {"limit": 100}, Shipment),
    ],
)
def test_rows_have_the_shape_the_mesh_reads(service, url, params, kind):
    rows = results(service, url, **params)
    assert rows
    for row in rows:
        parsed = kind.model_validate(row, extra="ignore").model_dump()
        assert {name for name in parsed if name not in row} == set()


def test_money_is_text_with_a_currency(service):
    order = service.get("/api/orders/ORD-12345678/").json()
    assert order["total"] == {"amount": "149.97", "currency": "USD"}
    assert order["refunded"] == {"amount": "0.00", "currency": "USD"}
    assert order["items"][1] == {
        "sku": "CB-USBC",
        "name": "USB-C Cable",
        "quantity": 2,
        "price": {"amount": "9.99", "currency": "USD"},
    }
    assert order["shipping_address"] == "John Doe, 12 Maple Street, Portland, OR 97205, US"


@pytest.mark.parametrize(
    ("url", "parameter"),
    [("/api/customers/", "email"), ("/api/orders/", "customer_email"), ("/api/tracking/", "customer_email")],
)
def test_address_is_compared_without_regard_to_case(service, url, parameter):
    rows = results(service, url, **{parameter: "John.DOE@Example.com"})
    assert rows
    assert {row[parameter] for row in rows} == {"john.doe@example.com"}


def test_customer_is_found_by_an_address_in_capitals(service):
    assert service.get("/api/customers/JOHN.DOE@EXAMPLE.COM/").json()["email"] == "john.doe@example.com"


def test_address_written_in_capitals_is_stored_in_lower_case(service):
    OrderRow.objects.create(number="ORD-99999999", customer_email="Ann.Lee@Example.com", total=1)
    assert results(service, "/api/orders/", customer_email="ann.lee@example.com")[0]["number"] == "ORD-99999999"


def test_orders_come_newest_first_and_in_pages(service):
    numbers = [row["number"] for row in results(service, "/api/orders/", customer_email="john.doe@example.com")]
    assert numbers == ["ORD-12345679", "ORD-12345678", "ORD-12345600"]
    page = service.get("/api/orders/", {"customer_email": "john.doe@example.com", "limit": 1, "offset": 1}).json()
    assert (page["count"], [row["number"] for row in page["results"]]) == (3, ["ORD-12345678"])


def test_no_page_is_longer_than_a_hundred(service):
    OrderRow.objects.bulk_create(
        OrderRow(number=f"ORD-7{index:07}", customer_email="many@example.com", total=1) for index in range(101)
    )
    assert len(results(service, "/api/orders/", customer_email="many@example.com", limit=1000)) == 100


def test_orders_are_narrowed_by_status_and_number(service):
    assert {row["status"] for row in results(service, "/api/orders/", status="shipped")} == {"shipped"}
    mine = {"customer_email": "john.doe@example.com"}
    assert len(results(service, "/api/orders/", number="ORD-12345678", **mine)) == 1
    assert results(service, "/api/orders/", number="ORD-87654321", **mine) == []


def test_shipments_are_narrowed_by_order(service):
    rows = results(service, "/api/tracking/", order_number="ORD-87654321")
    assert [(row["tracking_number"], row["status"]) for row in rows] == [("TRK987654321", "out_for_delivery")]


def test_shipment_tells_its_scans_newest_first(service):
    events = service.get("/api/tracking/TRK987654321/").json()["events"]
    assert [event["status"] for event in events] == ["out_for_delivery", "in_transit", "in_transit"]


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("/api/orders/", {"status": "lost"}),
        ("/api/orders/", {"customer_email": "a\0b"}),
        ("/api/customers/", {"email": "x" * 300}),
        ("/api/tracking/", {"order_number": "\0"}),
    ],
)
def test_parameter_that_makes_no_sense_is_refused_by_name(service, url, params):
    answer = service.get(url, params)
    assert answer.status_code == 400
    assert next(iter(params)) in answer.content.decode()


@pytest.mark.parametrize(
    ("url", "most"), [("/api/orders/", 3), ("/api/tracking/", 2), ("/api/customers/", 2), (DETAILS[1], 3)]
)
def test_queries_do_not_grow_with_the_rows(service, django_assert_max_num_queries, url, most):
    with django_assert_max_num_queries(most):
        assert len(results(service, url, limit=100)) > 1


@pytest.mark.parametrize(
    "admin_page", ["customers/customer", "customers/customernote", "orders/order", "tracking/shipment"]
)
def test_admin_lists_and_finds(shop, admin_client, admin_page):
    answer = admin_client.get(f"/admin/{admin_page}/", {"q": "john.doe"})
    assert answer.status_code == 200
