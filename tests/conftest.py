"""What every test shares; see also `environment.py`."""

import os

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from actors import services
from tests.environment import valkey

# How fast examples are drawn says something of the machine's load, nothing of the code.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A real Valkey of this test run's own; the settings point at it already."""
    return os.environ["REDIS_URL"]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """No test finds what another one left in cache or queues."""
    with valkey.client() as client:
        client.flushall()


@pytest.fixture(autouse=True)
def _services_asked_again() -> None:
    """No test finds a circuit that another one opened."""
    services.CIRCUITS.clear()
