"""The dead-letter desk: what could not be worked, with the reason; driven again or thrown away by a supervisor."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from actors.admin.readonly import ReadOnly
from actors.dead_letters import NotRedriven, discard, redrive
from actors.desk.words import span
from actors.models import Escalation, ParkedMessage

Status = ParkedMessage.Status

SENT_OFF = "It is worked once more. Its answer becomes a draft on its case, for whoever has the case to send."
DISCARDED = "Discarded."
DECIDED_BEFORE = "Somebody has decided about it already."


@admin.register(ParkedMessage)
class ParkedMessageAdmin(ReadOnly):
    list_display = ["what", "reason", "task", "state", "age", "decided_by"]
    list_display_links = ["what"]
    list_filter = ["status", "task"]
    list_select_related = ["turn"]
    search_fields = ["reason", "turn__id"]
    actions = ["redrive_selected", "discard_selected"]
    change_form_template = "admin/actors/parkedmessage/change_form.html"
    fields = [
        ("status", "age"),
        ("task", "actor"),
        "reason",
        ("message", "case"),
        ("decided_by", "decided_at"),
        "arrived",
    ]

    # --- the list ---

    @display(description="What", ordering="turn")
    def what(self, parked: ParkedMessage) -> str:
        return "customer's message" if parked.turn_id else "broker message"

    @display(
        description="Status",
        ordering="status",
        label={Status.PARKED: "warning", Status.REDRIVING: "info", Status.REDRIVEN: "success", Status.DISCARDED: ""},
    )
    def state(self, parked: ParkedMessage) -> tuple[str, str]:
        return parked.status, parked.get_status_display()

    @display(description="Age", ordering="-created_at")
    def age(self, parked: ParkedMessage) -> SafeString:
        title = f"{parked.created_at:%Y-%m-%d %H:%M:%S} UTC"
        return format_html(
            '<span class="whitespace-nowrap" title="{}">{}</span>', title, span(timezone.now() - parked.created_at)
        )

    # --- one of them ---

    @display(description="Message")
    def message(self, parked: ParkedMessage) -> SafeString | str:
        return _link("turn", parked.turn_id, f"message {parked.turn_id}") if parked.turn_id else "-"

    @display(description="Case")
    def case(self, parked: ParkedMessage) -> SafeString | str:
        case = _case_of(parked)
        return _link("escalation", case.pk, f"#{case.pk} ({case.get_status_display().lower()})") if case else "-"

    @display(description="What arrived")
    def arrived(self, parked: ParkedMessage) -> SafeString | str:
        return format_html('<pre class="as-written">{}</pre>', parked.body) if parked.body else "-"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        parked = self.get_object(request, object_id)
        may = self.has_decide_permission(request)
        choices = {
            "may_redrive": may
            and parked is not None
            and parked.turn_id
            and parked.status in (Status.PARKED, Status.REDRIVEN),
            "may_discard": may and parked is not None and parked.status == Status.PARKED,
            "is_broker_message": parked is not None and parked.turn_id is None,
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **choices})

    # --- what is decided ---

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("actors.decide_parkedmessage")

    def get_urls(self) -> list[Any]:
        decide = path(
            "<int:parked_id>/decide/<slug:name>/",
            self.admin_site.admin_view(self.decide),
            name="actors_parkedmessage_decide",
        )
        return [decide, *super().get_urls()]

    def decide(self, request: HttpRequest, parked_id: int, name: str) -> HttpResponse:
        """Redrive or discard, in the name of who is logged in. Says what came of it, and shows the message."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        parked = self.get_queryset(request).select_related("turn").filter(pk=parked_id).first()
        if request.method != "POST" or name not in ("redrive", "discard") or parked is None:
            raise Http404
        level, text = _redriven(request, parked) if name == "redrive" else _discarded(request, parked)
        messages.add_message(request, level, text)
        return HttpResponseRedirect(reverse("admin:actors_parkedmessage_change", args=[parked_id]))

    @admin.action(description="Redrive the selected messages", permissions=["decide"])
    def redrive_selected(self, request: HttpRequest, rows: QuerySet[ParkedMessage]) -> None:
        self._each(request, rows, _redriven)

    @admin.action(description="Discard the selected messages", permissions=["decide"])
    def discard_selected(self, request: HttpRequest, rows: QuerySet[ParkedMessage]) -> None:
        self._each(request, rows, _discarded)

    def _each(self, request: HttpRequest, rows: QuerySet[ParkedMessage], decide: Any) -> None:
        """Each for itself; the same sentence is said once, with how many it is true of."""
        told: dict[tuple[int, str], int] = {}
        for parked in rows.select_related("turn"):
            outcome = decide(request, parked)
            told[outcome] = told.get(outcome, 0) + 1
        for (level, text), count in told.items():
            messages.add_message(request, level, f"{count} × {text}")


def _redriven(request: HttpRequest, parked: ParkedMessage) -> tuple[int, str]:
    try:
        redrive(parked, who=f"staff {request.user.get_username()}")
    except NotRedriven as refusal:
        return messages.ERROR, str(refusal)
    return messages.SUCCESS, SENT_OFF


def _discarded(request: HttpRequest, parked: ParkedMessage) -> tuple[int, str]:
    mine = discard(parked, who=f"staff {request.user.get_username()}")
    return (messages.SUCCESS, DISCARDED) if mine else (messages.WARNING, DECIDED_BEFORE)


def _case_of(parked: ParkedMessage) -> Escalation | None:
    if parked.turn is None:
        return None
    return Escalation.objects.filter(conversation=parked.turn.conversation_id).order_by("-pk").first()


def _link(model: str, pk: Any, text: str) -> SafeString:
    return format_html(
        '<a class="text-link" href="{}">{}</a>', reverse(f"admin:actors_{model}_change", args=[pk]), text
    )
