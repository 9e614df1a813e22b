"""What is done with many cases at once: take, hand on, resolve, and answer, each told before it is done."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from actors.admin.case_forms import ReassignForm
from actors.admin.readonly import StaffRequest
from actors.desk import bulk_reply, cases
from actors.desk.canned import unknown_variables
from actors.models import CannedReply, Escalation, public_name

MOST = 900  # cases in one go: Django takes a thousand fields in a form
PREVIEWED = 3  # shown as examples; all are checked


@admin.action(description="Claim", permissions=["work"])
def claim_selected(model_admin: Any, request: StaffRequest, chosen: QuerySet[Escalation]) -> None:
    _each(request, chosen, "claimed", lambda case: cases.claim(case.pk, by=request.user))


@admin.action(description="Resolve", permissions=["work"])
def resolve_selected(model_admin: Any, request: StaffRequest, chosen: QuerySet[Escalation]) -> None:
    _each(request, chosen, "resolved", lambda case: cases.resolve(case.pk, by=request.user))


@admin.action(description="Assign to …", permissions=["manage"])
def assign_selected(model_admin: Any, request: StaffRequest, chosen: QuerySet[Escalation]) -> HttpResponse:
    return _page(model_admin, request, chosen, "assign", {"form": ReassignForm()})


@admin.action(description="Reply to all of them …", permissions=["manage"])
def reply_selected(model_admin: Any, request: StaffRequest, chosen: QuerySet[Escalation]) -> HttpResponse:
    form = BulkReplyForm(initial={"key": uuid.uuid4()})
    return _page(model_admin, request, chosen, "reply", {"form": form, "canned": CannedReply.objects.all()})


ACTIONS = (claim_selected, resolve_selected, assign_selected, reply_selected)


class BulkReplyForm(forms.Form):
    text = forms.CharField(
        widget=forms.Textarea, error_messages={"required": "Write what the customers are to read first."}
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_variables(text):
            raise ValidationError(f"There is no variable called {', '.join(unknown)}.")
        if len(text) > settings.MESSAGE_MAX_LENGTH:
            raise ValidationError(f"A reply may have {settings.MESSAGE_MAX_LENGTH} characters; this has {len(text)}.")
        return text


# --- the pages between ----------------------------------------------------------------------------


def assign(model_admin: Any, request: StaffRequest) -> HttpResponse:
    """Hand the chosen cases to one colleague."""
    chosen = _chosen(model_admin, request)
    form = ReassignForm(request.POST)
    if not form.is_valid():
        return _page(model_admin, request, chosen, "assign", {"form": form}, status=400)
    to = form.cleaned_data["to"]
    _each(request, chosen, f"with {public_name(to)}", lambda case: cases.reassign(case.pk, to=to, by=request.user))
    return _back()


def reply(model_admin: Any, request: StaffRequest) -> HttpResponse:
    """First show what would be sent to whom; with `send`, send it: each customer once, however often it is pressed."""
    chosen = _chosen(model_admin, request)
    form = BulkReplyForm(request.POST)
    page: dict[str, Any] = {"form": form, "canned": CannedReply.objects.all()}
    if not form.is_valid():
        return _page(model_admin, request, chosen, "reply", page, status=400)
    text, key = form.cleaned_data["text"], form.cleaned_data["key"]
    plan = bulk_reply.plan(chosen, by=request.user)
    if "send" not in request.POST:
        ready, unready = bulk_reply.preview(plan.cases, text=text, key=key, by=request.user)
        told = {"plan": plan, "ready": len(ready), "previews": ready[:PREVIEWED], "unready": unready}
        return _page(model_admin, request, chosen, "reply", {**page, **told})
    sent, unsent = bulk_reply.send(plan.cases, text=text, key=key, by=request.user)
    messages.success(request, f"{sent} customer{'' if sent == 1 else 's'} got your reply.")
    for why, numbers in unsent.items():
        which = ", ".join(f"#{number}" for number in numbers)
        messages.warning(request, f"{len(numbers)} not sent ({which}): {why}")
    return _back()


def _chosen(model_admin: Any, request: StaffRequest) -> QuerySet[Escalation]:
    if request.method != "POST" or not request.user.has_perm("actors.manage_cases"):
        raise PermissionDenied
    ids = [int(pk) for pk in request.POST.getlist("case") if pk.isdecimal()]
    return model_admin.get_queryset(request).filter(pk__in=ids[:MOST])


def _page(
    model_admin: Any,
    request: StaffRequest,
    chosen: QuerySet[Escalation],
    what: str,
    extra: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    rows = list(chosen[: MOST + 1])
    if len(rows) > MOST:
        messages.warning(request, f"These are the first {MOST}; do the rest afterwards.")
    titles = {"assign": "Assign cases", "reply": "Reply to many customers"}
    page = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": titles[what],
        "chosen": rows[:MOST],
        **extra,
    }
    return render(request, f"admin/actors/escalation/bulk_{what}.html", page, status=status)


def _each(request: StaffRequest, chosen: QuerySet[Escalation], done: str, work: Any) -> None:
    """Each by itself, so that one that is refused keeps no other from its turn."""
    count, refused = 0, {}
    for case in chosen[:MOST]:
        try:
            work(case)
            count += 1
        except (cases.NotYours, cases.Undecided) as refusal:
            refused[f"#{case.pk}"] = str(refusal)
    if count:
        messages.success(request, f"{count} case{'' if count == 1 else 's'} {done}.")
    for number, why in list(refused.items())[:5]:
        messages.warning(request, f"{number}: {why}")
    if len(refused) > 5:
        messages.warning(request, f"{len(refused) - 5} more were refused for reasons like these.")


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:actors_escalation_changelist"))
