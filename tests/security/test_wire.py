"""What comes over the wire to a running web process: bodies, paths, hosts and clients that mean no good."""

import asyncio
import contextlib
import gzip
import json
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from actors.models import Turn
from supportmesh.gateway import bodies
from tests.security.schema import UNSAFE, calls
from tests.test_socket_server import Web, told, web

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 2_621_440  # bytes: Django's DATA_UPLOAD_MAX_MEMORY_SIZE
IDS = {
    "session_id": "6f1c1f0e-0000-4000-8000-000000000001", "message_id": "6f1c1f0e-0000-4000-8000-000000000001",
    "number": "ORD-12345678", "tracking_number": "TRK123456789", "email": "john.doe@example.com",
    "key": "6f1c1f0e-0000-4000-8000-000000000001",
}  # fmt: skip


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Web]:
    async with web() as running:
        yield running


class Wire:
    """A client that writes what it likes."""

    def __init__(self, server: Web) -> None:
        self.server = server

    async def __aenter__(self) -> "Wire":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        return self

    async def __aexit__(self, *error: Any) -> None:
        self.writer.close()

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, seconds: float = 20) -> tuple[int, bytes]:
        """The next answer's status and what follows it until the server hangs up or is silent."""
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            return int(head.split()[1]), head + await self.reader.readexactly(length)

    async def gone(self, seconds: float = 20) -> None:
        """Wait until the server has hung up."""
        async with asyncio.timeout(seconds):
            while await self.reader.read(65_536):
                pass


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode("latin1")


async def alive(server: Web) -> float:
    """Seconds that another client waits for an answer."""
    began = time.perf_counter()
    async with Wire(server) as other:
        await other.say(head("/livez", method="GET"))
        assert (await other.answer())[0] == 200
    return time.perf_counter() - began


# --- size -------------------------------------------------------------------------------------------


async def test_a_body_that_is_too_large_is_refused_before_it_comes(server: Web) -> None:
    """On every call: said to be ten gigabytes, of which not a byte is sent."""
    paths = {call.path.format(**IDS) for call in calls() if call.method in UNSAFE} | {"/admin/login/", "/nowhere"}
    for path in paths:
        async with Wire(server) as client:
            await client.say(head(path, "Content-Type: application/json", "Content-Length: 10000000000"))
            assert (await client.answer())[0] == 413, path
            await client.gone()


async def test_a_body_that_does_not_say_how_large_it_is_ends_at_the_limit(server: Web) -> None:
    async with Wire(server) as client:
        await client.say(head("/api/chat", "Content-Type: application/json", "Transfer-Encoding: chunked"))
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        sent = 0
        answer = asyncio.create_task(client.answer())
        with contextlib.suppress(ConnectionError):  # it hangs up while we are talking
            while sent < 4 * LIMIT and not answer.done():
                await client.say(piece)
                sent += 65_536
                await asyncio.sleep(0)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):  # the answer may have gone under
            assert (await answer)[0] == 413
        assert sent < 4 * LIMIT
    await alive(server)


def test_ten_megabytes_are_too_large_for_a_message() -> None:
    for size in (65_537, 1_000_000, 2_600_000):
        body = json.dumps({"message": "x" * size})
        assert Client().post("/api/chat?wait=0", body, content_type="application/json").status_code == 413
    assert not Turn.objects.exists()


async def test_a_body_that_never_ends_is_not_waited_for(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.5)
    async with Wire(server) as client:
        await client.say(head("/api/chat", "Content-Type: application/json", "Content-Length: 100"))
        await client.say(b"{")
        assert (await client.answer())[0] == 408


@pytest.mark.parametrize("text", ["[" * 60_000, '{"a":' * 12_000, '{"message":' + "[" * 50_000, "1" * 60_000])
def test_deep_json_is_not_valid(text: str, settings: Any) -> None:
    server = {"Authorization": f"Bearer {settings.SERVICE_TOKEN}", "Idempotency-Key": IDS["key"]}
    for call in calls():
        if call.method in UNSAFE and call.body is not None and not call.path.startswith("/api/auth"):
            path = call.path.format(**IDS)
            answer = Client().post(path, text, content_type="application/json", headers=server)
            assert answer.status_code in (400, 404), (path, answer.status_code)


# --- bombs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress(b" " * 10**7)), ("deflate", zlib.compress(b" " * 10**7)), ("br", b"x")],
)
def test_no_body_is_unpacked(encoding: str, packed: bytes) -> None:
    small = gzip.compress(b'{"message": "Hi"}') if encoding == "gzip" else packed
    for body in (packed, small):
        given = {"Content-Encoding": encoding}
        answer = Client().post("/api/chat?wait=0", body, content_type="application/json", headers=given)
        assert answer.status_code == 400
    assert not Turn.objects.exists()


