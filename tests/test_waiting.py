"""The lookout: whoever waits in a process, and how a process ends that has one."""

import asyncio
import threading
import uuid
from typing import Any

from channels.layers import InMemoryChannelLayer

from supportmesh.gateway.waiting import lookout

leaving = threading.Event()


class LosesCancellations(InMemoryChannelLayer):
    """What redis-py does in Python 3.11 when a command is sent in the very moment of the cancellation."""

    async def group_discard(self, group: str, channel: str) -> None:
        leaving.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return


def test_a_loop_ends_though_the_channel_layer_loses_a_cancellation(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.test_waiting.LosesCancellations"}}

    async def watch_and_leave() -> None:
        with lookout().watch(uuid.uuid4(), seq=0) as watch:
            assert await lookout().joined(watch)
        while not leaving.is_set():
            await asyncio.sleep(0.01)

    # On a thread of its own: a loop that does not end must fail this test, not hold the others.
    loop = threading.Thread(target=lambda: asyncio.run(watch_and_leave()), daemon=True)
    loop.start()
    assert leaving.wait(10)
    loop.join(5)
    assert not loop.is_alive()
