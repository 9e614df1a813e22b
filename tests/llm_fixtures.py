"""A configured model, and a turn's whole way with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from actors import llm
from actors.base import work
from actors.doorbell import first_message
from actors.message import Message
from actors.models import Turn
from tests.llm_server import LLMServer, llm_server

JOHN = "john.doe@example.com"


@pytest.fixture
def model(settings) -> Iterator[LLMServer]:
    """A good model, configured."""
    llm.CIRCUITS.clear()
    assert llm.load().wait(100)
    with llm_server() as server:
        settings.LLM_MODEL = settings.LLM_FAST_MODEL = "openai/test-model"
        settings.LLM_BASE_URL = server.url
        settings.LLM_TIMEOUT = settings.LLM_FAST_TIMEOUT = 20  # the first call of a process takes its time
        settings.MESH_LEASE = 90
        yield server
    llm.CIRCUITS.clear()


def claimed(turn: Turn) -> Message:
    """An accepted turn's message, claimed for its next attempt."""
    attempt, _, epoch = turn.claim()
    deadline_at = timezone.now() + timedelta(seconds=60)
    return first_message(turn).claimed(attempt=attempt, deadline_at=deadline_at, epoch=epoch)


def to_its_end(message: Message) -> None:
    """Work a message to the end of its route."""
    following = work(message)
    while following is not None:
        following = work(following[0])


def work_through(turn: Turn) -> None:
    """Work an accepted turn to its end."""
    to_its_end(claimed(turn))
