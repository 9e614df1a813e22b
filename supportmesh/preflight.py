"""What `manage.py up` asks of its machine before anything runs. Each refusal is one plain sentence."""

import contextlib
import fcntl
import random
import shutil
import socket
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import redis
from django.db import Error as DatabaseError
from django.db import connection

from supportmesh.checks import mistakes

HOST = "127.0.0.1"
# Below those that Linux (32768) and macOS (49152) give to outgoing connections.
QUIET_PORTS = range(20_000, 32_768)


class CannotStart(Exception):
    """Why the stack does not start: one plain sentence."""


def check_settings() -> None:
    """Refuse an installation that every process would refuse: a sentence for each mistake."""
    if told := mistakes():
        raise CannotStart(told)


def lock(var: Path) -> IO[str]:
    """The folder's lock, held until the file is closed: one stack per folder."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        handle = (var / "up.lock").open("a")
    except OSError as error:
        raise CannotStart(f"Cannot write to {var} ({error.strerror}): set VAR_DIR to another folder.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise CannotStart(f"SupportMesh is already running with {var}: stop it or set VAR_DIR.") from None
    return handle


def check_port(port: int) -> None:
    """Refuse a port that somebody listens on, or that we may not have."""
    try:
        with _listener(port):
            pass
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise CannotStart(f"Port {port} cannot be used ({reason}): choose another with --port.") from None


def free_port(preferred: int = 0) -> int:
    """The preferred port when nobody has it, else any that is free. Not one that the system may give to an outgoing
    connection before a server has it."""
    for port in (preferred, *random.sample(QUIET_PORTS, 100)):
        with contextlib.suppress(OSError, OverflowError):
            if port:
                _listener(port).close()
                return port
    raise CannotStart("This machine has no free port.")


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will: a closed one may linger
        listener.bind((HOST, port))
    except BaseException:
        listener.close()
        raise
    return listener


def check_redis(url: str) -> None:
    """Refuse a REDIS_URL that does not parse or answer."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise CannotStart(f"Cannot reach Redis at {_place(url)} (REDIS_URL): {_first_line(error)}.") from None


def check_database(url: str) -> None:
    """Refuse a database that does not let us in."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CannotStart(f"Cannot reach the database at {_place(url)} (DATABASE_URL): {_first_line(error)}.") from None


def _place(url: str) -> str:
    """Host and port of a URL, never its password."""
    place = urlsplit(url).netloc.rpartition("@")[2]
    return place or "its address"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def empty(var: Path) -> None:
    """Remove the local database and the embedded broker's data."""
    for path in var.glob("db.sqlite3*"):
        path.unlink()
    shutil.rmtree(var / "valkey", ignore_errors=True)
