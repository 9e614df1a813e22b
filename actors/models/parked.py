"""Broker messages that were not believed."""

from django.db import models


class ParkedMessage(models.Model):
    """A broker message that was not believed or not understood: kept with the reason, never worked."""

    task = models.CharField(max_length=80)
    reason = models.TextField()
    body = models.TextField()  # the first 64 kB of what arrived
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.task}: {self.reason[:60]}"
