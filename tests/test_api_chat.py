"""POST /api/chat by HTTP: what is accepted, what is refused, how waiting ends."""

import asyncio
import json
import threading
import time
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import OperationalError
from django.test import AsyncClient, Client

from actors import ledger
from actors.models import Conversation, Turn
from supportmesh.asgi import application
from supportmesh.gateway import chat as gateway_chat
from supportmesh.models import ApiToken

pytestmark = pytest.mark.django_db(transaction=True)

SERVICE = {"Authorization": f"Bearer {settings.SERVICE_TOKEN}"}
JOHN = "john.doe@example.com"


def post(body: Any, *, wait: Any = 0, headers: dict[str, str] | None = None, **extra: Any) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    content_type = extra.pop("content_type", "application/json")
    return Client().post(f"/api/chat?wait={wait}", data, content_type=content_type, headers=headers or {}, **extra)


def answer(turn: Turn, text: str = "It ships tomorrow.") -> Turn:
    """Do what the mesh does with a turn: claim it, then commit a reply."""
    attempt, _, epoch = turn.claim()
    metadata = {"outcome": "answered", "intent": "order_inquiry", "confidence": 0.9, "sources": ["ORD-12345678"]}
    return ledger.commit(
        turn_id=turn.pk,
        attempt=attempt,
        epoch=epoch,
        text=text,
        status="answered",
        metadata=metadata,
        envelope={"payload": {"intent": {"category": "order_inquiry"}}, "route": {"steps": ["intent_analyzer"]}},
    )


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def test_without_waiting_a_message_is_accepted_and_the_location_tells_where_its_reply_will_stand() -> None:
    response = post({"message": "Where is my order?"}, headers=SERVICE)
    assert response.status_code == 202
    body = response.json()
    assert body["status"] == "accepted"
    assert response["Location"] == f"/api/messages/{body['message_id']}"
    assert Turn.objects.get(pk=body["message_id"]).text == "Where is my order?"
    assert Client().get(response["Location"], headers=SERVICE).json()["status"] == "accepted"


async def test_a_waiting_request_gets_the_reply_when_it_is_committed() -> None:
    asking = asyncio.create_task(
        AsyncClient().post("/api/chat?wait=20", {"message": "Hi"}, content_type="application/json", headers=SERVICE)
    )
    turn = await first_turn()
    started = time.monotonic()
    await sync_to_async(answer)(turn)
    response = await asking
    assert time.monotonic() - started < 5
    assert response.status_code == 200
    body = response.json()
    assert body["response"] == "It ships tomorrow."
    assert (body["session_id"], body["message_id"]) == (str(turn.conversation_id), str(turn.pk))
    assert body["processing_time"] > 0
    assert body["metadata"]["sources"] == ["ORD-12345678"]


@pytest.mark.slow  # its seconds count: nothing else may run beside it
async def test_a_hint_answers_sooner_than_the_look_each_second() -> None:
    """Twelve replies, each by a hint: with the look alone they would take about half a second each."""
    took = []
    client = AsyncClient()
    for number in range(12):
        asking = asyncio.create_task(
            client.post("/api/chat?wait=20", {"message": "Hi"}, content_type="application/json", headers=SERVICE)
        )
        turn = await first_turn(number)
        await asyncio.sleep(0.05)
        started = time.monotonic()
        await sync_to_async(answer)(turn)
        await asking
        took.append(time.monotonic() - started)
    assert sorted(took)[len(took) // 2] < 0.25


async def test_a_reply_comes_without_redis(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:9/0"]},
        }
    }
    asking = asyncio.create_task(
        AsyncClient().post("/api/chat?wait=20", {"message": "Hi"}, content_type="application/json", headers=SERVICE)
    )
    await sync_to_async(answer)(await first_turn())
    response = await asking
    assert response.status_code == 200


