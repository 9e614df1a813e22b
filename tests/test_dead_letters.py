"""Poison: what nobody can work is parked with the reason after bounded attempts, and keeps nobody else waiting."""

import base64
import json
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
from django.test import Client
from django.utils import timezone

from actors import pauses, tasks
from actors.base import ACTORS, receive, seal, unseal
from actors.desk import cases
from actors.message import Message
from actors.models import Action, AuditEvent, Escalation, ParkedMessage, Turn
from actors.models.parked import FIRST_REDRIVE
from actors.recovery import sweep
from tests.colleagues import at_desk, member, told
from tests.environment import valkey
from tests.poisoned import HANGS, KILLS
from tests.stack import ROOT, Stack, own_database
from tests.test_ledger import say

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "What are your opening hours? zebra-secret"
LIST = "/admin/actors/parkedmessage/"


# --- the desk -------------------------------------------------------------------------------------


def long_ago() -> None:
    past = timezone.now() - timedelta(minutes=1)
    Turn.objects.filter(deadline_at__isnull=False).update(deadline_at=past)
    ParkedMessage.objects.filter(deadline_at__isnull=False).update(deadline_at=past)


def delivered() -> Message:
    """The next message of the first queues, taken out of them."""
    with valkey.client() as client:
        for queue in ("support.sentiment_analyzer.urgent", "support.sentiment_analyzer"):
            if raw := client.rpop(queue):
                return unseal(_args(raw)[0])
    raise AssertionError("nothing was rung")


def _args(raw: bytes) -> list[Any]:
    return json.loads(base64.b64decode(json.loads(raw)["body"]))[0]


def died_in(actor: str, text: str = QUESTION, *, attempts: int = 3, **who: Any) -> ParkedMessage:
    """A customer's message whose every attempt died in this actor: worked up to there, and no further."""
    turn = say(text, **who)
    for _ in range(attempts):
        envelope = seal(delivered())
        while (name := unseal(envelope).route.current) != actor:
            envelope = worked(name, envelope)
        start(name, envelope)
        long_ago()
        sweep()
    return ParkedMessage.objects.get(turn=turn)


def worked(name: str, envelope: dict[str, Any]) -> dict[str, Any]:
    """What the actor passes on."""
    receive(name, envelope)
    with valkey.client() as client:
        (queue,) = [key for key in client.keys("support.*") if client.type(key) == b"list"]
        return _args(client.rpop(queue))[0]


class Died(BaseException):
    """As if the process had been killed: nothing of ours catches it."""


def start(name: str, envelope: dict[str, Any]) -> None:
    def dies(_: Any) -> None:
        raise Died

    actor = ACTORS[name]
    ACTORS[name] = type(actor)(actor.name, actor.kind, dies, actor.takes_message, actor.task)
    try:
        with pytest.raises(Died):
            receive(name, envelope)
    finally:
        ACTORS[name] = actor


def work_redrive() -> None:
    """A worker takes the redrive and works it to its end."""
    envelope = seal(delivered())
    while (name := unseal(envelope).route.current) != "response_aggregator":
        envelope = worked(name, envelope)
    receive("response_aggregator", envelope)


def press(client: Client, parked: ParkedMessage, button: str) -> Any:
    return client.post(f"{LIST}{parked.pk}/decide/{button}/", follow=True)


def broker_message() -> ParkedMessage:
    receive("sentiment_analyzer", {"who": "zebra"})
    return ParkedMessage.objects.get()


def test_a_message_out_of_attempts_is_parked_with_the_actor_it_died_in() -> None:
    parked = died_in("context_retriever")
    assert (parked.status, parked.actor, parked.task) == ("parked", "context_retriever", "actors.context_retriever")
    assert parked.reason == "not worked in 3 attempts; the last one ended in context_retriever"
    assert parked.body == ""
    assert parked.turn.reply.metadata["outcome"] == "escalated"


def test_its_case_holds_what_the_attempts_found_out() -> None:
    parked = died_in("context_retriever", "Please refund ORD-12345678")
    summary = Escalation.objects.get().summary
    assert "ORD-12345678" in summary
    assert "could not be worked in 3 attempts" in summary
    parked.turn.refresh_from_db()
    assert parked.turn.message["payload"]["intent"]["category"] == "refund_request"


