"""A stack for one occasion: `manage.py up` with a folder and ports of its own, gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from supportmesh.preflight import HOST, CannotStart, free_port
from supportmesh.supervisor import TETHER, tail

ROOT = Path(__file__).resolve().parent.parent
# Where a running installation is: none of it may leak into a stack of its own, least of all the database.
NOT_INHERITED = (
    "REDIS_URL", "DATABASE_URL", "CUSTOMERS_API_URL", "ORDERS_API_URL", "TRACKING_API_URL", "SERVICE_TOKEN",
    "SECRET_KEY", "ALLOWED_HOSTS", "HTTPS", "DEMO", "DEBUG",
)  # fmt: skip
START_SECONDS = 120
STOP_SECONDS = 30


@dataclass(frozen=True)
class Throwaway:
    """A running stack: its address, its folder, and the environment in which `manage.py` commands reach it."""

    url: str
    var: Path
    env: Mapping[str, str]


@contextmanager
def throwaway_stack(*, workers: int = 2, **env: str) -> Iterator[Throwaway]:
    """Run a stack while the block runs; it is ready when the block begins. `env` is what its processes get on top.

    Raises CannotStart with the last lines of its output when it does not get ready.
    """
    with tempfile.TemporaryDirectory(prefix="supportmesh-", ignore_cleanup_errors=True) as folder:
        var, port = Path(folder), free_port()
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        stack = Throwaway(url=f"http://{HOST}:{port}", var=var, env=inherited | {"VAR_DIR": folder} | env)
        manage = (sys.executable, str(ROOT / "manage.py"), "up", "--no-flower")
        with (var / "up.log").open("wb") as output:
            process = subprocess.Popen(
                # Tethered: the stack ends with us, however we end.
                (sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *manage,
                 "--workers", str(workers), "--port", str(port)),
                cwd=ROOT,
                env=dict(stack.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us; we then stop it in order
            )  # fmt: skip
        try:
            _await_ready(process, var / "up.log")
            yield stack
        finally:
            _stop(process)


def _await_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "SupportMesh is ready" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(f"The stack did not start:\n{tail(log)}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