async def test_a_frame_that_grows_when_it_is_unpacked_ends_its_own_socket_alone(server: Web) -> None:
    async with server.open() as other:
        await told(other, "connected")
        async with connect(f"ws://127.0.0.1:{server.port}/ws", compression="deflate", max_size=None) as bomb:
            await bomb.send('{"type": "chat", "data": {"message": "' + "x" * 20_000_000 + '"}}')
            async with asyncio.timeout(20):
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        await bomb.recv()
            assert bomb.close_code in (None, 1006, 1009)
        await other.send('{"type": "ping"}')
        await told(other, "pong")


# --- time ---------------------------------------------------------------------------------------------


async def test_clients_that_never_finish_a_request_keep_nobody_waiting(server: Web) -> None:
    """Slow-loris: 200 connections that have said half a request and add a byte now and then."""
    before = min([await alive(server) for _ in range(5)])
    slow = [Wire(server) for _ in range(200)]
    try:
        for client in slow:
            await client.__aenter__()
            await client.say(b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        took = []
        for _ in range(5):
            for client in slow:
                await client.say(b"z")
            took.append(await alive(server))
        assert min(took) < max(10 * before, 0.5)
        async with server.open() as chatting:
            await told(chatting, "connected")
    finally:
        for client in slow:
            client.writer.close()


# --- paths ----------------------------------------------------------------------------------------------

TRICKS = (
    "/static/../manage.py",
    "/static/../../../../etc/passwd",
    "/static/%2e%2e/manage.py",
    "/static/%2e%2e%2fmanage.py",
    "/static/..%5c..%5cmanage.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/.%00./manage.py",
    "/static/....//manage.py",
    "/static/%c0%ae%c0%ae/manage.py",
    "/static/%252e%252e/manage.py",
    "//etc/passwd",
    "/../etc/passwd",
    "/static/admin/../../supportmesh/settings.py",
    "/static/%2e%2e/var/secret_key",
    "/.git/config",
    "/.env",
    "/var/db.sqlite3",
    "/supportmesh/settings.py",
    "/static/",
    "/static/chat/",
    "/static/admin",
    "/media/x",
    "/api/orders/..%2f..%2fadmin/",
    "/api/customers/..%2f..%2f..%2fetc%2fpasswd/",
    "/admin/../livez%00",
    "/%ff%fe",
    "/static/\xff",
)


@pytest.mark.parametrize("path", TRICKS)
async def test_no_path_leads_out_of_the_static_files(path: str, server: Web) -> None:
    async with Wire(server) as client:
        await client.say(head(path, "Connection: close", method="GET"))
        status, answer = await client.answer()
        assert status in (301, 302, 400, 401, 403, 404), (path, status)
        for secret in (b"SECRET_KEY", b"root:", b"DJANGO_SETTINGS_MODULE", b"SQLite format", b"[core]", b"Traceback"):
            assert secret not in answer, path


# --- whither ----------------------------------------------------------------------------------------------

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "https:/evil.example",
    "/%0a/evil.example",
    "\thttps://evil.example",
    "https://testserver@evil.example",
    "https://testserver.evil.example/",
    "//evil.example%2f..",
    " //evil.example",
    "ftp://evil.example",
)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_no_login_choice_or_link_leads_to_another_site(there: str, django_user_model: type, db: None) -> None:
    django_user_model.objects.create_superuser("chief", password="secret-of-the-chief")  # type: ignore[attr-defined]
    given = {"username": "chief", "password": "secret-of-the-chief", "next": there}
    answers = [
        Client().post("/admin/login/", given),
        Client().post(f"/admin/login/?{'next'}={there}", given),
        Client().get("/", {"lang": there, "next": there, "session_id": there}),
        Client().get("/widget", {"lang": there}),
        Client().get("/admin/", {"next": there}),
        Client().generic("GET", f"/{there}"),
        Client().generic("GET", f"/api/{there}"),
        Client().generic("GET", f"//evil.example/api/chat/{there}"),
        Client().get("/api/orders", {"next": there}),
    ]
    for number, answer in enumerate(answers):
        location = answer.get("Location", "")
        assert not location or (location.startswith("/") and not location.startswith(("//", "/\\"))), (number, location)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80", "", "[::1"]
)
async def test_another_host_name_is_refused(host: str, server: Web) -> None:
    """DNS rebinding, and links in mails that lead to whoever asked: neither works with a name that is not ours."""
    for path in ("/", "/api/health", "/admin/login/"):
        async with Wire(server) as client:
            await client.say(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            status, answer = await client.answer()
            assert status == 400, (path, status)
            assert b"evil" not in answer


async def test_a_smuggled_request_is_refused(server: Web) -> None:
    both = ("Content-Type: application/json", "Content-Length: 4", "Transfer-Encoding: chunked")
    twice = ("Content-Type: application/json", "Content-Length: 2", "Content-Length: 40")
    for lines in (both, twice):
        async with Wire(server) as client:
            await client.say(head("/api/chat?wait=0", *lines) + b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
            status, _ = await client.answer()
            assert status in (400, 415), lines
