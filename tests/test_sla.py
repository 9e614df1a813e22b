"""The clock of a case: what is due when, what stops it, and what was kept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.desk.hours import OpeningHours
from actors.desk.sla import Clock, Pause, clock

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = OpeningHours.parse("Monday to Friday, 9:00 to 18:00", BERLIN)
HOUR, MINUTE = 3600, timedelta(minutes=1)

shops = st.sampled_from(
    [
        OFFICE,
        OpeningHours.parse("Monday to Sunday, 0:00 to 24:00", ZoneInfo("UTC")),
        OpeningHours.parse("Sunday, 1:00 to 4:00", BERLIN),
        OpeningHours.parse("Monday to Friday, 7:30 to 20:00; Saturday, 10:00 to 14:00", ZoneInfo("America/New_York")),
    ]
)
# Around the end of summer time in Berlin and New York.
openings = st.integers(min_value=0, max_value=14 * 24 * 60).map(
    lambda n: datetime(2026, 10, 20, tzinfo=UTC) + n * MINUTE
)
targets = st.integers(min_value=1, max_value=30 * HOUR)
waits = st.integers(min_value=0, max_value=5 * 24 * 60).map(lambda minutes: minutes * MINUTE)


@st.composite
def cases(draw: st.DrawFn, *, unfinished: bool | None = None) -> dict[str, Any]:
    """A case nobody has answered or solved, with up to three pauses in order; the last may be unfinished."""
    opened = moment = draw(openings)
    pauses: list[Pause] = []
    for _ in range(draw(st.integers(min_value=0, max_value=3))):
        start = moment + draw(waits)
        moment = start + draw(waits)
        pauses.append((start, moment))
    if draw(st.booleans()) if unfinished is None else unfinished:
        pauses.append((moment + draw(waits), None))
        moment = pauses[-1][0]
    return {
        "opened_at": opened,
        "first_response_target": draw(targets),
        "resolution_target": draw(targets),
        "first_response_at": None,
        "resolved_at": None,
        "pauses": pauses,
        "now": moment + draw(waits),
        "hours": draw(shops),
    }


def at(text: str) -> datetime:
    """`2026-06-02 17:00` on the shop's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def case(**changes: Any) -> Clock:
    """The clock of a case of Tuesday, 10:00: an hour to answer, eight hours to solve it."""
    fields = {
        "opened_at": at("2026-06-02 10:00"),
        "first_response_target": HOUR,
        "resolution_target": 8 * HOUR,
        "first_response_at": None,
        "resolved_at": None,
        "pauses": [],
        "now": at("2026-06-02 10:00"),
        "hours": OFFICE,
    }
    return clock(**{**fields, **changes})


# --- what holds for any case -----------------------------------------------------------------------


@given(cases(unfinished=False), waits, waits)
def test_a_pause_moves_what_is_due_by_exactly_its_open_time(
    given_case: dict[str, Any], later: timedelta, length: timedelta
) -> None:
    hours, before = given_case["hours"], clock(**given_case)
    last = given_case["pauses"][-1][1] if given_case["pauses"] else given_case["opened_at"]
    start, end = last + later, last + later + length
    after = clock(**{**given_case, "pauses": [*given_case["pauses"], (start, end)], "now": end})
    for due, moved in (
        (before.first_response_due_at, after.first_response_due_at),
        (before.resolution_due_at, after.resolution_due_at),
    ):
        counts = start < due  # a pause after it was due comes too late
        assert hours.between(due, moved) == (hours.between(start, end) if counts else 0)
        assert moved >= due
        assert counts or moved == due


@given(cases(unfinished=True))
def test_while_the_customer_is_waited_for_nothing_is_due(given_case: dict[str, Any]) -> None:
    told = clock(**given_case)
    assert told.paused
    assert told.due_at is None


@given(cases(unfinished=True), waits)
def test_waiting_for_the_customer_breaches_nothing(given_case: dict[str, Any], longer: timedelta) -> None:
    start = given_case["pauses"][-1][0]
    begun = clock(**{**given_case, "now": start})
    later = clock(**{**given_case, "now": given_case["now"] + longer})
    assert (later.first_response_breached, later.resolution_breached) == (
        begun.first_response_breached,
        begun.resolution_breached,
    )


