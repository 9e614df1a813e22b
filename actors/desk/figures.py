"""How the desk stands, in numbers: counts only, nothing of a customer. Conversations of monitoring (`probe`) are left
out. The number of queries is fixed, whatever there is to count."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf, TruncDate
from django.utils import timezone

from actors.desk.medians import median_seconds
from actors.models import Agent, Conversation, Escalation, Turn

HOUR = timedelta(hours=1)
# How long a case has been open: from so long on, and less than so long.
AGES = {
    "under_1h": (None, HOUR),
    "1h_to_4h": (HOUR, 4 * HOUR),
    "4h_to_24h": (4 * HOUR, 24 * HOUR),
    "1d_to_3d": (24 * HOUR, 72 * HOUR),
    "older": (72 * HOUR, None),
}
Period = tuple[datetime, datetime]
Rows = list[Any]  # dicts, of the names that each function says
UNRESOLVED = (Escalation.Status.OPEN, Escalation.Status.CLAIMED)
UNKNOWN = "unknown"  # the intent of a message that was answered without being understood


@dataclass(frozen=True)
class Share:
    """`count` of `of`; `rate` is 0 to 1, and None when there is nothing to count."""

    count: int
    of: int
    rate: float | None


@dataclass(frozen=True)
class OpenCases:
    """The cases that are not resolved now. One may be breached and due within the hour: it missed its first response
    and has its solution before it."""

    total: int
    by_status: dict[str, int]
    by_age: dict[str, int]
    by_reason: dict[str, int]
    by_priority: dict[str, int]
    breached: int
    due_within_hour: int
    unassigned: int


@dataclass(frozen=True)
class HandOver:
    """`count` of the `of` answered messages with this intent went to a person; `rate` is 0 to 1. A yes counts under
    what it said yes to."""

    intent: str
    count: int
    of: int
    rate: float | None


@dataclass(frozen=True)
class Ratings:
    """What customers gave: `mean` is 1 to 5 (None without a rating), `distribution` counts "1" to "5"."""

    count: int
    mean: float | None
    distribution: dict[str, int]


@dataclass(frozen=True)
class Day:
    """Conversations that began on this day with a word of the customer, cases that were opened, and resolved."""

    day: date
    conversations: int
    handed_over: int
    resolved: int


@dataclass(frozen=True)
class Figures:
    """`open_cases` and `available` are of now; the rest is of the last `days` days, today included, as the shop's clock
    has them: `since` is their first midnight, `until` is now.

    `not_breached`: cases opened in them. `first_response`: of those with a first response or overdue for one, those
    that had it in time. `automation`: conversations in which the customer said something, without a case.
    `ratings` and `response_seconds` are by who answered (a hand-over is no answer); medians, of wall-clock time."""

    days: int
    since: datetime
    until: datetime
    open_cases: OpenCases
    available: int
    not_breached: Share
    first_response: Share
    automation: Share
    hand_overs: tuple[HandOver, ...]
    ratings: dict[str, Ratings]
    response_seconds: dict[str, float | None]
    daily: tuple[Day, ...]


def figures(*, days: int = 30, now: datetime | None = None) -> Figures:
    """All of them at `now`."""
    now, zone = now or timezone.now(), ZoneInfo(settings.SHOP_TIME_ZONE)
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    period = datetime.combine(first, time(0), zone), now
    conversations, cases = _conversations_by_day(period, zone), _cases_by_day(period, zone)
    opened = sum(row["total"] for row in cases)
    return Figures(
        days=days,
        since=period[0],
        until=now,
        open_cases=_open_cases(now),
        available=Agent.objects.filter(available=True, user__is_active=True).count(),
        not_breached=share(opened - sum(row["late"] for row in cases), opened),
        first_response=_first_response(
            period,
            given=sum(row["responded"] for row in cases),
            overdue=sum(row["overdue"] for row in cases),
        ),
        automation=share(sum(row["alone"] for row in conversations), sum(row["total"] for row in conversations)),
        hand_overs=_hand_overs(period),
        ratings=_ratings(period),
        response_seconds=_response_seconds(period),
        daily=_daily(
            first,
            days=days,
            conversations={row["day"]: row["total"] for row in conversations},
            handed_over={row["day"]: row["total"] for row in cases},
            resolved=_resolved_by_day(period, zone),
        ),
    )


def share(count: int, of: int) -> Share:
    return Share(count, of, round(count / of, 4) if of else None)


# --- now ----------------------------------------------------------------------------------------


def _open_cases(now: datetime) -> OpenCases:
    counted = _cases().filter(status__in=UNRESOLVED).values("reason", "priority", "status")
    ages = {f"age_{age}": Count("pk", filter=Q(**age_lookups(age, now))) for age in AGES}
    rows: Rows = list(
        counted.annotate(
            total=Count("pk"),
            breached=Count("pk", filter=_late(now)),
            due=Count("pk", filter=Q(**due_lookups(now))),
            unassigned=Count("pk", filter=Q(assigned_to=None)),
            **ages,
        )
    )

    def split(field: str, values: Iterable[str]) -> dict[str, int]:
        return {value: sum(row["total"] for row in rows if row[field] == value) for value in values}

    return OpenCases(
        total=sum(row["total"] for row in rows),
        by_status=split("status", UNRESOLVED),
        by_age={age: sum(row[f"age_{age}"] for row in rows) for age in AGES},
        by_reason=split("reason", Escalation.Reason.values),
        by_priority=split("priority", reversed(Escalation.PRIORITIES)),
        breached=sum(row["breached"] for row in rows),
        due_within_hour=sum(row["due"] for row in rows),
        unassigned=sum(row["unassigned"] for row in rows),
    )


def age_lookups(age: str, now: datetime) -> dict[str, datetime]:
    """What finds the cases of one of AGES: for a query here, and for the address of the case list."""
    younger, older = AGES[age]
    return {
        **({"created_at__lte": now - younger} if younger else {}),
        **({"created_at__gt": now - older} if older else {}),
    }


def due_lookups(now: datetime) -> dict[str, datetime]:
    """The same for the cases with something due within the hour."""
    return {"sla_due_at__gte": now, "sla_due_at__lte": now + HOUR}


def _late(now: datetime) -> Q:
    """Cases that missed a promise: the mark follows with the next look at the clock, its moment is known before."""
    return Q(breached=True) | Q(sla_due_at__lt=now)


def _cases() -> QuerySet[Escalation]:
    return Escalation.objects.exclude(conversation__in=_probes()).order_by()


def _probes() -> QuerySet[Conversation]:
    """Those of monitoring. Left out as a set, so that the conversations of all others need not be looked at."""
    return Conversation.objects.filter(channel=Conversation.Channel.PROBE).order_by()


# --- in the period ------------------------------------------------------------------------------


def _conversations(period: Period) -> QuerySet[Conversation]:
    """Those that began in it."""
    return Conversation.objects.filter(created_at__range=period).exclude(channel=Conversation.Channel.PROBE).order_by()


def _has_turn(role: Turn.Role, period: Period) -> Q:
    """Those that began in it and have such a turn. None is older than it: said so that no older ones are looked at."""
    turns = Turn.objects.filter(role=role, created_at__gte=period[0]).order_by()
    return Q(pk__in=turns.values("conversation"))


def _conversations_by_day(period: Period, zone: ZoneInfo) -> Rows:
    """{day, total, alone} of those in which the customer said something; alone are those without a case."""
    cases = Q(pk__in=Escalation.objects.order_by().values("conversation"))
    spoken = _conversations(period).filter(_has_turn(Turn.Role.CUSTOMER, period))
    by_day = spoken.values(day=TruncDate("created_at", tzinfo=zone))
    return list(by_day.annotate(total=Count("pk"), alone=Count("pk", filter=~cases)))


def _cases_by_day(period: Period, zone: ZoneInfo) -> Rows:
    """{day, total, late, responded, overdue} of the cases opened in it."""
    by_day = _cases().filter(created_at__range=period).values(day=TruncDate("created_at", tzinfo=zone))
    return list(
        by_day.annotate(
            total=Count("pk"),
            late=Count("pk", filter=_late(period[1])),
            responded=Count("first_response_at"),
            overdue=Count("pk", filter=_overdue(period[1])),
        )
    )


def _resolved_by_day(period: Period, zone: ZoneInfo) -> dict[date, int]:
    by_day = _cases().filter(resolved_at__range=period).values(day=TruncDate("resolved_at", tzinfo=zone))
    return dict(by_day.annotate(total=Count("pk")).values_list("day", "total"))


def _overdue(now: datetime) -> Q:
    """Cases that wait for their first response, never stood still, and are past what is due next: that is it."""
    never_answered = Q(first_response_at=None, resolved_at=None, pauses=[])
    return never_answered & Q(sla_due_at__lt=now, first_response_target__lte=F("resolution_target"))


def _first_response(period: Period, *, given: int, overdue: int) -> Share:
    """Only a case that is marked may have missed it. Of most, what is due next says which of its two promises it
    missed; of the others only the clock knows, and it takes its time."""
    marked = _cases().filter(_late(period[1]), created_at__range=period).exclude(_overdue(period[1]))
    needed = ("created_at", "first_response_target", "resolution_target", "first_response_at", "resolved_at", "pauses")
    missed = [case for case in marked.only(*needed).iterator() if _missed_first_response(case, period[1])]
    unanswered = sum(case.first_response_at is None for case in missed)
    return share(given + unanswered - len(missed), given + unanswered + overdue)


def _missed_first_response(case: Escalation, now: datetime) -> bool:
    allowed = timedelta(seconds=case.first_response_target)
    if case.first_response_at is not None and case.first_response_at - case.created_at <= allowed:
        return False  # in time by the clock on the wall, so by the slower one of business hours too, which costs more
    return case.clock(now).first_response_breached


def _replies(period: Period) -> QuerySet[Turn]:
    """The mesh's replies to what customers said in it."""
    # A reply is always to a customer, and later: said here so that of the index only the period's part is read.
    said = {"in_reply_to__role": Turn.Role.CUSTOMER, "in_reply_to__created_at__range": period}
    replies = Turn.objects.filter(role=Turn.Role.ASSISTANT, created_at__gte=period[0], **said).order_by()
    return replies.exclude(conversation__in=_probes())


