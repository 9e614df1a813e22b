"""Hostile frames, made from a seed, against a real uvicorn: each is answered, none falls over, and who chats beside
them notices nothing. A few in every run of the suite, ten thousand under `slow`."""

import asyncio
import json
import logging
import random
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from actors.models import Conversation, Turn
from supportmesh.gateway import chat, consumers, sockets
from supportmesh.gateway.credentials import key_of
from tests.security.payloads import EVERYTHING
from tests.test_api_chat import answer
from tests.test_socket_server import Web, told, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

SEED = 8
EACH = 125  # frames on one socket
FIELDS = {
    "chat": ("message", "session_id", "customer_email", "client_msg_id", "action_id"),
    "identify": ("token", "guest_token"),
    "resume": ("last_seq",),
    "seen": ("seq",),
    "human": (),
    "rating": ("score", "comment"),
    "ping": ("x",),
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 5, 6, 2**31, 2**63, -(2**70), 1e308, 0.5, "", " ", "1", [], {}, [[]], [None] * 50,
    {"a": {"b": {"c": []}}}, "x" * 4000, "x" * 4001, "\U0001f4e6" * 4000, "00000000-0000-0000-0000-000000000000",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.", "eyJhbGciOiJIUzI1NiJ9.e30.x", "g" * 43, "Where is my order ORD-12345678?",
)  # fmt: skip


def frames(dice: random.Random, theirs: str) -> Iterator[str | bytes]:
    """One hostile frame after the other, for ever. `theirs`: a conversation that is not the sender's."""

    def value() -> Any:
        return dice.choice((*ODD, *EVERYTHING, theirs, str(uuid.UUID(int=dice.getrandbits(128)))))

    def frame() -> str:
        name: Any = dice.choice((*FIELDS, *FIELDS, *FIELDS, value(), "admin", "__init__", "receive", "websocket.close"))
        fields = FIELDS.get(name, ("message",)) if isinstance(name, str) else ("message",)
        data: Any = {field: value() for field in fields if dice.random() < 0.8}
        if dice.random() < 0.2:
            data = value()
        elif dice.random() < 0.2:
            data = {**data, "verified": True, "role": "agent", str(value())[:40]: value()}
        whole: Any = {"type": name, "data": data, "timestamp": value()}
        if dice.random() < 0.05:
            del whole[dice.choice(("type", "data"))]
        return json.dumps(whole, ensure_ascii=dice.random() < 0.5)

    while True:
        match dice.randrange(12):
            case 0:
                yield dice.randbytes(dice.randrange(200))
            case 1:
                yield "".join(
                    chr(dice.choice((dice.randrange(1, 128), dice.randrange(0xE000, 0x10FFFF)))) for _ in range(40)
                )
            case 2:
                text = frame()
                yield text[: dice.randrange(len(text))]
            case 3:
                yield dice.choice(
                    ("[" * 20_000, "{" * 9000, '{"type":' * 5000, "NaN", "Infinity", '{"type":"ping","data":NaN}', "")
                )
            case 4:
                text = list(frame())
                for _ in range(3):
                    text[dice.randrange(len(text))] = chr(dice.randrange(1, 256))
                yield "".join(text)
            case 5:
                yield frame() + frame()
            case 6 if dice.random() < 0.1:
                yield '{"type":"chat","data":{"message":"' + "x" * 60_000 + '"}}'
            case _:
                yield frame()


def sendable(frame: str | bytes) -> str | bytes:
    """A lone surrogate cannot be sent as UTF-8: it goes as the bytes that it would be."""
    return frame.encode(errors="surrogatepass") if isinstance(frame, str) and not _is_unicode(frame) else frame


def _is_unicode(text: str) -> bool:
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


class Attacker:
    def __init__(self, web: Web, theirs: str, *, count: int) -> None:
        self.web, self.theirs, self.count = web, theirs, count
        self.heard: set[str] = set()

    async def run(self) -> None:
        """Send so many frames over one socket after the other; each must answer a ping when all are sent."""
        dice = random.Random(SEED)
        hostile = frames(dice, self.theirs)
        for start in range(0, self.count, EACH):
            query = "&".join(
                f"{name}={quote(str(dice.choice(EVERYTHING)), errors='replace')}"
                for name in ("session_id", "lang", "channel")
            )
            async with connect(f"ws://127.0.0.1:{self.web.port}/ws?{query}", max_size=None) as socket:
                last = str(uuid.UUID(int=dice.getrandbits(128), version=4))
                reading = asyncio.create_task(self._read(socket, last))
                for _ in range(min(EACH, self.count - start)):
                    await socket.send(sendable(next(hostile)))
                # Whoever they said they are by now: as a new guest they are heard.
                guest = f"{dice.getrandbits(256):064x}"
                await socket.send(json.dumps({"type": "identify", "data": {"guest_token": guest}}))
                end = {"message": "The end.", "client_msg_id": last}
                await socket.send(json.dumps({"type": "chat", "data": end}))
                async with asyncio.timeout(60):
                    await reading

    async def _read(self, socket: ClientConnection, last: str) -> None:
        """Until the last message is taken: then everything before it was answered."""
        while True:
            frame = json.loads(await socket.recv())
            self.heard.add(frame["type"])
            assert "zebra" not in json.dumps(frame), "it heard what is somebody else's"
            if frame["type"] == "message_sent" and frame["data"]["client_msg_id"] == last:
                return


async def chats(client: ClientConnection, over: asyncio.Event) -> int:
    """Somebody who means well: asks, hears that it was taken, is answered; how often."""
    times = 0
    while not over.is_set() or times == 0:
        async with asyncio.timeout(20):
            await client.send(json.dumps({"type": "chat", "data": {"message": f"Question {times}"}}))
            sent = await told(client, "message_sent")
            turn = await Turn.objects.aget(pk=sent["message_id"])
            await sync_to_async(answer)(turn, f"Answer {times}")
            assert (await told(client, "chat_response"))["response"] == f"Answer {times}"
            await client.send('{"type": "ping"}')
            await told(client, "pong")
        times += 1
        await asyncio.sleep(0.2)
    return times


@pytest.mark.parametrize("count", [750, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_hostile_frames_hurt_nobody(
    count: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The limits would keep nearly all of it away from what is to be tried.
    monkeypatch.setattr(consumers, "BURST", 10**9)
    monkeypatch.setattr(consumers, "FRAMES_PER_SECOND", 10**9)
    monkeypatch.setattr(chat, "_count", lambda *who: [])
    monkeypatch.setattr(sockets, "TABS", 10**9)
    caplog.set_level(logging.ERROR)
    conversation = await Conversation.objects.acreate(guest_key=key_of("v" * 43), last_seq=1)
    await Turn.objects.acreate(conversation=conversation, seq=1, role="customer", text="zebra")
    async with web() as server, server.open() as innocent:
        await told(innocent, "connected")
        over = asyncio.Event()
        beside = asyncio.create_task(chats(innocent, over))
        attacker = Attacker(server, str(conversation.pk), count=count)
        try:
            await attacker.run()
        except ConnectionClosed as closed:
            raise AssertionError(f"a frame closed its socket: {closed}") from closed
        over.set()
        assert await beside > 0
    assert {"connected", "error", "message_sent", "pong"} <= attacker.heard
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert [turn.text async for turn in conversation.turns.all()] == ["zebra"]
