"""Whole conversations, through the real HTTP API of a real stack: see tests/conversations/*.yaml and scripts.py."""

from collections.abc import Iterator

import dj_database_url
import pytest
from django.db import connections
from pydantic import ValidationError

from tests import scripts
from tests.stack import Stack, clean_env, own_database

pytestmark = pytest.mark.timeout(400)  # the first one waits for all

SCRIPTS = scripts.read_scripts()


@pytest.fixture(scope="module")
def faults(django_db_blocker: object) -> Iterator[dict[str, list[str]]]:
    """Every conversation's faults, by its name. They are held side by side, once."""
    with own_database() as database, Stack(DEMO="1", DEBUG="1", **database) as stack:
        url = database.get("DATABASE_URL", f"sqlite:///{stack.var / 'db.sqlite3'}")
        connections.databases[scripts.DATABASE] = {**connections.databases["default"], **dj_database_url.parse(url)}
        conversations = [scripts.Conversation(stack, script, place) for place, script in enumerate(SCRIPTS)]
        scripts.load(stack, conversations, clean_env(stack.var, DEMO="1", DEBUG="1", **database))
        with django_db_blocker.unblock():
            yield scripts.hold_all(conversations)
        del connections.databases[scripts.DATABASE]


@pytest.mark.parametrize("name", [script.name for script in SCRIPTS])
def test_conversation_goes_as_written(name: str, faults: dict[str, list[str]]) -> None:
    assert not faults[name], "\n".join(faults[name])


def test_there_are_enough_conversations_to_mean_something() -> None:
    assert len(SCRIPTS) >= 40


def test_script_with_a_word_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="replies"):
        scripts.Script(name="x", lines=[{"say": "hello", "outcome": "answered", "replies": ["Hello"]}])


def test_script_that_says_nothing_of_the_outcome_is_refused() -> None:
    with pytest.raises(ValidationError, match="outcome"):
        scripts.Script(name="x", lines=[{"say": "hello"}])
