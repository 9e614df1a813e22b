"""Whole conversations, through the real HTTP API of a real stack: see tests/conversations/*.yaml and scripts.py."""

import pytest
import pytest_django
from pydantic import ValidationError

from tests import scripts

pytestmark = pytest.mark.timeout(400)  # the first one waits for all

SCRIPTS = scripts.read_scripts()


@pytest.fixture(scope="module")
def faults(django_db_blocker: pytest_django.DjangoDbBlocker) -> dict[str, list[str]]:
    """Every conversation's faults, by its name. They are held once, side by side."""
    with django_db_blocker.unblock():
        return scripts.held_by_a_stack()


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
