"""The audit trail: read, searched and taken away as CSV; never changed."""

import csv
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from actors.admin.csv_cells import Line, cell
from actors.admin.readonly import ReadOnly
from actors.models import AuditEvent

COLUMNS = (
    "at",
    "who",
    "what",
    "conversation",
    "case",
    "action",
    "order",
    "fields",
    "amount",
    "currency",
    "policy_version",
)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ["at", "who", "what", "case", "order", "fields", "amount", "currency", "policy_version", "action"]
    list_filter = ["what", "at"]
    search_fields = ["who", "what", "order", "conversation", "case", "action"]
    date_hierarchy = "at"
    actions = ["export_csv"]

    @admin.action(description="Download the selected events as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, events: QuerySet[AuditEvent]) -> StreamingHttpResponse:
        """Oldest first, row by row: a whole year is not held in memory."""
        response = StreamingHttpResponse(_lines(events.order_by("pk")), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
        return response


def _lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    for event in events.values_list(*COLUMNS).iterator(chunk_size=500):
        at, *rest = event
        yield writer.writerow([at.isoformat(), *map(cell, rest)])
