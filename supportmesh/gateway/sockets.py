"""What keeps one client's sockets from costing the others: how many there may be, how fast all of an address are read,
and how long one may take nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakValueDictionary

TABS = 20  # open sockets of one customer or guest in this process
SEND_SECONDS = 10  # a frame that cannot even be handed to the network for so long has no reader
HINTS = 256  # progress and pieces of an answer that may wait for a slow reader

ADDRESS_FRAMES_PER_SECOND = 20  # read from all sockets of an address, in the long run
ADDRESS_BURST = 100  # frames that are read at once before
REFUSED = 5  # frames that one counts as which was refused because there were too many: else it is tried at full speed

_open: Counter[str] = Counter()
_paces: "WeakValueDictionary[str, Pace]" = WeakValueDictionary()


class TooMany(Exception):
    """This caller has as many sockets open as they may."""


@contextmanager
def one_of(caller: str) -> Iterator[None]:
    """One more socket of this caller while the block runs. Raises TooMany beyond TABS."""
    if _open[caller] >= TABS:
        raise TooMany
    _open[caller] += 1
    try:
        yield
    finally:
        _open[caller] -= 1
        if not _open[caller]:
            del _open[caller]


class Pace:
    """How fast the sockets of one address are read together (the generic cell rate algorithm, ITU-T I.371). What they
    send faster waits in the network, and at last with them: whoever opens more sockets gets no more of this process."""

    def __init__(self) -> None:
        self._due = float("-inf")

    def wait(self, now: float, *, frames: int = 1) -> float:
        """Seconds until so many more frames may be read; they count from now on."""
        each = 1 / ADDRESS_FRAMES_PER_SECOND
        self._due = max(self._due, now - ADDRESS_BURST * each) + frames * each
        return max(0.0, self._due - now)

    def rested_in(self, now: float) -> float:
        """Seconds until nothing that was read is left to remember."""
        return max(0.0, self._due - now + ADDRESS_BURST / ADDRESS_FRAMES_PER_SECOND)


def pace_of(address: str) -> Pace:
    """The one that all sockets of this address have in common, while any of them keeps it."""
    return _paces.setdefault(address, Pace())


def cut_off(send: Any) -> None:
    """End a connection whose peer reads nothing. `send` is the ASGI server's, a method of uvicorn's connection.

    ASGI has no word for this: `websocket.close` waits behind the bytes that the peer does not take, for as long as its
    kernel says that it is there; and so does what uvicorn does about an unanswered ping.
    """
    send.__self__.transport.abort()
