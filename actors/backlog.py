"""Whether the mesh is behind with its work, and how long a message that comes now will take, by what the table says."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors.models import Turn

PACE = timedelta(minutes=1)  # the time over which replies are counted


@dataclass(frozen=True)
class Delay:
    """A message is accepted and will be answered later than usual. `seconds`: expected, None when nobody can say."""

    seconds: int | None = None

    def words(self) -> str:
        """What its customer is told, in the active language."""
        if self.seconds is None:
            return _("We have your message and will answer as soon as possible.")
        minutes = math.ceil(self.seconds / 60)
        return ngettext(
            "We have your message. There are many at the moment: the answer will take about {minutes} minute.",
            "We have your message. There are many at the moment: the answer will take about {minutes} minutes.",
            minutes,
        ).format(minutes=minutes)


def delay_of(turn: Turn) -> Delay | None:
    """How late the reply to a message that was accepted just now will be; None when it comes as usual.

    It is late when the broker did not take its bell, or when more than MESH_BACKLOG messages wait for a worker. The
    estimate is the number of those before it over the replies of the last minute.
    """
    if turn.status != Turn.Status.ACCEPTED:
        return None
    if not turn.is_rung:
        return Delay()
    waiting = Turn.objects.filter(status=Turn.Status.ACCEPTED).count()
    if waiting <= settings.MESH_BACKLOG:
        return None
    answered = Turn.objects.filter(
        role=Turn.Role.ASSISTANT, created_at__gte=Now() - PACE, in_reply_to__isnull=False
    ).count()
    return Delay(math.ceil(waiting / answered * PACE.total_seconds())) if answered else Delay()
