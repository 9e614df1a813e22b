"""Keys are changed while messages, sessions, codes and calls are under way, and none of them is lost."""

import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client

from actors import services
from actors.models import ParkedMessage
from supportmesh.models import ApiToken, SignInCode
from tests.builders import customer
from tests.identities import auth, mailed_code
from tests.stack import Stack

OLD, NEW = "old-" + "k3y-0f-th1s-t3st" * 4, "new-" + "k3y-0f-th1s-t3st" * 4


def statuses(var: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{var / 'db.sqlite3'}?mode=ro", uri=True, timeout=20)
    try:
        return [row[0] for row in connection.execute(sql)]
    finally:
        connection.close()


@pytest.mark.timeout(400)
@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="looks into the SQLite file of its stack")
@pytest.mark.parametrize("believed", [True, False], ids=["old key in the fallbacks", "old key forgotten"])
def test_a_message_in_flight_is_answered_by_workers_with_the_new_key(believed: bool, tmp_path: Path) -> None:
    with Stack(var=tmp_path, seconds=180, SECRET_KEY=OLD, MESH_LEASE="60") as stack:
        for pid in _family(stack.pids()["worker1"]):  # nobody works what is sent now
            os.kill(pid, signal.SIGSTOP)
        for pid in (stack.pids()["sweeper"],):
            os.kill(pid, signal.SIGSTOP)
        for _ in range(2):  # the first goes to the worker that was already listening, and is lost with it
            answer = requests.post(f"{stack.url}/api/chat?wait=0", json={"message": "Hello"}, timeout=30)
            assert answer.status_code == 202
        message_id = answer.json()["message_id"].replace("-", "")
        for pid in (*_family(stack.pids()["worker1"]), stack.pids()["sweeper"]):
            os.kill(pid, signal.SIGKILL)
    fallbacks = {"SECRET_KEY_FALLBACKS": OLD} if believed else {}
    with Stack(var=tmp_path, seconds=180, SECRET_KEY=NEW, MESH_LEASE="60", **fallbacks):
        deadline = time.monotonic() + 150
        query = f"SELECT status FROM actors_turn WHERE id = '{message_id}'"
        while statuses(tmp_path, query) != ["answered"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    parked = set(statuses(tmp_path, "SELECT reason FROM actors_parkedmessage"))
    assert parked == (set() if believed else {"the signature is not ours"}), "without it, the sweeper had to ring again"


def _family(pid: int) -> list[int]:
    """A process and its children."""
    listed = subprocess.run(("ps", "-o", "pid=", "--ppid", str(pid)), capture_output=True, text=True, check=False)
    return [pid, *map(int, listed.stdout.split())]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("fallbacks", "status"), [([OLD], 200), ([], 400)])
def test_a_code_that_was_mailed_before_counts_after(
    fallbacks: list[str], status: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "customer", lambda email: customer(email=email))
    settings.SECRET_KEY = OLD
    client, email = Client(), "john.doe@example.com"
    code = mailed_code(client, email)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, fallbacks
    assert auth(client, "verify", email=email, code=code).status_code == status
    assert SignInCode.objects.exists() is (status == 400)


@pytest.mark.django_db
def test_a_session_of_staff_goes_on(settings: Any, django_user_model: Any) -> None:
    settings.SECRET_KEY = OLD
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("ada"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    other = Client()
    other.cookies = client.cookies
    assert other.get("/admin/").status_code == 200, "it was signed anew meanwhile"


@pytest.mark.django_db
def test_both_service_tokens_are_believed_while_one_replaces_the_other(settings: Any) -> None:
    old, new = "o" * 8 + OLD, "n" * 8 + NEW

    def told(token: str) -> int:
        return Client().get("/api/orders/", headers={"Authorization": f"Bearer {token}"}).status_code

    settings.SERVICE_TOKEN, settings.SERVICE_TOKEN_FALLBACKS = new, [old]
    assert (told(new), told(old), told("x" * 60), told("")) == (200, 200, 401, 401)
    settings.SERVICE_TOKEN_FALLBACKS = []
    assert (told(new), told(old)) == (200, 401)


@pytest.mark.django_db
def test_no_api_token_stands_in_the_database() -> None:
    row, key = ApiToken.objects.create_key(name="shop")
    kept = [str(value) for value in ApiToken.objects.values().get().values()]
    secret = key.partition(".")[2]
    assert len(secret) >= 32
    assert not any(secret in value for value in kept)
    assert row.hashed_key != key
    assert ParkedMessage.objects.count() == 0