def test_a_message_that_never_came_to_an_actor_is_parked_too(settings: Any) -> None:
    settings.MESH_MAX_ATTEMPTS = 1
    say().claim()
    long_ago()
    sweep()
    assert ParkedMessage.objects.get().reason.endswith("an actor that is not known")


def test_what_was_parked_of_the_broker_goes_after_the_retention_of_guests(settings: Any) -> None:
    parked, of_customer = broker_message(), died_in("context_retriever")
    tasks.purge_transcripts()
    assert ParkedMessage.objects.filter(pk=parked.pk).exists()
    settings.GUEST_RETENTION_DAYS = -1
    tasks.purge_transcripts()
    assert list(ParkedMessage.objects.all()) == [of_customer], "it goes with its transcript"


def test_the_desk_lists_what_is_parked_without_the_customers_words(susan: Client) -> None:
    died_in("context_retriever")
    page = susan.get(LIST).content.decode()
    assert "the last one ended in context_retriever" in page
    assert "zebra" not in page


def test_an_agent_sees_no_parked_message_and_an_auditor_decides_nothing(maria: Client) -> None:
    parked = broker_message()
    auditor = at_desk(member("alan", "auditor"))
    assert maria.get(LIST).status_code == 403
    assert auditor.get(f"{LIST}{parked.pk}/change/").status_code == 200
    for client in (maria, auditor):
        for button in ("redrive", "discard"):
            assert press(client, parked, button).status_code == 403
        assert "discard_selected" not in client.get(LIST).content.decode()
    parked.refresh_from_db()
    assert parked.status == "parked"


def test_what_was_not_believed_is_never_worked_and_says_why(susan: Client) -> None:
    parked = broker_message()
    assert "anybody could have written it" in told(press(susan, parked, "redrive"))
    parked.refresh_from_db()
    assert parked.status == "parked"


def test_discarding_is_written_down_and_counts_once(susan: Client) -> None:
    parked = broker_message()
    assert told(press(susan, parked, "discard")) == "Discarded."
    assert "already" in told(press(susan, parked, "discard"))
    parked.refresh_from_db()
    assert (parked.status, parked.decided_by) == ("discarded", "staff susan")
    event = AuditEvent.objects.get(what="parked message discarded")
    assert (event.who, event.fields) == ("staff susan", f"parked message {parked.pk}")


def test_many_are_decided_about_at_once(susan: Client) -> None:
    broker_message()
    receive("intent_analyzer", {})
    chosen = list(ParkedMessage.objects.values_list("pk", flat=True))
    response = susan.post(LIST, {"action": "discard_selected", "_selected_action": chosen}, follow=True)
    assert told(response) == "2 × Discarded."
    assert set(ParkedMessage.objects.values_list("status", flat=True)) == {"discarded"}


def test_a_redrive_becomes_a_draft_on_the_case_and_no_second_reply(susan: Client) -> None:
    parked = died_in("context_retriever")
    turns = Turn.objects.count()
    assert "becomes a draft" in told(press(susan, parked, "redrive"))
    work_redrive()
    parked.refresh_from_db()
    case = Escalation.objects.get()
    assert (parked.status, parked.deadline_at) == ("redriven", None)
    assert "Monday to Friday" in case.draft_reply
    assert "colleague" not in case.draft_reply
    assert Turn.objects.count() == turns
    assert AuditEvent.objects.get(what="parked message redriven").case == case.pk


def test_a_redrive_has_a_fresh_set_of_attempts_and_is_parked_again_after_them(susan: Client) -> None:
    parked = died_in("context_retriever")
    press(susan, parked, "redrive")
    for attempt in (1, 2, 3):
        message = delivered()
        assert message.attempt == FIRST_REDRIVE + attempt
        start("sentiment_analyzer", seal(message))
        long_ago()
        sweep()
    parked.refresh_from_db()
    assert (parked.status, parked.actor) == ("parked", "sentiment_analyzer")
    assert parked.reason == "not worked in 3 attempts of a redrive either"
    assert "becomes a draft" in told(press(susan, parked, "redrive"))


