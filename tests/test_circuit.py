"""A service that fails is left alone for a while and comes back by itself, over real HTTP."""

import json
import logging
import threading
import time

import pytest

from actors import services
from actors.context_retriever import context_retriever
from actors.errors import Permanent, Temporary
from tests.bad_shop import BAD, JOHN, bad_shop, say
from tests.test_services import payload

ASKED_NO_MORE = "orders is not asked for a while"


@pytest.fixture
def shop(settings):
    with bad_shop(settings) as server:
        yield server


@pytest.fixture
def short_pause(monkeypatch):
    monkeypatch.setattr(services, "OPEN_FOR", 0.3)


def fail(times=3):
    for _ in range(times):
        with pytest.raises(Temporary) as caught:
            services.orders(JOHN)
    return str(caught.value)


def asked_orders(shop):
    return [path for path in shop.asked if path.startswith("/orders/")]


@pytest.mark.parametrize("trouble", ["500", "hung up", "HTML", "half a JSON"])
def test_after_three_failures_a_service_is_not_asked(shop, trouble):
    shop.answers["orders"] = BAD[trouble]
    assert fail(3) != ASKED_NO_MORE
    assert fail(2) == ASKED_NO_MORE
    assert len(asked_orders(shop)) == 3


def test_a_dead_service_costs_no_time_once_it_is_known(shop, monkeypatch):
    def dead(handler, query):
        time.sleep(0.4)
        handler.close_connection = True

    monkeypatch.setattr(services, "READ_TIMEOUT", 0.2)
    shop.answers["orders"] = dead
    fail(3)
    context_retriever(payload())  # the other services are warm now
    started = time.monotonic()
    assert fail(1) == ASKED_NO_MORE
    assert context_retriever(payload()).missing == ("orders",)
    assert time.monotonic() - started < services.READ_TIMEOUT  # it was not asked


def test_it_comes_back_by_itself(shop, short_pause, caplog):
    caplog.set_level(logging.INFO)
    healthy = shop.answers["orders"]
    shop.answers["orders"] = BAD["500"]
    fail(3)
    shop.answers["orders"] = healthy
    assert fail(1) == ASKED_NO_MORE
    time.sleep(0.35)
    assert len(services.orders(JOHN).rows) == 1
    assert len(services.orders(JOHN).rows) == 1
    assert "orders failed 3 times in a row" in caplog.text
    assert "orders answers again" in caplog.text


def test_a_failed_trial_leaves_it_alone_for_another_while(shop, short_pause):
    shop.answers["orders"] = BAD["500"]
    fail(3)
    time.sleep(0.35)
    assert fail(1) == "orders answered 500"
    assert fail(1) == ASKED_NO_MORE
    assert len(asked_orders(shop)) == 4


def test_one_call_tries_while_the_others_are_told_at_once(shop, short_pause):
    healthy, arrived, go_on = shop.answers["orders"], threading.Event(), threading.Event()
    shop.answers["orders"] = BAD["500"]
    fail(3)
    time.sleep(0.35)

    def slowly(handler, query):
        arrived.set()
        go_on.wait(3)
        healthy(handler, query)

    shop.answers["orders"] = slowly
    trial = threading.Thread(target=services.orders, args=[JOHN])
    trial.start()
    assert arrived.wait(3)
    assert fail(5) == ASKED_NO_MORE
    go_on.set()
    trial.join()
    assert len(asked_orders(shop)) == 4
    assert len(services.orders(JOHN).rows) == 1


def test_a_success_in_between_starts_the_count_again(shop):
    healthy = shop.answers["orders"]
    for _ in range(3):
        shop.answers["orders"] = BAD["500"]
        fail(2)
        shop.answers["orders"] = healthy
        assert services.orders(JOHN).rows


def test_each_service_has_its_own_circuit(shop):
    shop.answers["orders"] = BAD["500"]
    fail(4)
    assert services.customer(JOHN) is not None
    assert services.shipments(JOHN).rows


@pytest.mark.parametrize("status", [400, 404, 409, 429])
def test_refusals_are_answers(shop, status):
    shop.answers["orders"] = say(b'{"code": "not_cancellable"}', status=status)
    for _ in range(5):
        with pytest.raises((Permanent, Temporary)) as caught:
            services.write("orders", "ORD-1/cancel/", key="k", body={})
        assert str(caught.value) != ASKED_NO_MORE
    assert len(asked_orders(shop)) == 5


def test_a_refused_token_is_an_answer(shop):
    shop.answers["orders"] = say(b"{}", status=401)
    for _ in range(5):
        with pytest.raises(Permanent, match="SERVICE_TOKEN"):
            services.orders(JOHN)


def test_a_write_that_was_never_answered_is_still_asked_about_by_its_key(shop, short_pause):
    """Neither the failure nor the pause says that it was not done."""
    shop.answers["orders"] = BAD["hung up"]
    for _ in range(3):
        with pytest.raises(Temporary, match="did not answer"):
            services.write("orders", "ORD-1/cancel/", key="k1", body={})
    with pytest.raises(Temporary, match=ASKED_NO_MORE):
        services.result_of("orders", "k1")
    done = {"status": "done", "reference": "R1"}
    shop.answers["orders"] = say(json.dumps({"status_code": 200, "body": done}).encode())
    time.sleep(0.35)
    assert services.result_of("orders", "k1") == done
    assert asked_orders(shop)[-1] == "/orders/requests/k1/"


def test_many_threads_ask_a_dead_service_three_times_and_few_more(shop):
    """Those on their way when the circuit opens still arrive; nobody starts afterwards."""
    shop.answers["orders"] = BAD["500"]
    together = threading.Barrier(8)

    def ask_often():
        together.wait()
        fail(50)

    threads = [threading.Thread(target=ask_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 3 <= len(asked_orders(shop)) <= 3 + 8
