"""The figures as the dashboard draws them: words, widths in percent, lines as SVG has them. Templates only place it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from actors.desk.figures import UNRESOLVED, Day, Figures, HandOver, Ratings, Share, age_lookups, due_lookups
from actors.models import Escalation

NOTHING = "-"
AGES = {
    "under_1h": "under 1 hour",
    "1h_to_4h": "1 to 4 hours",
    "4h_to_24h": "4 to 24 hours",
    "1d_to_3d": "1 to 3 days",
    "older": "over 3 days",
}
ANSWERED_BY = {"bot": "The bot alone", "person": "A person alone", "both": "Bot and person"}
STEP = 10  # how wide a day is in the chart of the days, whose height is 100
LABELS = 6  # dates below it, at most


@dataclass(frozen=True)
class Tile:
    """One number of now; `tone` is "late" or "soon" when somebody should look at it."""

    label: str
    value: int
    note: str
    icon: str
    link: str
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """`percent` of the longest one's length."""

    label: str
    value: int
    percent: str
    link: str = ""


@dataclass(frozen=True)
class Gauge:
    """A share as a ring: `percent` of it is drawn, `text` stands in it."""

    label: str
    text: str
    percent: str
    note: str


@dataclass(frozen=True)
class Stack:
    """One intent: the part that went to a person, then the rest, in percent of the longest."""

    label: str
    count: int
    of: int
    rate: str
    handed_over: str
    answered: str


@dataclass(frozen=True)
class Stars:
    """What one kind of answer was rated."""

    label: str
    count: int
    mean: str
    bars: list[Bar]


@dataclass(frozen=True)
class Trend:
    """`days` has a column {x, left, y, height, day} for each, the lines are `points` of SVG, `ticks` the numbers at the
    top, in the middle and at the bottom, `dates` [(position in percent, text)]."""

    width: int
    days: list[dict[str, Any]]
    handed_over: str
    resolved: str
    ticks: list[int]
    dates: list[tuple[str, str]]
    summary: str


def board(told: Figures) -> dict[str, Any]:
    """What the template shows."""
    open_cases, now, seconds = told.open_cases, told.until, told.response_seconds
    reasons = sorted(open_cases.by_reason.items(), key=lambda item: -item[1])
    return {
        "as_of": f"{now.astimezone(told.since.tzinfo):%-d %B %Y, %H:%M %Z}",
        "tiles": _tiles(told),
        "by_age": bars((AGES[age], count, _cases(age_lookups(age, now))) for age, count in open_cases.by_age.items()),
        "by_reason": bars(
            (Escalation.Reason(reason).label, count, _cases({"reason__exact": reason}))
            for reason, count in reasons
            if count
        ),
        "by_priority": bars(
            (priority, count, _cases({"priority__exact": priority}))
            for priority, count in open_cases.by_priority.items()
        ),
        "by_status": bars(
            (status, count, _cases({"status__exact": status})) for status, count in open_cases.by_status.items()
        ),
        "gauges": [
            _gauge("Answered without a person", told.automation, "conversations"),
            _gauge("Within their SLA", told.not_breached, "cases"),
            _gauge("First response in time", told.first_response, "cases"),
        ],
        "response": [("the bot", duration(seconds["bot"])), ("people", duration(seconds["people"]))],
        "trend": _trend(told.daily),
        "hand_overs": _stacks(told.hand_overs),
        "ratings": [_stars(ANSWERED_BY[who], ratings) for who, ratings in told.ratings.items()],
    }


def duration(seconds: float | None) -> str:
    """In the two units that say something: `1.9 s`, `24 min`, `3 h 5 min`, `2 d 4 h`."""
    if seconds is None:
        return NOTHING
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    large, small, units = (*divmod(minutes, 60), ("h", "min"))
    if large >= 24:
        large, small, units = (*divmod(round(minutes / 60), 24), ("d", "h"))
    return f"{large} {units[0]} {small} {units[1]}" if small else f"{large} {units[0]}"


def percent(rate: float | None) -> str:
    """A share as people read it. What is not quite all, or not quite nothing, never reads as 100 % or 0 %."""
    if rate is None:
        return NOTHING
    whole = round(rate * 100)
    if whole in (0, 100) and rate not in (0, 1):
        return "> 99 %" if whole else "< 1 %"
    return f"{whole} %"


