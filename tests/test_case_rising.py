"""A case that waits rises with what its customer writes: its priority, its clock, and what staff read of it."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from actors.desk import watch
from actors.desk.hours import OpeningHours
from actors.ledger import request_human
from actors.models import AuditEvent, Escalation
from tests.colleagues import done, press
from tests.test_case_claims import due_in, now, pass_time, reply, trail
from tests.test_flow import (
    shop,  # noqa: F401  (a fixture)
    travel,
)
from tests.test_ledger import JOHN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

LEGAL = "This is outrageous, my lawyer will sue you!"
ASKS = "I want to talk to a human"


@pytest.fixture(autouse=True)
def _never_closed(settings: Any) -> None:
    settings.SHOP_OPENING_HOURS = OpeningHours.parse("Monday to Sunday, 0:00 to 24:00", ZoneInfo("UTC"))


@pytest.fixture
def case(transactional_db: None) -> Escalation:
    """John asked for a person, and waits."""
    travel(ASKS, JOHN)
    return Escalation.objects.get()


def further(case: Escalation, text: str) -> str:
    """John writes while he waits; what he reads."""
    return travel(text, JOHN, session_id=case.conversation_id).reply.text


def test_a_threat_raises_the_case_that_waits_and_its_clock(case: Escalation) -> None:
    assert (case.priority, due_in(case)) == ("normal", 240)
    told = further(case, LEGAL)
    raised = now(case)
    assert (raised.priority, due_in(case)) == ("urgent", 15)
    assert raised.signals == [*case.signals, "legal steps are mentioned", *raised.signals[len(case.signals) + 1 :]]
    assert "Legal" in raised.summary.removeprefix(case.summary)
    assert (raised.status, Escalation.objects.count()) == ("open", 1)
    assert "I've passed" not in told, "it is handed over already"
    assert "It should take" not in told
    assert trail(case) == [("mesh", "priority raised")]
    assert AuditEvent.objects.get(what="priority raised").fields == "priority"


def test_the_same_threat_twice_raises_it_once(case: Escalation) -> None:
    further(case, LEGAL)
    raised = now(case)
    further(case, LEGAL)
    again = now(case)
    assert (again.signals, again.summary) == (raised.signals, raised.summary)
    assert [what for _, what in trail(case)].count("priority raised") == 1


def test_who_asks_calmly_again_raises_nothing(case: Escalation) -> None:
    further(case, ASKS)
    further(case, "What are your opening hours?")
    after = now(case)
    assert (after.priority, after.signals, after.summary) == (case.priority, case.signals, case.summary)


def test_a_priority_never_falls(case: Escalation) -> None:
    further(case, LEGAL)
    further(case, "This is the worst company ever, I am furious, absolutely terrible and disgusting!!!")
    assert now(case).priority == "urgent"


def test_a_target_that_would_be_missed_already_counts_from_now(case: Escalation) -> None:
    pass_time(minutes=100)
    further(case, LEGAL)
    assert due_in(case) == 15
    assert not now(case).breached
    assert watch.mark_breaches() == 0


def test_what_is_late_stays_late(case: Escalation) -> None:
    pass_time(minutes=250)
    further(case, LEGAL)
    raised = now(case)
    assert raised.sla_due_at < timezone.now()
    assert raised.breached


def test_an_answer_that_was_in_time_stays_in_time(case: Escalation, maria: Client) -> None:
    done(press(maria, case, "claim"))
    pass_time(minutes=100)
    reply(maria, case)
    done(press(maria, case, "release"))
    pass_time(minutes=60)
    further(case, LEGAL)
    raised = now(case)
    assert raised.priority == "urgent"
    assert not raised.breached
    assert raised.sla_due_at > timezone.now() + timedelta(minutes=60)


def test_the_trail_begins_with_who_opened_the_case(case: Escalation) -> None:
    turn = travel("What are your opening hours?", "jane.smith@example.com")
    request_human(session_id=turn.conversation_id)
    opened = AuditEvent.objects.filter(what="case opened").order_by("pk").values_list("case", "who", "conversation")
    new = Escalation.objects.get(conversation=turn.conversation_id)
    assert list(opened) == [
        (case.pk, "mesh", case.conversation_id),
        (new.pk, "customer", new.conversation_id),
    ]


def test_what_is_raised_by_the_clock_is_in_the_trail(case: Escalation) -> None:
    pass_time(minutes=230)
    for _ in range(2):
        watch.raise_due()
    assert trail(case) == [("desk", "priority raised")]
