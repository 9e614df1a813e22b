"""What a customer who waits for a person is told: when somebody will be there, and about how long it takes."""

from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import override

from actors.models import Agent, Conversation, Escalation

USUAL_HANDLING = 600  # seconds, until there are cases to learn from
LEARNED_FROM = 50  # newest solved cases
SHORTEST, LONGEST = 120, 3600  # seconds; a case left open over lunch says nothing of the next one
ROUNDED = 900  # seconds
TOLD_AS_HOURS = 90  # minutes


def wait_notice(priority: str, *, now: datetime | None = None) -> str:
    """One sentence for the customer whose case of this priority is opened now, from the real queue and the shop's
    hours."""
    now = now or timezone.now()
    due_at = settings.SHOP_OPENING_HOURS.after(now, settings.SLA_FIRST_RESPONSE[priority])
    return estimate(due_at, ahead=ahead_of(due_at), now=now)


def estimate(due_at: datetime, *, ahead: int, now: datetime) -> str:
    """The same for a case that is due at this moment, with so many cases ahead of it."""
    hours = settings.SHOP_OPENING_HOURS
    if not hours.is_open(now):
        when = _when(hours.next_opening(now), now)
        return _("Our team is back {when} and will answer you then.").format(when=when)
    there = Agent.objects.filter(available=True, user__is_active=True).count()
    if not there:
        text = _("Everybody is away from the desk just now; you will have an answer {when}.")
        return text.format(when=_when(due_at, now, by=True))
    minutes = ceil((ahead + 1) * _handling() / there / 60)
    if hours.after(now, minutes * 60) - now > timedelta(minutes=minutes + 1):  # the day ends before
        when = _when(hours.after(now, minutes * 60), now, by=True)
        return _("You will have an answer {when}.").format(when=when)
    return _("It should take {time}.").format(time=_about(minutes))


class Place(TypedDict):
    """Where a waiting customer stands in the queue, and about how long it takes."""

    position: int
    text: str


def place_of(conversation: Conversation) -> Place | None:
    """The place of a conversation whose case nobody has claimed yet; None for any other."""
    case = Escalation.unresolved(conversation)
    if case is None or case.status != Escalation.Status.OPEN or case.sla_due_at is None:
        return None
    ahead = ahead_of(case.sla_due_at, case=case)
    with override(conversation.language):
        text = estimate(case.sla_due_at, ahead=ahead, now=timezone.now())
    return {"position": ahead + 1, "text": text}


def ahead_of(due_at: datetime, *, case: Escalation | None = None) -> int:
    """How many cases nobody has taken yet come before the one that is due then, as the desk's list has them: of those
    due at the same moment the older ones. A case that is not there yet comes last of them."""
    same = Q(sla_due_at=due_at)
    if case is not None:
        same &= Q(created_at__lt=case.created_at) | Q(created_at=case.created_at, pk__lt=case.pk)
    waiting = Escalation.objects.filter(Q(sla_due_at__lt=due_at) | same, status=Escalation.Status.OPEN)
    return waiting.exclude(conversation__channel=Conversation.Channel.PROBE).count()


def _handling() -> float:
    """Seconds that a case usually takes, from its first response to its end."""
    solved = Escalation.objects.filter(status=Escalation.Status.RESOLVED, first_response_at__isnull=False)
    rows = solved.order_by("-resolved_at").values_list("first_response_at", "resolved_at")[:LEARNED_FROM]
    if not rows:
        return USUAL_HANDLING
    usual = median((end - start).total_seconds() for start, end in rows if start and end)
    return min(max(usual, SHORTEST), LONGEST)


def _about(minutes: int) -> str:
    if minutes <= 5:
        return _("about {count} minutes").format(count=5)
    if minutes <= TOLD_AS_HOURS:
        return _("about {count} minutes").format(count=ceil(minutes / 5) * 5)
    return _("about {count} hours").format(count=ceil(minutes / 60))


def _when(moment: datetime, now: datetime, *, by: bool = False) -> str:
    """`tomorrow at 9:00`, on the shop's own clock; `by`: `by tomorrow, 9:00`."""
    zone = ZoneInfo(settings.SHOP_TIME_ZONE)
    if by:  # nobody promises 14:27
        moment = datetime.fromtimestamp(ceil(moment.timestamp() / ROUNDED) * ROUNDED, zone)
    local = moment.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    told = {"time": f"{local:%-H:%M} ({local:%Z})", "day": _day(local, days)}
    if by and days == 0:
        return _("by {time}").format(**told)
    if by:
        return _("by {day}, {time}").format(**told)
    return (_("{day} at {time}") if days < 2 else _("on {day} at {time}")).format(**told)


def _day(local: datetime, days: int) -> str:
    """What a day so many days away is called."""
    if days < 2:
        return _("tomorrow") if days else _("today")
    if days < 7:
        return str(WEEKDAYS[local.weekday()])
    return _("{day} {month}").format(day=local.day, month=MONTHS[local.month])
