"""Parts of the services' admin pages."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline


class ReadOnlyInline(TabularInline):
    """Rows that the shop writes and nobody edits."""

    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HistoryInline(ReadOnlyInline):
    """Who asked for what, when."""

    fields = readonly_fields = ["at", "what", "text", "amount", "currency", "by", "via", "reference"]
