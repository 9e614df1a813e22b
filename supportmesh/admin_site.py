"""The admin as a whole: its navigation, grouped by who uses it, and its search."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from supportmesh import logins

# The names of icons are those of Material Symbols, which come with the theme.
SIDEBAR: dict[str, list[tuple[str, str, str]]] = {
    "Desk": [
        ("Cases", "support_agent", "actors.Escalation"),
        ("Conversations", "forum", "actors.Conversation"),
        ("Actions", "task_alt", "actors.Action"),
        ("Canned replies", "quickreply", "actors.CannedReply"),
        ("Articles", "menu_book", "actors.KnowledgeArticle"),
        ("Incident notices", "campaign", "actors.Incident"),
        ("Desk members", "badge", "actors.Agent"),
    ],
    "Shop": [
        ("Customers", "person", "customers.Customer"),
        ("Customer notes", "sticky_note_2", "customers.CustomerNote"),
        ("Orders", "shopping_bag", "orders.Order"),
        ("Shipments", "local_shipping", "tracking.Shipment"),
    ],
    "Oversight": [
        ("Policies", "policy", "actors.Policy"),
        ("Audit events", "history", "actors.AuditEvent"),
        ("Mesh", "monitor_heart", "actors.Pause"),
        ("Parked messages", "report", "actors.ParkedMessage"),
        ("Turns", "route", "actors.Turn"),
    ],
    "System": [
        ("Users", "manage_accounts", "auth.User"),
        ("Groups", "group", "auth.Group"),
        ("API tokens", "key", "supportmesh.ApiToken"),
    ],
}

# What the search finds besides pages: a few rows whose field begins with the words, and lists to look further in.
FOUND_BY = [
    ("orders.Order", "number", "shopping_bag"),
    ("tracking.Shipment", "tracking_number", "local_shipping"),
    ("customers.Customer", "email", "person"),
    ("actors.Conversation", "customer_email", "forum"),
]
ROWS_FOUND = 5
SEARCHED = {"actors.Escalation", "actors.Conversation", "customers.Customer", "orders.Order"}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups and entries that this person may open."""
    groups = [
        {
            "title": group,
            "items": [
                {"title": title, "icon": icon, "link": _list(model)}
                for title, icon, model in entries
                if _may_view(model, request)
            ],
        }
        for group, entries in SIDEBAR.items()
    ]
    return [group for group in groups if group["items"]]


def _may_view(label: str, request: HttpRequest) -> bool:
    """Whether the model has an admin, and this person may look at it."""
    try:
        model_admin = admin.site.get_model_admin(apps.get_model(label))
    except NotRegistered:
        return False
    return model_admin.has_view_or_change_permission(request)


def _list(label: str) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_changelist")


class AdminSite(UnfoldAdminSite):
    login_form = logins.LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The login page; each try is counted and audited."""

        def show() -> HttpResponse:
            return super(AdminSite, self).login(request, extra_context)

        return logins.attempt(request, show) if request.method == "POST" else show()

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Pages by name, rows by how they begin, and the lists that search for the words.

        The theme's own keeps its results in a cache that takes JSON alone, and fails while Redis is away.
        """
        term = request.GET.get("s", "").strip()
        results = [*_pages(request, term), *_rows(request, term), *_lists(request, term)] if term else []
        return TemplateResponse(request, "admin/search_results.html", {"results": results})


def _pages(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    for group in sidebar(request):
        for item in group["items"]:
            if term.lower() in item["title"].lower():
                yield SearchResult(item["title"], group["title"], item["link"], item["icon"])


def _rows(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    if len(term) < 3 or "\0" in term:  # PostgreSQL takes none
        return
    for label, field, icon in FOUND_BY:
        if _may_view(label, request):
            model_admin = admin.site.get_model_admin(apps.get_model(label))
            rows = model_admin.get_queryset(request).filter(**{f"{field}__istartswith": term})
            for row in rows[:ROWS_FOUND]:
                meta = row._meta
                address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
                yield SearchResult(str(row), str(meta.verbose_name), address, icon)


def _lists(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    query = urlencode({"q": term})
    for title, icon, label in (entry for entries in SIDEBAR.values() for entry in entries):
        if label in SEARCHED and _may_view(label, request):
            yield SearchResult(f"Search in {title.lower()}", f"“{term}”", f"{_list(label)}?{query}", icon)
