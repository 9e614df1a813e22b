"""The turn that a hop works on, for what lies below an actor and is given the payload alone: the limits of LLM calls
and the stream to the sockets. Outside of a hop there is none: then nothing is spent and nothing is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from actors.message import Message


@dataclass(frozen=True)
class CurrentTurn:
    message_id: str
    session_id: str
    attempt: int
    epoch: int
    deadline_at: datetime | None


_current: ContextVar[CurrentTurn | None] = ContextVar("current_turn", default=None)


@contextmanager
def working_on(message: Message) -> Iterator[None]:
    """Around an actor's function."""
    turn = CurrentTurn(
        message_id=message.message_id,
        session_id=message.session_id,
        attempt=message.attempt,
        epoch=message.epoch,
        deadline_at=message.metadata.deadline_at,
    )
    token = _current.set(turn)
    try:
        yield
    finally:
        _current.reset(token)


def current_turn() -> CurrentTurn | None:
    """The turn under way in this hop."""
    return _current.get()
