"""One client that says far too much: it is refused, and the others do not wait for it. How much they are slowed down is
measured by benchmarks/flood.py."""

import asyncio
import json

import pytest
from django.test import Client
from websockets.asyncio.client import ClientConnection

from actors.models import Turn
from supportmesh.gateway import consumers
from tests.test_socket_server import told, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

CHAT = '{"type": "chat", "data": {"message": "Hi"}}'


# Frames that wait for their answer: enough that the server is never out of work. The flooding client's pongs stand
# behind them; a longer flood would bury those, and be closed by the keepalive before all of it was counted.
WINDOW = 1000


async def refusals(client: ClientConnection, count: int, window: asyncio.Semaphore) -> int:
    """How many of so many frames were refused as too fast. Each answer makes room in the window."""
    refused = 0
    for _ in range(count):
        frame = json.loads(await client.recv())
        while frame["type"] not in ("error", "message_sent"):
            frame = json.loads(await client.recv())
        refused += frame["data"].get("error") == "too_fast"
        window.release()
    return refused


@pytest.mark.parametrize("count", [3000, pytest.param(100_000, marks=pytest.mark.slow)])
async def test_a_hundred_thousand_frames_are_refused_and_the_others_are_served(count: int) -> None:
    async with web() as server, server.open() as other, server.open() as flooding:
        await told(other, "connected")
        await told(flooding, "connected")
        began = asyncio.get_running_loop().time()
        window = asyncio.Semaphore(WINDOW)
        reading = asyncio.create_task(refusals(flooding, count, window))
        waited = []
        for number in range(count):
            await window.acquire()
            await flooding.send(CHAT)
            if number % (count // 20) == 0:
                asked = asyncio.get_running_loop().time()
                await other.send('{"type": "ping"}')
                await told(other, "pong")
                waited.append(asyncio.get_running_loop().time() - asked)
        refused = await reading
        took = asyncio.get_running_loop().time() - began
        assert max(waited) < 10
        allowed = consumers.BURST + consumers.FRAMES_PER_SECOND * (took + 1)
        assert count - refused <= allowed
        assert await Turn.objects.acount() <= allowed
        async with asyncio.timeout(20):
            await flooding.send("{}")  # it is refused, or read again by now; not closed
            await told(flooding, "error")


def test_a_button_that_is_hammered_fills_no_transcript(client: Client) -> None:
    """Else one visitor could hide their own words from the desk, and fill the database, with notices."""
    said = client.post("/api/chat?wait=0", {"message": "Hi"}, content_type="application/json")
    address = f"/api/conversations/{said.json()['session_id']}/human"
    given = {"X-Guest-Token": said["X-Guest-Token"]}
    answers = [client.post(address, headers=given).json()["seq"] for _ in range(20)]
    assert len(set(answers)) <= 2
    assert Turn.objects.filter(role="system").count() <= 2
