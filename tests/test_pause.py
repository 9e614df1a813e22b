"""The kill switch: what is paused stops everywhere within seconds, customers are told, and somebody stands for it."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from actors import pauses
from actors.current import working_on
from actors.decision_router import RULES, decision_router
from actors.escalation_router import escalation_router
from actors.models import Action, AuditEvent, Escalation, Pause, Policy, Turn
from actors.recovery import sweep
from tests.builders import context, intent, message, payload, sentiment
from tests.colleagues import at_desk, member, told
from tests.llm_fixtures import model  # noqa: F401  (a fixture)
from tests.llm_server import LLMServer
from tests.test_dead_letters import work_redrive
from tests.test_execution_coordinator import MINE, policy, status  # noqa: F401
from tests.test_flow import shop, travel  # noqa: F401
from tests.test_ledger import JOHN, say

pytestmark = pytest.mark.django_db(transaction=True)

MESH = "/admin/actors/pause/"


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def routed(**changes: Any) -> Any:
    """What the decision router says of a message in a hop."""
    given = payload("Hello", sentiment=sentiment(), intent=intent(), context=context(), **changes)
    one = message(at="decision_router", of=given)
    with working_on(one):
        return decision_router(one)


def switch(client: Client, what: str, way: str, **given: str) -> Any:
    return client.post(f"{MESH}switch/{what}/{way}/", given, follow=True)


# --- the switch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", Pause.What.values)
def test_command_pauses_and_resumes_and_the_health_answer_names_it(what: str) -> None:
    assert "Paused" in run("pause", what, "--reason", "wrong prices")
    assert pauses.is_paused(what)
    assert Client().get("/api/health").json()["paused"] == [what]
    assert what in run("mesh_status")
    assert "Resumed" in run("resume", what)
    assert not pauses.is_paused(what)
    assert Client().get("/api/health").json()["paused"] == []


def test_only_what_can_be_paused_is() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run("pause", "everything")
    with pytest.raises(ValueError, match="there is no everything"):
        pauses.pause("everything", who="x")


def test_who_paused_it_first_stays_and_each_switch_is_written_down_once() -> None:
    pauses.pause("bot", who="operator ann", reason="wrong prices")
    assert not pauses.pause("bot", who="operator bob", reason="me too")
    pauses.resume("bot", who="operator cid")
    assert not pauses.resume("bot", who="operator bob")
    row = Pause.objects.get()
    assert (row.paused_by, row.reason, row.resumed_by) == ("operator ann", "wrong prices", "operator cid")
    events = AuditEvent.objects.order_by("pk").values_list("who", "what")
    assert list(events) == [("operator ann", "bot paused"), ("operator cid", "bot resumed")]


def test_another_process_is_heard_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not pauses.is_paused("bot")
    Pause.objects.create(what="bot", paused_by="another process")
    monkeypatch.setattr(pauses, "_read_at", pauses._read_at - 5)
    assert pauses.is_paused("bot")


def test_what_was_known_goes_on_to_hold_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("away")

    pauses.pause("bot", who="x")
    assert pauses.is_paused("bot")
    pauses.forget()
    monkeypatch.setattr(pauses, "running", away)
    assert pauses.is_paused("bot")
    assert not pauses.is_paused("llm")


# --- in the admin ---------------------------------------------------------------------------------


def test_a_supervisor_pauses_and_resumes_and_says_why(susan: Client) -> None:
    assert "Say why" in told(switch(susan, "bot", "pause"))
    assert not Pause.objects.exists()
    assert "Paused: the bot." in told(switch(susan, "bot", "pause", reason="wrong prices"))
    page = susan.get(MESH).content.decode()
    assert "staff susan" in page
    assert "wrong prices" in page
    assert "Resumed: the bot." in told(switch(susan, "bot", "resume"))
    assert AuditEvent.objects.filter(who="staff susan", what__in=("bot paused", "bot resumed")).count() == 2


def test_an_auditor_looks_an_agent_does_not_and_neither_switches(maria: Client) -> None:
    auditor = at_desk(member("alan", "auditor"))
    pauses.pause("llm", who="x")
    assert maria.get(MESH).status_code == 403
    page = auditor.get(MESH)
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split('class="board"')[1].split("</main>")[0]
    for client in (maria, auditor):
        assert switch(client, "bot", "pause", reason="x").status_code == 403
        assert switch(client, "llm", "resume").status_code == 403
    assert [pause.what for pause in pauses.running()] == ["llm"]


def test_everybody_reads_on_the_first_page_what_is_paused(maria: Client, susan: Client) -> None:
    assert "Paused:" not in maria.get("/admin/").content.decode()
    pauses.pause("actions", who="staff susan", reason="the shop's API is wrong")
    for client in (maria, susan):
        assert "Paused: actions." in client.get("/admin/").content.decode()
    pauses.resume("actions", who="staff susan")
    assert "Paused:" not in maria.get("/admin/").content.decode()


# --- the bot --------------------------------------------------------------------------------------


def test_a_paused_bot_hands_every_message_over() -> None:
    pauses.pause("bot", who="x")
    decision = routed().enrichment
    assert (decision.outcome, decision.reason, RULES[0]) == ("escalate", "bot_paused", "paused")
    assert decision.rules[0].because == "the bot is paused"


def test_what_is_graver_keeps_its_own_reason() -> None:
    pauses.pause("bot", who="x")
    one = message(at="decision_router", of=payload(sentiment=sentiment(cues=("legal_threat",)), intent=intent()))
    with working_on(one):
        decision = decision_router(one).enrichment
    assert decision.reason == "legal"
    assert decision.rules[0].because == "the bot is paused; legal steps are mentioned"


def test_nothing_is_paused_for_suggestions_to_staff() -> None:
    pauses.pause("bot", who="x")
    one = message(at="decision_router", of=payload(sentiment=sentiment(), intent=intent()))
    assert decision_router(one).enrichment.outcome == "answer"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Our assistant does not answer at the moment"), ("de", "Unser Assistent antwortet gerade nicht")],
)
def test_the_customer_is_told_in_their_language(language: str, words: str) -> None:
    pauses.pause("bot", who="x")
    given = payload("Hello", sentiment=sentiment(), intent=intent(), context=context())
    view = given.conversation.model_copy(update={"language": language})
    one = message(at="decision_router", of=given.model_copy(update={"conversation": view}))
    with working_on(one):
        decision = decision_router(one).enrichment
    following = message(at="escalation_router", of=one.payload.model_copy(update={"decision": decision}))
    assert words in escalation_router(following).enrichment.notice


def test_a_message_ends_in_a_notice_and_a_case_and_the_next_ones_in_a_notice_each() -> None:
    first = say("What are your opening hours?")
    pauses.pause("bot", who="x")
    work_redrive()
    second = say("What are your opening hours?", session_id=first.conversation_id)
    work_redrive()
    for turn in (first, second):
        turn.refresh_from_db()
        assert turn.status == Turn.Status.ESCALATED
        assert "does not answer at the moment" in turn.reply.text
        assert "Monday" not in turn.reply.text
    assert Escalation.objects.get().reason == "bot_paused"


def test_a_resumed_bot_answers_again() -> None:
    pauses.pause("bot", who="x")
    pauses.resume("bot", who="x")
    turn = say("What are your opening hours?")
    work_redrive()
    turn.refresh_from_db()
    assert turn.status == Turn.Status.ANSWERED


# --- actions --------------------------------------------------------------------------------------


def talk(*lines: str) -> list[Turn]:
    """John's messages, one after the other, each worked to its end."""
    turns: list[Turn] = []
    for line in lines:
        turns.append(travel(line, JOHN, session_id=turns[-1].conversation_id if turns else None))
    return turns


