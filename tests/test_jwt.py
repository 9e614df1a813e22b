"""The shop's JWT, over REST and the socket: who it makes somebody, and every token that is not believed."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from asgiref.sync import sync_to_async
from django.core.checks import run_checks
from django.db import transaction

from actors.models import Conversation, Turn
from tests.identities import SECRET, bearer, shop_jwt
from tests.test_api_chat import answer
from tests.test_identity import opened, read, say
from tests.test_websocket import GUEST, Socket

pytestmark = pytest.mark.django_db(transaction=True)

JOHN, NEW = "john.doe@example.com", "john@new.example"


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.IDENTITY_SECRET = [SECRET]


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(**header: str) -> str:
    return f"{b64({'alg': 'none', 'typ': 'JWT', **header})}.{b64(claims())}."


def claims() -> dict[str, Any]:
    return {"sub": "42", "email": JOHN, "exp": int(time.time()) + 300}


def in_hs512() -> str:
    return jwt.encode(claims(), SECRET * 2, algorithm="HS512")


def tampered() -> str:
    head, _, signature = shop_jwt().split(".")
    return f"{head}.{b64({**claims(), 'sub': '43'})}.{signature}"


def test_a_signed_token_speaks_for_its_customer() -> None:
    session_id = opened(bearer(email="John.Doe@Example.com"))
    turn = Turn.objects.get()
    assert (turn.customer_email, turn.verified) == (JOHN, True)
    assert (turn.conversation.customer_email, turn.conversation.customer_sub) == (JOHN, "42")
    assert read(session_id, bearer()) == 200


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda: shop_jwt(exp=int(time.time()) - 60), "has expired"),
        (lambda: shop_jwt(secret="another-secret-of-thirty-two-bytes"), "not signed with this shop's key"),
        (unsigned, "HS256"),
        (lambda: unsigned(alg="NONE"), "HS256"),
        (in_hs512, "HS256"),
        (tampered, "not signed with this shop's key"),
        (lambda: shop_jwt().rpartition(".")[0] + ".", "not signed with this shop's key"),
        (lambda: shop_jwt(sub=None), "lacks the claim sub"),
        (lambda: shop_jwt(email=None), "lacks the claim email"),
        (lambda: shop_jwt(exp=None), "lacks the claim exp"),
        (lambda: shop_jwt(exp=int(time.time()) + 90_000), "lives too long"),
        (lambda: shop_jwt(exp="soon"), "not a valid JWT"),
        (lambda: shop_jwt(exp=str(int(time.time()) + 300)), "exp must be a number"),
        (lambda: shop_jwt(exp=float("inf")), "not a valid JWT"),
        (lambda: shop_jwt(nbf=int(time.time()) + 300), "not valid yet"),
        (lambda: shop_jwt(aud="billing"), "leave out the claim aud"),
        (lambda: shop_jwt(sub=" "), "claim sub"),
        (lambda: shop_jwt(sub="a\0b"), "claim sub"),
        (lambda: shop_jwt(sub="x" * 256), "claim sub"),
        (lambda: shop_jwt(email="nobody"), "claim email"),
        (lambda: shop_jwt(email="\ud800@example.com"), "claim email"),
        (lambda: shop_jwt(email=["a@example.com"]), "claim email"),
        (lambda: "a.b.c", "not a valid JWT"),
        (lambda: f"{b64(b'[]')}.{b64(b'[]')}.{b64(b'x')}", "not a valid JWT"),
    ],
)
def test_a_token_that_is_not_believed_says_why(token: Any, reason: str) -> None:
    response = say({"Authorization": f"Bearer {token()}"})
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert reason in response.json()["detail"]
    assert not Turn.objects.exists(), "nor is it taken for a guest"


def test_a_subject_that_is_a_number_is_refused() -> None:
    body = f"{b64({'alg': 'HS256'})}.{b64({**claims(), 'sub': 42})}"
    signature = jwt.get_algorithm_by_name("HS256").sign(body.encode(), SECRET.encode())
    assert "claim sub" in say({"Authorization": f"Bearer {body}.{b64(signature)}"}).json()["detail"]


def test_without_a_secret_no_token_counts(settings: Any) -> None:
    settings.IDENTITY_SECRET = []
    assert "IDENTITY_SECRET" in say(bearer()).json()["detail"]


def test_two_secrets_count_while_one_replaces_the_other(settings: Any) -> None:
    old, new = SECRET, "the-next-secret-of-thirty-two-bytes"
    settings.IDENTITY_SECRET = [new, old]
    assert say(bearer(secret=old)).status_code == say(bearer(secret=new)).status_code == 202
    settings.IDENTITY_SECRET = [new]
    assert say(bearer(secret=old)).status_code == 401


def test_a_customer_whose_address_changed_keeps_their_conversations() -> None:
    session_id = opened(bearer())
    assert read(session_id, bearer(email=NEW)) == 200
    assert say(bearer(email=NEW), session_id=session_id).status_code == 202
    assert [turn.customer_email for turn in Turn.objects.order_by("seq")] == [JOHN, NEW]
    assert Conversation.objects.get().customer_email == JOHN, "the conversation's own never changes"


def test_another_customer_with_the_same_address_joins_nothing() -> None:
    session_id = opened(bearer())
    assert read(session_id, bearer(sub="43")) == 404
    assert say(bearer(sub="43"), session_id=session_id).status_code == 404


def test_a_server_goes_on_under_the_address_that_was_proved_last(settings: Any) -> None:
    session_id = opened(bearer())
    opened(bearer(email=NEW), session_id=session_id)
    opened({"Authorization": f"Bearer {settings.SERVICE_TOKEN}"}, session_id=session_id)
    assert Turn.objects.latest("seq").customer_email == NEW


def test_a_message_sent_again_is_known_by_the_sub() -> None:
    same = {"client_msg_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
    first = say(bearer(), **same).json()["message_id"]
    assert say(bearer(), **same).json()["message_id"] == first
    assert say(bearer(sub="43"), **same).json()["message_id"] != first


def test_a_guests_conversation_becomes_the_customers_and_nobody_elses() -> None:
    response = say({})
    session_id, guest = response.json()["session_id"], {"X-Guest-Token": response["X-Guest-Token"]}
    assert read(session_id, bearer()) == 404, "a customer's token alone opens no guest's conversation"
    opened({**guest, **bearer()}, session_id=session_id)
    assert [(turn.customer_email, turn.verified) for turn in Turn.objects.order_by("seq")] == [
        (None, False),
        (JOHN, True),
    ]
    assert read(session_id, bearer()) == 200
    for other in (guest, bearer(sub="43"), {**guest, **bearer(sub="43")}, {}):
        assert read(session_id, other) == 404
        assert say(other, session_id=session_id).status_code == 404


def test_a_jwt_in_the_demo_is_that_customer_and_no_more(settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True
    session_id = opened(bearer(sub="43"))
    assert read(session_id, bearer()) == 404
    assert read(session_id, {}) == 200, "the demo's own trust is what it was"


@pytest.mark.parametrize(
    ("secrets", "wrong"),
    [([], []), ([SECRET], []), (["x" * 31], ["supportmesh.E006"]), ([SECRET] * 3, ["supportmesh.E007"])],
)
def test_a_weak_secret_stops_the_start(settings: Any, secrets: list[str], wrong: list[str]) -> None:
    settings.IDENTITY_SECRET = secrets
    assert [error.id for error in run_checks() if error.id in ("supportmesh.E006", "supportmesh.E007")] == wrong


# --- the socket ---------------------------------------------------------------------------------


async def test_a_socket_identifies_with_the_token() -> None:
    async with Socket() as socket:
        assert (await socket.next("connected"))["identity"]["kind"] == "guest"
        await socket.send("identify", token=shop_jwt(name="John"))
        identity = (await socket.next("connected"))["identity"]
        assert identity == {"kind": "customer", "email": JOHN, "verified": True, "name": "John"}
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
    assert (await Turn.objects.aget()).customer_email == JOHN


async def test_a_guest_who_comes_back_as_a_customer_says_both_in_one_frame() -> None:
    session_id = await sync_to_async(opened)({"X-Guest-Token": GUEST})
    async with Socket(f"session_id={session_id}&channel=widget") as socket:
        assert (await socket.next("error"))["error"] == "not_found"
        assert (await socket.next("connected"))["session_id"] is None
        await socket.send("identify", token=shop_jwt(), guest_token=GUEST)
        connected = await socket.next("connected")
        assert (connected["session_id"], connected["identity"]["kind"]) == (session_id, "customer")


async def test_a_refused_token_changes_nothing_and_says_why() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("identify", token=shop_jwt(exp=1))
        told = await socket.next("error")
        assert (told["error"], told["details"][0]["detail"]) == ("unauthorized", "The token has expired.")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
    assert (await Turn.objects.aget()).verified is False


async def test_identifying_asks_the_waiting_question_again_once() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Where is my order ORD-12345678?")
        sent = await socket.next("message_sent")
        await sync_to_async(verify_reply)(sent["message_id"])
        assert (await socket.next("chat_response"))["metadata"]["outcome"] == "verify"
        for _ in range(2):
            await socket.send("identify", token=shop_jwt())
            assert (await socket.next("connected", skip=("turn",)))["session_id"] == sent["session_id"]
        await socket.send("ping")
        await socket.next("pong", skip=("turn",))
    turns = [turn async for turn in Turn.objects.filter(role="customer").order_by("seq")]
    assert [(turn.text, turn.verified) for turn in turns] == [
        ("Where is my order ORD-12345678?", False),
        ("Where is my order ORD-12345678?", True),
    ]


@transaction.atomic  # a socket must not read the reply before it is one that asks to sign in
def verify_reply(message_id: str) -> None:
    answer(Turn.objects.get(pk=message_id))
    Turn.objects.filter(in_reply_to=message_id).update(metadata={"outcome": "verify"})


async def test_a_guests_open_socket_hears_nothing_once_the_conversation_is_a_customers() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await sync_to_async(opened)({"X-Guest-Token": GUEST, **bearer()}, session_id=sent["session_id"])
        assert (await socket.app.receive_output(timeout=10))["type"] == "websocket.close"
