"""The desk's figures, counted by hand; and who may look at them, on the page, as JSON and as CSV."""

import csv
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.desk.charts import ceiling, duration, percent
from actors.desk.figures import Figures, Ratings, Share, figures
from actors.models import Agent, Conversation, Escalation, Turn
from supportmesh.roles import create_groups
from tests.test_admin_policy import login

pytestmark = pytest.mark.django_db

PAGE, JSON, CSV = "/admin/", "/admin/figures.json", "/admin/figures.csv"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday; the shop opens at 9
NOTHING = Share(0, 0, None)
UNRATED = Ratings(0, None, {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0})


def ago(**duration: float) -> datetime:
    return NOW - timedelta(**duration)


def conversation(*roles: str, at: datetime = NOW, channel: str = "web", rating: int | None = None) -> Conversation:
    """One that began at this moment, with a turn of each of these roles. Without an assistant it is a person's."""
    made = Conversation.objects.create(channel=channel, rating=rating)
    Conversation.objects.filter(pk=made.pk).update(created_at=at)
    status = "answered" if "assistant" in roles else "with_human"
    for seq, role in enumerate(roles, 1):
        Turn.objects.create(conversation=made, seq=seq, role=role, text="…", created_at=at, status=status)
    return made


def answered(
    intent: str | None, *, after: float = 2, status: str = "answered", at: datetime = NOW, **more: Any
) -> None:
    """A message and its reply, so many seconds after it."""
    turn = conversation("customer", at=at, **more).turns.get()
    reply_to(turn, intent, after=after, status=status)


def reply_to(turn: Turn, intent: str | None, *, after: float = 2, status: str = "answered") -> None:
    """What the mesh said to it, so many seconds later."""
    Turn.objects.filter(pk=turn.pk).update(status=status)
    said = {"metadata": {"intent": intent}, "created_at": turn.created_at + timedelta(seconds=after)}
    Turn.objects.create(
        conversation=turn.conversation, seq=turn.seq + 1, role="assistant", text="…", in_reply_to=turn, **said
    )


def case(*, at: datetime = NOW, channel: str = "web", **fields: Any) -> Escalation:
    """A case of a conversation that began with it: an hour for the first response, four to solve it."""
    turn = conversation("customer", at=at, channel=channel).turns.get()
    given = {"reason": "legal", "first_response_target": 3600, "resolution_target": 14400, **fields}
    return Escalation.objects.create(conversation=turn.conversation, turn=turn, created_at=at, **given)


def at_now(days: int = 30) -> Figures:
    return figures(days=days, now=NOW)


def a_bit_of_everything(count: int = 1) -> None:
    """Rows of now, as the views count them."""
    now = timezone.now()
    maria, _ = User.objects.get_or_create(username="maria", is_staff=True)
    for number in range(count):
        answered("refund_request", status="escalated", at=now)
        answered("order_inquiry", at=now, rating=number % 5 + 1)
        case(at=now, sla_due_at=now + timedelta(minutes=30))
        case(at=now - timedelta(hours=2), reason="vip", priority="urgent", breached=True)
        case(at=now - timedelta(days=2), status="claimed", assigned_to=maria, first_response_at=now, breached=True)
        case(at=now - timedelta(days=9), status="resolved", resolved_at=now, breached=True)


def test_an_empty_database_has_no_rates_and_no_days_missing() -> None:
    told = at_now(7)
    assert (told.automation, told.not_breached, told.first_response) == (NOTHING, NOTHING, NOTHING)
    assert (told.hand_overs, told.available, told.open_cases.total) == ((), 0, 0)
    assert told.ratings == {"bot": UNRATED, "person": UNRATED, "both": UNRATED}
    assert told.response_seconds == {"bot": None, "people": None}
    assert [day.day for day in told.daily] == [date(2026, 11, 14) + timedelta(days=offset) for offset in range(7)]
    assert {(day.conversations, day.handed_over, day.resolved) for day in told.daily} == {(0, 0, 0)}


