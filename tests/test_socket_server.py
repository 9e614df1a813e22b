"""Clients that do not behave, on a real uvicorn with real TCP: they cost the others nothing and are gone soon."""

import asyncio
import base64
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from websockets.asyncio.client import ClientConnection, connect

from actors.models import Conversation, Turn
from supportmesh.asgi import application
from supportmesh.gateway import sockets
from supportmesh.gateway.credentials import key_of

pytestmark = pytest.mark.django_db(transaction=True)

GUEST = "g" * 43
TURNS = 250  # of 48 kB each: more than the network's buffers take


class Web:
    """A running web process, but for the process."""

    def __init__(self, server: uvicorn.Server, port: int) -> None:
        self.server, self.port = server, port

    def open(self, query: str = "") -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/ws?{query}", additional_headers={"X-Guest-Token": GUEST})

    async def left(self, connections: int) -> None:
        """Wait until so many connections are left."""
        async with asyncio.timeout(15):
            while len(self.server.server_state.connections) > connections:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def web(**options: Any) -> AsyncIterator[Web]:
    """uvicorn as in supportmesh.stack, but for these options."""
    options = {"lifespan": "off", "log_config": None, "ws_max_size": 65_536, **options}
    server = uvicorn.Server(uvicorn.Config(application, **options))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield Web(server, listener.getsockname()[1])
        server.should_exit = True
        await serving


@asynccontextmanager
async def deaf(web: Web, query: str = "", *frames: dict[str, Any]) -> AsyncIterator[socket.socket]:
    """A client with hardly a buffer that says these frames and reads nothing, so that it answers no ping either."""
    loop = asyncio.get_running_loop()
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await loop.sock_connect(raw, ("127.0.0.1", web.port))
        key = base64.b64encode(os.urandom(16)).decode()
        await loop.sock_sendall(
            raw,
            f"GET /ws?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nX-Guest-Token: {GUEST}\r\n\r\n".encode(),
        )
        assert b" 101 " in await loop.sock_recv(raw, 20)
        for frame in frames:
            text = json.dumps(frame).encode()
            assert len(text) < 126
            await loop.sock_sendall(raw, bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)  # masked with zeros
        yield raw


async def told(client: ClientConnection, wanted: str) -> dict[str, Any]:
    """The data of the next frame of this name."""
    async with asyncio.timeout(10):
        while (frame := json.loads(await client.recv()))["type"] != wanted:
            pass
    return frame["data"]


def long_conversation() -> Conversation:
    conversation = Conversation.objects.create(guest_key=key_of(GUEST), last_seq=TURNS)
    text = "\N{PACKAGE}" * 4000
    Turn.objects.bulk_create(
        Turn(conversation=conversation, seq=seq, role="system", text=text) for seq in range(1, TURNS + 1)
    )
    return conversation


async def test_who_reads_nothing_is_cut_off_and_the_others_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_SECONDS", 1)
    conversation = await sync_to_async(long_conversation)()
    query = f"session_id={conversation.pk}"
    async with (
        web() as server,
        server.open() as other,
        deaf(server, query, {"type": "resume", "data": {"last_seq": 0}}),
    ):
        await told(other, "connected")
        await asyncio.sleep(0.5)
        for _ in range(5):
            await other.send('{"type": "ping"}')
            await told(other, "pong")
        assert len(server.server.server_state.connections) == 2, "it is not slow, it is gone"
        await server.left(1)
        async with server.open(query) as again:
            await again.send('{"type": "resume", "data": {"last_seq": 0}}')
            assert [(await told(again, "turn"))["seq"] for _ in range(TURNS)] == list(range(1, TURNS + 1))


async def test_who_answers_no_ping_is_gone() -> None:
    async with web(ws_ping_interval=0.3, ws_ping_timeout=0.3) as server, server.open() as other, deaf(server):
        await told(other, "connected")
        await server.left(1)
        await other.send('{"type": "ping"}')
        await told(other, "pong")


async def test_a_socket_that_is_gone_leaves_no_seat_taken() -> None:
    async with web() as server:
        for _ in range(sockets.TABS + 5):
            async with deaf(server, "", *[{"type": "ping"}] * 3):
                pass
        await server.left(0)
        async with server.open() as client:
            await told(client, "connected")
