"""A shop from three files: every line checked, all or nothing, and the same again changes nothing."""

import json
from io import StringIO

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.test import Client

from actors.actions import ACTIONS
from actors.models import Policy
from customers.models import Customer
from orders.models import Order, OrderItem
from supportmesh import shop_files
from tracking.models import Shipment, ShipmentEvent

pytestmark = pytest.mark.django_db

MODELS = [Customer, Order, Shipment]
USD = {"amount": "129.99", "currency": "USD"}
CUSTOMER = {
    "email": "Ann@Example.com",
    "first_name": "Ann",
    "last_name": "Lee",
    "customer_since": "2024-03-14T09:30:00Z",
}
ORDER = {
    "number": "ORD-10000001",
    "customer_email": "ann@example.com",
    "status": "shipped",
    "placed_at": "2026-03-14T11:30:00+02:00",
    "items": [{"sku": "HP-700", "name": "Wireless Headphones", "quantity": 1, "price": USD}],
    "total": USD,
    "paid": USD,
    "tracking_number": "TRK100000001",
    "estimated_delivery": "2026-03-20",
    "shipping_address": "Ann Lee, 12 Maple Street, Portland, OR 97205, US",
}
SHIPMENT = {
    "tracking_number": "TRK100000001",
    "order_number": "ORD-10000001",
    "customer_email": "ann@example.com",
    "carrier": "UPS",
    "status": "in_transit",
    "shipped_at": "2026-03-15T08:00:00Z",
    "events": [{"at": "2026-03-15T08:00:00Z", "status": "in_transit", "location": "Reno, NV", "text": "Left"}],
}


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path)


def write(folder, *, customers=(CUSTOMER,), orders=(ORDER,), shipments=(SHIPMENT,)):
    for name, rows in (("customers", customers), ("orders", orders), ("shipments", shipments)):
        text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(text)
    return folder


def load(folder, *options):
    out, err = StringIO(), StringIO()
    try:
        call_command("import_shop", folder, *options, stdout=out, stderr=err)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return out.getvalue()


def everything():
    return [serializers.serialize("json", model.objects.order_by("pk")) for model in MODELS]


def test_shop_is_read_back_from_the_services_as_it_was_in_the_files(folder, settings):
    load(folder)
    service = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})
    assert service.get("/api/customers/ann@example.com/").json()["tier"] == "standard"
    order = service.get("/api/orders/ORD-10000001/").json()
    assert {name: order[name] for name in ORDER} == ORDER | {"placed_at": "2026-03-14T09:30:00Z"}
    shipment = service.get("/api/tracking/TRK100000001/").json()
    assert {name: shipment[name] for name in SHIPMENT} == SHIPMENT


def test_what_the_services_say_can_be_loaded_as_it_is(tmp_path, settings):
    call_command("seed_demo", stdout=StringIO())
    service = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})

    def said(kind, key):
        rows = service.get(f"/api/{kind}/?limit=100").json()["results"]
        return [service.get(f"/api/{kind}/{row[key]}/").json() for row in rows]

    rows = {"customers": said("customers", "email"), "orders": said("orders", "number")}
    write(tmp_path, **rows, shipments=said("tracking", "tracking_number"))
    before = everything()
    assert load(tmp_path).count(" 0 new") == 3
    assert everything() == before


def test_second_import_changes_nothing(folder):
    load(folder)
    before = everything()
    assert "1 lines, 0 new, 1 brought up to date" in load(folder)
    assert everything() == before
    assert (OrderItem.objects.count(), ShipmentEvent.objects.count()) == (1, 1)


def test_newer_file_brings_rows_up_to_date(folder):
    load(folder)
    delivered = {**ORDER, "status": "delivered", "delivered_at": "2026-03-19T10:00:00Z", "items": ORDER["items"] * 2}
    load(write(folder, customers=[CUSTOMER | {"tier": "vip"}], orders=[delivered]))
    order = Order.objects.get()
    assert (order.status, order.items.count(), Customer.objects.get().tier) == ("delivered", 2, "vip")


