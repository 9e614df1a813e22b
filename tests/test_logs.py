"""What customers write, who they are and what opens doors: in no log, error page or metric, and not in Flower."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import requests
from celery import Celery
from websockets.sync.client import connect

from supportmesh.preflight import free_port
from tests.stack import ROOT, Stack, clean_env

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="breaks the SQLite file of its stack"),
]
WORDS = "xylophone-marker"  # whatever the customer says holds it
CARD = "4111 1111 1111 1111"
SECRET = "sk-live-51Hxylosecret"
ADDRESS = "xylo.person@example.com"
PASSWORD = "xylo-passw0rd"
GUEST = "xyloguest" * 5
IDENTITY = "xylo-identity-secret-0123456789-abcdef"
SERVICE = "xylo-service-token-0123456789-abcdefghij"
KEY = "xylo-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"
MARKERS = (WORDS, CARD, SECRET, ADDRESS, PASSWORD, GUEST, IDENTITY, SERVICE, KEY, "xylo")
TEXT = f"{WORDS}: my card {CARD}, key {SECRET}, write to {ADDRESS}. Where is my order ORD-12345678?"


def until(done: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + 60
    while not (found := done()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


@contextmanager
def flower(stack: Stack, env: dict[str, str]) -> Iterator[str]:
    """Flower beside the stack, with its API open to whoever is on this machine; its log is among the stack's."""
    port = free_port()
    command = (sys.executable, "-m", "celery", "-A", "supportmesh", "flower", "--address=127.0.0.1", f"--port={port}")
    env = clean_env(stack.var, **env, REDIS_URL=stack.redis_url, FLOWER_UNAUTHENTICATED_API="true")
    with (stack.var / "log" / "flower.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}/healthcheck"), "Flower does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()  # it keeps nothing
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).status_code == 200
    except requests.ConnectionError:
        return False


def sql(stack: Stack, statement: str) -> list[Any]:
    with closing(sqlite3.connect(stack.var / "db.sqlite3", timeout=30)) as connection, connection:
        return connection.execute(statement).fetchall()


@contextmanager
def broken(stack: Stack, *, event: str) -> Iterator[None]:
    """The database refuses this, and says why in words of the customer's."""
    sql(stack, f"CREATE TRIGGER broken BEFORE {event} BEGIN SELECT RAISE(ABORT, 'refused: {TEXT}'); END")
    yield
    sql(stack, "DROP TRIGGER broken")


def talk(stack: Stack) -> list[requests.Response]:
    """Everything a customer, a stranger and a mistaken member of staff say."""
    own, guest = {"Origin": stack.url}, {"X-Guest-Token": GUEST}
    answers = [requests.post(f"{stack.url}/api/chat", json={"message": TEXT}, headers=guest, timeout=60)]
    assert answers[0].status_code == 200
    with connect(stack.ws_url, additional_headers=guest, proxy=None) as socket:
        for frame in (
            {"type": "chat", "data": {"message": TEXT}},
            {"type": TEXT},
            {"type": "identify", "data": {"token": TEXT}},
        ):
            socket.send(json.dumps(frame))
        until(lambda: json.loads(socket.recv(timeout=60))["type"] == "chat_response", "no reply")
    for path, body in {
        "/api/auth/code": {"email": ADDRESS},
        "/api/auth/verify": {"email": ADDRESS, "code": "xylo1234"},
        "/api/chat": {"message": TEXT, "session_id": WORDS, TEXT: 1},
    }.items():
        answers.append(requests.post(f"{stack.url}{path}", json=body, headers=guest | own, timeout=60))
    for scheme in ("Bearer", "Token"):
        headers = {"Authorization": f"{scheme} {SECRET}.xylo.xylo"}
        answers.append(requests.get(f"{stack.url}/api/orders/?search={WORDS}", headers=headers, timeout=60))
    answers.append(requests.get(f"{stack.services_url}/api/customers/{ADDRESS}/", timeout=60))
    answers.append(requests.get(f"{stack.url}/api/{WORDS}", timeout=60))
    with requests.Session() as staff:
        page = staff.get(f"{stack.url}/admin/login/", timeout=60)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        body = {"username": PASSWORD, "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert staff.post(f"{stack.url}/admin/login/", data=body, timeout=60).status_code == 200  # it keeps the name
    return answers[2:]


def forge(stack: Stack) -> None:
    """A stranger puts a message into Redis by hand; it is parked."""
    app = Celery(broker=stack.redis_url)
    body = [{"payload": {"customer_message": TEXT, "customer_email": ADDRESS, "verified": True}, "signature": SECRET}]
    app.send_task("actors.sentiment_analyzer", body, queue="support.sentiment_analyzer", argsrepr="", kwargsrepr="")
    until(lambda: sql(stack, "SELECT id FROM actors_parkedmessage"), "it was not parked")


def test_nothing_a_customer_says_and_no_secret_is_told_anywhere() -> None:
    env = {
        "SECRET_KEY": KEY,
        "SERVICE_TOKEN": SERVICE,
        "IDENTITY_SECRET": IDENTITY,
        "EMAIL_URL": f"smtp://xylo:{PASSWORD}@127.0.0.1:1",
        "MESH_LEASE": "3",
    }
    with Stack(seconds=200, **env) as stack:
        with flower(stack, env) as board:
            told = talk(stack)
            forge(stack)
            with broken(stack, event="INSERT ON actors_conversation"):
                refused = requests.post(f"{stack.url}/api/chat", json={"message": TEXT}, timeout=60)
            assert refused.status_code == 500
            told.append(refused)
            with broken(stack, event="UPDATE ON actors_turn"):
                requests.post(f"{stack.url}/api/chat?wait=0", json={"message": TEXT}, timeout=60)
                until(lambda: "IntegrityError" in stack.log("worker1"), "the worker did not meet it")
            told.append(requests.get(f"{stack.url}/api/health", timeout=60))
            tasks = until(
                lambda: requests.get(f"{board}/api/tasks?limit=1000", timeout=60).json(), "Flower saw no task"
            )
            pages = ["/", "/workers", "/tasks", "/broker", "/metrics", "/api/workers", "/api/tasks?limit=1000"]
            pages += [page for task in tasks for page in (f"/task/{task}", f"/api/task/info/{task}")]
            told += [requests.get(f"{board}{page}", timeout=60) for page in pages]
        stack.stop()
        logs = {path.name: path.read_text(errors="replace") for path in (stack.var / "log").glob("*.log")}
        logs["up"] = stack.output()
    assert {"web.log", "services.log", "worker1.log", "sweeper.log", "beat.log", "flower.log"} <= set(logs)
    assert "IntegrityError" in logs["web.log"], "an error is still told, by its type"
    assert "a message was parked" in logs["worker1.log"]
    found = {(name, marker) for name, text in logs.items() for marker in MARKERS if marker in text}
    found |= {(answer.url, marker) for answer in told for marker in MARKERS if marker in answer.text}
    assert found == set()
