"""Keeps child processes alive, ends them in order, and says loudly when one cannot be kept alive. Knows no Django."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A command to keep running. Its name is also the name of its log."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """More than `deaths` deaths within `window` seconds are given up on; `steady` seconds of life clear the count."""

    deaths: int = 5
    window: float = 60
    steady: float = 30
    first_pause: float = 0.5
    longest_pause: float = 8


class KeepsDying(Exception):
    """A child died too often; the message names it, its log and the last lines there."""


class Supervisor:
    """Starts children, each in a session of its own, and restarts what dies.

    `var` gets log/<name>.log (the previous one is kept as .log.1) and run/<name>.pid. `tell` hears one line for
    whatever an operator should know. `failure` raises `KeepsDying` once a child is given up on; after `give_nothing_up`
    none is.
    """

    def __init__(self, *, var: Path, tell: Callable[[str], None], patience: Patience | None = None) -> None:
        self._logs = var / "log"
        self._pids = var / "run"
        for folder in (self._logs, self._pids):
            folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._pids.glob("*.pid"):
            leftover.unlink()
        self._tell = tell
        self._patience = patience or Patience()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._gives_up = True
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self, child: Child) -> None:
        """Start the child and keep it running until `stop` names it."""
        log = self.log(child.name)
        if log.exists():
            log.replace(f"{log}.1")
        keeper = self._keepers[child.name] = asyncio.create_task(self._keep(child), name=child.name)
        keeper.add_done_callback(self._keeper_ended)

    def log(self, name: str) -> Path:
        """Where the child's output goes."""
        return self._logs / f"{name}.log"

    def give_nothing_up(self) -> None:
        """Every child has shown that it can run: what kills it from now on, a full disk say, may pass."""
        self._gives_up = False

    async def stop(self, stages: Iterable[tuple[float, Sequence[str]]]) -> None:
        """End the children stage by stage: SIGTERM to the main processes only, SIGKILL when the stage's time is up.

        A stage's time counts from the call, so what one stage leaves the next may use. Nothing is restarted any
        more. Names that were never started are no mistake.
        """
        self._stopping.set()
        began = time.monotonic()
        for seconds, names in stages:
            keepers = [self._keepers[name] for name in names if name in self._keepers]
            if not keepers:
                continue
            for name in names:
                self._signal(name, signal.SIGTERM)
            _, late = await asyncio.wait(keepers, timeout=max(0.0, began + seconds - time.monotonic()))
            for keeper in late:
                self._tell(f"{keeper.get_name()} did not stop within {seconds:g} s and was killed.")
                self._signal(keeper.get_name(), signal.SIGKILL)
            if late:
                await asyncio.wait(late)

    def _keeper_ended(self, keeper: asyncio.Task[None]) -> None:
        error = None if keeper.cancelled() else keeper.exception()
        if error is not None and not self.failure.done():
            self.failure.set_exception(error)

    def _signal(self, name: str, number: signal.Signals) -> None:
        process = self._processes.get(name)
        if process is not None and process.returncode is None:
            process.send_signal(number)

    async def _keep(self, child: Child) -> None:
        deaths: list[float] = []
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run(child)
            now = time.monotonic()
            if self._stopping.is_set():
                return
            if now - began >= self._patience.steady:
                deaths.clear()
            deaths = [*(death for death in deaths if now - death < self._patience.window), now]
            log = self.log(child.name)
            if self._gives_up and len(deaths) > self._patience.deaths:
                raise KeepsDying(f"{child.name} keeps dying; {log} ends with:\n{tail(log)}")
            pause = min(self._patience.first_pause * 2 ** (len(deaths) - 1), self._patience.longest_pause)
            self._tell(f"{child.name} died ({how(code)}) and starts again in {pause:g} s; see {log}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run(self, child: Child) -> int:
        """One life of the child, from its start until nothing of it is left."""
        with self.log(child.name).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *child.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(child.env),
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
            )
        self._processes[child.name] = process
        pid_file = self._pids / f"{child.name}.pid"
        try:
            pid_file.write_text(str(process.pid))
        except OSError as error:  # only people read it
            self._tell(f"The pid of {child.name}, {process.pid}, could not be written: {error}")
        if self._stopping.is_set():  # its SIGTERM was sent before it was there
            process.terminate()
        code = await process.wait()
        pid_file.unlink(missing_ok=True)
        # A worker that was killed leaves its pool behind, still in its process group. (macOS: EPERM for a dead group.)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        return code


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def how(code: int) -> str:
    """An exit code in words."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