def test_an_attempt_of_a_redrive_that_wakes_late_changes_nothing(susan: Client) -> None:
    parked = died_in("context_retriever")
    press(susan, parked, "redrive")
    with valkey.client() as client:
        raw = client.lindex("support.sentiment_analyzer.urgent", -1) or client.lindex("support.sentiment_analyzer", -1)
        work_redrive()
        client.rpush("support.sentiment_analyzer", raw)
    work_redrive()
    case = Escalation.objects.get()
    assert case.draft_reply.count("Monday to Friday") == 1


def test_a_message_whose_case_is_resolved_is_not_driven_again(susan: Client) -> None:
    parked = died_in("context_retriever")
    supervisor = member("susan", "supervisor")
    case = cases.claim(Escalation.objects.get().pk, by=supervisor)
    cases.resolve(case.pk, by=supervisor)
    assert "case is resolved" in told(press(susan, parked, "redrive"))
    parked.refresh_from_db()
    assert parked.status == "parked"


def test_nothing_is_driven_again_while_the_bot_is_paused(susan: Client) -> None:
    parked = died_in("context_retriever")
    pauses.pause("bot", who="test")
    assert "paused" in told(press(susan, parked, "redrive"))


def test_a_redriven_wish_changes_nothing_in_the_shop(susan: Client) -> None:
    parked = died_in("response_generator", "Please cancel my order ORD-87654321")
    before = list(Action.objects.values_list("status", flat=True))
    press(susan, parked, "redrive")
    work_redrive()
    assert list(Action.objects.values_list("status", flat=True)) == before


# --- real processes -------------------------------------------------------------------------------

LEASE, ATTEMPTS = 10, 2  # seconds, and how often: what is worked at all is worked well within them


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.poisoned_settings",
        "MESH_LEASE": str(LEASE),
        "MESH_MAX_ATTEMPTS": str(ATTEMPTS),
    }
    with (
        own_database() as database,
        Stack(workers=1, seconds=240, DEMO="1", DEBUG="1", **settings, **database) as stack,
    ):
        yield stack


def send(stack: Stack, text: str) -> dict[str, Any]:
    body = {"message": text, "client_msg_id": str(uuid.uuid4())}
    response = requests.post(f"{stack.url}/api/chat?wait=0", json=body, timeout=20)
    assert response.status_code in (200, 202), response.text
    return response.json()


def manage(stack: Stack, *command: str) -> str:
    """Run `manage.py` in the stack's environment; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=stack._env, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def shell(stack: Stack, code: str) -> str:
    return manage(stack, "shell", "-v", "0", "-c", code)


def wait_for(what: Any, *, seconds: float = 90) -> Any:
    """What it returns, once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)
    return found


def reply(stack: Stack, accepted: dict[str, Any]) -> dict[str, Any] | None:
    return requests.get(f"{stack.url}/api/messages/{accepted['message_id']}", timeout=20).json()["reply"]


def parked(stack: Stack) -> list[dict[str, Any]]:
    code = (
        "import json\nfrom actors.models import ParkedMessage\n"
        "rows = ParkedMessage.objects.order_by('pk').values('pk', 'task', 'reason', 'actor', 'status', 'turn_id')\n"
        "print(json.dumps(list(rows), default=str))"
    )
    return json.loads(shell(stack, code))


@pytest.mark.timeout(500)
@pytest.mark.parametrize("poison", [KILLS, HANGS])
def test_poison_is_parked_after_its_attempts_and_the_others_do_not_wait_for_it(stack: Stack, poison: str) -> None:
    bad = send(stack, f"{poison} What are your opening hours?")
    others = [send(stack, "What are your opening hours?") for _ in range(4)]
    told = [wait_for(lambda other=other: reply(stack, other)) for other in others]
    end = wait_for(lambda: reply(stack, bad))
    assert [one["metadata"]["outcome"] for one in told] == ["answered"] * len(told)
    assert end["metadata"]["outcome"] == "escalated"
    assert end["processing_time"] >= LEASE * ATTEMPTS > max(one["processing_time"] for one in told)
    (row,) = [row for row in parked(stack) if row["turn_id"] == bad["message_id"]]
    assert (row["status"], row["actor"]) == ("parked", "intent_analyzer")
    assert poison not in row["reason"]
    # Each attempt had one of the worker's two processes: they are there again.
    after = send(stack, "What are your opening hours?")
    assert wait_for(lambda: reply(stack, after))["metadata"]["outcome"] == "answered"


