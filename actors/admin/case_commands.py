"""The buttons of the case page: what each asks for, whom it is for, and what it tells."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from actors.actions import ACTIONS
from actors.actions.carry_out import UNDECIDED, outcome_text
from actors.actions.decide import NotAllowed, approve, done_in_shop, edit, needed, reject, start
from actors.actions.wishes import CALLBACK_WITHIN
from actors.admin import case_forms, case_page
from actors.admin.readonly import StaffRequest
from actors.desk import cases
from actors.desk.suggest import suggest
from actors.errors import Permanent, Temporary
from actors.models import Action, Agent, Escalation, Turn, public_name

logger = logging.getLogger(__name__)

REFUSALS = (cases.NotYours, cases.OutOfDate, cases.Undecided, NotAllowed)


class Command(NamedTuple):
    """One button: what it asks for, which permission it needs, what it does; it returns what to tell."""

    form: Callable[..., forms.Form]
    permission: str
    run: Callable[[StaffRequest, Escalation, Any], str]


def do(model_admin: Any, request: StaffRequest, case: Escalation, name: str) -> HttpResponse:
    """Press a button. What was refused is said, and a text that was typed stays on the page."""
    if request.method != "POST" or name not in COMMANDS:
        raise Http404
    command = COMMANDS[name]
    if not request.user.has_perm(f"actors.{command.permission}"):
        raise PermissionDenied
    about_action = isinstance(command.form, type) and issubclass(command.form, case_forms.ActionForm)
    form = command.form(request.POST, **({"conversation_id": case.conversation_id} if about_action else {}))
    if not form.is_valid():
        problems = [f"{problem}" for errors in form.errors.values() for problem in errors]
        messages.error(request, " ".join(problems))
        return case_page.show(model_admin, request, case, kept=_typed(request, name), status=400)
    try:
        told = command.run(request, case, form)
    except REFUSALS as refusal:
        again = model_admin.get_queryset(request).filter(pk=case.pk).first()
        if again is None:
            return lost(model_admin, request, case.pk, name)
        messages.error(request, str(refusal))
        lost_it = isinstance(refusal, cases.NotYours)
        return case_page.show(model_admin, request, again, kept=_typed(request, name), lost=lost_it, status=409)
    except Temporary as error:
        messages.warning(
            request, f"The shop did not answer: {error}. What came of it is shown here as soon as it does."
        )
    except Permanent as error:
        logger.error("case %s: %s", case.pk, error)
        messages.error(request, f"Not done: {error}")
    else:
        messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:actors_escalation_change", args=[case.pk]))


def lost(model_admin: Any, request: StaffRequest, case_id: int, name: str) -> HttpResponse:
    """A button was pressed on the page of a case that is a colleague's by now, and no longer ours to see: who has it
    is told, and a text that was typed stays. Raises Http404 when there is no such case, or no such button for us."""
    case = Escalation.objects.select_related("assigned_to").filter(pk=case_id).first()
    command = COMMANDS.get(name)
    if case is None or command is None or request.method != "POST":
        raise Http404
    if not request.user.has_perm(f"actors.{command.permission}"):
        raise PermissionDenied
    why = f"Nothing was done: {cases.holder(case)}"
    return case_page.lost(model_admin, request, case_id, why=why, kept=_typed(request, name), status=409)


def _typed(request: StaffRequest, name: str) -> dict[str, str]:
    """What was typed for this button, by the box of the page it is from."""
    box = {"reply": "reply", "reply-and-resolve": "reply", "note": "note"}.get(name, "other")
    texts = (request.POST.get(field, "") for field in ("text", "reason", "reference"))
    return {box: next(filter(None, texts), "")}


def _claim(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.claim(case.pk, by=request.user)
    told = "The case is yours. The customer was told that you are here, and the bot is silent."
    if Agent.of(request.user).available:
        return told
    return f"{told} You still count as away: above the queue you can say that you are available."


def _release(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.release(case.pk, by=request.user)
    return "The case is back in the queue. The customer was told."


def _reassign(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    to = form.cleaned_data["to"]
    cases.reassign(case.pk, to=to, by=request.user)
    return f"{public_name(to)} has the case now. The customer was told."


def _reply(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    data = form.cleaned_data
    cases.reply(case.pk, by=request.user, text=data["text"], key=data["key"])
    return "Sent."


def _reply_and_resolve(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    data = form.cleaned_data
    cases.reply(case.pk, by=request.user, text=data["text"], key=data["key"], and_resolve=True)
    return "Sent, and the case is resolved."


def _send_draft(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    data = form.cleaned_data
    cases.reply(case.pk, by=request.user, text=data["text"], key=data["key"], from_draft=True)
    return "The draft was sent."


def _discard_draft(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.discard_draft(case.pk, by=request.user, draft=form.cleaned_data["draft"])
    return "The draft is gone."


def _suggest(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    text = suggest(case.conversation)
    if text is None:
        return "Nothing to suggest: there is no message of the customer that the mesh could answer."
    cases.add_draft(case.pk, by=request.user, text=text)
    return "A draft stands beside your reply. Read it before you send it."


def _resolve(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.resolve(case.pk, by=request.user)
    return "The case is resolved. It opens again when the customer writes."


def _hand_back(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.hand_back(case.pk, by=request.user)
    return "The bot answers again. The customer was told."


def _note(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    cases.note(case.pk, by=request.user, text=form.cleaned_data["text"])
    return "Noted. The customer does not see it."


def _approve(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    action = form.cleaned_data["action"]
    return _decided(action, approve(action, by=request.user))


def _reject(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    data = form.cleaned_data
    return _decided(data["action"], reject(data["action"], by=request.user, reason=data["reason"]))


def _done(request: StaffRequest, case: Escalation, form: forms.Form) -> str:
    data = form.cleaned_data
    return _decided(data["action"], done_in_shop(data["action"], by=request.user, reference=data["reference"]))


def _edit(request: StaffRequest, case: Escalation, form: case_forms.EditForm) -> str:
    action = form.cleaned_data["action"]
    changes = edit(action, by=request.user, amount=form.cleaned_data["amount"], args=form.arguments())
    if not changes:
        return "Nothing was changed."
    version = f"Checked against policy version {action.policy_version}."
    return f"Changed: {'; '.join(changes)}. {version} It still waits for a decision."


def _start(request: StaffRequest, case: Escalation, form: case_forms.StartForm) -> str:
    data, args = form.cleaned_data, form.arguments()
    if "phone" in needed(ACTIONS[data["kind"]]):
        args["due"] = (datetime.now(UTC) + CALLBACK_WITHIN).isoformat(timespec="minutes")
    # What the verified customer wrote last; else the notice that they have signed in.
    shown = (Turn.Role.CUSTOMER, Turn.Role.SYSTEM)
    turn = case.conversation.turns.filter(verified=True, role__in=shown).order_by("role", "-seq").first()
    if turn is None:
        raise NotAllowed("The customer is not verified: nothing can be done in their name.")
    action = start(
        turn,
        kind=data["kind"],
        order=data["order"],
        amount=data["amount"],
        args=args,
        by=request.user,
        key=data["key"],
    )
    return _decided(action, True)


def _decided(action: Action, mine: bool) -> str:
    action.refresh_from_db()
    status = action.get_status_display()
    if not mine:
        return f"It was decided already: {status}."
    if action.status in UNDECIDED and ACTIONS[action.kind].by_hand:
        return "It stands among the actions. Approve it when it is done: the customer is told then."
    if action.status in UNDECIDED:
        wait = "It is beyond what you may approve and waits for a supervisor"
        return f"{wait}, who can decide once you release the case or reassign it to them."
    heard = "The customer was told." if outcome_text(action) else "The customer does not hear of it."
    if action.status == Action.Status.FAILED:
        return f"The shop refused: {(action.result or {}).get('because', '')}. {heard}"
    return f"{status}. {heard}"


COMMANDS: dict[str, Command] = {
    "claim": Command(case_forms.NoForm, "work_case", _claim),
    "release": Command(case_forms.NoForm, "work_case", _release),
    "reassign": Command(case_forms.ReassignForm, "work_case", _reassign),
    "reply": Command(case_forms.ReplyForm, "work_case", _reply),
    "reply-and-resolve": Command(case_forms.ReplyForm, "work_case", _reply_and_resolve),
    "send-draft": Command(case_forms.ReplyForm, "work_case", _send_draft),
    "discard-draft": Command(case_forms.DraftForm, "work_case", _discard_draft),
    "suggest": Command(case_forms.NoForm, "work_case", _suggest),
    "resolve": Command(case_forms.NoForm, "work_case", _resolve),
    "hand-back": Command(case_forms.NoForm, "work_case", _hand_back),
    "note": Command(case_forms.NoteForm, "add_note", _note),
    "approve": Command(case_forms.ActionForm, "change_action", _approve),
    "reject": Command(case_forms.RejectForm, "change_action", _reject),
    "done": Command(case_forms.DoneForm, "change_action", _done),
    "edit": Command(case_forms.EditForm, "change_action", _edit),
    "start": Command(case_forms.StartForm, "change_action", _start),
}
