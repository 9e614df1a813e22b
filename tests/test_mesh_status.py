"""How the mesh stands, as an operator, a monitor and a supervisor see it: what waits, since when, and what is stuck."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from actors.models import Action, ParkedMessage, Turn
from actors.recovery import sweep
from tests.test_health import database_away, redis_away  # noqa: F401  (fixtures)
from tests.test_ledger import answer, say

pytestmark = pytest.mark.django_db(transaction=True)

IDLE = {
    "oldest_unanswered_seconds": 0.0,
    "open_turns": {"accepted": 0, "processing": 0},
    "executing_actions": 0,
    "parked_messages": 0,
    "queue_depth": 0,
}


def mesh() -> dict[str, Any]:
    return Client().get("/api/health").json()["mesh"]


def status(*flags: str) -> str:
    out = StringIO()
    call_command("mesh_status", *flags, stdout=out)
    return out.getvalue()


def aged(turn: Turn, seconds: int) -> Turn:
    Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))
    return turn


def test_nothing_waits_in_an_idle_mesh() -> None:
    assert mesh() == IDLE


def test_open_messages_are_told_by_status_and_the_oldest_by_its_age() -> None:
    aged(say(), 40)
    aged(say(), 7).claim()
    told = mesh()
    assert told["open_turns"] == {"accepted": 1, "processing": 1}
    assert 40 <= told["oldest_unanswered_seconds"] < 50
    assert told["queue_depth"] == 2


def test_the_oldest_is_0_again_when_everything_is_answered() -> None:
    turn = aged(say(), 40)
    turn.claim()
    assert answer(turn) is not None
    assert mesh()["oldest_unanswered_seconds"] == 0


def test_actions_under_way_and_parked_messages_are_counted() -> None:
    turn = say()
    for position, state in enumerate(("executing", "executed", "proposed")):
        Action.objects.create(
            turn=turn, position=position, conversation=turn.conversation, kind="process_refund", status=state
        )
    for state in ("parked", "discarded", "redriven"):
        ParkedMessage.objects.create(task="actors.x", reason="x", status=state)
    told = mesh()
    assert (told["executing_actions"], told["parked_messages"]) == (1, 1)


def test_depth_of_the_queues_is_unknown_and_never_0_while_redis_is_away(redis_away: None) -> None:  # noqa: F811
    assert mesh() == IDLE | {"queue_depth": None}
    assert "unknown" in status()


def test_nothing_is_told_of_the_mesh_while_the_database_is_away(database_away: None) -> None:  # noqa: F811
    response = Client().get("/api/health")
    assert (response.status_code, response.json()["mesh"], response.json()["paused"]) == (503, None, [])


def test_command_prints_a_line_each_and_ends_well_while_nobody_waits_too_long() -> None:
    aged(say(), 12)
    table = status()
    assert "oldest unanswered message   12" in table
    assert "messages accepted           1" in table


def test_command_says_the_same_as_json() -> None:
    told = json.loads(status("--json"))
    assert IDLE.items() <= told.items()
    assert (told["late"], told["paused"]) == (False, [])


def test_command_fails_when_a_message_waits_for_longer_than_a_lease_and_its_recovery(settings: Any) -> None:
    settings.MESH_LEASE = 5
    aged(say(), 60)
    with pytest.raises(CommandError, match="has waited"):
        status()


def test_command_fails_while_the_database_is_away(database_away: None) -> None:  # noqa: F811
    with pytest.raises(CommandError, match="database does not answer"):
        status()


def test_a_fault_that_was_mended_leaves_nothing_behind(settings: Any) -> None:
    settings.MESH_MAX_ATTEMPTS = 1
    aged(say(), 60).claim()
    Turn.objects.update(deadline_at=timezone.now() - timedelta(minutes=1))
    sweep()
    told = mesh()
    assert (told["oldest_unanswered_seconds"], told["open_turns"]) == (0, IDLE["open_turns"])


@pytest.mark.skipif(connection.vendor == "postgresql", reason="reads a small table whole, and rightly")
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Action.objects.filter(status="executing"), "action_executing"),
        (Turn.objects.filter(status__in=Turn.OPEN), "turn_by_status"),
        (Turn.objects.filter(status="processing", deadline_at__lt=Now()), "turn_by_status"),
    ],
)
def test_what_is_asked_every_second_reads_an_index_and_not_the_table(rows: Any, index: str) -> None:
    assert f"SEARCH {rows.model._meta.db_table} USING INDEX {index}" in rows.explain()
