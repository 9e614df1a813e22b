"""How the desk says times and amounts."""

from datetime import datetime, timedelta

from actors.desk.sla import Clock

MINUTE, HOUR, DAY = 60, 3600, 86_400


def span(duration: timedelta) -> str:
    """`12 min`, `3 h`, `2 d`: rounded down to what people say."""
    seconds = max(int(duration.total_seconds()), 0)
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR} h"
    return f"{seconds // DAY} d"


def due_words(clock: Clock, *, answered: bool, now: datetime) -> tuple[str, str]:
    """(how it stands: late, soon, fine, paused or done; the sentence) of what is due next."""
    if clock.due_at is None:
        return ("paused", "waits for the customer") if clock.paused else ("done", "nothing is due")
    what = "solution" if answered else "first answer"
    if clock.due_at < now:
        return "late", f"{what} {span(now - clock.due_at)} late"
    left = clock.due_at - now
    return ("soon" if left < timedelta(minutes=30) else "fine"), f"{what} due in {span(left)}"
