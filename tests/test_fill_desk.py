"""Made-up work for the desk: as much as was asked for, and nothing that could not have happened."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Count, Max
from django.utils import timezone

from actors.desk.figures import figures
from actors.models import Action, Agent, Conversation, Escalation, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trying_out(settings: Any) -> None:
    settings.DEBUG = True


def fill(**options: int) -> str:
    """What the command says."""
    said = StringIO()
    call_command("fill_desk", stdout=said, **{"cases": 60, "turns": 900, **options})
    return said.getvalue()


def told() -> list[Any]:
    """What was made, without ids and dates."""
    turns = Turn.objects.values_list("seq", "role", "agent", "text", "status")
    cases = Escalation.objects.values_list("reason", "priority", "status", "summary", "signals", "seen_seq")
    actions = Action.objects.values_list("kind", "order", "amount", "status", "result__reference")
    return [sorted(turns), sorted(cases), sorted(actions, key=str)]


def test_it_makes_as_much_as_was_asked_for() -> None:
    said = fill()
    assert (Escalation.objects.count(), Turn.objects.count()) == (60, 900)
    assert "cases: 60 made\nturns: 900 made\n" in said
    assert {*Escalation.objects.values_list("status", flat=True)} == {*Escalation.Status.values}
    assert {*Escalation.objects.values_list("reason", flat=True)} == {*Escalation.Reason.values}
    assert {*Escalation.objects.values_list("priority", flat=True)} == {*Escalation.PRIORITIES}
    assert Action.objects.exists()
    assert Conversation.objects.filter(rating__isnull=False).exists()


def test_every_clock_is_wound_as_its_dates_say(settings: Any) -> None:
    fill()
    now = timezone.now()
    for case in Escalation.objects.select_related("turn"):
        clock = case.clock(now)
        assert case.sla_due_at == clock.due_at
        assert case.breached == clock.breached
        assert case.first_response_target == settings.SLA_FIRST_RESPONSE[case.priority]
        assert case.resolution_target == settings.SLA_RESOLUTION[case.priority]
        resolved = case.status == Escalation.Status.RESOLVED
        assert (case.resolved_at is not None, case.resolved_by_id is not None) == (resolved, resolved)
        assert (case.assigned_to_id is None) == (case.status == Escalation.Status.OPEN)
        moments = [case.turn.created_at, case.created_at, case.first_response_at, case.resolved_at, now]
        assert sorted(filter(None, moments)) == list(filter(None, moments))
        pauses = [moment for pause in case.pauses for moment in pause if moment]
        assert sorted(pauses) == pauses


def test_the_figures_tell_of_first_responses_what_the_clocks_tell() -> None:
    fill()
    now = timezone.now()
    late = {case: case.clock(now).first_response_breached for case in Escalation.objects.all()}
    answered = [case for case in late if case.first_response_at]
    kept = sum(not late[case] for case in answered)
    missed = sum(late.values())
    assert 0 < kept < kept + missed < len(late)
    told = figures(days=366, now=now).first_response
    assert (told.count, told.of) == (kept, kept + missed)


def test_a_conversation_stands_as_its_turns_and_cases_say() -> None:
    fill()
    now = timezone.now()
    for conversation in Conversation.objects.annotate(turns_made=Count("turns"), newest=Max("turns__created_at")):
        unresolved = Escalation.objects.filter(conversation=conversation).exclude(status="resolved")
        state = {"open": "waiting", "claimed": "human", None: "closed"}
        assert len(unresolved) <= 1
        assert conversation.status == state[unresolved[0].status if unresolved else None]
        assert conversation.owner == (unresolved[0].assigned_to if unresolved else None)
        assert conversation.last_seq == conversation.turns_made
        assert conversation.created_at <= conversation.updated_at == conversation.newest < now
        times = list(conversation.turns.order_by("seq").values_list("created_at", flat=True))
        assert times == sorted(times)


def test_no_message_waits_for_the_actors() -> None:
    fill()
    assert not Turn.objects.filter(status__in=Turn.OPEN).exists()


def test_the_same_seed_tells_the_same_and_another_one_something_else() -> None:
    fill()
    first = told()
    Conversation.objects.all().delete()
    fill()
    assert told() == first
    Conversation.objects.all().delete()
    fill(seed=2)
    assert told() != first


def test_cases_are_with_members_of_the_desk_or_with_made_up_ones_where_there_are_none() -> None:
    fill()
    assert {*Agent.objects.values_list("user__username", flat=True)} == {"ada", "ben", "cleo"}
    assert not any(user.has_usable_password() for user in User.objects.all())
    Conversation.objects.all().delete()
    User.objects.all().delete()
    chief = User.objects.create_superuser("chief")
    fill()
    assert {*Escalation.objects.exclude(status="open").values_list("assigned_to", flat=True)} == {chief.pk}


def test_it_refuses_to_run_without_debug(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="with DEBUG=1 only, never on real data"):
        fill()
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("wrong", [{"cases": -1}, {"cases": 60, "turns": 599}])
def test_it_refuses_numbers_that_do_not_fit(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="--turns must be at least 10 times --cases"):
        fill(**wrong)
