"""The demo shop: there after one run, unchanged by a second."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import serializers
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer, CustomerNote
from orders.models import Order, OrderItem
from tracking.models import Shipment, ShipmentEvent

MODELS = [Customer, CustomerNote, Order, OrderItem, Shipment, ShipmentEvent]

pytestmark = pytest.mark.django_db


def seed() -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def everything() -> str:
    return "".join(serializers.serialize("json", model.objects.order_by("pk")) for model in MODELS)


def test_second_run_changes_nothing_and_says_so():
    first = seed()
    before = everything()
    second = seed()
    assert "customers: 7 made" in first
    assert {line.split(": ")[1] for line in second.splitlines()} == {"0 made"}
    assert everything() == before


def test_existing_order_keeps_its_dates_and_status():
    seed()
    placed_at = timezone.now() - timedelta(days=90)
    Order.objects.filter(number="ORD-12345678").update(placed_at=placed_at, status="delivered")
    seed()
    order = Order.objects.get(number="ORD-12345678")
    assert (order.placed_at, order.status) == (placed_at, "delivered")


def test_customers_have_their_tiers():
    seed()
    tiers = {email.removesuffix("@example.com"): tier for email, tier in Customer.objects.values_list("email", "tier")}
    assert tiers == {
        "john.doe": "premium",
        "jane.smith": "vip",
        "bob.wilson": "standard",
        "sarah.wilson": "standard",
        "vip.customer": "vip",
        "returns.customer": "standard",
        "confused.customer": "standard",
    }


def test_orders_stand_in_every_status():
    seed()
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)


def test_fixed_orders_tell_their_stories():
    seed()
    today = timezone.localdate()

    late = Shipment.objects.get(tracking_number="TRK123456789")
    assert (late.order_number, late.status) == ("ORD-12345678", "in_transit")
    assert late.estimated_delivery == today - timedelta(days=2)

    coming = Shipment.objects.get(tracking_number="TRK987654321")
    assert (coming.order_number, coming.status) == ("ORD-87654321", "out_for_delivery")
    assert coming.estimated_delivery == today

    returnable = Order.objects.get(number="ORD-11111111")
    assert (returnable.customer_email, returnable.status) == ("returns.customer@example.com", "delivered")
    assert timedelta(days=5) < timezone.now() - returnable.delivered_at < timedelta(days=9)

    assert Order.objects.get(number="ORD-12345679").status == "processing"
    assert Shipment.objects.filter(status="exception").exclude(exception_reason="").count() == 1


def test_orders_and_shipments_agree():
    seed()
    shipped = Order.objects.exclude(tracking_number="")
    assert {order.tracking_number for order in shipped} == set(
        Shipment.objects.values_list("tracking_number", flat=True)
    )
    for order in shipped:
        shipment = Shipment.objects.get(tracking_number=order.tracking_number)
        assert (shipment.order_number, shipment.customer_email) == (order.number, order.customer_email)
        assert (shipment.estimated_delivery, shipment.delivered_at is None) == (
            order.estimated_delivery,
            order.delivered_at is None,
        )
        assert order.placed_at < shipment.shipped_at


def test_every_order_belongs_to_a_customer_and_adds_up():
    seed()
    customers = set(Customer.objects.values_list("email", flat=True))
    for order in Order.objects.prefetch_related("items"):
        assert order.customer_email in customers
        assert order.total == sum(item.quantity * item.price for item in order.items.all())
        assert order.currency == "USD"
