"""The middle one of many waiting times, counted where the rows are."""

from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connections
from django.db.models import Aggregate, DurationField, ExpressionWrapper, F, QuerySet

# SQLite has no median: then the newest rows are counted here, and no more than these.
NEWEST = 20_000


class Median(Aggregate):
    """PostgreSQL's own, over durations; half-way between the two in the middle when their number is even."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()  # type: ignore[assignment]


def median_seconds(rows: QuerySet[Any], *, since: str, until: str) -> float | None:
    """The median of the time between two fields, in seconds; None without rows. One query."""
    if connections[rows.db].vendor == "postgresql":
        waited = ExpressionWrapper(F(until) - F(since), output_field=DurationField())
        return _seconds(rows.aggregate(median=Median(waited))["median"])
    waits = [end - start for start, end in rows.order_by("-created_at").values_list(since, until)[:NEWEST]]
    return _seconds(median(waits)) if waits else None


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration.total_seconds(), 3)
