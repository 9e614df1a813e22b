"""What could not be worked, for an operator to look at: broker messages and customers' messages."""

from django.db import models
from django.db.models import Q

from actors.models.conversation import Turn

BODY_LIMIT = 65_536  # characters
# A redrive counts its attempts from here on, above those of any turn: whatever an attempt of the turn itself still
# writes, and whatever a redrive writes, is told apart by its number.
FIRST_REDRIVE = 1000


def is_redrive(attempt: int) -> bool:
    """Whether it is an attempt of a redrive: the customer has had another outcome, so this one becomes a draft."""
    return attempt > FIRST_REDRIVE


class ParkedMessage(models.Model):
    """A broker message that was not believed or not understood, or (with a `turn`) a customer's message that ran out of
    attempts: kept with the reason, until somebody drives it again or throws it away."""

    class Status(models.TextChoices):
        PARKED = "parked"
        REDRIVING = "redriving"
        REDRIVEN = "redriven"
        DISCARDED = "discarded"

    task = models.CharField(max_length=80)
    # (The defaults of the columns are for workers of the release before, which park as well.)
    actor = models.CharField(max_length=40, blank=True, default="", db_default="")  # where it died, if that is known
    reason = models.TextField()  # never the customer's words
    body = models.TextField(blank=True, default="")  # of a broker message: the first 64 kB of what arrived
    turn = models.ForeignKey(Turn, null=True, blank=True, on_delete=models.CASCADE, related_name="parked")
    status = models.CharField(max_length=10, choices=Status, default=Status.PARKED, db_default="parked", db_index=True)
    attempt = models.PositiveSmallIntegerField(default=0, db_default=0)  # of its redrive, from FIRST_REDRIVE on
    deadline_at = models.DateTimeField(null=True, blank=True)  # of a redrive under way
    decided_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        permissions = [("decide_parkedmessage", "Can redrive and discard parked messages")]
        constraints = [
            models.UniqueConstraint(fields=["turn"], condition=Q(turn__isnull=False), name="turn_is_parked_once")
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.reason[:60]}"

    @classmethod
    def keep(cls, *, task: str, reason: str, body: str) -> None:
        """Park a broker message."""
        # PostgreSQL takes no NUL, neither as it is nor escaped in JSON.
        body = body[:BODY_LIMIT].replace("\\u0000", "").replace("\0", "")
        cls.objects.create(task=task.replace("\0", "")[:80], reason=reason.replace("\0", ""), body=body)
