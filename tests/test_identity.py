"""Who may see and join what: owner, stranger, guest, server, staff, and the demo on this machine."""

import json
import uuid
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.test import Client

from actors.models import Conversation, Turn
from supportmesh.models import ApiToken
from tests.identities import overseer

pytestmark = pytest.mark.django_db(transaction=True)

SERVICE = {"Authorization": f"Bearer {project.SERVICE_TOKEN}"}
OWN = {"Origin": "http://testserver"}
JOHN, SARAH = "john.doe@example.com", "sarah.wilson@example.com"


@pytest.fixture
def token() -> dict[str, str]:
    _, key = ApiToken.objects.create_key(name="shop")
    return {"Authorization": f"Token {key}"}


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True


def say(headers: dict[str, str], client: Client | None = None, **body: Any) -> Any:
    data = json.dumps({"message": "Hi", **body})
    return (client or Client()).post("/api/chat?wait=0", data, content_type="application/json", headers=headers)


def opened(headers: dict[str, str], client: Client | None = None, **body: Any) -> str:
    response = say(headers, client, **body)
    assert response.status_code == 202, response.content
    return response.json()["session_id"]


def read(session_id: str, headers: dict[str, str], client: Client | None = None) -> int:
    return (client or Client()).get(f"/api/conversations/{session_id}", headers=headers).status_code


def test_a_typed_address_is_a_guests_and_proves_nothing() -> None:
    session_id = opened({}, customer_email=JOHN)
    turn = Turn.objects.get()
    assert (turn.customer_email, turn.verified) == (None, False)
    assert Conversation.objects.get(pk=session_id).customer_email is None


def test_a_new_guest_gets_a_token_that_owns_the_conversation() -> None:
    response = say({})
    session_id, guest = response.json()["session_id"], {"X-Guest-Token": response["X-Guest-Token"]}
    assert len(response["X-Guest-Token"]) >= 32
    assert read(session_id, guest) == 200
    again = say(guest, session_id=session_id)
    assert again.status_code == 202
    assert "X-Guest-Token" not in again
    for stranger in ({}, {"X-Guest-Token": "x" * 43}, {"X-Guest-Token": "short"}):
        assert read(session_id, stranger) == 404
        assert say(stranger, session_id=session_id).status_code == 404


def test_the_database_keeps_no_guest_token() -> None:
    response = say({})
    assert response["X-Guest-Token"] not in str(Conversation.objects.values().get()) + str(Turn.objects.values().get())


