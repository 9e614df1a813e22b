"""The one rule of access as a table: every kind of caller, every kind of conversation, every call."""

import json
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.conf import settings as project
from django.test import Client

from actors import services
from actors.models import Conversation, Turn
from supportmesh.gateway.credentials import key_of
from supportmesh.models import ApiToken
from tests.builders import customer
from tests.identities import OWN, SECRET, bearer, overseer, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

JOHN, SARAH = "john.doe@example.com", "sarah.wilson@example.com"
GUEST, STRANGER = "g" * 43, "s" * 43


class Caller(NamedTuple):
    headers: dict[str, str]
    client: Client


def _staff() -> Caller:
    client = Client()
    client.force_login(overseer())
    return Caller(OWN, client)


def _chat_token() -> Caller:
    return Caller({"Authorization": f"Token {ApiToken.objects.create_key(name='x', scope='chat')[1]}"}, Client())


CALLERS: dict[str, Callable[[], Caller]] = {
    "nobody": lambda: Caller({}, Client()),
    "guest": lambda: Caller({"X-Guest-Token": GUEST}, Client()),
    "other guest": lambda: Caller({"X-Guest-Token": STRANGER}, Client()),
    "sub 42": lambda: Caller(bearer("42", JOHN), Client()),
    "sub 42, new address": lambda: Caller(bearer("42", "john@new.example"), Client()),
    "sub 42, the guest's browser": lambda: Caller({**bearer("42", JOHN), "X-Guest-Token": GUEST}, Client()),
    "sub 43, same address": lambda: Caller(bearer("43", JOHN), Client()),
    "sub 43": lambda: Caller(bearer("43", SARAH), Client()),
    "code John": lambda: Caller(OWN, signed_in(JOHN)),
    "code Sarah": lambda: Caller(OWN, signed_in(SARAH)),
    "code John, foreign page": lambda: Caller({"Origin": "https://evil.example"}, signed_in(JOHN)),
    "chat token": _chat_token,
    "service token": lambda: Caller({"Authorization": f"Bearer {project.SERVICE_TOKEN}"}, Client()),
    "staff": _staff,
}
CONVERSATIONS: dict[str, dict[str, Any]] = {
    "guest's": {"guest_key": key_of(GUEST)},
    "John's": {"guest_key": key_of(GUEST), "customer_email": JOHN},
    "sub 42's": {"guest_key": key_of(GUEST), "customer_email": JOHN, "customer_sub": "42"},
}
BECOMES = {"customer_email": JOHN, "customer_sub": "42"}
EVERYBODYS_SERVERS = {"chat token", "service token"}
SPEAKS = {
    "guest's": {"guest", "sub 42, the guest's browser"} | EVERYBODYS_SERVERS,
    # Known by its address alone: whoever proves the address, by a code or by the shop's word.
    "John's": {"sub 42", "sub 42, the guest's browser", "sub 43, same address", "code John"} | EVERYBODYS_SERVERS,
    "sub 42's": {"sub 42", "sub 42, new address", "sub 42, the guest's browser"} | EVERYBODYS_SERVERS,
}


def _post(caller: Caller, path: str, **body: Any) -> Any:
    return caller.client.post(path, json.dumps(body), content_type="application/json", headers=caller.headers)


READING: dict[str, Callable[[Caller, Any, Any], Any]] = {
    "transcript": lambda who, session, _: who.client.get(f"/api/conversations/{session}", headers=who.headers),
    "message": lambda who, _, message: who.client.get(f"/api/messages/{message}", headers=who.headers),
}
SPEAKING: dict[str, Callable[[Caller, Any, Any], Any]] = {
    "chat": lambda who, session, _: _post(who, "/api/chat?wait=0", message="Hi", session_id=str(session)),
    "rating": lambda who, session, _: _post(who, f"/api/conversations/{session}/rating", score=5),
    "human": lambda who, session, _: _post(who, f"/api/conversations/{session}/human"),
}


@pytest.fixture(autouse=True)
def _shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IDENTITY_SECRET = [SECRET]
    monkeypatch.setattr(services, "customer", lambda email: customer(email=email))


def made(whose: str) -> tuple[Conversation, Turn]:
    conversation = Conversation.objects.create(**CONVERSATIONS[whose])
    said = {"role": Turn.Role.CUSTOMER, "text": "A secret.", "customer_email": conversation.customer_email}
    return conversation, conversation.add_turn(**said, verified=conversation.customer_email is not None)


def told(response: Any) -> dict[str, str]:
    """The headers, but what is left of the caller's own quota, which every call lowers."""
    return {name: value for name, value in response.headers.items() if name != "RateLimit"}


@pytest.mark.parametrize("whose", CONVERSATIONS)
@pytest.mark.parametrize("caller", CALLERS)
def test_every_call_asks_the_one_rule(caller: str, whose: str) -> None:
    who = CALLERS[caller]()
    conversation, turn = made(whose)
    for name, call in (READING | SPEAKING).items():
        response = call(who, conversation.pk, turn.pk)
        allowed = caller in SPEAKS[whose] or (caller == "staff" and name in READING)
        assert (response.status_code in (200, 202)) is allowed, (name, response.status_code)
        if not allowed:
            unknown = call(who, uuid.uuid4(), uuid.uuid4())
            assert (unknown.status_code, unknown.content) == (response.status_code, response.content), name
            assert told(unknown) == told(response), name
            assert response.status_code == 404, name
    conversation.refresh_from_db()
    became = BECOMES if (whose, caller) == ("guest's", "sub 42, the guest's browser") else CONVERSATIONS[whose]
    assert conversation.customer_email == became.get("customer_email")
    assert conversation.customer_sub == became.get("customer_sub", "")


@pytest.mark.parametrize("whose", CONVERSATIONS)
def test_the_demo_joins_by_the_session_id_but_never_under_another_address(settings: Any, whose: str) -> None:
    settings.DEBUG = settings.DEMO = True
    conversation, turn = made(whose)
    nobody = Caller({}, Client())
    for call in (READING | SPEAKING).values():
        assert call(nobody, conversation.pk, turn.pk).status_code in (200, 202)
    if conversation.customer_email:
        as_sarah = {"message": "Hi", "session_id": str(conversation.pk), "customer_email": SARAH}
        assert _post(nobody, "/api/chat?wait=0", **as_sarah).status_code == 404
