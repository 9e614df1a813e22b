"""`make bench-sockets`: what 500 open sockets cost the others of the same web process.

One customer asks, pings and loads a page, first alone, then while 500 guests have a socket open, each in a conversation
of their own in which a question was answered.
"""

import argparse
import asyncio
import json
import os
import platform
import secrets
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import report  # noqa: E402
from benchmarks.processes import cpu_seconds, leaders  # noqa: E402
from benchmarks.turns import machine, manage  # noqa: E402
from supportmesh.preflight import CannotStart  # noqa: E402
from supportmesh.throwaway import Throwaway, throwaway_stack  # noqa: E402

QUESTION = "What are your opening hours?"
WAIT = 60  # seconds a reply may take
AT_ONCE = 25  # of the others' sockets that open and ask at the same time
STILL = 10  # seconds in which nobody says anything


class Guest:
    """One socket of a visitor without an account."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, stack: Throwaway, opened: AsyncExitStack) -> "Guest":
        """A visitor nobody has seen yet."""
        address = stack.url.replace("http", "ws", 1) + "/ws"
        headers = {"X-Guest-Token": secrets.token_urlsafe(32)}
        guest = cls(await opened.enter_async_context(connect(address, additional_headers=headers)))
        await guest._hear("connected")
        return guest

    async def ask(self) -> None:
        """One question, until its answer is there."""
        await self._socket.send(json.dumps({"type": "chat", "data": {"message": QUESTION}}))
        await self._hear("chat_response")

    async def ping(self) -> None:
        """There and back: the web process alone."""
        await self._socket.send('{"type": "ping"}')
        await self._hear("pong")

    async def _hear(self, wanted: str) -> dict[str, Any]:
        async with asyncio.timeout(WAIT):
            while (frame := json.loads(await self._socket.recv()))["type"] != wanted:
                if frame["type"] == "error":
                    raise RuntimeError(frame["data"])
        return frame["data"]


async def measured(do: Callable[[], Awaitable[None]], times: int, *, pause: float = 0) -> list[float]:
    """Milliseconds that each of these took, rising."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await do()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(pause)
    return sorted(took)


async def one_customer(stack: Throwaway) -> dict[str, list[float]]:
    """What somebody at the chat page feels."""

    def page() -> None:
        with urllib.request.urlopen(f"{stack.url}/", timeout=WAIT) as response:
            assert response.status == 200

    async with AsyncExitStack() as opened:
        guest = await Guest.open(stack, opened)
        return {
            "a frame there and back": await measured(guest.ping, 100, pause=0.11),  # ten frames a second are allowed
            "a question answered": await measured(guest.ask, 25),
            "the chat page": await measured(lambda: asyncio.to_thread(page), 50),
        }


async def run(stack: Throwaway, sockets: int) -> dict[str, Any]:
    """Alone, then beside the others."""
    groups = leaders(stack.var / "run")
    (web,) = (pid for pid, group in groups.items() if group == "web")
    await one_customer(stack)  # everything is loaded
    told: dict[str, Any] = {"memory": [resident(web)], "felt": [await one_customer(stack)], "still": []}
    told["still"].append(await still(groups))
    async with AsyncExitStack() as opened:
        began = time.perf_counter()
        gate = asyncio.Semaphore(AT_ONCE)

        async def other() -> None:
            async with gate:
                await (await Guest.open(stack, opened)).ask()

        async with asyncio.TaskGroup() as others:
            for _ in range(sockets):
                others.create_task(other())
        told["answered_in"] = time.perf_counter() - began
        told["memory"].append(resident(web))
        told["still"].append(await still(groups))
        told["felt"].append(await one_customer(stack))
    return told


async def still(groups: dict[int, str]) -> float:
    """CPU seconds of the web process per second in which nobody says anything."""
    before = cpu_seconds(groups)["web"]
    await asyncio.sleep(STILL)
    return (cpu_seconds(groups)["web"] - before) / STILL


def resident(pid: int) -> float:
    """MB of memory that a process and its children hold."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended at this moment
        if int(fields[2]) == pid:
            pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Run it and print the report; with --write also into a file."""
    if sys.platform != "linux":
        sys.exit("The benchmark reads memory and CPU times from /proc: it needs Linux.")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=500, help="open sockets of others (500)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the report there as well")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    try:
        with throwaway_stack(LOG_LEVEL="WARNING") as stack:
            manage(stack, "seed_demo")
            told = asyncio.run(run(stack, options.sockets))
    except CannotStart as error:
        sys.exit(str(error))
    text = report.sockets(
        told,
        sockets=options.sockets,
        machine=f"{machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        load=load,
        day=date.today().isoformat(),
        command=" ".join(["python", "benchmarks/sockets.py", *sys.argv[1:]]),
    )
    print(text)
    if options.write:
        report.put(options.write, sockets=text)


if __name__ == "__main__":
    main()
