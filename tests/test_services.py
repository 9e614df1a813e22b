"""The mesh's door to the services on bad days, over real HTTP: what fails is absent, and nothing is invented."""

import gzip
import json
import logging
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from actors import services
from actors.context_retriever import context_retriever, drop_cached
from actors.errors import Permanent, Temporary
from actors.message import Entity, Intent, Payload
from tests.bad_shop import BAD, JOHN, SARAH, bad_shop, customer, drip, order, page, say, shipment, silence


@pytest.fixture
def bad_day(settings):
    with bad_shop(settings) as server:
        yield server


def payload(*, email=JOHN, verified=True, names=()):
    """A message of this customer that names these orders."""
    entities = tuple(Entity(type="order_number", value=number, span=(0, 0)) for number in names)
    intent = Intent(category="order_inquiry", confidence=0.9, entities=entities)
    return Payload(customer_message="Where is it?", customer_email=email, verified=verified, intent=intent)


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