@pytest.mark.parametrize(
    ("part", "row", "said"),
    [
        ("customers", CUSTOMER | {"email": "ann"}, "customers.jsonl:2: email: 'ann'; right is an e-mail address"),
        ("customers", CUSTOMER | {"tier": "gold"}, "tier: 'gold'; right is standard, premium or vip"),
        (
            "customers",
            CUSTOMER | {"customer_since": "2024-03-14"},
            "customer_since: '2024-03-14'; right is a time",
        ),
        ("customers", CUSTOMER | {"customer_since": 7}, "customer_since: 7; right is a time with its zone"),
        ("customers", CUSTOMER | {"nick": "A"}, "nick: no such field here; customers.jsonl has email, first_name"),
        ("customers", CUSTOMER | {"phone": "a\0"}, "phone: 'a\\x00'; right is text"),
        ("customers", "{", "customers.jsonl:2: not JSON"),
        ("customers", "[]", "customers.jsonl:2: right is one JSON object a line"),
        ("customers", CUSTOMER, "customers.jsonl:2: email: 'ann@example.com' stands on line 1 already"),
        ("orders", ORDER | {"number": "7"}, "orders.jsonl:2: number: '7'; right is what ORDER_NUMBER_PATTERN says"),
        ("orders", ORDER | {"status": "lost"}, "status: 'lost'; right is pending, confirmed, processing"),
        ("orders", ORDER | {"status": "delivered"}, "delivered_at: right is the time of delivery"),
        (
            "orders",
            ORDER | {"total": USD | {"amount": 129.99}},
            "total.amount: 129.99; right is a decimal",
        ),
        ("orders", ORDER | {"total": USD | {"amount": "1.999"}}, "total.amount: '1.999'; right is"),
        (
            "orders",
            ORDER | {"paid": USD | {"currency": "EUR"}},
            "paid.currency: right is the currency of the total",
        ),
        ("orders", ORDER | {"refunded": USD | {"amount": "130"}}, "refunded.amount: right is at most what was paid"),
        ("orders", ORDER | {"items": []}, "items: []; right is a list of"),
        ("orders", ORDER | {"items": [ORDER["items"][0] | {"quantity": 0}]}, "items.0.quantity: 0; right is a whole"),
        ("orders", {"number": "ORD-10000002"}, "orders.jsonl:2: customer_email: missing; right is an e-mail"),
        ("shipments", SHIPMENT | {"status": "shipped"}, "shipments.jsonl:2: status: 'shipped'; right is label_created"),
        (
            "shipments",
            SHIPMENT | {"tracking_number": "1"},
            "tracking_number: '1'; right is what TRACKING_NUMBER",
        ),
        ("shipments", " " + "x" * 1_000_001, "shipments.jsonl:2: longer than 1000000 bytes"),
    ],
)
def test_error_names_file_line_field_and_what_would_be_right_and_nothing_is_loaded(tmp_path, part, row, said):
    good = {"customers": CUSTOMER, "orders": ORDER, "shipments": SHIPMENT}[part]
    answer = load(write(tmp_path, **{part: [good, row]}))
    assert said in answer
    assert "nothing was loaded" in answer
    assert not any(model.objects.exists() for model in MODELS)


def test_every_error_is_told_up_to_a_hundred(tmp_path):
    answer = load(write(tmp_path, customers=[CUSTOMER | {"email": str(place)} for place in range(300)]))
    assert answer.count("customers.jsonl:") == 100
    assert "These are the first 100" in answer


def test_missing_file_is_named(folder):
    (folder / "orders.jsonl").unlink()
    assert "has no orders.jsonl" in load(folder)


def test_trouble_half_way_loads_nothing(folder, monkeypatch):
    write(folder, shipments=["no longer what was checked"])
    monkeypatch.setattr(shop_files, "faults", lambda *_, **__: [])
    assert "shipments.jsonl was changed while it was read; nothing was loaded" in load(folder)
    assert not any(model.objects.exists() for model in MODELS)


def test_check_only_loads_nothing(folder):
    assert "Every line is right" in load(folder, "--check")
    assert not Order.objects.exists()


def level(name):
    rule = Policy.current().rule_for(name)
    return rule.level if rule else ACTIONS[name].level


def test_on_a_copy_staff_decide_on_every_change(folder):
    assert level("cancel_order") == "confirm"
    load(folder)
    assert {level(name) for name, action in ACTIONS.items() if action.writes} <= {"draft", "off"}
    assert level("check_order_status") == "auto"
    versions = Policy.objects.count()
    load(folder)
    assert Policy.objects.count() == versions


def test_writable_leaves_the_policy_as_it_is(folder):
    load(folder, "--writable")
    assert level("cancel_order") == "confirm"


def test_byte_order_mark_empty_lines_and_windows_line_ends_are_read(folder):
    (folder / "customers.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(CUSTOMER).encode() + b"\r\n\r\n")
    load(folder)
    assert Customer.objects.count() == 1