@pytest.mark.timeout(500)
def test_once_it_is_mended_a_parked_message_is_driven_again_into_a_draft(stack: Stack) -> None:
    bad = send(stack, f"{KILLS} What are your opening hours?")
    wait_for(lambda: reply(stack, bad))
    (Path(stack.var) / "mended").touch()
    answered = f"turn_id={bad['message_id']!r}"
    shell(
        stack,
        "from actors.dead_letters import redrive\nfrom actors.models import ParkedMessage\n"
        f"redrive(ParkedMessage.objects.get({answered}), who='staff susan')",
    )
    case = f"Escalation.objects.get(conversation={bad['session_id']!r})"
    code = f"from actors.models import Escalation\nprint({case}.draft_reply)"
    assert "Monday to Friday" in wait_for(lambda: shell(stack, code))
    (Path(stack.var) / "mended").unlink()


def raw(body: str, **changes: Any) -> str:
    """A message as kombu writes it."""
    headers = {"lang": "py", "task": "actors.sentiment_analyzer", "id": str(uuid.uuid4()), "retries": 0}
    properties = {"delivery_tag": str(uuid.uuid4()), "delivery_info": {"exchange": "", "routing_key": "x"}}
    message = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers,
        "properties": properties,
    }
    return json.dumps({**message, **changes})


MALFORMED = {
    "unknown task": raw("[[], {}, {}]", headers={"task": "zebra.task", "id": "1", "lang": "py"}),
    "no task": raw("[[], {}, {}]", headers={"id": "1"}),
    "no headers": raw("[[], {}, {}]", headers=None),
    "pickle": raw("gASVBQAAAAAAAABLAS4=", **{"content-type": "application/x-python-serialize"}),
    "unknown content type": raw("zebra", **{"content-type": "text/zebra"}),
    "body that is no JSON": raw("zebra {"),
    "body of another shape": raw('{"zebra": 1}'),
    "strange arguments": raw('[[{"zebra": 1}, 2], {"a": 1}, {}]'),
    "no properties": json.dumps({"body": "zebra"}),
    "no object": '"zebra"',
    "no JSON": "zebra {",
    "no text": b"\xff\xfe zebra",
}


@pytest.mark.timeout(500)
def test_malformed_broker_messages_are_parked_once_and_neither_spin_nor_end_the_worker(stack: Stack) -> None:
    before, worker = len(parked(stack)), stack.pids()["worker1"]
    with redis.Redis.from_url(stack.redis_url) as client:
        for message in MALFORMED.values():
            client.lpush("support.sentiment_analyzer", message)
        after = send(stack, "What are your opening hours?")
        assert wait_for(lambda: reply(stack, after))
        wait_for(lambda: client.hlen("unacked") == 0)
        assert client.llen("support.sentiment_analyzer") == 0
    wait_for(lambda: len(parked(stack)) >= before + len(MALFORMED), seconds=30)
    assert len(parked(stack)) == before + len(MALFORMED)
    assert stack.pids()["worker1"] == worker
    assert not re.search("zebra(?!.task)", stack.log("worker1"))


@pytest.mark.timeout(500)
def test_workers_that_run_hear_of_a_pause_and_of_its_end_without_a_restart(stack: Stack) -> None:
    """The kill switch, in the processes of this file's stack; the rest of it is in test_pause.py."""

    def outcome() -> str:
        accepted = send(stack, "What are your opening hours?")
        return wait_for(lambda: reply(stack, accepted))["metadata"]["outcome"]

    assert outcome() == "answered"
    manage(stack, "pause", "bot")
    wait_for(lambda: outcome() == "escalated", seconds=60)
    manage(stack, "resume", "bot")
    wait_for(lambda: outcome() == "answered", seconds=60)