@given(cases(), waits)
def test_what_was_breached_once_stays_so(given_case: dict[str, Any], longer: timedelta) -> None:
    told, later = clock(**given_case), clock(**{**given_case, "now": given_case["now"] + longer})
    assert later.first_response_breached >= told.first_response_breached
    assert later.resolution_breached >= told.resolution_breached


@given(cases(), waits)
def test_a_late_answer_does_not_heal_a_breach_and_a_timely_one_prevents_it(
    given_case: dict[str, Any], longer: timedelta
) -> None:
    open_case = clock(**given_case)
    answered = {**given_case, "first_response_at": given_case["now"], "now": given_case["now"] + longer}
    assert clock(**answered).first_response_breached == open_case.first_response_breached
    solved = {**given_case, "resolved_at": given_case["now"], "now": given_case["now"] + longer}
    assert clock(**solved).resolution_breached == open_case.resolution_breached
    assert clock(**solved).first_response_breached == open_case.first_response_breached


@given(cases(), waits)
def test_a_solved_case_has_nothing_due_and_its_clock_stands_still(
    given_case: dict[str, Any], longer: timedelta
) -> None:
    solved = {**given_case, "resolved_at": given_case["now"]}
    told = clock(**solved)
    assert (told.due_at, told.paused) == (None, False)
    assert clock(**{**solved, "now": given_case["now"] + longer}) == told


@given(cases(unfinished=False))
def test_what_is_due_next_is_the_earlier_promise_that_is_still_open(given_case: dict[str, Any]) -> None:
    told = clock(**given_case)
    assert told.due_at == min(told.first_response_due_at, told.resolution_due_at)
    answered = clock(**{**given_case, "first_response_at": given_case["now"]})
    assert answered.due_at == answered.resolution_due_at


@given(cases(unfinished=False))
def test_nothing_is_due_outside_opening_hours(given_case: dict[str, Any]) -> None:
    told = clock(**given_case)
    for due in (told.first_response_due_at, told.resolution_due_at):
        assert given_case["hours"].is_open(due - timedelta(microseconds=1))


@given(cases(unfinished=False))
def test_it_is_breached_the_moment_after_it_was_due(given_case: dict[str, Any]) -> None:
    due = clock(**given_case).first_response_due_at
    assert not clock(**{**given_case, "now": due}).first_response_breached
    assert clock(**{**given_case, "now": due + timedelta(microseconds=1)}).first_response_breached


# --- examples ------------------------------------------------------------------------------------


def test_a_case_of_the_evening_is_due_the_next_morning() -> None:
    told = case(opened_at=at("2026-06-02 17:30"))
    assert told.due_at == told.first_response_due_at == at("2026-06-03 09:30")
    assert told.resolution_due_at == at("2026-06-03 16:30")


def test_after_the_first_answer_the_solution_is_due() -> None:
    told = case(first_response_at=at("2026-06-02 10:30"), now=at("2026-06-02 12:00"))
    assert (told.due_at, told.breached) == (at("2026-06-02 18:00"), False)


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        (("2026-06-02 11:00", "2026-06-02 13:00"), "2026-06-03 11:00"),
        (("2026-06-02 16:00", "2026-06-03 09:00"), "2026-06-03 11:00"),
        (("2026-06-02 19:00", "2026-06-03 08:00"), "2026-06-02 18:00"),  # it was due before
    ],
)
def test_the_night_within_a_pause_does_not_count(pause: tuple[str, str], due: str) -> None:
    start, end = map(at, pause)
    answered = at("2026-06-02 10:30")
    assert case(first_response_at=answered, pauses=[(start, end)], now=end).resolution_due_at == at(due)


def test_a_promise_that_was_broken_before_the_pause_stays_broken() -> None:
    pauses = [(at("2026-06-02 12:00"), None)]
    told = case(pauses=pauses, now=at("2026-06-04 12:00"))
    assert (told.first_response_breached, told.resolution_breached, told.due_at) == (True, False, None)


def test_a_case_that_was_solved_without_a_word_needed_no_first_answer() -> None:
    told = case(resolved_at=at("2026-06-02 10:30"), now=at("2026-06-09 10:00"))
    assert not told.breached
    assert case(resolved_at=at("2026-06-02 11:30")).first_response_breached