def _hand_overs(period: Period) -> tuple[HandOver, ...]:
    escalated = Count("pk", filter=Q(in_reply_to__status=Turn.Status.ESCALATED))
    intent = NullIf(KeyTextTransform("intent", "metadata"), Value("null", TextField()))  # SQLite's word for JSON's null
    before = Turn.objects.filter(
        conversation=OuterRef("conversation"), role=Turn.Role.ASSISTANT, seq__lt=OuterRef("seq")
    ).annotate(intent=intent)
    asked = before.exclude(intent="confirm").order_by("-seq").values("intent")[:1]
    about = Case(When(intent="confirm", then=Coalesce(Subquery(asked), intent)), default=F("intent"))
    replies = _replies(period).annotate(intent=intent, about=about)
    rows = replies.values("about").annotate(total=Count("pk"), escalated=escalated)
    told = [HandOver(row["about"] or UNKNOWN, **asdict(share(row["escalated"], row["total"]))) for row in rows]
    return tuple(sorted(told, key=lambda one: (-one.count, -one.of, one.intent)))


def _ratings(period: Period) -> dict[str, Ratings]:
    rated = _conversations(period).filter(rating__isnull=False)
    answered = Turn.objects.filter(status=Turn.Status.ANSWERED, created_at__gte=period[0]).order_by()
    bot = Q(pk__in=answered.filter(role=Turn.Role.CUSTOMER).values("conversation"))
    rows = rated.values("rating", agent=_has_turn(Turn.Role.AGENT, period), bot=bot)
    scores: dict[str, Counter[int]] = {"bot": Counter(), "person": Counter(), "both": Counter()}
    counted: Rows = list(rows.annotate(total=Count("pk")))
    for row in counted:
        who = "bot" if not row["agent"] else "both" if row["bot"] else "person"
        scores[who][row["rating"]] += row["total"]
    return {who: _rated(counts) for who, counts in scores.items()}


def _rated(counts: Counter[int]) -> Ratings:
    total = counts.total()
    mean = round(sum(score * count for score, count in counts.items()) / total, 2) if total else None
    return Ratings(total, mean, {str(score): counts[score] for score in range(1, 6)})


def _response_seconds(period: Period) -> dict[str, float | None]:
    answered = _cases().filter(created_at__range=period, first_response_at__isnull=False)
    return {
        "bot": median_seconds(_replies(period), since="in_reply_to__created_at", until="created_at"),
        "people": median_seconds(answered, since="created_at", until="first_response_at"),
    }


def _daily(first: date, *, days: int, **counts: dict[date, int]) -> tuple[Day, ...]:
    """One for each day, those on which nothing happened too."""
    dates = [first + timedelta(days=offset) for offset in range(days)]
    return tuple(Day(day, **{name: per_day.get(day, 0) for name, per_day in counts.items()}) for day in dates)
