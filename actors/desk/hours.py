"""When people are there: the shop's opening hours, and time that counts only while they are open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from typing import Self
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PART = re.compile(r"(?P<first>[a-z]+)(?: to (?P<last>[a-z]+))?,? (?P<opens>\d{1,2}:\d\d) to (?P<closes>\d{1,2}:\d\d)")


@dataclass(frozen=True)
class OpeningHours:
    """A week's hours on the shop's own clock, at most one span a day: `week[0]` is Monday's, None is closed."""

    week: tuple[tuple[time, time] | None, ...]
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Self:
        """Of words such as `Monday to Friday, 9:00 to 18:00; Saturday, 10:00 to 14:00`.

        Raises ValueError, whose text says what is wrong with it.
        """
        week: list[tuple[time, time] | None] = [None] * 7
        for part in text.split(";"):
            found = _PART.fullmatch(" ".join(part.lower().split()))
            if found is None:
                raise ValueError(f"{part.strip()!r} is not of the form 'Monday to Friday, 9:00 to 18:00'")
            first = _day(found["first"])
            last = _day(found["last"]) if found["last"] else first
            opens, closes = _time(found["opens"]), _time(found["closes"])
            if opens >= closes:
                raise ValueError(f"{part.strip()!r} does not close after it opens")
            for offset in range((last - first) % 7 + 1):
                day = (first + offset) % 7
                if week[day] is not None:
                    raise ValueError(f"{DAYS[day].capitalize()} has two opening hours")
                week[day] = (opens, closes)
        return cls(tuple(week), zone)

    @cached_property
    def never_closes(self) -> bool:
        return all(span == (time(0), time.max) for span in self.week)

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is there at this moment."""
        opens, closes = self._span(moment.astimezone(self.zone).date())
        return opens <= moment < closes

    def next_opening(self, moment: datetime) -> datetime:
        """The first moment from here on at which it is open: this one, when it is."""
        moment = moment.astimezone(UTC)
        opens, _ = next(self._spans(moment))
        return max(opens, moment)

    def after(self, start: datetime, seconds: float) -> datetime:
        """The moment at which `seconds` of open time have passed since `start`: never one outside open time. The
        moment of closing is within it, so that a promise may end there."""
        start, left = start.astimezone(UTC), timedelta(seconds=seconds)
        spans = self._spans(start)
        while True:
            opens, closes = next(spans)
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= closes - begins

    def between(self, start: datetime, end: datetime) -> float:
        """Seconds of open time from `start` to `end`; 0 when the end comes first."""
        start, end, total = start.astimezone(UTC), end.astimezone(UTC), timedelta()
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            total += max(min(closes, end) - max(opens, start), timedelta())
        return total.total_seconds()

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans that end after this moment, one after another, without end. In UTC, as all that is compared with
        them or added to them: sums on the shop's own clock would miss an hour when it changes."""
        today = moment.astimezone(self.zone).date()
        for offset in count():
            opens, closes = self._span(today + timedelta(days=offset))
            if closes > max(opens, moment):
                yield opens, closes

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """From when to when it is open on this day; an empty span is closed all day."""
        span = self.week[day.weekday()]
        if span is None:
            noon = self._at(day, time(12))
            return noon, noon
        opens = self._at(day, span[0])
        closes = self._at(day + timedelta(days=1), time(0)) if span[1] == time.max else self._at(day, span[1])
        # The clock may leap over both, and then it opens later than it would close.
        return opens, max(opens, closes)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _day(name: str) -> int:
    if name not in DAYS:
        raise ValueError(f"{name!r} is no day of the week")
    return DAYS.index(name)


def _time(text: str) -> time:
    if text == "24:00":
        return time.max
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of the day")
    return time(hour, minute)