def test_open_cases_are_split_by_age_reason_priority_and_status() -> None:
    maria = User.objects.create_user("maria")
    for minutes in (0, 59, 60, 239, 240, 24 * 60, 3 * 24 * 60):
        case(at=ago(minutes=minutes))
    case(reason="vip", priority="urgent", status="claimed", assigned_to=maria)
    case(status="resolved", resolved_at=NOW)
    told = at_now().open_cases
    assert (told.total, told.unassigned) == (8, 7)
    assert told.by_status == {"open": 7, "claimed": 1}
    assert told.by_age == {"under_1h": 3, "1h_to_4h": 2, "4h_to_24h": 1, "1d_to_3d": 1, "older": 1}
    assert {reason: count for reason, count in told.by_reason.items() if count} == {"legal": 7, "vip": 1}
    assert told.by_priority == {"urgent": 1, "high": 0, "normal": 7, "low": 0}


def test_late_is_what_is_marked_and_what_just_became_due() -> None:
    case(breached=True)
    case(sla_due_at=ago(seconds=1))
    case(sla_due_at=NOW + timedelta(minutes=60))
    case(sla_due_at=NOW + timedelta(minutes=61))
    case(breached=True, sla_due_at=NOW + timedelta(minutes=5))  # late with the answer, soon late with the solution
    case(breached=True, status="resolved", resolved_at=NOW)
    assert (at_now().open_cases.breached, at_now().open_cases.due_within_hour) == (3, 2)


def test_only_who_is_there_and_still_works_here_is_available() -> None:
    for name, available, active in (("a", True, True), ("b", False, True), ("c", True, False)):
        Agent.objects.create(user=User.objects.create_user(name, is_active=active), available=available)
    assert at_now().available == 1


def test_cases_kept_their_sla_or_not() -> None:
    case()
    case(status="resolved", resolved_at=NOW)
    case(breached=True)
    case(sla_due_at=ago(seconds=1))
    case(at=ago(days=30), breached=True)  # before the period
    assert at_now().not_breached == Share(2, 4, 0.5)


def test_a_first_response_is_judged_in_business_hours_and_apart_from_the_solution() -> None:
    today = NOW.replace(hour=9)
    case(at=today, first_response_at=today + timedelta(minutes=30))
    case(at=today, first_response_at=today + timedelta(minutes=30), breached=True)  # solved too late, answered in time
    overnight = today - timedelta(hours=15, minutes=30)  # half an hour before closing
    case(at=overnight, first_response_at=today + timedelta(minutes=20), breached=True)
    case(at=overnight, first_response_at=today + timedelta(minutes=40), breached=True)  # too late
    case(at=today, breached=True)  # too late, and still unanswered
    case(at=ago(minutes=10))  # nothing to judge yet
    assert at_now().first_response == Share(3, 5, 0.6)


def test_a_conversation_without_a_case_went_by_itself() -> None:
    for roles in (("customer", "assistant"), ("customer",), ("assistant",), ()):  # two say nothing
        conversation(*roles)
    case()
    conversation("customer", at=ago(days=30))
    assert at_now().automation == Share(2, 3, 0.6667)


def test_hand_overs_by_intent_come_with_the_most_first() -> None:
    for intent, status in (
        ("order_inquiry", "answered"),
        ("order_inquiry", "escalated"),
        ("refund_request", "escalated"),
        ("refund_request", "escalated"),
        ("compliment", "answered"),
        (None, "answered"),
    ):
        answered(intent, status=status)
    conversation("customer")  # not answered yet
    answered("compliment", at=ago(days=30))  # before the period
    told = [(one.intent, one.count, one.of, one.rate) for one in at_now().hand_overs]
    assert told == [
        ("refund_request", 2, 2, 1),
        ("order_inquiry", 1, 2, 0.5),
        ("compliment", 0, 1, 0),
        ("unknown", 0, 1, 0),
    ]


def test_a_yes_counts_under_what_it_said_yes_to() -> None:
    for status in ("answered", "escalated"):
        asked = conversation("customer").turns.get()
        reply_to(asked, "cancellation")
        yes = Turn.objects.create(
            conversation=asked.conversation, seq=3, role="customer", text="Yes", created_at=asked.created_at
        )
        reply_to(yes, "confirm", status=status)
    answered("confirm")  # to nothing
    told = [(one.intent, one.count, one.of) for one in at_now().hand_overs]
    assert told == [("cancellation", 1, 4), ("confirm", 0, 1)]


