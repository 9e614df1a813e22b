"""What the mesh learns of a customer, from the shop's own services over real HTTP, and from a real cache."""

import pickle
from dataclasses import replace
from io import StringIO

import pytest
import redis
from django.core.management import call_command

from actors import services
from actors.context_retriever import SOURCES, context_retriever, drop_cached
from actors.message import Entity, Intent, Payload
from orders.models import Order
from tests.bad_shop import JOHN, SARAH, bad_shop
from tracking.models import Shipment


@pytest.fixture
def bad_day(settings):
    with bad_shop(settings) as server:
        yield server


def payload(*, email=JOHN, verified=True, names=()):
    """A message of this customer that names these orders."""
    entities = tuple(Entity(type="order_number", value=number, span=(0, 0)) for number in names)
    intent = Intent(category="order_inquiry", confidence=0.9, entities=entities)
    return Payload(customer_message="Where is it?", customer_email=email, verified=verified, intent=intent)


# --- the shop's own services --------------------------------------------------------------------


@pytest.fixture
def shop(live_server, settings):
    """The three services as they run, with the demo's data."""
    for service in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{service}_API_URL", f"{live_server.url}/api/{service.lower()}")
    call_command("seed_demo", stdout=StringIO())


def test_customer_gets_record_orders_shipments_notes_and_a_summary(shop):
    context = context_retriever(payload())
    assert (context.customer.first_name, context.customer.tier) == ("John", "premium")
    assert [order.number for order in context.orders] == ["ORD-12345679", "ORD-12345678", "ORD-12345600"]
    assert {shipment.tracking_number for shipment in context.tracking} == {"TRK123456789", "TRK123456700"}
    assert len(context.history) == 2
    assert context.history[0].at > context.history[1].at
    assert context.summary == "Premium customer since 2023, 3 orders, newest ORD-12345679 processing."
    assert (context.source, context.complete, context.missing) == ("services", True, ())


def test_summary_says_when_the_newest_order_was_shipped(shop):
    context = context_retriever(payload(email=SARAH))
    shipped_at = Shipment.objects.get(order_number="ORD-87654321").shipped_at
    day = f"{shipped_at.day} {shipped_at:%b %Y}"
    assert context.summary == f"Standard customer since 2024, 1 order, newest ORD-87654321 shipped on {day}."


def test_address_in_capitals_is_the_same_customer(shop):
    assert context_retriever(payload(email="John.Doe@EXAMPLE.com")).customer.email == JOHN


def test_verified_stranger_to_the_shop_gets_an_empty_but_complete_context(shop):
    context = context_retriever(payload(email="new.person@example.com"))
    assert (context.customer, context.orders, context.tracking, context.history) == (None, (), (), ())
    assert context.complete
    assert context.summary == "Customer without a record in the shop, no orders."


def test_context_serializes_and_reads_back(shop):
    context = context_retriever(payload())
    assert type(context).model_validate_json(context.model_dump_json()) == context


@pytest.mark.parametrize(("number", "owner"), [("ORD-87654321", SARAH), ("ORD-12345678", JOHN)])
def test_naming_an_order_shows_it_to_its_owner_only(shop, number, owner):
    shown = {
        email: number in context_retriever(payload(email=email, names=[number])).model_dump_json()
        for email in (JOHN, SARAH)
    }
    assert shown == {email: email == owner for email in (JOHN, SARAH)}


def test_own_order_older_than_the_newest_twenty_is_found_when_named(shop):
    Order.objects.bulk_create(Order(number=f"ORD-7{i:07}", customer_email=JOHN, total=1) for i in range(20))
    assert "ORD-12345678" not in {order.number for order in context_retriever(payload()).orders}

    context = context_retriever(payload(names=["ORD-12345678", "ORD-87654321"]))
    numbers = [order.number for order in context.orders]
    assert "ORD-12345678" in numbers
    assert "ORD-87654321" not in numbers  # Sarah's
    assert len(numbers) == 20


