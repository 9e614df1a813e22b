"""One case on one page: what was said, who it is, what the mesh found and proposes, and what staff do about it."""

import hashlib
import re
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from actors.actions import ACTIONS
from actors.actions.carry_out import UNDECIDED, return_label
from actors.actions.decide import needed
from actors.admin import case_forms
from actors.admin.readonly import StaffRequest
from actors.context_retriever import context_retriever
from actors.desk.canned import filled, order_of, values_for
from actors.desk.cases import holder
from actors.desk.words import due_words, span
from actors.message import Context, Payload
from actors.models import Action, AuditEvent, CannedReply, Escalation, Turn, approval_limit, public_name

SHOWN_FINDINGS = 5  # newest messages with what the mesh found about them
COURTESIES = ("confirm", "deny", "compliment")  # a mere yes says little of what the case is about
NEWEST_TURNS = 200  # shown at once; older ones stand behind a link
# What is brought up to date without a reload.
PARTS = ("head", "transcript", "draft", "actions", "notes", "summary", "found")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


# --- the page -------------------------------------------------------------------------------------


def show(
    model_admin: Any,
    request: StaffRequest,
    case: Escalation,
    *,
    kept: dict[str, str] | None = None,
    lost: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The whole page. `kept`: a text that could not be sent, by its box (reply, note, other), so that nobody has to
    write it again. `lost`: because the case is not theirs any more."""
    page = {
        **model_admin.admin_site.each_context(request),
        **_context(request, case),
        "title": f"Case #{case.pk}",
        "opts": model_admin.opts,
        "kept": kept or {},
        "lost": lost,
        "shown": _shown_to(request, case.pk),
        "key": uuid.uuid4(),
        "is_fullwidth": "1",
        "canned": CannedReply.objects.all(),
        "max_length": settings.MESSAGE_MAX_LENGTH,
    }
    # A decision is refused for other reasons, too, and needs no claim: who has the case is then beside the point.
    page["why"] = "" if page["mine"] or (page["kept"].get("other") and not lost) else holder(case)
    page["lost_reply"] = "" if page["mine"] and page["works"] else page["kept"].get("reply", "")
    _seen(request, case)
    page["parts"] = _parts(request, page)
    with timezone.override(settings.SHOP_TIME_ZONE):
        return render(request, "admin/actors/escalation/case.html", page, status=status)


def live(model_admin: Any, request: StaffRequest, case: Escalation) -> JsonResponse:
    """What has changed since the page last asked: `have` holds the digests it has, part by part."""
    page = _context(request, case)
    have = dict(zip(PARTS, request.GET.get("have", "").split(","), strict=False))
    changed = {name: part for name, part in _parts(request, page).items() if have.get(name) != part["digest"]}
    _seen(request, case)
    if request.GET.get("active") == "1" and page["mine"]:
        Escalation.objects.filter(pk=case.pk, assigned_to=request.user).update(agent_active_at=timezone.now())
    return JsonResponse({"state": page["state"], "last_seq": case.conversation.last_seq, "parts": changed})


def lost(
    model_admin: Any, request: StaffRequest, case_id: int, *, why: str, kept: dict[str, str], status: int
) -> HttpResponse:
    """Instead of a case that is not theirs to see: why, and what they had typed for it."""
    page = {
        **model_admin.admin_site.each_context(request),
        "title": f"Case #{case_id}",
        "opts": model_admin.opts,
        "url": reverse("admin:actors_escalation_change", args=[case_id]),
        "why": why,
        "kept": kept,
    }
    return render(request, "admin/actors/escalation/lost.html", page, status=status)


def gone(request: StaffRequest, case_id: int) -> JsonResponse:
    """Who has it, for the open page of somebody who could see it a moment ago. To anybody else there is no such case:
    Http404."""
    if not constant_time_compare(request.GET.get("shown", ""), _shown_to(request, case_id)):
        raise Http404
    case = get_object_or_404(Escalation.objects.select_related("assigned_to"), pk=case_id)
    return JsonResponse({"why": holder(case)}, status=404)


def _shown_to(request: StaffRequest, case_id: int) -> str:
    """Proves that the case's page was shown to them."""
    return salted_hmac("the page of a case", f"{request.user.pk}:{case_id}").hexdigest()


def _parts(request: StaffRequest, page: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each part of the page as it is now, and a digest of it: what has the same digest need not be shown again."""
    parts = {}
    with timezone.override(settings.SHOP_TIME_ZONE):
        for name in PARTS:
            html = render_to_string(f"admin/actors/escalation/part_{name}.html", page, request)
            digest = hashlib.sha256(_TOKEN.sub("", html).encode()).hexdigest()[:12]
            parts[name] = {"digest": digest, "html": html}
    return parts


def customer(request: StaffRequest, case: Escalation) -> HttpResponse:
    """The customer, their orders and shipments, from the shop's services; and what can be started for them."""
    page = _context(request, case)
    context = _shop_context(case)
    page |= {
        "shop": context,
        "kinds": case_forms.startable(),
        "needs": {name: (*kind.needs, *(("amount",) if kind.partial else ())) for name, kind in ACTIONS.items()},
        "tiers": case_forms.TIERS,
        "key": uuid.uuid4(),
    }
    with timezone.override(settings.SHOP_TIME_ZONE):
        return render(request, "admin/actors/escalation/part_customer.html", page)


def canned(request: StaffRequest, case: Escalation, pk: int) -> JsonResponse:
    """A ready text, filled with what is known."""
    reply = get_object_or_404(CannedReply, pk=pk)
    context = _shop_context(case) or Context()
    values = values_for(context, order=order_of(case), agent=request.user)
    return JsonResponse({"text": filled(reply.text, values)})


def _context(request: StaffRequest, case: Escalation) -> dict[str, Any]:
    conversation, now = case.conversation, timezone.now()
    clock = case.clock(now)
    mine = case.status == Escalation.Status.CLAIMED and case.assigned_to_id == request.user.pk
    works = request.user.has_perm("actors.work_case")
    said = conversation.turns.defer("message")  # kilobytes each, and none of it is shown
    newest = list(said.order_by("-seq")[:NEWEST_TURNS])
    turns = said.order_by("seq") if request.GET.get("all") else reversed(newest)
    due, due_text = due_words(clock, answered=case.first_response_at is not None, now=now)
    limit, manages = approval_limit(request.user), request.user.has_perm("actors.manage_cases")
    may_reassign = case.status != Escalation.Status.RESOLVED and ((mine and works) or manages)
    others = case_forms.desk_members().exclude(pk=case.assigned_to_id)
    actions = list(conversation.actions.select_related("turn").defer("turn__message").order_by("created_at"))
    started_by = _started_by(actions)
    return {
        "case": case,
        "conversation": conversation,
        "verified": conversation.customer_email is not None,
        "turns": list(turns),
        "older": conversation.last_seq - len(newest) if not request.GET.get("all") else 0,
        "clock": clock,
        "due": due,
        "due_text": due_text,
        "age": span(now - case.created_at),
        "holder": public_name(case.assigned_to),
        "mine": mine,
        "works": works,
        "may_claim": works and case.status == Escalation.Status.OPEN and case.may_be_claimed_by(request.user),
        "may_reassign": may_reassign,
        "may_note": request.user.has_perm("actors.add_note"),
        "may_decide": request.user.has_perm("actors.change_action")
        and (mine or case.assigned_to_id is None)
        and case.status != Escalation.Status.RESOLVED,
        "colleagues": case_forms.colleagues(others) if may_reassign else [],
        "actions": [_shown(action, limit, manages, started_by.get(action.pk, "")) for action in actions],
        "notes": case.notes.select_related("author"),
        "found": _found(conversation),
        # What the page as a whole looks like: when it changes, the page is loaded again.
        "state": f"{case.status}:{case.assigned_to_id or ''}:{conversation.customer_email is not None}",
        "currency": settings.SHOP_CURRENCY,
        "limit": limit,
    }


def _shown(action: Action, limit: Any, manages: bool, started_by: str) -> dict[str, Any]:
    kind = ACTIONS.get(action.kind)
    foreign = action.currency not in ("", settings.SHOP_CURRENCY)
    beyond = ""
    if kind is not None and kind.for_supervisor and not manages:
        beyond = "for a supervisor to approve"
    elif action.amount is not None and limit is not None and (foreign or action.amount > limit):
        beyond = f"beyond your limit of {limit} {settings.SHOP_CURRENCY}"
    fields = needed(kind) if kind else ()
    return {
        "row": action,
        "started_by": started_by,
        "title": kind.title.capitalize() if kind else action.kind,
        "undecided": action.status in UNDECIDED,
        "beyond": beyond,
        "args": {
            name.replace("_", " ").capitalize(): _said_time(value) if name == "due" else value
            for name, value in action.args.items()
            if name not in ("wish", "amount")
        },
        "partial": kind is not None and kind.partial,
        "editable": [(name, action.args.get(name, "")) for name in fields],
        "result": action.result or {},
        "label": return_label(action),
    }


def _started_by(actions: list[Action]) -> dict[uuid.UUID, str]:
    """By action, which colleague started it: no word of the customer asks for those."""
    started = AuditEvent.objects.filter(action__in=[action.pk for action in actions], what="action started")
    who = {pk: name.removeprefix("staff ") for pk, name in started.values_list("action", "who") if pk}
    names = {user.get_username(): public_name(user) for user in User.objects.filter(username__in=who.values())}
    return {pk: names.get(name, name) for pk, name in who.items()}


def _said_time(text: str) -> str:
    """`24 Nov 15:00` on the shop's clock, as the other times of the page."""
    return f"{_moment(text).astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)):%-d %b %H:%M}"


def _found(conversation: Any) -> list[dict[str, Any]]:
    """What the actors wrote about the customer's newest messages that went through them, newest first. The newest that
    is more than a courtesy stands open."""
    worked = conversation.turns.filter(role=Turn.Role.CUSTOMER, message__isnull=False).order_by("-seq")
    found = []
    for turn in worked[:SHOWN_FINDINGS]:
        payload, metadata = turn.message["payload"], turn.message["metadata"]
        hops = [
            {**hop, "ms": int((_moment(hop["finished_at"]) - _moment(hop["started_at"])).total_seconds() * 1000)}
            for hop in metadata["hops"]
        ]
        intent = payload.get("intent") or {}
        courtesy = intent.get("category") in COURTESIES and not intent.get("secondary")
        found.append({"turn": turn, "payload": payload, "hops": hops, "courtesy": courtesy})
    for one in found[:1]:
        newest = next((other for other in found if not other["courtesy"]), one)
        newest["open"] = True
    return found


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shop_context(case: Escalation) -> Context | None:
    """What the shop knows of the customer; None for a guest, whose word on who they are proves nothing."""
    email = case.conversation.current_email()
    if email is None:
        return None
    return context_retriever(Payload(customer_message="", customer_email=email, verified=True))


def _seen(request: StaffRequest, case: Escalation) -> None:
    """Read by who has the case, or by anybody of the desk while nobody has it."""
    if request.user.has_perm("actors.work_case") and case.assigned_to_id in (None, request.user.pk):
        last = case.conversation.last_seq
        Escalation.objects.filter(pk=case.pk, assigned_to=case.assigned_to_id, seen_seq__lt=last).update(seen_seq=last)