def test_who_was_only_handed_over_by_the_bot_was_answered_by_the_person() -> None:
    asked = conversation("customer", rating=5).turns.get()
    reply_to(asked, "human_request", status="escalated")
    Turn.objects.create(conversation=asked.conversation, seq=3, role="agent", text="…", created_at=asked.created_at)
    told = at_now().ratings
    assert (told["person"].count, told["both"].count) == (1, 0)


def test_ratings_are_split_by_who_answered() -> None:
    for rating in (5, 4, 4):
        conversation("customer", "assistant", rating=rating)
    conversation("customer", "agent", rating=1)
    conversation("customer", "assistant", "agent", rating=3)
    conversation("customer", "assistant")
    told = at_now().ratings
    assert told["bot"] == Ratings(3, 4.33, {"1": 0, "2": 0, "3": 0, "4": 2, "5": 1})
    assert told["person"] == Ratings(1, 1, {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0})
    assert told["both"] == Ratings(1, 3, {"1": 0, "2": 0, "3": 1, "4": 0, "5": 0})


def test_response_times_are_medians_in_seconds() -> None:
    for seconds in (1, 2.5, 60):
        answered("compliment", after=seconds)
    for minutes in (1, 10, 20, 600):
        case(at=ago(hours=11), first_response_at=ago(hours=11) + timedelta(minutes=minutes))
    case()
    assert at_now().response_seconds == {"bot": 2.5, "people": 900}


