"""What every test shares; see also `environment.py`."""

import os
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from actors import pauses, services
from supportmesh.gateway import limits
from tests.colleagues import at_desk, member
from tests.environment import valkey

# How fast examples are drawn says something of the machine's load, nothing of the code.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """On PostgreSQL the audit trail refuses TRUNCATE, which is how Django empties all tables after a transactional
    test. That one trigger sleeps in this suite; test_audit.py wakes it."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE actors_auditevent DISABLE TRIGGER actors_auditevent_no_truncate")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A real Valkey of this test run's own; the settings point at it already."""
    return os.environ["REDIS_URL"]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """No test finds what another one left in cache or queues."""
    with valkey.client() as client:
        client.flushall()


@pytest.fixture
def maria(transactional_db: None) -> Client:
    """An agent, logged in."""
    return at_desk(member("maria"))


@pytest.fixture
def susan(transactional_db: None) -> Client:
    """A supervisor, logged in."""
    return at_desk(member("susan", "supervisor"))


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute in which something is counted does not end before the test."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_000_000.0))


@pytest.fixture(autouse=True)
def _language_of_the_settings() -> None:
    """No test speaks the language that a request of another one left active in this thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _services_asked_again() -> None:
    """No test finds a circuit that another one opened."""
    services.CIRCUITS.clear()


@pytest.fixture(autouse=True)
def _nothing_known_to_be_paused() -> None:
    """No test finds a pause that another one's database had."""
    pauses.forget()
