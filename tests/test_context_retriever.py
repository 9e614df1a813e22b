"""What the mesh learns of a customer, over real HTTP: from the shop's services, and from services on a bad day."""

import gzip
import json
import logging
import pickle
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from django.core.management import call_command
from django.urls import include, path

from actors import services
from actors.context_retriever import SOURCES, context_retriever, drop_cached
from actors.errors import Permanent, Temporary
from actors.message import Entity, Intent, Payload
from orders.models import Order
from tracking.models import Shipment

JOHN = "john.doe@example.com"
SARAH = "sarah.wilson@example.com"

urlpatterns = [
    path("api/customers/", include("customers.urls")),
    path("api/orders/", include("orders.urls")),
    path("api/tracking/", include("tracking.urls")),
]
pytestmark = [pytest.mark.urls(__name__)]


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


# --- bad days -------------------------------------------------------------------------------------

MONEY = {"amount": "10.00", "currency": "USD"}


def customer(email=JOHN):
    return {"email": email, "first_name": "John", "last_name": "Doe", "tier": "premium", "customer_since": None}


def order(number, email=JOHN, **changes):
    return {
        "number": number,
        "customer_email": email,
        "status": "shipped",
        "placed_at": "2026-01-02T03:04:05Z",
        "items": [{"sku": "A", "name": "Lamp", "quantity": 1, "price": MONEY}],
        "total": MONEY,
        "refunded": MONEY,
    } | changes


def shipment(number, email=JOHN):
    return {
        "tracking_number": number,
        "order_number": "ORD-1",
        "customer_email": email,
        "carrier": "UPS",
        "status": "in_transit",
    }