@pytest.fixture
def asked(shop: None, policy: Policy) -> Action:  # noqa: F811
    """John was asked whether his order shall be cancelled."""
    talk(f"Cancel my order {MINE}")
    return Action.objects.get()


def say_yes(action: Action) -> Turn:
    return travel("yes", JOHN, session_id=action.conversation_id)


def test_while_actions_are_paused_nothing_is_proposed_and_the_customer_reads_why(
    shop: None,  # noqa: F811
    policy: Policy,  # noqa: F811
) -> None:
    pauses.pause("actions", who="x")
    (turn,) = talk(f"Cancel my order {MINE}")
    assert "our assistant cannot do that now; for that, write" in turn.reply.text
    assert not Action.objects.exists()
    assert status(MINE) == "processing"


def test_what_was_confirmed_while_actions_are_paused_waits_for_a_person(asked: Action) -> None:
    pauses.pause("actions", who="x")
    turn = say_yes(asked)
    asked.refresh_from_db()
    assert (asked.status, status(MINE)) == ("awaiting_approval", "processing")
    assert "A colleague will confirm it here." in turn.reply.text
    assert Escalation.objects.get().reason == "approval_needed"


def test_staff_cannot_approve_while_actions_are_paused_and_can_afterwards(asked: Action) -> None:
    pauses.pause("actions", who="operator ann", reason="wrong prices")
    say_yes(asked)
    page = f"/admin/actors/action/{asked.pk}/decide/approve/"
    boss = at_desk(member("boss", "supervisor", limit=10_000))
    refusal = told(boss.post(page, follow=True))
    assert "Actions are paused: operator ann" in refusal
    assert "wrong prices" in refusal
    assert status(MINE) == "processing"
    pauses.resume("actions", who="operator ann")
    assert "Done" in told(boss.post(page, follow=True))
    assert status(MINE) == "cancelled"


def test_a_no_still_counts_while_actions_are_paused(asked: Action) -> None:
    pauses.pause("actions", who="x")
    travel("no", JOHN, session_id=asked.conversation_id)
    asked.refresh_from_db()
    assert asked.status == "cancelled"


def test_a_process_that_has_not_heard_of_it_yet_does_nothing_either(asked: Action) -> None:
    assert not pauses.is_paused("actions")  # and believes so for a while
    Pause.objects.create(what="actions", paused_by="another process")
    say_yes(asked)
    asked.refresh_from_db()
    assert (asked.status, status(MINE)) == ("awaiting_confirmation", "processing")


def test_the_sweeper_does_not_finish_a_lost_action_until_it_may(asked: Action) -> None:
    Action.objects.update(status="executing", decided_by="customer via chat")
    pauses.pause("actions", who="x")

    def swept() -> str:
        Action.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
        sweep()
        return Action.objects.get().status

    assert (swept(), status(MINE)) == ("executing", "processing")
    pauses.resume("actions", who="x")
    assert (swept(), status(MINE)) == ("executed", "cancelled")


# --- the language model ---------------------------------------------------------------------------


def test_a_paused_model_is_not_called_and_the_template_says_why(
    model: LLMServer,  # noqa: F811
    shop: None,  # noqa: F811
) -> None:
    pauses.pause("llm", who="x")
    turn = travel("Where is my order ORD-12345678?", JOHN)
    response = turn.message["payload"]["response"]
    assert (response["method"], response["offline_because"]) == ("template", "the LLM is paused")
    assert "TRK123456789" in turn.reply.text
    assert model.asked == []
    pauses.resume("llm", who="x")
    assert travel("Where is my order ORD-12345678?", JOHN).message["payload"]["response"]["method"] == "llm"
