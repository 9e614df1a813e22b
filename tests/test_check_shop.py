"""check_shop: says what a shop's services lack before a customer notices."""

import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError, call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from orders.models import Order
from tests.bad_shop import JOHN, SARAH, Shop, customer, order, page

ROOT = Path(__file__).resolve().parent.parent


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Nothing."""


def serving(server, settings, prefix="/api/"):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    for service in ("customers", "orders", "tracking"):
        setattr(settings, f"{service.upper()}_API_URL", f"http://127.0.0.1:{server.server_port}{prefix}{service}")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def our_shop(transactional_db, settings):
    """The demo shop's own services behind a real server, every request with a connection of its own."""
    call_command("seed_demo", stdout=StringIO())
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(WSGIHandler())
    yield from serving(server, settings)


@pytest.fixture
def other_shop(settings):
    """A shop whose every answer the test decides."""
    yield from serving(Shop(), settings, prefix="/")


def check(*arguments):
    """(whether the shop will do, the table)."""
    out = StringIO()
    try:
        call_command("check_shop", *arguments, stdout=out)
    except CommandError as error:
        return False, f"{out.getvalue()}{error}"
    return True, out.getvalue()


def rows(table, result):
    return [line for line in table.splitlines() if f"│ {result} " in line]


def test_our_own_services_do_and_nothing_is_changed(our_shop):
    good, table = check(JOHN)
    assert good, table
    assert rows(table, "wrong") == rows(table, "missing") == []
    assert len(rows(table, "ok")) + len(rows(table, "slow")) > 25
    assert not Order.objects.exclude(history=None).exists()


def test_write_test_tries_idempotency_on_one_order(our_shop):
    good, table = check(JOHN, "--write-test", "ORD-12345678")
    assert good, table
    assert "5 at once with one key" in table
    assert Order.objects.get(number="ORD-12345678").notes.count() == 2


def test_write_test_on_an_unknown_order_is_wrong(our_shop):
    good, table = check(JOHN, "--write-test", "ORD-00000000")
    assert not good
    assert "answered 404; right is 200" in table


def test_wrong_service_token_is_told(our_shop, settings, monkeypatch):
    monkeypatch.setattr("supportmesh.gateway.identity.is_service_token", lambda token: False)
    good, table = check(JOHN)
    assert not good
    assert "refused the service token (401)" in table


def test_customer_nobody_knows_proves_nothing(our_shop):
    good, table = check("nobody@example.com")
    assert not good
    assert "no such customer" in table


def test_missing_writes_are_left_to_staff(other_shop):
    rows_of_john = other_shop.answers["orders"]
    other_shop.answers["orders"] = lambda handler, query: (
        handler.say(b"", status=404) if handler.command == "POST" else rows_of_john(handler, query)
    )
    _, table = check(JOHN)
    assert any("write {number}/cancel/" in row for row in rows(table, "missing"))


def test_shop_that_anybody_can_read_is_wrong(other_shop):
    good, table = check(JOHN)
    assert not good
    assert "anybody can read the shop" in table


@pytest.mark.parametrize(
    ("service", "answer", "said"),
    [
        ("orders", page(order("ORD-1") | {"total": "10.00"}), "wrong shape: Order total"),
        ("orders", page(order("ORD-1", email=SARAH)), "somebody else"),
        ("orders", page(), "name a customer who has some"),
        ("customers", page(customer(SARAH)), "answered with somebody else"),
        ("customers", page(customer()), "is the parameter ignored?"),
    ],
)
def test_wrong_answer_is_told(other_shop, service, answer, said):
    other_shop.answers[service] = answer
    good, table = check(JOHN)
    assert not good
    assert said in table


def test_shop_that_is_down_is_told(settings):
    for service in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{service}_API_URL", "http://127.0.0.1:9/x")
    good, table = check(JOHN)
    assert not good
    assert table.count("did not answer: Connect") > 20


def test_customer_must_be_named():
    assert "Name a customer" in check()[1]


def test_published_description_is_what_the_services_speak():
    out = StringIO()
    call_command("check_shop", "--schema", stdout=out)
    assert (ROOT / "docs" / "shop-api.yaml").read_text() == out.getvalue(), (
        "Run: manage.py check_shop --schema > docs/shop-api.yaml"
    )
