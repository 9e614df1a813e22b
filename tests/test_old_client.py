"""A client that knows `chat`, `message_sent`, `chat_response`, `ping`, `pong` and `error` holds a whole conversation
with a real stack, and is told every answer once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.browser.desk import maria_answers
from tests.stack import Stack, own_database

pytestmark = pytest.mark.timeout(200)

KNOWN = ("message_sent", "chat_response", "pong", "error")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with own_database() as database, Stack(DEMO="1", DEBUG="1", **database) as running:
        yield running


def hear(socket: ClientConnection) -> tuple[str, dict[str, Any]]:
    """The next frame that such a client knows."""
    while True:
        frame = json.loads(socket.recv(timeout=40))
        if frame["type"] in KNOWN:
            return frame["type"], frame["data"]


def say(socket: ClientConnection, text: str) -> dict[str, Any]:
    """Its `message_sent`."""
    data = {"message": text, "customer_email": "john.doe@example.com"}
    socket.send(json.dumps({"type": "chat", "data": data}))
    name, sent = hear(socket)
    assert name == "message_sent", sent
    return sent


def ask(socket: ClientConnection, text: str) -> tuple[str, str]:
    """The conversation, and the answer."""
    sent = say(socket, text)
    name, reply = hear(socket)
    assert name == "chat_response", reply
    assert (reply["message_id"], reply["session_id"]) == (sent["message_id"], sent["session_id"])
    return reply["session_id"], reply["response"]


def test_a_whole_conversation_in_the_old_frames(stack: Stack) -> None:
    with connect(stack.ws_url) as socket:
        assert "ORD-12345678" in ask(socket, "Where is my order ORD-12345678?")[1]
        assert "ORD-12345679" in ask(socket, "Please cancel my order ORD-12345679")[1]
        assert "cancelled" in ask(socket, "yes")[1]
        session_id, text = ask(socket, "I want to talk to a person")
        assert "colleague" in text
        for words in ("Hello, I am Maria.", "What can I do?"):
            maria_answers(stack, session_id, words)
            name, reply = hear(socket)
            assert (name, reply["response"]) == ("chat_response", words)
            say(socket, "Thank you, that helps")
        socket.send('{"type": "nothing"}')
        assert hear(socket)[0] == "error"
        socket.send('{"type": "ping"}')
        assert hear(socket)[0] == "pong"
