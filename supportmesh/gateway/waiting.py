"""Waiting without holding anything: database calls in a few threads, hints from the channel layer, and one look into
the table a second for everybody who waits in this process.

A waiting request costs a Watch and an asyncio.Event: no thread, no database connection, no query of its own.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.db import connections
from redis.exceptions import RedisError

from actors.models import Conversation
from actors.notify import group_name, heard

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LOOK_EVERY = 1.0  # seconds between two looks into the table
HINT_TIMEOUT = 1.0  # seconds the channel layer may take before we go on without it
NEWS = ("turn.added", "status.changed")  # hints that the table has something to tell
LAYER_AWAY = (OSError, TimeoutError, RedisError)
# Few threads: the database works no faster with more, and each is a connection.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="gateway-db")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that uses the ORM in one of the few threads, and give its connection back afterwards."""

    def call() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, call)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Around a call of the channel layer: TimeoutError when it takes too long, and no cancellation is lost in it.

    redis-py sends by asyncio.wait_for, which in Python 3.11 returns the result instead of raising CancelledError when
    both come at once. The task would go on for ever, and a loop that waits for its tasks to end would never end.
    """
    task = asyncio.current_task()
    before = task.cancelling()
    try:
        async with asyncio.timeout(HINT_TIMEOUT):
            yield
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


class Watch:
    """One party's interest in a conversation. `wake` is set when there is something to look at."""

    def __init__(self, session_id: uuid.UUID, *, seq: int, on_event: Callable[[dict[str, Any]], None] | None) -> None:
        self.session_id = str(session_id)
        self.seq = seq  # the highest turn this party has seen
        self.waiting = True  # whether the table is worth a look every second
        self.wake = asyncio.Event()
        self.on_event = on_event

    async def woken(self, seconds: float) -> bool:
        """Wait until there is something to look at, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            return False
        self.wake.clear()
        return True


class Lookout:
    """Everybody who waits in this event loop: one channel, one query a second."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self._joined: set[str] = set()
        self._channel: str | None = None
        self._opening = asyncio.Lock()
        self._opened = asyncio.Event()
        self._next_try = 0.0
        self._tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._listen())]

    @contextmanager
    def watch(
        self, session_id: uuid.UUID, *, seq: int, on_event: Callable[[dict[str, Any]], None] | None = None
    ) -> Iterator[Watch]:
        """Watch a conversation while the block runs; `on_event` gets the raw hints."""
        watch = Watch(session_id, seq=seq, on_event=on_event)
        self._watches.setdefault(watch.session_id, set()).add(watch)
        try:
            yield watch
        finally:
            others = self._watches[watch.session_id]
            others.discard(watch)
            if not others:
                del self._watches[watch.session_id]

    async def joined(self, watch: Watch) -> bool:
        """Whether hints for this conversation arrive; tries once. Without them the look each second is left."""
        if watch.session_id in self._joined:
            return True
        try:
            async with _in_time():
                if not await self._has_channel():
                    return False
                await get_channel_layer().group_add(group_name(watch.session_id), self._channel)
        except LAYER_AWAY as error:
            logger.warning("no hints: %s", type(error).__name__)
            return False
        self._joined.add(watch.session_id)
        return True

    async def _has_channel(self) -> bool:
        """Open this process's channel, at most one try a second: each failed one leaves a queue in the layer."""
        async with self._opening:
            now = asyncio.get_running_loop().time()
            if self._channel is None and now >= self._next_try:
                self._next_try = now + LOOK_EVERY
                self._channel = await get_channel_layer().new_channel()
                self._opened.set()
            return self._channel is not None

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look_once()
            except Exception:  # what waits is accepted already: look again in a second
                logger.exception("could not look for replies")

    async def _look_once(self) -> None:
        await self._leave()
        waiting = {name for name, watches in self._watches.items() if any(watch.waiting for watch in watches)}
        if not waiting:
            return
        for name, last_seq in (await in_database(_last_seqs, waiting)).items():
            for watch in self._watches.get(name, ()):
                if last_seq > watch.seq:
                    watch.wake.set()
        for watches in list(self._watches.values()):
            if not await self.joined(next(iter(watches))):
                return  # the channel layer is away

    async def _leave(self) -> None:
        for name in self._joined - self._watches.keys():
            try:
                async with _in_time():
                    await get_channel_layer().group_discard(group_name(name), self._channel)
            except LAYER_AWAY as error:
                logger.warning("group not left: %s", type(error).__name__)
            self._joined.discard(name)

    async def _listen(self) -> None:
        await self._opened.wait()
        while True:
            try:
                event = heard(await get_channel_layer().receive(self._channel))
                name, session_id = event["type"], event["session_id"]
                for watch in list(self._watches.get(session_id, ())):
                    if watch.on_event is not None:
                        watch.on_event(event)
                    if name in NEWS:
                        watch.wake.set()
            except Exception:  # whatever a stranger put into Redis: the next hint may be a good one
                logger.exception("a hint was not understood")
                await asyncio.sleep(0)


def _last_seqs(session_ids: set[str]) -> dict[str, int]:
    rows = Conversation.objects.filter(pk__in=session_ids).values_list("pk", "last_seq")
    return {str(pk): last_seq for pk, last_seq in rows}


_lookouts: "WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout]" = WeakKeyDictionary()


def lookout() -> Lookout:
    """The running event loop's lookout: one per web process, one per test."""
    loop = asyncio.get_running_loop()
    if loop not in _lookouts:
        _lookouts[loop] = Lookout()
    return _lookouts[loop]
