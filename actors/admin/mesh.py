"""How the mesh stands, and its kill switch: who may pulls it here, and everybody reads who did, when and why."""

from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from actors import pauses
from actors.admin.readonly import ReadOnly
from actors.models import Pause
from actors.standing import Standing, late_after, standing

HISTORY = 20  # pauses on the page
# What each switch does, as the page says it.
MEANS = {
    Pause.What.BOT: "While paused, every new message is handed over to a person, and customers are told.",
    Pause.What.ACTIONS: "While paused, nothing is proposed or done in the shop; what customers agree to waits.",
    Pause.What.LLM: "While paused, it is not called, and everything is answered offline.",
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        error_messages={"required": "Say why: your colleagues read it."},
    )


class Tile(NamedTuple):
    label: str
    value: str
    note: str
    tone: str = ""
    link: str = ""


@admin.register(Pause)
class PauseAdmin(ReadOnly):
    """The list is the page of the mesh."""

    fields = ["what", "reason", ("paused_by", "paused_at"), ("resumed_by", "resumed_at")]

    def get_urls(self) -> list[Any]:
        switch = path(
            "switch/<slug:what>/<slug:way>/", self.admin_site.admin_view(self.switch), name="actors_pause_switch"
        )
        return [switch, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        running = {pause.what: pause for pause in pauses.running()}
        page = {
            **self.admin_site.each_context(request),
            "title": "Mesh",
            "tiles": tiles(standing()),
            "switches": [
                (what, MEANS[what], running.get(what.value), ReasonForm(auto_id=f"{what.value}-%s"))
                for what in Pause.What
            ],
            "may_switch": may_switch(request),
            "history": Pause.objects.all()[:HISTORY],
        }
        return TemplateResponse(request, "admin/actors/pause/mesh.html", page)

    def switch(self, request: HttpRequest, what: str, way: str) -> HttpResponse:
        """Pause or resume, in the name of who is logged in."""
        if not may_switch(request):
            raise PermissionDenied
        if request.method != "POST" or what not in Pause.What.values or way not in ("pause", "resume"):
            raise Http404
        label, who = Pause.What(what).label, f"staff {request.user.get_username()}"
        if way == "resume":
            mine, said = pauses.resume(what, who=who), f"Resumed: {label}."
        else:
            form = ReasonForm(request.POST)
            if not form.is_valid():
                messages.error(request, " ".join(str(error) for error in form.errors["reason"]))
                return HttpResponseRedirect(reverse("admin:actors_pause_changelist"))
            mine, said = pauses.pause(what, who=who, reason=form.cleaned_data["reason"]), f"Paused: {label}."
        if mine:
            messages.success(request, f"{said} Within {round(pauses.FRESH_FOR)} seconds everywhere.")
        else:
            messages.warning(request, "Somebody was faster: see how it stands now.")
        return HttpResponseRedirect(reverse("admin:actors_pause_changelist"))


def may_switch(request: HttpRequest) -> bool:
    return request.user.has_perm("actors.change_pause")


def tiles(told: Standing) -> list[Tile]:
    """The gauge as the page shows it."""
    parked = f"{reverse('admin:actors_parkedmessage_changelist')}?status__exact=parked"
    depth = "unknown" if told.queue_depth is None else str(told.queue_depth)
    return [
        Tile(
            "Oldest unanswered",
            f"{told.oldest_unanswered_seconds:.0f} s",
            f"late after {late_after()} s",
            "late" if told.late else "",
        ),
        Tile("Accepted", str(told.open_turns["accepted"]), "messages not begun yet"),
        Tile("Processing", str(told.open_turns["processing"]), "messages under way"),
        Tile("Actions", str(told.executing_actions), "under way at the shop"),
        Tile("Queues", depth, "Redis is away" if told.queue_depth is None else "tasks waiting"),
        Tile(
            "Parked", str(told.parked_messages), "wait for a decision", "soon" if told.parked_messages else "", parked
        ),
    ]