@pytest.mark.parametrize(
    "guest",
    [payload(verified=False), payload(email=None), payload(email="", verified=True)],
    ids=["guest", "none", "empty"],
)
def test_guest_gets_nothing_and_nobody_is_asked(bad_day, guest):
    context = context_retriever(guest)
    assert (context.source, context.complete, context.customer, context.orders) == ("none", True, None, ())
    assert bad_day.asked == []


# --- the cache ------------------------------------------------------------------------------------


@pytest.fixture
def raw_cache(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        yield client


def cached(raw_cache, name):
    return next(key for key in raw_cache.scan_iter("*context:*") if key.endswith(f":{name}".encode()))


def test_second_look_comes_from_the_cache_and_asks_nobody(shop, settings):
    first = context_retriever(payload())
    settings.CUSTOMERS_API_URL = settings.ORDERS_API_URL = settings.TRACKING_API_URL = "http://127.0.0.1:9"
    second = context_retriever(payload())
    assert second == first.model_copy(update={"source": "cache"})


def test_customer_is_kept_half_an_hour_and_orders_a_minute(shop, raw_cache):
    context_retriever(payload())
    seconds = {name: raw_cache.ttl(cached(raw_cache, name)) for name in ("customer", "history", "orders", "tracking")}
    assert 1790 < seconds["customer"] <= 1800
    assert 1790 < seconds["history"] <= 1800
    assert 50 < seconds["orders"] <= 60
    assert 50 < seconds["tracking"] <= 60


def test_no_address_stands_in_a_key(shop, raw_cache):
    context_retriever(payload())
    keys = b" ".join(raw_cache.scan_iter("*"))
    assert b"context:" in keys
    assert b"john" not in keys
    assert b"@" not in keys


def test_dropped_customer_is_fetched_again(shop):
    context_retriever(payload())
    context_retriever(payload(email=SARAH))
    Order.objects.filter(number="ORD-12345679").update(status="cancelled")
    assert context_retriever(payload()).orders[0].status == "processing"

    drop_cached("John.Doe@example.com")

    assert context_retriever(payload()).orders[0].status == "cancelled"
    assert context_retriever(payload()).source == "cache"
    assert context_retriever(payload(email=SARAH)).source == "cache"


def test_look_up_under_way_during_a_change_is_not_kept(shop, monkeypatch):
    def orders_then_change(email):
        old = services.orders(email)
        Order.objects.filter(number="ORD-12345679").update(status="cancelled")
        drop_cached(email)
        return old

    with monkeypatch.context() as patch:
        patch.setitem(SOURCES, "orders", replace(SOURCES["orders"], fetch=orders_then_change))
        assert context_retriever(payload()).orders[0].status == "processing"

    assert context_retriever(payload()).orders[0].status == "cancelled"


@pytest.mark.parametrize("what", ["somebody else's entry", "forged", "garbage", "another format", "empty"])
def test_entry_that_is_not_ours_is_not_believed(shop, raw_cache, what):
    context_retriever(payload())
    own = cached(raw_cache, "orders")
    raw_cache.rename(own, b"kept")
    context_retriever(payload(email=SARAH))
    entries = {
        "somebody else's entry": raw_cache.get(cached(raw_cache, "orders")),
        "forged": pickle.dumps("W10:1abcde:forged"),
        "garbage": b"garbage",
        "another format": b"\x80\x63",
        "empty": b"",
    }
    raw_cache.set(own, entries[what])
    context = context_retriever(payload())
    assert [order.number for order in context.orders] == ["ORD-12345679", "ORD-12345678", "ORD-12345600"]
    assert context.complete


def test_cache_that_is_down_is_no_error(shop, settings, caplog):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    context = context_retriever(payload())
    drop_cached(JOHN)
    assert (context.complete, context.source, len(context.orders)) == (True, "services", 3)
    assert "ConnectionError" in caplog.text
    assert "john" not in caplog.text.lower()
