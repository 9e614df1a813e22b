"""One key, one effect, one answer, however often and however simultaneously a write is sent."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from orders.models import Order
from shop.models import IdempotentRequest

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "6f1cb8a4-5c9f-4b43-8c5e-0a1d0f5f7a11"
REFUND = {"amount": {"amount": "30.00", "currency": "USD"}, "reason": "late", "requested_by": "customer via chat"}
URL = "/api/orders/ORD-1/refund/"
THREADS = 20


@pytest.fixture
def order():
    return Order.objects.create(
        number="ORD-1", customer_email="ann@example.com", status="delivered", total=100, paid=100, currency="USD"
    )


@pytest.fixture
def service(settings):
    return Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})


def post(client, url=URL, body=REFUND, key=KEY):
    return client.post(url, body, content_type="application/json", headers={"Idempotency-Key": str(key)})


def refunded():
    return Order.objects.get(number="ORD-1").refunded


def at_once(service, keys):
    """Every key's answer; each sent by a thread with its own connection, all at the same moment."""
    barrier = Barrier(len(keys))

    def send(key):
        try:
            barrier.wait()
            return post(service, key=key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(send, keys))


def test_same_key_gives_the_first_answer_again_byte_for_byte(service, order):
    first, second = post(service), post(service)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (refunded(), order.history.count()) == (30, 1)


def test_first_answer_stands_even_when_the_order_has_changed_since(service, order):
    first = post(service)
    post(service, key=uuid.uuid4())
    assert refunded() == 60
    assert post(service).content == first.content


def test_same_body_written_differently_is_the_same_request(service, order):
    post(service)
    reordered = json.dumps(dict(reversed(REFUND.items())), indent=2)
    assert post(service, body=reordered, key=KEY.upper()).status_code == 200
    assert refunded() == 30


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (URL, REFUND | {"reason": "very late"}),
        (URL, REFUND | {"amount": {"amount": "31.00", "currency": "USD"}}),
        (URL, REFUND | {"requested_by": "somebody else"}),
        ("/api/orders/ORD-2/refund/", REFUND),
        ("/api/orders/ORD-1/cancel/", {"reason": "late", "requested_by": "customer via chat"}),
    ],
)
def test_key_of_another_request_is_refused_and_changes_nothing(service, order, url, body):
    first = post(service)
    answer = post(service, url, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (refunded(), order.history.count()) == (30, 1)
    assert post(service).content == first.content


def test_refusal_is_kept_too(service, order):
    Order.objects.update(refunded=90)
    first = post(service)
    assert first.json()["code"] == "exceeds_paid"
    Order.objects.update(refunded=0)  # now it would be allowed, but this request was answered
    again = post(service)
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Content-Type"] == "application/problem+json"
    assert refunded() == 0


def test_what_never_happened_leaves_the_key_free(service, order):
    assert post(service, "/api/orders/ORD-2/refund/").status_code == 404
    assert post(service, body=REFUND | {"reason": ""}).status_code == 400
    assert post(service, body=REFUND | {"amount": {"amount": "30.00", "currency": "EUR"}}).status_code == 400
    assert service.get(f"/api/orders/requests/{KEY}/").status_code == 404
    assert post(service).status_code == 200


def test_answer_is_asked_for_by_key(service, order):
    answer = post(service)
    assert service.get(f"/api/orders/requests/{KEY}/").json() == {"status_code": 200, "body": answer.json()}
    assert service.get(f"/api/customers/requests/{KEY}/").status_code == 404  # each service has its own keys
    assert Client().get(f"/api/orders/requests/{KEY}/").status_code == 401


def test_effect_key_and_history_stand_or_fall_together(service, order, monkeypatch):
    service.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(IdempotentRequest, "save", lambda *_, **__: 1 / 0)
        assert post(service).status_code == 500
    assert (refunded(), order.history.count(), IdempotentRequest.objects.count()) == (0, 0, 0)
    assert post(service).status_code == 200
    assert (refunded(), order.history.count(), IdempotentRequest.objects.count()) == (30, 1, 1)


def test_twenty_at_once_with_one_key_have_one_effect_and_one_answer(service, order):
    answers = at_once(service, [KEY] * THREADS)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert (refunded(), order.history.count(), IdempotentRequest.objects.count()) == (30, 1, 1)


def test_twenty_at_once_with_keys_of_their_own_never_refund_more_than_was_paid(service, order):
    answers = at_once(service, [uuid.uuid4() for _ in range(THREADS)])
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 17
    assert (refunded(), order.history.count()) == (90, 3)
