"""The audit trail: read, searched and taken away as CSV; never changed."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actors.admin.csv_cells import Line, cell
from actors.admin.readonly import ReadOnly
from actors.models import Action, AuditEvent

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
    list_display = ["at", "who", "what", "kind", "case", "order", "fields", "amount", "currency", "policy_version"]
    list_filter = ["what", "at"]
    search_fields = ["who", "what", "order", "conversation", "case", "action"]
    date_hierarchy = "at"
    readonly_fields = ["kind"]
    actions = ["export_csv"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        done = Action.objects.filter(pk=OuterRef("action"))
        return super().get_queryset(request).annotate(action_kind=Subquery(done.values("kind")))

    @admin.display(description="Action", ordering="action_kind")
    def kind(self, event: Any) -> SafeString | str:
        """What was done or decided, as a way to its page; none of it is left of a customer who was erased."""
        if event.action_kind is None:
            return "-"
        address = reverse("admin:actors_action_change", args=[event.action])
        return format_html('<a class="text-link" href="{}">{}</a>', address, event.action_kind)

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
