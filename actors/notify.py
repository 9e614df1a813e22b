"""Hints to open sockets and waiting requests. They may be lost: who hears one reads the table, who misses one asks."""

import asyncio
import logging
import os
import threading
from typing import Any

from channels.layers import get_channel_layer
from django.core import signing
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SALT = "actors.notify"

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_owner_pid = 0


def group_name(session_id: str) -> str:
    """The channel layer's group that everybody who watches this conversation joins."""
    return f"conversation.{session_id}"


def notify(session_id: str, event: dict[str, Any]) -> None:
    """Send an event to everybody who watches the conversation, without waiting for it. It is signed: who can write to
    Redis puts no words into a customer's page."""
    hint = {"type": "mesh.hint", "hint": signing.dumps({**event, "session_id": session_id}, salt=SALT)}
    asyncio.run_coroutine_threadsafe(_send(group_name(session_id), hint), _sender())


def heard(hint: dict[str, Any]) -> dict[str, Any]:
    """The event in a hint, its conversation in `session_id`. Raises KeyError, TypeError or BadSignature for what we did
    not send."""
    event: dict[str, Any] = signing.loads(hint["hint"], salt=SALT)
    return event


async def _send(group: str, event: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(2):
            await get_channel_layer().group_send(group, event)
    except (OSError, TimeoutError, RedisError) as error:  # a hint: whoever waits looks into the table anyway
        logger.warning("hint not sent: %s", type(error).__name__)


def _sender() -> asyncio.AbstractEventLoop:
    """One sending loop per process: async_to_sync would open a connection for every event (4 ms instead of 0.3)."""
    global _loop, _owner_pid
    with _lock:
        if _loop is None or _owner_pid != os.getpid():  # a prefork child inherits a loop without its thread
            _loop, _owner_pid = asyncio.new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="notify", daemon=True).start()
        return _loop