def bars(items: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Of (label, value, link)."""
    given = list(items)
    longest = max((value for _, value, _ in given), default=0)
    return [Bar(label, value, _percent_of(value, longest), link) for label, value, link in given]


def ceiling(value: int) -> int:
    """The top of a scale that holds `value`: even, and a number that people count to."""
    size = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if value <= step * size:
                return step * size
        size *= 10


def _percent_of(value: int, whole: int) -> str:
    return f"{100 * value / whole:.2f}" if whole else "0"


def _cases(lookups: Mapping[str, object]) -> str:
    """The address of the list of these cases; of those that are not resolved, unless it says which status."""
    which = {} if "status__exact" in lookups else {"status__in": ",".join(UNRESOLVED)}
    values = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in lookups.items()}
    return f"{reverse('admin:actors_escalation_changelist')}?{urlencode({**values, **which})}"


def _tiles(told: Figures) -> list[Tile]:
    cases = told.open_cases
    split = f"{cases.by_status['claimed']} claimed, {cases.by_status['open']} waiting"
    there = f"{told.available} {'person' if told.available == 1 else 'people'} available"
    late, due = _cases({"breached__exact": 1}), _cases(due_lookups(told.until))
    return [
        Tile("Open cases", cases.total, split, "inbox", _cases({})),
        Tile("Late", cases.breached, "missed their SLA", "alarm", late, "late" if cases.breached else ""),
        Tile(
            "Due within the hour",
            cases.due_within_hour,
            "by their SLA",
            "schedule",
            due,
            "soon" if cases.due_within_hour else "",
        ),
        Tile("Unassigned", cases.unassigned, there, "person_off", _cases({"assigned_to__isnull": True})),
    ]


def _gauge(label: str, told: Share, what: str) -> Gauge:
    note = f"{told.count:,} of {told.of:,} {what}" if told.of else "nothing to count yet"
    return Gauge(label, percent(told.rate), f"{100 * (told.rate or 0):.1f}", note)


def _stacks(hand_overs: Iterable[HandOver]) -> list[Stack]:
    given = list(hand_overs)
    longest = max((one.of for one in given), default=0)
    return [
        Stack(
            label=one.intent.replace("_", " "),
            count=one.count,
            of=one.of,
            rate=percent(one.rate),
            handed_over=_percent_of(one.count, longest),
            answered=_percent_of(one.of - one.count, longest),
        )
        for one in given
    ]


def _stars(label: str, told: Ratings) -> Stars:
    best_first = sorted(told.distribution.items(), reverse=True)
    mean = NOTHING if told.mean is None else f"{told.mean:.1f}"
    return Stars(label, told.count, mean, bars((score, count, "") for score, count in best_first))


# --- the days -----------------------------------------------------------------------------------


def _trend(daily: tuple[Day, ...]) -> Trend:
    top = ceiling(max(max(day.conversations, day.handed_over, day.resolved) for day in daily))
    columns = []
    for place, day in enumerate(daily):
        height = 100 * day.conversations / top
        columns.append(
            {
                "x": place * STEP,
                "left": place * STEP + 0.5,
                "y": f"{100 - height:.2f}",
                "height": f"{height:.2f}",
                "day": day,
            }
        )
    totals = [sum(getattr(day, name) for day in daily) for name in ("conversations", "handed_over", "resolved")]
    return Trend(
        width=len(daily) * STEP,
        days=columns,
        handed_over=_points([day.handed_over for day in daily], top),
        resolved=_points([day.resolved for day in daily], top),
        ticks=[top, top // 2, 0],
        dates=_dates([day.day for day in daily]),
        summary="{} conversations, {} handed over, {} resolved".format(*(f"{total:,}" for total in totals)),
    )


def _points(values: list[int], top: int) -> str:
    """Through the middle of each day's column, from edge to edge: one day is a line too."""
    heights = [f"{100 - 100 * value / top:.2f}" for value in values]
    middles = [f"{place * STEP + STEP / 2:g},{height}" for place, height in enumerate(heights)]
    return " ".join([f"0,{heights[0]}", *middles, f"{len(values) * STEP},{heights[-1]}"])


def _dates(days: list[date]) -> list[tuple[str, str]]:
    every = -(-len(days) // LABELS)
    chosen = range((len(days) - 1) % every, len(days), every)  # today is always among them
    return [(f"{100 * (place + 0.5) / len(days):.2f}", f"{days[place]:%-d %b}") for place in chosen]