async def first_turn(number: int = 0) -> Turn:
    """The customer's turn `number` as soon as it is committed."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        turn = await Turn.objects.filter(role="customer").order_by("created_at")[number : number + 1].afirst()
        if turn is not None:
            return turn
        await asyncio.sleep(0.01)
    raise AssertionError("no message was accepted")


def test_when_the_wait_is_over_the_message_stands_accepted() -> None:
    started = time.monotonic()
    response = post({"message": "Hi"}, wait=1, headers=SERVICE)
    assert response.status_code == 202
    assert 0.9 < time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": ""}, "message"),
        ({"message": " \n\t "}, "message"),
        ({"message": None}, "message"),
        ({"message": 42}, "message"),
        ({"message": True}, "message"),
        ({"message": ["Hi"]}, "message"),
        ({"message": {"text": "Hi"}}, "message"),
        ({"message": "x" * 20_000}, "message"),
        ({"message": "a\0b"}, "message"),
        ({"message": "\ud800"}, "message"),
        ({"message": "Hi", "session_id": "42"}, "session_id"),
        ({"message": "Hi", "session_id": 42}, "session_id"),
        ({"message": "Hi", "customer_email": "john"}, "customer_email"),
        ({"message": "Hi", "customer_email": 42}, "customer_email"),
        ({"message": "Hi", "customer_email": "a\0@example.com"}, "customer_email"),
        ({"message": "Hi", "client_msg_id": "not-a-uuid"}, "client_msg_id"),
        ({"message": "Hi", "custmer_email": "john.doe@example.com"}, "custmer_email"),
        ({"message": "Hi", "customerEmail": "john.doe@example.com"}, "customerEmail"),
        ({"message": "Hi", "sessionId": "42"}, "sessionId"),
    ],
)
def test_a_field_at_fault_is_named_and_nothing_is_written(body: dict[str, Any], field: str) -> None:
    errors = problem(post(body, headers=SERVICE), 400)["errors"]
    assert {error["field"] for error in errors} == {field}
    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()


def test_a_slip_is_told_what_was_meant_and_what_is_not_ours_is_passed_over() -> None:
    (error,) = problem(post({"message": "Hi", "custmer_email": "a@example.com"}, headers=SERVICE), 400)["errors"]
    assert error["detail"] == "There is no such field. Did you mean customer_email?"
    assert post({"message": "Hi", "ticket": 7, "customer": {}, "": 1}, headers=SERVICE).status_code == 202


@pytest.mark.parametrize(
    "body", [b" ", b"{", b"[]", b'"Hi"', b"null", b'{"message": NaN}', b"\xff\xfe", b"[" * 60_000, b'{"a":' * 10_000]
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    problem(post(body, headers=SERVICE), 400)
    assert not Turn.objects.exists()


def test_the_longest_message_is_taken_and_one_character_more_is_not() -> None:
    longest = "ü" * settings.MESSAGE_MAX_LENGTH
    assert post({"message": f"  {longest}\n"}, headers=SERVICE).status_code == 202
    assert Turn.objects.get().text == longest
    problem(post({"message": f"{longest}ü"}, headers=SERVICE), 400)


@pytest.mark.parametrize("wait", ["x", "-1", "61", "nan", "inf", ""])
def test_a_wait_out_of_bounds_is_refused(wait: str) -> None:
    assert problem(post({"message": "Hi"}, wait=wait, headers=SERVICE), 400)["errors"][0]["field"] == "wait"
    assert not Turn.objects.exists()


def test_other_methods_types_and_sizes_are_refused() -> None:
    response = Client().get("/api/chat")
    problem(response, 405)
    assert response["Allow"] == "POST"
    problem(post("message=Hi", content_type="application/x-www-form-urlencoded"), 415)
    problem(post(json.dumps({"message": "Hi", "more": "x" * 70_000})), 413)


def test_an_unknown_session_and_a_strangers_session_get_the_same_answer() -> None:
    mine = post({"message": "Hi"}).json()["session_id"]
    unknown = post({"message": "Hi", "session_id": str(uuid.uuid4())})
    foreign = post({"message": "Hi", "session_id": mine})
    problem(unknown, 404)
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert Turn.objects.count() == 1


def test_the_same_id_and_body_is_the_same_message_and_another_body_a_conflict() -> None:
    message = {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    first, again = post(message, headers=SERVICE), post(message, headers=SERVICE)
    assert first.json() == again.json()
    problem(post({**message, "message": "Bye"}, headers=SERVICE), 409)
    assert Turn.objects.count() == 1


def test_a_message_sent_again_after_its_reply_gets_the_reply() -> None:
    message = {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    post(message, headers=SERVICE)
    answer(Turn.objects.get())
    again = post(message, headers=SERVICE)
    assert again.status_code == 200
    assert again.json()["response"] == "It ships tomorrow."


def test_two_callers_may_use_the_same_id() -> None:
    message = {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    _, token = ApiToken.objects.create_key(name="shop")
    one = post(message, headers=SERVICE).json()
    other = post(message, headers={"Authorization": f"Token {token}"}).json()
    assert one["message_id"] != other["message_id"]


def test_the_idempotency_key_is_the_client_msg_id() -> None:
    key = str(uuid.uuid4())
    first = post({"message": "Hi"}, headers={**SERVICE, "Idempotency-Key": key}).json()
    assert post({"message": "Hi", "client_msg_id": key}, headers=SERVICE).json() == first
    both = post({"message": "Hi", "client_msg_id": str(uuid.uuid4())}, headers={**SERVICE, "Idempotency-Key": key})
    assert problem(both, 400)["errors"][0]["field"] == "Idempotency-Key"
    bad = post({"message": "Hi"}, headers={**SERVICE, "Idempotency-Key": "x"})
    assert problem(bad, 400)["errors"][0]["field"] == "Idempotency-Key"


def test_only_the_service_token_may_say_that_a_message_is_a_probe() -> None:
    _, token = ApiToken.objects.create_key(name="shop")
    channels = []
    for headers in (SERVICE, {"Authorization": f"Token {token}"}, {}):
        session_id = post({"message": "Hi"}, headers={**headers, "X-Channel": "probe"}).json()["session_id"]
        channels.append(Conversation.objects.get(pk=session_id).channel)
    assert channels == ["probe", "api", "api"]


@pytest.mark.usefixtures("one_minute")
def test_too_many_messages_in_a_minute_are_refused_and_nothing_of_them_is_kept() -> None:
    guest, message = {"X-Guest-Token": "g" * 43}, {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    sent = [post(message if number == 0 else {"message": "Hi"}, headers=guest) for number in range(30)]
    assert {response.status_code for response in sent} == {202}
    refused = post({"message": "Hi"}, headers=guest)
    assert problem(refused, 429)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert Turn.objects.count() == 30
    again = post(message, headers=guest)
    assert (again.status_code, again.json()) == (202, sent[0].json()), "it was accepted, and only that was not heard"
    assert post({"message": "Hi"}, headers={"X-Guest-Token": "s" * 43}).status_code == 202
    assert post({"message": "Hi"}, headers=SERVICE).status_code == 202


@pytest.mark.usefixtures("one_minute")
def test_guests_without_a_name_are_counted_by_their_network() -> None:
    for _ in range(30):
        post({"message": "Hi"}, REMOTE_ADDR="192.0.2.7")
    assert post({"message": "Hi"}, REMOTE_ADDR="192.0.2.7").status_code == 429
    assert post({"message": "Hi"}, REMOTE_ADDR="192.0.2.8").status_code == 202


def test_the_channel_is_where_the_message_came_in() -> None:
    page = post({"message": "Hi"}, headers={"Origin": "http://testserver"}).json()["session_id"]
    widget = post({"message": "Hi"}, headers={"Origin": "http://testserver", "X-Channel": "widget"}).json()
    server = post({"message": "Hi"}, headers=SERVICE).json()
    found = [
        Conversation.objects.get(pk=session_id).channel
        for session_id in (page, widget["session_id"], server["session_id"])
    ]
    assert found == ["web", "widget", "api"]


def test_a_database_that_is_away_is_told_and_nothing_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(gateway_chat.ledger, "accept", away)
    response = post({"message": "Hi"}, headers=SERVICE)
    problem(response, 503)
    assert int(response["Retry-After"]) > 0


def test_while_a_person_owns_the_conversation_the_message_is_theirs_at_once(django_user_model: Any) -> None:
    session_id = post({"message": "Hi"}, headers=SERVICE).json()["session_id"]
    agent = django_user_model.objects.create_user("agent", is_staff=True)
    Conversation.objects.filter(pk=session_id).update(owner=agent, status="human")
    started = time.monotonic()
    response = post({"message": "Still there?", "session_id": session_id}, wait=20, headers=SERVICE)
    assert response.status_code == 202
    assert response.json()["status"] == "with_human"
    assert time.monotonic() - started < 5


def test_an_unknown_address_under_api_is_a_problem_with_debug_and_without(settings: Any) -> None:
    for debug in (True, False):
        settings.DEBUG = debug
        problem(Client().get("/api/nothing"), 404)


def test_a_forgotten_last_slash_is_forgiven() -> None:
    response = Client().get("/api/docs")
    assert response.status_code == 302
    assert response["Location"] == "/api/docs/"


def test_no_cache_keeps_what_a_customer_wrote() -> None:
    """Neither one on the way, nor the browser after they have signed out."""
    said = post({"message": "Hi"})
    session_id, message_id = said.json()["session_id"], said.json()["message_id"]
    read = [Client().get(f"/api/{path}") for path in (f"conversations/{session_id}", f"messages/{message_id}")]
    for response in (said, *read, post({"message": ""})):
        assert response["Cache-Control"] == "private, no-store", response.status_code


async def test_requests_that_wait_hold_no_thread() -> None:
    """Through the real ASGI application, whose every request begins on a thread of its own."""
    before = threading.active_count()
    body = json.dumps({"message": "Hi"}).encode()
    headers = [(b"host", b"testserver"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/api/chat", "query_string": b"wait=6", "headers": headers}
    clients = [f"192.0.2.{number}" for number in range(30)]
    waiting = [ApplicationCommunicator(application, {**scope, "client": [client, 4711]}) for client in clients]
    for request in waiting:
        await request.send_input({"type": "http.request", "body": body})
    while await Turn.objects.acount() < len(waiting):
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    assert threading.active_count() - before < 15
    for request in waiting:
        assert (await request.receive_output(timeout=20))["status"] == 202
        await request.receive_output(timeout=20)
        await request.send_input({"type": "http.disconnect"})
        await request.wait(timeout=5)