def test_the_pages_cookie_owns_with_our_own_origin_only() -> None:
    client = Client()
    cookie = client.get("/").cookies["supportmesh_guest"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    session_id = opened(OWN, client)
    assert read(session_id, OWN, client) == 200
    assert read(session_id, {"Sec-Fetch-Site": "same-origin"}, client) == 200
    assert read(session_id, {}, client) == 404
    assert read(session_id, {"Origin": "https://evil.example"}, client) == 404
    assert read(session_id, {"Sec-Fetch-Site": "cross-site"}, client) == 404
    assert client.get("/").cookies.get("supportmesh_guest") is None, "the cookie is given once"


def test_a_server_speaks_for_any_customer(token: dict[str, str]) -> None:
    for headers in (SERVICE, token, {"Authorization": token["Authorization"].replace("Token", "Api-Key")}):
        session_id = opened(headers, customer_email="John.Doe@Example.com")
        turn = Turn.objects.get(conversation=session_id)
        assert (turn.customer_email, turn.verified) == (JOHN, True)
        assert read(session_id, headers) == 200


def test_a_server_without_an_address_speaks_for_nobody(token: dict[str, str]) -> None:
    opened(token)
    turn = Turn.objects.get()
    assert (turn.customer_email, turn.verified) == (None, False)


def test_a_server_goes_on_in_a_customers_conversation_as_that_customer(token: dict[str, str]) -> None:
    session_id = opened(token, customer_email=JOHN)
    opened(token, session_id=session_id)
    assert {(turn.customer_email, turn.verified) for turn in Turn.objects.all()} == {(JOHN, True)}


def test_no_conversation_is_joined_under_another_address(token: dict[str, str]) -> None:
    session_id = opened(token, customer_email=JOHN)
    assert say(token, session_id=session_id, customer_email=SARAH).status_code == 404
    assert Turn.objects.count() == 1
    assert Conversation.objects.get().customer_email == JOHN


def test_a_customers_conversation_is_closed_to_the_guest_who_began_it(token: dict[str, str]) -> None:
    response = say({})
    session_id, guest = response.json()["session_id"], {"X-Guest-Token": response["X-Guest-Token"]}
    opened(token, session_id=session_id, customer_email=JOHN)
    assert read(session_id, guest) == 404
    assert say(guest, session_id=session_id).status_code == 404


@pytest.mark.parametrize("value", ["Token wrong.key", "Token x", "Bearer wrong", "Basic eDp5", "Token", "Token a\\0b"])
def test_a_wrong_token_is_refused_not_taken_for_a_guest(value: str) -> None:
    response = say({"Authorization": value})
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"]
    assert read(str(uuid.uuid4()), {"Authorization": value}) == 401
    assert not Turn.objects.exists()


def test_a_revoked_token_is_refused(token: dict[str, str]) -> None:
    session_id = opened(token, customer_email=JOHN)
    ApiToken.objects.update(revoked=True)
    assert say(token).status_code == 401
    assert read(session_id, token) == 401


def test_create_api_token_prints_a_working_token_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_token", "shop backend")
    key = capsys.readouterr().out.strip()
    assert say({"Authorization": f"Token {key}"}).status_code == 202
    stored = ApiToken.objects.get()
    assert stored.name == "shop backend"
    assert key.partition(".")[2] not in stored.hashed_key


def test_strangers_messages_and_unknown_ones_look_alike() -> None:
    message_id = say({}).json()["message_id"]
    foreign = Client().get(f"/api/messages/{message_id}")
    unknown = Client().get(f"/api/messages/{uuid.uuid4()}")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


def test_staff_read_what_their_role_shows_but_do_not_speak_for_the_customer(token: Any, django_user_model: Any) -> None:
    session_id = opened(token, customer_email=JOHN)
    client = Client()
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert read(session_id, OWN, client) == 404
    client.force_login(overseer())
    assert read(session_id, OWN, client) == 200
    assert say(OWN, client, session_id=session_id).status_code == 404
    rating = client.post(
        f"/api/conversations/{session_id}/rating", {"score": 5}, content_type="application/json", headers=OWN
    )
    assert rating.status_code == 404


def test_a_staff_session_counts_with_our_own_origin_only(token: Any) -> None:
    session_id = opened(token, customer_email=JOHN)
    client = Client()
    client.force_login(overseer())
    assert read(session_id, {}, client) == 404
    assert read(session_id, {"Origin": "https://evil.example"}, client) == 404


def test_a_logged_in_user_who_is_not_staff_is_a_guest(token: Any, django_user_model: Any) -> None:
    session_id = opened(token, customer_email=JOHN)
    client = Client()
    client.force_login(django_user_model.objects.create_user("somebody"))
    assert read(session_id, OWN, client) == 404


def test_the_demo_believes_a_typed_address_and_a_session_id(demo: None) -> None:
    session_id = opened({}, customer_email=JOHN)
    turn = Turn.objects.get()
    assert (turn.customer_email, turn.verified) == (JOHN, True)
    assert read(session_id, {}) == 200
    assert say({}, session_id=session_id, customer_email=SARAH).status_code == 404


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Origin": "https://evil.example"}},
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"DEBUG": False},
    ],
)
def test_the_demos_trust_ends_at_this_machine(demo: None, settings: Any, how: dict[str, Any]) -> None:
    settings.DEBUG = how.pop("DEBUG", True)
    headers = how.pop("headers", {})
    own = opened({}) if settings.DEBUG else None
    data = json.dumps({"message": "Hi", "customer_email": JOHN})
    Client(**how).post("/api/chat?wait=0", data, content_type="application/json", headers=headers)
    turn = Turn.objects.latest("created_at")
    assert (turn.customer_email, turn.verified) == (None, False)
    if own:
        assert read(own, headers, Client(**how)) == 404
