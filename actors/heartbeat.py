"""Signs of life in Redis: workers and sweepers write a key that expires, the health page reads the keys."""

import json
import logging
import os
from typing import Any

import redis
from celery import bootsteps
from django.conf import settings

from actors.routes import queue_names

logger = logging.getLogger(__name__)

INTERVAL = 3  # seconds
LIFETIME = 10  # seconds after which a silent process counts as gone
PREFIX = "supportmesh"


def beat(kind: str, name: str) -> None:
    """Say that this process lives. Redis being away is no error: then the health page says that instead."""
    try:
        _client().set(f"{PREFIX}:{kind}:{name}", json.dumps({"pid": os.getpid()}), ex=LIFETIME)
    except redis.RedisError as error:
        logger.debug("no heartbeat: %s", type(error).__name__)


def alive(kind: str) -> list[str]:
    """The names of the processes of a kind (`worker`, `sweeper`) heard of lately. Raises redis.RedisError."""
    prefix = f"{PREFIX}:{kind}:"
    return sorted(key.decode()[len(prefix) :] for key in _client().scan_iter(match=f"{prefix}*", count=500))


def queued() -> int:
    """How many tasks wait in all queues of the mesh. Raises redis.RedisError."""
    with _client().pipeline(transaction=False) as pipe:
        for name in queue_names():
            pipe.llen(name)
        return sum(pipe.execute())


def silence(kind: str, name: str) -> None:
    """This process ends by itself: do not wait for the key to expire."""
    try:
        _client().delete(f"{PREFIX}:{kind}:{name}")
    except redis.RedisError as error:
        logger.debug("heartbeat not removed: %s", type(error).__name__)


_clients: dict[int, redis.Redis] = {}


def _client() -> redis.Redis:
    """One client per process, made after the fork."""
    pid = os.getpid()
    if pid not in _clients:
        _clients.clear()
        _clients[pid] = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    return _clients[pid]


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Part of every Celery worker (registered in supportmesh/celery.py)."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer_entry: Any = None

    def start(self, worker: Any) -> None:
        beat("worker", worker.hostname)
        self.timer_entry = worker.timer.call_repeatedly(INTERVAL, beat, ("worker", worker.hostname))

    def stop(self, worker: Any) -> None:
        if self.timer_entry is not None:
            self.timer_entry.cancel()
        silence("worker", worker.hostname)