class Shop(ThreadingHTTPServer):
    """Three services whose every answer a test decides: `answers[service]` is what to do with the request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.headers = []
        self.connections = 0
        self.answers = {
            "customers": page(customer()),
            "notes": page({"at": "2026-01-01T00:00:00Z", "text": "Called."}),
            "orders": page(order("ORD-1")),
            "tracking": page(shipment("TRK1")),
        }

    def handle_error(self, request, client_address):
        """A caller that gave up is what some tests are about."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        url = urlsplit(self.path)
        self.server.asked.append(self.path)
        self.server.headers.append(self.headers)
        service = "notes" if url.path.endswith("/notes/") else url.path.split("/")[1]
        self.server.answers[service](self, parse_qs(url.query))

    def say(self, body, *, status=200, kind="application/json", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def page(*rows):
    return lambda handler, query: handler.say(json.dumps({"count": len(rows), "results": rows}).encode())


def say(body, **how):
    return lambda handler, query: handler.say(body, **how)


def silence(handler, query):
    time.sleep(4)
    handler.close_connection = True


def drip(handler, query):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(20):
            handler.wfile.write(b" ")
            time.sleep(0.2)
    except OSError:
        pass  # the caller gave up, as it should
    handler.close_connection = True


def half(handler, query):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"count": 1, "results": [{"number": "ORD-')
    handler.close_connection = True


def hang_up(handler, query):
    handler.close_connection = True
    handler.connection.close()


BAD = {
    "half a JSON": half,
    "hung up": hang_up,
    "500": say(b"{}", status=500),
    "503 HTML": say(b"<html>down</html>", status=503, kind="text/html"),
    "HTML": say(b"<html>hello john.doe@example.com</html>", kind="text/html"),
    "404": say(b"{}", status=404),
    "400": say(b"{}", status=400),
    "empty": say(b""),
    "a list": say(b"[]"),
    "nested too deep": say(b"[" * 100_000),
    "not UTF-8": say(b"\xff\xfe\x00"),
    "too long": say(b" " * 2_100_000),
    "not what was compressed": say(b"plain", Content_Encoding="gzip"),
    "no results": say(b'{"count": 0}'),
    "rows that are no objects": page("ORD-1"),
    "row without an owner": page({"number": "ORD-1"}),
    "row of the wrong shape": page({**order("ORD-1"), "email": JOHN, "status": "lost", "total": "NaN", "tier": 7}),
    "redirect": lambda handler, query: handler.say(b"", status=302, Location=f"{handler.server.url}/elsewhere/"),
}


@pytest.fixture
def bad_day(settings):
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    for service in ("customers", "orders", "tracking"):
        setattr(settings, f"{service.upper()}_API_URL", f"{server.url}/{service}/")
    yield server
    server.shutdown()
    server.server_close()


TROUBLES = [("orders", trouble) for trouble in BAD] + [("customers", "500"), ("tracking", "500"), ("customers", "HTML")]


def only_missing(context, service):
    """Whether this service's part is absent, said to be, and nothing else is."""
    present = {"customers": context.customer is not None, "orders": context.orders, "tracking": context.tracking}
    absent = [name for name, value in present.items() if not value]
    return (absent, context.complete, context.missing, context.source) == ([service], False, (service,), "services")


@pytest.mark.parametrize(("service", "trouble"), TROUBLES)
def test_service_in_trouble_leaves_its_part_absent_and_says_so(bad_day, caplog, service, trouble):
    bad_day.answers[service] = BAD[trouble]
    caplog.set_level(logging.DEBUG)
    assert only_missing(context_retriever(payload()), service)
    assert service in caplog.text
    assert "john" not in caplog.text.lower()
    assert not any(path.startswith("/elsewhere") for path in bad_day.asked)


@pytest.mark.parametrize("slow", [silence, drip])
def test_slow_service_is_not_waited_for(bad_day, monkeypatch, slow):
    monkeypatch.setattr(services, "READ_TIMEOUT", 1.0)
    bad_day.answers["orders"] = slow
    started = time.monotonic()
    assert only_missing(context_retriever(payload()), "orders")
    assert time.monotonic() - started < 3


def test_all_services_in_trouble_is_still_no_error(bad_day):
    bad_day.answers = dict.fromkeys(bad_day.answers, BAD["500"])
    context = context_retriever(payload())
    assert (context.complete, context.missing) == (False, ("customers", "orders", "tracking"))
    assert context.summary == "Customer data not available, orders not available."


def test_services_nobody_listens_at_are_still_no_error(settings):
    settings.CUSTOMERS_API_URL = settings.ORDERS_API_URL = settings.TRACKING_API_URL = "http://127.0.0.1:9"
    assert context_retriever(payload()).missing == ("customers", "orders", "tracking")


def test_failure_is_not_remembered_and_the_rest_is(bad_day):
    healthy = bad_day.answers["orders"]
    bad_day.answers["orders"] = BAD["500"]
    context_retriever(payload())
    bad_day.answers["orders"] = healthy
    bad_day.asked.clear()

    context = context_retriever(payload())

    assert (context.complete, context.source, len(context.orders)) == (True, "services", 1)
    assert [urlsplit(path).path for path in bad_day.asked] == ["/orders/"]
    assert context_retriever(payload()).source == "cache"


def test_failing_notes_make_the_customers_part_incomplete(bad_day):
    bad_day.answers["notes"] = BAD["500"]
    context = context_retriever(payload())
    assert (context.missing, context.history) == (("customers",), ())
    assert context.customer is not None


def test_somebody_elses_rows_are_dropped_and_not_remembered(bad_day, caplog):
    bad_day.answers["orders"] = page(order("ORD-FOREIGN", SARAH), order("ORD-1", "John.Doe@Example.com"))
    bad_day.answers["tracking"] = page(shipment("TRK-FOREIGN", SARAH), shipment("TRK1"))
    for _ in range(2):
        context = context_retriever(payload(names=["ORD-FOREIGN"]))
        assert [one.number for one in context.orders] == ["ORD-1"]
        assert [one.tracking_number for one in context.tracking] == ["TRK1"]
        assert context.missing == ("orders", "tracking")
        assert "FOREIGN" not in context.model_dump_json()
    assert "FOREIGN" not in caplog.text
    assert "another customer" in caplog.text


def test_somebody_elses_record_is_no_record(bad_day):
    bad_day.answers["customers"] = page(customer(SARAH))
    context = context_retriever(payload())
    assert (context.customer, context.missing) == (None, ("customers",))


def test_fields_nobody_asked_for_do_no_harm(bad_day):
    bad_day.answers["orders"] = page(order("ORD-1", gift=True, items=[{**order("")["items"][0], "color": "red"}]))
    assert context_retriever(payload()).complete


def test_no_more_than_twenty_orders_whatever_the_service_sends(bad_day):
    bad_day.answers["orders"] = page(*(order(f"ORD-{number}") for number in range(30)))
    context = context_retriever(payload())
    assert len(context.orders) == 20
    assert "20 or more orders" in context.summary


def test_services_are_asked_at_the_same_time(bad_day):
    together = threading.Barrier(4, timeout=3)

    def wait_for_the_others(healthy):
        def answer(handler, query):
            together.wait()
            healthy(handler, query)

        return answer

    bad_day.answers = {name: wait_for_the_others(healthy) for name, healthy in bad_day.answers.items()}
    assert context_retriever(payload()).complete


def test_connections_are_used_again(bad_day):
    for _ in range(5):
        context_retriever(payload())
        drop_cached(JOHN)
    assert len(bad_day.asked) == 20
    assert bad_day.connections <= 4


def test_answer_may_be_compressed_or_chunked(bad_day):
    body = json.dumps({"results": [order("ORD-1")]}).encode()

    def chunked(handler, query):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (body[:100], body[100:], b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    for answer in (say(gzip.compress(body), Content_Encoding="gzip"), chunked):
        bad_day.answers["orders"] = answer
        drop_cached(JOHN)
        assert len(context_retriever(payload()).orders) == 1


def test_every_call_carries_the_token_and_no_cookie(bad_day, settings):
    bad_day.answers["orders"] = say(b'{"results": []}', Set_Cookie="id=1; Path=/")
    for _ in range(2):
        context_retriever(payload())
        drop_cached(JOHN)
    assert {headers["Authorization"] for headers in bad_day.headers} == {f"Bearer {settings.SERVICE_TOKEN}"}
    assert {headers["Cookie"] for headers in bad_day.headers} == {None}


@pytest.mark.parametrize("status", [401, 403])
def test_refused_token_is_permanent_and_names_the_setting(bad_day, status, caplog):
    bad_day.answers["orders"] = say(b"{}", status=status)
    with pytest.raises(Permanent, match="SERVICE_TOKEN"):
        services.orders(JOHN)
    assert context_retriever(payload()).missing == ("orders",)
    assert "SERVICE_TOKEN" in caplog.text


def test_trouble_is_temporary_and_names_no_customer(bad_day):
    bad_day.answers["orders"] = BAD["row of the wrong shape"]
    with pytest.raises(Temporary) as caught:
        services.orders(JOHN)
    assert str(caught.value) == "orders answered in the wrong shape: Order status, total"


@pytest.mark.parametrize(
    "email", ["a/../b@example.com", "a?x=1&y=2#z@example.com", "ü@example.com", "a%2fb@example.com"]
)
def test_odd_address_stays_one_parameter(bad_day, email):
    context_retriever(payload(email=email))
    urls = [urlsplit(path) for path in bad_day.asked]
    assert {url.path.count("/") for url in urls} == {2, 4}
    asked = [parse_qs(url.query) for url in urls if not url.path.endswith("notes/")]
    assert all(email in (query.get("email") or query["customer_email"]) for query in asked)
