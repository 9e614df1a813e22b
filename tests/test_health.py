"""Alive, ready, healthy: what each says when a part is away."""

import socket
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from actors import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work() -> None:
    heartbeat.beat("worker", "one@host")
    heartbeat.beat("worker", "two@host")
    heartbeat.beat("sweeper", "42")


@pytest.fixture
def redis_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
        monkeypatch.setattr(heartbeat, "_clients", {})
        yield


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(connection, "cursor", away)


def health() -> tuple[int, dict[str, Any]]:
    response = Client().get("/api/health")
    return response.status_code, response.json()


def test_everything_at_work_is_ok(at_work: None) -> None:
    status, body = health()
    assert (status, body["status"]) == (200, "ok")
    assert body["services"]["workers"] == {"status": "ok", "count": 2}  # their hosts' names are nobody's business
    assert body["services"]["sweeper"]["count"] == 1
    assert body["services"]["database"]["status"] == body["services"]["redis"]["status"] == "ok"


def test_without_workers_it_is_degraded_because_messages_are_still_accepted() -> None:
    heartbeat.beat("sweeper", "42")
    status, body = health()
    assert (status, body["status"]) == (200, "degraded")
    assert body["services"]["workers"] == {"status": "down", "count": 0}


def test_without_redis_it_is_degraded_and_ready(redis_away: None) -> None:
    status, body = health()
    assert (status, body["status"], body["services"]["redis"]["status"]) == (200, "degraded", "down")
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")


def test_without_the_database_it_is_down_and_not_ready_but_alive(at_work: None, database_away: None) -> None:
    status, body = health()
    assert (status, body["status"], body["services"]["database"]["status"]) == (503, "down", "down")
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/livez").json() == {"status": "ok"}


def test_ready_means_that_every_migration_is_applied(at_work: None) -> None:
    assert Client().get("/readyz").json() == {"status": "ok"}
    MigrationRecorder.Migration.objects.filter(app="actors").delete()
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert "igrations" in response.json()["detail"]
