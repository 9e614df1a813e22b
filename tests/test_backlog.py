"""More messages than the workers can take, or no broker to take them: they are accepted, and their customers are told
at once that the answer takes longer, and how long."""

import pytest
import requests
from django.utils import timezone

from actors.models import Turn
from tests.test_ledger import answer, say
from tests.test_websocket import Socket

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(count: int) -> None:
    """So many messages that no worker has taken."""
    for _ in range(count):
        say()


def answered(count: int) -> None:
    """So many replies of the last minute."""
    for _ in range(count):
        turn = say()
        turn.claim()
        answer(turn)


def ask(url: str, **headers: str) -> requests.Response:
    return requests.post(f"{url}/api/chat?wait=20", json={"message": "Hello"}, headers=headers, timeout=10)


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch):
    from celery import current_app

    with current_app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        monkeypatch.setattr("celery.app.base.Celery.producer_or_acquire", lambda *_: nowhere.Producer())
        yield


def test_without_a_broker_the_message_is_accepted_at_once_and_answered_later(live_server, no_broker) -> None:
    response = ask(live_server.url)
    body = response.json()
    assert response.status_code == 202
    assert (body["status"], body["metadata"]["outcome"]) == ("accepted", "delayed")
    assert body["metadata"]["expected_seconds"] is None
    assert body["detail"] == "We have your message and will answer as soon as possible."
    assert response.headers["Location"] == f"/api/messages/{body['message_id']}"


def test_behind_a_backlog_the_estimate_follows_the_pace(live_server, settings) -> None:
    settings.MESH_BACKLOG = 5
    answered(3)
    waiting(5)
    body = ask(live_server.url).json()  # the sixth that waits, at three a minute
    assert body["metadata"]["expected_seconds"] == 120
    assert body["detail"].endswith("the answer will take about 2 minutes.")
    german = ask(live_server.url, **{"Accept-Language": "de"}).json()
    assert german["detail"].endswith("Die Antwort dauert etwa 3 Minuten.")


def test_when_nothing_was_answered_nobody_can_say(live_server, settings) -> None:
    settings.MESH_BACKLOG = 2
    waiting(2)
    Turn.objects.update(created_at=timezone.now())
    assert ask(live_server.url).json()["metadata"]["expected_seconds"] is None


async def test_socket_tells_it_with_the_receipt(settings) -> None:
    settings.MESH_BACKLOG = 1
    async with Socket() as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hello")
        usual = await socket.next("message_sent")
        assert "detail" not in usual
    async with Socket() as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hello")
        late = await socket.next("message_sent")
        assert late["metadata"]["outcome"] == "delayed"
        assert late["detail"] == "We have your message and will answer as soon as possible."


def test_a_full_conversation_is_refused_with_what_to_do(live_server, settings) -> None:
    settings.CONVERSATION_MAX_TURNS = 2
    url = f"{live_server.url}/api/chat?wait=0"
    first = requests.post(url, json={"message": "Hello"}, timeout=10)
    guest = {"X-Guest-Token": first.headers["X-Guest-Token"]}
    body = {"message": "Hello again", "session_id": first.json()["session_id"]}
    assert requests.post(url, json=body, headers=guest, timeout=10).status_code == 202
    refused = requests.post(url, json=body, headers=guest, timeout=10)
    assert refused.status_code == 409
    assert refused.json()["errors"] == [
        {"field": "session_id", "detail": "This conversation is full. Please start a new one."}
    ]