def test_the_days_are_the_shops(settings: Any) -> None:
    settings.SHOP_TIME_ZONE = "America/New_York"
    conversation("customer", at=datetime(2026, 11, 20, 4, 59, tzinfo=UTC))  # still the 19th there
    conversation("customer", at=datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
    case(
        at=datetime(2026, 11, 18, 12, tzinfo=UTC), status="resolved", resolved_at=datetime(2026, 11, 20, 3, tzinfo=UTC)
    )
    told = [(f"{day.day:%d}", day.conversations, day.handed_over, day.resolved) for day in at_now(3).daily]
    assert told == [("18", 1, 1, 0), ("19", 1, 0, 1), ("20", 1, 0, 0)]
    assert at_now(1).automation.of == 1


def test_the_probe_is_counted_nowhere() -> None:
    empty = at_now()
    probe = {"channel": "probe"}
    answered("compliment", status="escalated", rating=1, **probe)
    case(sla_due_at=ago(minutes=1), breached=True, first_response_at=NOW, **probe)
    case(status="resolved", resolved_at=NOW, **probe)
    assert at_now() == empty


def test_more_rows_take_no_more_queries() -> None:
    taken = []
    for rows in (1, 10):
        a_bit_of_everything(rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            figures()
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 10


# --- the page, and the files --------------------------------------------------------------------


@pytest.fixture
def auditor() -> Client:
    create_groups(Group.objects, Permission.objects)
    user = User.objects.create_user("otto", is_staff=True)
    user.groups.add(Group.objects.get(name="auditor"))
    client = Client()
    client.force_login(user)
    return client


def lines(client: Client, **query: Any) -> dict[tuple[str, str], str]:
    response = client.get(CSV, query)
    assert response["Content-Type"].startswith("text/csv")
    head, *rows = csv.reader(StringIO(response.content.decode()))
    assert head == ["figure", "key", "value"]
    return {(figure, key): value for figure, key, value in rows}


def test_page_json_and_csv_tell_the_same(auditor: Client) -> None:
    a_bit_of_everything(3)
    page, told, cells = auditor.get(PAGE).content.decode(), auditor.get(JSON).json(), lines(auditor)
    assert told["open_cases"]["total"] == 9
    assert told["hand_overs"][0] == {"intent": "refund_request", "count": 3, "of": 3, "rate": 1}
    assert cells["open_cases", "total"] == "9"
    assert cells["open_cases.by_reason", "vip"] == "3"
    assert cells["hand_overs.count", "refund_request"] == "3"
    assert cells["ratings.bot.distribution", "5"] == "0"
    assert cells["ratings.person", "mean"] == ""
    for name in ("automation", "not_breached", "first_response"):
        assert cells[name, "rate"] == str(told[name]["rate"])
        assert f"{percent(told[name]['rate'])}, {told[name]['count']} of {told[name]['of']}" in page
    today = told["daily"][-1]
    assert cells["daily.conversations", today["day"]] == str(today["conversations"])
    assert f"<td>{today['conversations']}</td><td>{today['handed_over']}</td><td>{today['resolved']}</td>" in page
    assert duration(told["response_seconds"]["bot"]) in page


def test_the_json_is_the_whole_structure(auditor: Client) -> None:
    told = auditor.get(JSON, {"days": 90}).json()
    assert told.keys() == asdict(figures()).keys()
    assert (told["days"], len(told["daily"])) == (90, 90)
    assert told["automation"] == {"count": 0, "of": 0, "rate": None}


def test_nothing_to_count_is_shown_as_a_dash(auditor: Client) -> None:
    page = auditor.get(PAGE).content.decode()
    for label in ("Answered without a person", "Within their SLA", "First response in time"):
        assert f'aria-label="{label}: -, nothing to count yet"' in page
    assert "<dd>-</dd>" in page
    assert "No open cases." in page


def test_a_number_leads_to_as_many_cases() -> None:
    a_bit_of_everything(2)
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    board = chief.get(PAGE).context["board"]
    places = [*board["tiles"], *board["by_age"], *board["by_reason"], *board["by_priority"], *board["by_status"]]
    assert len(places) > 10
    for place in places:
        assert chief.get(place.link).context["cl"].result_count == place.value, place.label


def test_the_page_has_a_switch_and_takes_the_period_along(auditor: Client) -> None:
    page = auditor.get(PAGE, {"days": 7}).content.decode()
    assert '<a href="?days=7" aria-current="page">7 days</a>' in page
    assert "The last 7 days" in page
    for address in (CSV, JSON):
        assert f'href="{address}?days=7"' in page


@pytest.mark.parametrize("days", ["0", "367", "-1", "", "week", "1.5", "٣", "9" * 5000])
def test_a_period_that_makes_no_sense_is_refused(auditor: Client, days: str) -> None:
    for address in (JSON, CSV):
        response = auditor.get(address, {"days": days})
        assert (response.status_code, response.content.decode()) == (
            400,
            "days must be a whole number from 1 to 366.\n",
        )
    page = auditor.get(PAGE, {"days": days}).content.decode()
    assert "days must be a whole number from 1 to 366. These are the figures of 30 days." in page


def test_the_shortest_and_the_longest_period_are_drawn(auditor: Client) -> None:
    for days in (1, 366):
        page = auditor.get(PAGE, {"days": days})
        assert page.status_code == 200
        assert page.content.decode().count('class="board-day"') == days


def test_a_cell_is_never_a_formula(auditor: Client) -> None:
    answered("=cmd()", at=timezone.now())
    assert lines(auditor)["hand_overs.of", "'=cmd()"] == "1"


def test_who_may_not_see_cases_sees_no_figures() -> None:
    plain = login("view_policy")
    for address in (JSON, CSV):
        assert plain.get(address).status_code == 403
        assert Client().get(address)["Location"].startswith("/admin/login/")
    page = plain.get(PAGE)
    assert page.status_code == 200
    assert "board" not in page.context
    assert "policies" in page.content.decode().lower()


def test_durations_shares_and_scales_read_well() -> None:
    told = {None: "-", 0: "0.0 s", 59.96: "1 min", 3599: "1 h", 3661: "1 h 1 min", 90000: "1 d 1 h", 172800: "2 d"}
    assert {seconds: duration(seconds) for seconds in told} == told
    assert [percent(rate) for rate in (None, 0, 0.004, 0.5, 0.996, 1)] == [
        "-",
        "0 %",
        "< 1 %",
        "50 %",
        "> 99 %",
        "100 %",
    ]
    assert [ceiling(value) for value in (0, 2, 3, 11, 81, 101)] == [2, 2, 4, 20, 100, 200]
