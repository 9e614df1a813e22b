"""One stack under test: its processes, its database, the crash points in it, and the hands that break it."""

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import redis

from supportmesh.supervisor import tail
from tests.chaos.check import open_rows
from tests.chaos.databases import Server
from tests.chaos.load import Load
from tests.stack import ROOT, Stack, clean_env

HOOKS = Path(__file__).with_name("hooks")
NOWHERE = Path("/nonexistent")  # a VAR_DIR that is replaced before anything is written
LEASE = 5  # seconds
WORKERS = ("worker1", "worker2")
GROWN = 5  # seconds
WAITING = 5  # tasks that a pile has
BASE_ENV = {
    "SECRET_KEY": secrets.token_hex(32),
    "SERVICE_TOKEN": secrets.token_hex(32),
    "MESH_LEASE": str(LEASE),
    "LOG_LEVEL": "WARNING",
    "PYTHONPATH": str(HOOKS),
}


class NotFired(AssertionError):
    """A fault that did not happen proves nothing."""


class World:
    """Starts with `with`. `make_env` may build what has to be there before the stack, such as a proxy; what it puts
    into `parts` is closed at the end."""

    def __init__(
        self, server: Server, *, seed: int, make_env: Callable[["World"], dict[str, str]] | None = None
    ) -> None:
        self.server = server
        self.seed = seed
        self.dice = random.Random(seed)
        self.var = Path(tempfile.mkdtemp(prefix=f"supportmesh-chaos-{server.kind}-"))
        self.chaos = self.var / "chaos"
        self.parts: dict[str, Any] = {}
        self.closing = ExitStack()  # goes on when a step fails
        self.closing.callback(shutil.rmtree, self.var, ignore_errors=True)
        self._make_env = make_env
        self._customers = 0

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.closing.close)
            extra = self._make_env(self) if self._make_env else {}
            self.chaos.mkdir(exist_ok=True)
            self.database = self.server.database(self.var)
            self.env = BASE_ENV | {"CHAOS_DIR": str(self.chaos)} | self.database.env() | extra
            self.stack = Stack(workers=len(WORKERS), var=self.var, seconds=180, **self.env)
            self.closing.callback(self._stop)
            self.stack.start()
            for upstream, url in (("web", self.stack.url), ("services", self.stack.services_url)):
                if upstream in self.parts:
                    self.parts[upstream].upstream_port = port_of(url)
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.close()

    def _stop(self) -> None:
        for name in self.stack.pids():  # a frozen process would have to be waited for
            self.send(name, signal.SIGCONT)
        self.stack.stop()

    # --- load ---

    def load(self, *, conversations: int, **options: Any) -> Load:
        """Customers that nobody has been before in this world, not started yet."""
        first, self._customers = self._customers, self._customers + conversations
        url = self.parts["web"].url if "web" in self.parts else self.stack.url
        given = {"seed": self.dice.randrange(2**32), "first": first} | options
        return Load(url=url, token=self.server.token, conversations=conversations, **given)

    def finish(self, load: Load, *, within: float) -> None:
        """Wait for the last conversation, as long as there is a stack; what is not said by then stays unsaid."""
        deadline = time.monotonic() + within
        while load.talking and time.monotonic() < deadline and self.runs():
            time.sleep(0.2)
        load.end()

    def settle(self, *, within: float) -> bool:
        """Wait until nothing is open. False when the time is over before, NotFired when the stack has ended."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if not self.runs():
                raise NotFired(f"the stack has ended:\n{tail(self.var / 'up.log')}")
            with suppress(Exception):  # the database is away: that is what some faults are about
                if open_rows(self.database) == 0:
                    return True
            time.sleep(0.3)
        return False

    def runs(self) -> bool:
        """Whether the stack has not given up."""
        return self.stack.process is not None and self.stack.process.poll() is None

    # --- crash points and switches ---

    def arm(self, point: str, times: int = 1) -> None:
        """The next processes that come to this point die of it."""
        (self.chaos / point).mkdir(exist_ok=True)
        for number in range(times):
            (self.chaos / point / f"{time.monotonic_ns()}-{number}").touch()

    def disarm(self) -> None:
        """Take back what nobody died of."""
        for token in self.chaos.glob("*/*"):
            token.unlink(missing_ok=True)

    def switch(self, name: str, on: bool) -> None:
        """Turn a switch of the hooks."""
        if on:
            (self.chaos / name).touch()
        else:
            (self.chaos / name).unlink(missing_ok=True)

    def until(self, condition: Callable[[], bool], what: str | Callable[[], str], *, within: float = 60) -> None:
        """Wait for it. NotFired with `what` did not happen."""
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                raise NotFired(f"within {within:g} s {what() if callable(what) else what}")
            time.sleep(0.05)

    def fired(self, what: str) -> int:
        """How often it has happened in this world."""
        try:
            lines = (self.chaos / "fired").read_text().splitlines()
        except FileNotFoundError:
            return 0
        return sum(line.split()[0] == what for line in lines)

    # --- processes ---

    def broker(self) -> redis.Redis:
        """The broker, as the stack reaches it. Use it in a `with`."""
        return redis.Redis.from_url(self.stack.redis_url, socket_timeout=5)

    def manage(self, *command: str, cwd: Path = ROOT, **env: str) -> subprocess.Popen[bytes]:
        """One more process of this stack, which ends with the world."""
        given = clean_env(self.var, **self.env | {"REDIS_URL": self.stack.redis_url} | env)
        output = (self.var / "extra.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, *command], cwd=cwd, env=given, stdout=output, stderr=output, start_new_session=True
        )

        def end() -> None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

        self.closing.callback(end)
        return process

    def send(self, name: str, number: int) -> int:
        """To the child and all of its own; returns its pid, 0 when it is not there at this moment."""
        pid = self.stack.pids().get(name, 0)
        if pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, number)
        return pid

    def kill_main(self, name: str, number: int = signal.SIGKILL) -> int:
        """Its main process alone; returns its pid. NotFired when it is not there."""
        pid = self.stack.pids().get(name)
        if pid is None:
            raise NotFired(f"{name} does not run")
        os.kill(pid, number)
        return pid

    def pool_of(self, name: str) -> list[int]:
        """The processes of a worker's pool."""
        main = self.stack.pids().get(name)
        return [] if main is None else [pid for pid in group(main) if pid != main]

    def grown_pool_of(self, name: str) -> list[int]:
        """Those that have been there for a while: a worker ends when one dies that has just been born."""
        now = float(Path("/proc/uptime").read_text().split()[0])
        return [pid for pid in self.pool_of(name) if (born := born_at(pid)) and now - born > GROWN]

    def stop_workers(self) -> None:
        """SIGSTOP to every worker with its pool."""
        for name in WORKERS:
            self.send(name, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT to them."""
        for name in WORKERS:
            self.send(name, signal.SIGCONT)

    def pile_up(self, load: Load) -> int:
        """Stop the workers until some tasks wait, or nobody says anything any more; how many wait."""
        self.stop_workers()
        deadline = time.monotonic() + 15
        with self.broker() as broker:
            while (count := waiting(broker)) < WAITING and time.monotonic() < deadline and load.talking:
                time.sleep(0.05)
            return count

    def wait_for(self, name: str, *, other_than: int = 0, within: float = 90) -> int:
        """The pid of a child once it runs, another one than before. NotFired when it does not come."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            pid = self.stack.pids().get(name, 0)
            if pid and pid != other_than:
                return pid
            time.sleep(0.05)
        raise NotFired(f"{name} did not come back within {within} s")

    def freeze_sweeper(self) -> None:
        """The guard that most controls do without."""
        if not self.send("sweeper", signal.SIGSTOP):
            raise NotFired("there is no sweeper to stop")

    def thaw_sweeper(self) -> None:
        """It goes on."""
        self.send("sweeper", signal.SIGCONT)


def group(leader: int) -> list[int]:
    """The processes of a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def born_at(pid: int) -> float:
    """Seconds from the machine's start to the process's; 0 when it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def waiting(broker: redis.Redis) -> int:
    """Tasks in the queues of the mesh."""
    queues = [key for key in broker.keys("support.*") if broker.type(key) == b"list"]
    return sum(broker.llen(queue) for queue in queues)


def port_of(url: str) -> int:
    """The port in an address."""
    return int(url.rpartition(":")[2].partition("/")[0])
