"""The floor: a bare Celery chain of no-op tasks, on the stack's broker, with its Celery settings and worker flags."""

import functools
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import redis
from celery import Celery, chain
from django.conf import settings
from kombu import Queue

from benchmarks.closed_loop import Ask
from benchmarks.processes import command
from supportmesh.preflight import CannotStart
from supportmesh.supervisor import tail

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

LENGTH = int(os.environ.get("BENCH_CHAIN", "7"))
WAIT = 30  # seconds

app = Celery("benchmark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(f"benchmark.{number}") for number in reversed(range(LENGTH))]
app.conf.task_default_queue = "benchmark.0"


@functools.cache
def _redis(pid: int) -> redis.Redis:
    # blpop waits longer than the default timeout, and every client has a connection.
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=WAIT + 5, max_connections=1024)


@app.task(name="benchmark.step")
def step() -> None:
    """Nothing: one hop."""


@app.task(name="benchmark.last")
def last(name: str) -> None:
    """The last hop says that the chain is through."""
    _redis(os.getpid()).rpush(f"benchmark:{name}", 1)


def client() -> Ask:
    """Starts one chain and waits for its end."""

    def ask() -> None:
        name = uuid.uuid4().hex
        hops: list[Any] = [step.si().set(queue=f"benchmark.{number}") for number in range(LENGTH - 1)]
        chain(*hops, last.si(name).set(queue=f"benchmark.{LENGTH - 1}")).apply_async()
        if _redis(os.getpid()).blpop([f"benchmark:{name}"], WAIT) is None:
            raise TimeoutError(f"no end within {WAIT} s")

    return ask


@contextmanager
def workers(like: list[int], *, env: dict[str, str], log: Path) -> Iterator[list[int]]:
    """Run workers for the chain, with the very flags of the stack's own (whose pids are given); yields their pids."""
    with log.open("wb") as output, ExitStack() as running:
        pids = []
        for pid in like:
            flags = command(pid)
            flags[flags.index("-A") + 1] = "benchmarks.chain"
            flags[flags.index("-n") + 1] = f"benchmark{pid}@%h"
            process = Popen(flags, env=env, stdin=DEVNULL, stdout=output, stderr=output, start_new_session=True)
            pids.append(process.pid)
            running.callback(process.wait)
            running.callback(process.terminate)
        _await_first_chain(log)
        yield pids


def _await_first_chain(log: Path) -> None:
    began = time.monotonic()
    try:
        client()()
    except TimeoutError:
        raise CannotStart(f"The chain's workers do not answer:\n{tail(log)}") from None
    print(f"The chain's workers answered after {time.monotonic() - began:.1f} s.", file=sys.stderr)
