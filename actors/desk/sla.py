"""The clock of a case: by when somebody has to answer, by when it has to be solved, and whether that was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actors.desk.hours import OpeningHours

Pause = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Clock:
    """What is due when. `due_at` is what comes next: None while the clock stands still or the case is solved."""

    first_response_due_at: datetime
    resolution_due_at: datetime
    due_at: datetime | None
    paused: bool
    first_response_breached: bool
    resolution_breached: bool

    @property
    def breached(self) -> bool:
        return self.first_response_breached or self.resolution_breached


def clock(
    *,
    opened_at: datetime,
    first_response_target: float,
    resolution_target: float,
    first_response_at: datetime | None,
    resolved_at: datetime | None,
    pauses: Sequence[Pause],
    now: datetime,
    hours: OpeningHours,
) -> Clock:
    """The clock of one case at `now`. Targets are seconds of open time since `opened_at`; the time in which the
    customer was waited for does not count. `pauses` are in order and do not overlap; the last may be unfinished.

    A promise is breached once its moment has passed without being kept, and stays so when it is kept later.
    """
    paused = any(end is None for _, end in pauses)
    # A case that was solved without a word needed no first response.
    answered_at, ended_at = first_response_at or resolved_at or now, resolved_at or now
    first_due = _due(opened_at, first_response_target, pauses, hours=hours, until=answered_at)
    solved_due = _due(opened_at, resolution_target, pauses, hours=hours, until=ended_at)
    solved = resolved_at is not None
    due_at = None
    if not solved and not paused:
        due_at = solved_due if first_response_at is not None else min(first_due, solved_due)
    return Clock(
        first_response_due_at=first_due,
        resolution_due_at=solved_due,
        due_at=due_at,
        paused=paused and not solved,
        first_response_breached=answered_at > first_due,
        resolution_breached=ended_at > solved_due,
    )


def _due(
    opened_at: datetime, target: float, pauses: Sequence[Pause], *, hours: OpeningHours, until: datetime
) -> datetime:
    """When the target is reached: each pause before that pushes it back by its own length in open time."""
    due = hours.after(opened_at, target)
    for start, end in pauses:
        if start >= due:  # it was due before this pause began
            break
        due = hours.after(max(end or until, start), hours.between(start, due))
    return due
