"""A whole real stack for tests that need one: `manage.py up` with a folder and ports of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from supportmesh.preflight import free_port

ROOT = Path(__file__).resolve().parent.parent
NOT_INHERITED = ("REDIS_URL", "CUSTOMERS_API_URL", "ORDERS_API_URL", "TRACKING_API_URL", "DATABASE_URL")


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """DATABASE_URL for a stack of its own beside the suite's: a new PostgreSQL database when the suite runs on one,
    else nothing (the stack makes its SQLite file)."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"stack_{os.urandom(4).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def clean_env(var: Path, **extra: str) -> dict[str, str]:
    """The environment of a stack of its own: nothing of this machine's SupportMesh leaks in."""
    env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return env | {"VAR_DIR": str(var)} | extra


class Stack:
    """Starts on `start()` or `with`; ready means that a message has travelled the mesh.

    Extra environment by name: `Stack(DEMO="1", DEBUG="1", DATABASE_URL=...)`.
    """

    def __init__(self, *, workers: int = 1, var: Path | None = None, seconds: float = 100, **env: str) -> None:
        self.var = var or Path(tempfile.mkdtemp(prefix="supportmesh-stack-"))
        self._own_var = var is None
        self._seconds = seconds
        self._output = self.var / "up.log"
        self._env = clean_env(self.var, **env)
        self._command = [sys.executable, "manage.py", "up", "--no-flower", "--workers", str(workers)]
        self.port = 0
        self.services_url = ""
        self.redis_url = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def start(self) -> Self:
        """Start and return when it is ready; AssertionError with the output when it does not get there."""
        self.port = free_port()
        self.var.mkdir(parents=True, exist_ok=True)
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self._command, "--port", str(self.port)],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + self._seconds
        while "SupportMesh is ready" not in self.output():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the stack did not start:\n{self.output()}")
            time.sleep(0.1)
        addresses = self.runtime()
        self.services_url, self.redis_url = addresses["services_url"], addresses["redis_url"]
        return self

    def runtime(self) -> dict[str, str]:
        """What `up` noted in runtime.json."""
        return json.loads((self.var / "runtime.json").read_text())

    def output(self) -> str:
        """What `up` has printed so far."""
        return self._output.read_text(errors="replace")

    def log(self, name: str) -> str:
        """What a child has written so far: web, services, worker1, sweeper, beat, broker."""
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")

    def pids(self) -> dict[str, int]:
        """The children that run now, by name: the main process of each."""
        found = {}
        for path in (self.var / "run").glob("*.pid"):
            try:
                found[path.stem] = int(path.read_text())
            except (FileNotFoundError, ValueError):
                continue  # died, or is being written, at this moment
        return found

    def stop(self) -> float:
        """SIGTERM, as an operator would; returns the seconds it took. Everything is gone afterwards."""
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return time.monotonic() - began

    def remove(self) -> None:
        """Stop, and remove the folder if it was made here."""
        self.stop()
        if self._own_var:
            shutil.rmtree(self.var, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.remove()
