"""What the mesh did or would do, with the evidence; and the decision of a member of staff."""

import json
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from actors.actions.carry_out import UNDECIDED
from actors.actions.decide import NotAllowed, approve, done_in_shop, reject
from actors.admin.readonly import ReadOnly
from actors.desk.access import visible
from actors.desk.cases import NotYours
from actors.errors import Permanent, Temporary
from actors.models import Action

logger = logging.getLogger(__name__)

UNKNOWN_YET = (
    "It is unknown yet whether it was done: {error}. The shop will be asked about this very request, and the customer "
    "is told what came of it. Do not do it a second time."
)
NOT_YET = "It is not done yet; it will be as soon as this is repaired: {error}"
DECIDED_BEFORE = "It was decided already: {status}."


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        label="Reason",
        help_text="The customer reads it, after “was not carried out: ”.",
        error_messages={"required": "Say why: the customer reads it."},
    )


class ReferenceForm(forms.Form):
    reference = forms.CharField(
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        label="Reference",
        help_text="Of what you did in the shop's own system; the customer reads it.",
        error_messages={"required": "Give the reference of what you did in the shop."},
    )


class Decision(NamedTuple):
    """One button: what it is called and does, what it asks for, and whether it was this decision that counted."""

    label: str
    does: str
    form: type[forms.Form]
    decide: Callable[..., bool]


DECISIONS = {
    "approve": Decision("Approve", "The shop is asked to do it, now.", forms.Form, approve),
    "reject": Decision("Reject", "It is not done.", ReasonForm, reject),
    "done": Decision(
        "Done in the shop", "You did it yourself; the shop is asked nothing.", ReferenceForm, done_in_shop
    ),
}


@admin.register(Action)
class ActionAdmin(ReadOnly):
    list_display = ["kind", "order", "amount", "currency", "status_label", "decided_by", "created_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["conversation", "turn"]
    search_fields = ["id", "order", "decided_by", "conversation__customer_email"]
    fields = [
        ("status", "expires_at"),
        ("kind", "money"),
        ("order", "policy"),
        ("customer", "conversation_link"),
        "asked",
        "arguments",
        ("decided_by", "outcome"),
        ("created_at", "updated_at"),
    ]
    change_form_template = "admin/actors/action/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Action]:
        return visible(super().get_queryset(request), request.user, of="conversation")

    def get_urls(self) -> list[Any]:
        decide = path(
            "<uuid:action_id>/decide/<slug:name>/", self.admin_site.admin_view(self.decide), name="actors_action_decide"
        )
        return [decide, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        action = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **_choices(request, action)})

    def decide(self, request: HttpRequest, action_id: Any, name: str) -> HttpResponse:
        """One of the three decisions, in the name of who is logged in. Says what came of it, and shows the action."""
        if request.method != "POST" or name not in DECISIONS:
            raise Http404
        if not may_decide(request):
            raise PermissionDenied
        action = self.get_queryset(request).select_related("turn").filter(pk=action_id).first()
        if action is None:
            raise Http404
        form = DECISIONS[name].form(request.POST)
        if form.is_valid():
            level, text = _decided(action, name, by=request.user, given=form.cleaned_data)
        else:
            level, text = messages.ERROR, " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.add_message(request, level, text)
        return HttpResponseRedirect(reverse("admin:actors_action_change", args=[action.pk]))

    @display(
        description="Status",
        ordering="status",
        label={
            Action.Status.AWAITING_APPROVAL: "warning",
            Action.Status.EXECUTING: "info",
            Action.Status.EXECUTED: "success",
            Action.Status.FAILED: "danger",
        },
    )
    def status_label(self, action: Action) -> tuple[str, str]:
        return action.status, action.get_status_display()

    # --- the evidence ---

    @admin.display(description="Amount")
    def money(self, action: Action) -> str:
        return f"{action.amount} {action.currency}" if action.amount is not None else "-"

    @admin.display(description="With")
    def arguments(self, action: Action) -> SafeString:
        return _as_json({name: value for name, value in action.args.items() if name != "wish"})

    @admin.display(description="Customer")
    def customer(self, action: Action) -> str:
        return action.turn.customer_email or "guest"

    @admin.display(description="What the customer wrote")
    def asked(self, action: Action) -> SafeString:
        return format_html('<div class="as-written">{}</div>', action.turn.text)

    @admin.display(description="Conversation")
    def conversation_link(self, action: Action) -> SafeString:
        address = reverse("admin:actors_conversation_change", args=[action.conversation_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, action.conversation_id)

    @admin.display(description="Policy")
    def policy(self, action: Action) -> SafeString | str:
        if action.policy_version is None:
            return "-"
        address = reverse("admin:actors_policy_change", args=[action.policy_version])
        return format_html('<a class="text-link" href="{}">version {}</a>', address, action.policy_version)

    @admin.display(description="Result")
    def outcome(self, action: Action) -> SafeString | str:
        return _as_json(action.result) if action.result else "-"


def may_decide(request: HttpRequest) -> bool:
    return request.user.has_perm("actors.change_action")


def _choices(request: HttpRequest, action: Action | None) -> dict[str, Any]:
    if action is None or not may_decide(request):
        return {}
    if action.status == Action.Status.EXECUTING:
        return {"waits_for_shop": True}
    if action.status not in UNDECIDED:
        return {}
    return {"decisions": DECISIONS}


def _decided(action: Action, name: str, *, by: Any, given: dict[str, str]) -> tuple[int, str]:
    """Decide, and say what came of it: a level of django.contrib.messages and the text."""
    try:
        mine = DECISIONS[name].decide(action, by=by, **given)
    except (NotAllowed, NotYours) as refusal:
        return messages.ERROR, str(refusal)
    except Temporary as error:
        return messages.WARNING, UNKNOWN_YET.format(error=error)
    except Permanent as error:
        logger.error("action %s: %s", action.pk, error)
        return messages.ERROR, NOT_YET.format(error=error)
    action.refresh_from_db()
    if not mine:
        return messages.WARNING, DECIDED_BEFORE.format(status=action.get_status_display())
    if action.status == Action.Status.FAILED:
        because = (action.result or {}).get("because", "")
        return messages.ERROR, f"The shop refused: {because}. The customer was told."
    return messages.SUCCESS, f"Done: {action.get_status_display()}. The customer was told."


def _as_json(values: dict[str, Any]) -> SafeString:
    text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
    return format_html('<pre class="as-written">{}</pre>', text)
