"""Carries out an action: claimed by a guarded update, done under its own key, written down with who decided."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors import pauses
from actors.actions.registry import ACTIONS, Request
from actors.context_retriever import drop_cached
from actors.errors import Permanent, Temporary
from actors.message import Money
from actors.models import Action, AuditEvent, Conversation, Escalation, Turn, public_name
from actors.services import Refused, Service, result_of
from actors.wording import written_money

logger = logging.getLogger(__name__)

STAFF = "staff"  # `decided_by` is then "staff <login>", the login as far as the column takes it
SETTLE_AFTER = timedelta(seconds=60)  # an action that runs for longer has lost its worker
# What the shop's codes mean for the customer.
REFUSALS = {
    "not_cancellable": gettext_noop("it can no longer be cancelled"),
    "not_returnable": gettext_noop("it cannot be returned any more"),
    "already_returned": gettext_noop("its return is registered already"),
    "exceeds_paid": gettext_noop("that is more than what is left of what was paid"),
    "not_changeable": gettext_noop("it can no longer be changed"),
    "not_offered": gettext_noop("our shop does not offer that here"),
}
NOT_ALLOWED = gettext_noop("the shop did not allow it")
# Among an action's arguments, once staff have edited its amount: what it was, as the customer or a colleague wanted it.
ASKED, BEFORE = "amount_asked", "amount_before"


class Outcome(NamedTuple):
    """The row as it stands, and whether this call brought it there."""

    action: Action
    mine: bool


def carry_out(action: Action, *, expecting: tuple[str, ...], decided_by: str) -> Outcome:
    """Do it, once. The row is taken from one of the `expecting` statuses to `executing`; who finds it executing asks
    the service by its key first. Returns the row as it stands then: executed, failed with the reason, or whatever
    somebody else made of it. Raises Temporary when it is unknown whether it was done.
    """
    return run(action, fresh=take(action, expecting=expecting, decided_by=decided_by))


def take(action: Action, *, expecting: tuple[str, ...], decided_by: str) -> bool:
    """Take the row for the one who carries it out. False when it stands elsewhere by now, or actions are paused."""
    free = Action.objects.filter(~Exists(pauses.running().filter(what="actions")), status__in=expecting)
    taken = free.filter(pk=action.pk).update(status=Action.Status.EXECUTING, decided_by=decided_by, updated_at=Now())
    action.refresh_from_db()
    return bool(taken)


def run(action: Action, *, fresh: bool) -> Outcome:
    """The second half of `carry_out`. Not `fresh`: it may have been done already, so the service is asked first."""
    if action.status != Action.Status.EXECUTING:
        return Outcome(action, mine=False)
    kind = ACTIONS[action.kind]
    try:
        result = None if fresh or not kind.writes else result_of(service_of(action), str(action.pk))
        if result is None and not fresh and pauses.running().filter(what="actions").exists():
            raise Temporary("it was not done yet, and actions are paused")
        if result is None:
            result = kind.run(request_of(action))
    except Refused as refusal:
        reason = REFUSALS.get(str(refusal), NOT_ALLOWED)
        return _settle(action, Action.Status.FAILED, {"code": str(refusal), "because": reason})
    finally:
        if action.turn.customer_email and kind.writes:
            drop_cached(action.turn.customer_email)
    return _settle(action, Action.Status.EXECUTED, result)


def request_of(action: Action) -> Request:
    """The action as its function takes it."""
    amount = None if action.amount is None else Money(amount=action.amount, currency=action.currency)
    return Request(
        key=str(action.pk),
        order=action.order,
        email=action.turn.customer_email or "",
        amount=amount,
        args=action.args,
        requested_by=action.decided_by,
    )


def service_of(action: Action) -> Service:
    """The service that keeps this action's key."""
    if action.kind in ("expedite_delivery", "contact_carrier"):
        return "tracking"
    return "customers" if action.kind in ("add_customer_note", "update_customer_tier") else "orders"


def _settle(action: Action, status: str, result: dict[str, Any]) -> Outcome:
    with transaction.atomic():
        settled = Action.objects.filter(pk=action.pk, status=Action.Status.EXECUTING).update(
            status=status, result=result, updated_at=Now()
        )
        if settled:
            audit(action, what=status, who=action.decided_by)
    action.refresh_from_db()
    logger.info("action %s of message %s: %s", action.pk, action.turn_id, action.status)
    return Outcome(action, mine=bool(settled))


def audit(action: Action, *, what: str, who: str, fields: str = "") -> None:
    """Write down who decided or did what with an action. Call it in the transaction of the change."""
    unresolved = Escalation.objects.filter(conversation=action.conversation_id).exclude(
        status=Escalation.Status.RESOLVED
    )
    AuditEvent.objects.create(
        who=who,
        case=unresolved.values_list("pk", flat=True).first(),
        fields=fields,
        what=f"action {what}",
        conversation=action.conversation_id,
        action=action.pk,
        order=action.order,
        amount=action.amount,
        currency=action.currency,
        policy_version=action.policy_version,
    )


def withdraw(action: Action, *, status: str, who: str) -> bool:
    """Take back a question that waits for the customer's yes. False when it does not wait any more. One that waits for
    an approval then is written down with its case, as soon as there is one: see ledger.commit."""
    with transaction.atomic():
        withdrawn = Action.objects.filter(pk=action.pk, status=Action.Status.AWAITING_CONFIRMATION).update(
            status=status, decided_by=who, updated_at=Now()
        )
        if withdrawn and status != Action.Status.AWAITING_APPROVAL:
            audit(action, what=status, who=who)
    action.refresh_from_db()
    return bool(withdrawn)


# --- what the customer hears -----------------------------------------------------------------------

UNDECIDED = (Action.Status.PROPOSED, Action.Status.AWAITING_APPROVAL)


def tell(action: Action) -> None:
    """The customer hears the outcome of a decision in the chat, and who made it. Call it once, by who brought the
    action there. A case that waited for nothing else is solved with it, when nobody has said anything since."""
    with transaction.atomic():
        conversation = Conversation.locked(action.conversation_id)
        name = _who(action)
        with override(conversation.language):
            text = outcome_text(action)
            by = _(" Decided by {name} from support.").format(name=name) if name else ""
        if text:
            conversation.add_turn(
                role=Turn.Role.SYSTEM,
                text=f"{text}{by}",
                agent=name,
                customer_email=action.turn.customer_email,
                mail_if_unseen=True,
            )
        case = Escalation.unresolved(conversation)
        undecided = conversation.actions.filter(status__in=UNDECIDED).exists()
        if case is None or case.reason != Escalation.Reason.APPROVAL_NEEDED or undecided or conversation.owner_id:
            return
        if case.for_supervisor:  # who was asked for has not come yet
            return
        # The customer may have asked for more, and whoever had the case may have promised that somebody goes on.
        since = conversation.turns.filter(seq__gt=case.turn.seq)
        if (
            since.filter(Q(role__in=(Turn.Role.CUSTOMER, Turn.Role.AGENT)) | Q(metadata__outcome="escalated"))
            .filter(in_reply_to__isnull=True)
            .exists()
        ):
            return
        case.first_response_at = case.first_response_at or timezone.now()
        case.resolve(by=None)
        if conversation.status == Conversation.Status.WAITING:
            conversation.status = Conversation.Status.BOT
            conversation.save(update_fields=["status", "updated_at"])
            conversation.tell_status()


def _who(action: Action) -> str:
    """What customers call the member of staff who decided; empty when it was nobody of them."""
    kind, _, login = action.decided_by.partition(" ")
    return public_name(User.objects.filter(username=login).first()) if kind == STAFF else ""


def outcome_text(action: Action) -> str:
    """What became of an action, as the customer reads it; empty for what is done without their knowing."""
    kind = ACTIONS[action.kind]
    if not kind.done:
        return ""
    subject = _("your account") if service_of(action) == "customers" else _("your request")
    subject = _("your order {order}").format(order=action.order) if action.order else subject
    if action.status == Action.Status.EXECUTED:
        reference = (action.result or {}).get("reference")
        more = _(" Reference: {reference}.").format(reference=reference) if reference else ""
        if (label := return_label(action)) is not None:
            more += _(" Your return label is {number}; print it at {url}.").format(**label)
        return f"{subject[0].upper()}{subject[1:]} {_(kind.done)}{_given(action)}.{more}"
    if action.status == Action.Status.EXPIRED:
        text = _("The question about the {title} for {subject} has expired, and nothing was changed.")
        return text.format(title=_(kind.title), subject=subject)
    because = reason_of(action)
    text = _("The {title} for {subject} was not carried out{because}.")
    return text.format(title=_(kind.title), subject=subject, because=f": {because}" if because else "")


def return_label(action: Action) -> dict[str, str] | None:
    """Number and address of the return label that came of it; whole, since a path alone leads nowhere from a mail."""
    label = (action.result or {}).get("return_label") or {}
    url = urljoin(settings.PUBLIC_URL, label.get("url") or "")
    if not label.get("number") or not label.get("url") or not url.startswith(("https://", "http://")):
        return None
    return {"number": label["number"], "url": url}


def _given(action: Action) -> str:
    """The amount, where it could have been another one, and that it is less than what the customer asked for."""
    if action.amount is None or not ACTIONS[action.kind].partial:
        return ""
    asked = left_of(action.args.get(ASKED, ""))
    amount = written_money(Money(amount=action.amount, currency=action.currency))
    if asked is None or asked <= action.amount:
        return f": {amount}"
    whole = written_money(Money(amount=asked, currency=action.currency))
    return _(": {amount} of the {asked} you asked for").format(amount=amount, asked=whole)


def reason_of(action: Action) -> str:
    """Why it failed or was rejected: the shop's reason in the active language, a person's in their own words."""
    because = (action.result or {}).get("because", "")
    return _(because) if because in (*REFUSALS.values(), NOT_ALLOWED) else because


# --- what the sweeper does ------------------------------------------------------------------------


def expire_questions() -> int:
    """Questions nobody answered in time: nothing was changed, and the customer is told."""
    due = Action.objects.filter(status=Action.Status.AWAITING_CONFIRMATION, expires_at__lt=Now())
    expired = 0
    for action in due.select_related("turn")[:100]:
        with transaction.atomic():
            if withdraw(action, status=Action.Status.EXPIRED, who="expiry"):
                conversation = Conversation.locked(action.conversation_id)
                with override(conversation.language):
                    text = outcome_text(action)
                conversation.add_turn(role=Turn.Role.SYSTEM, text=text)
                expired += 1
    return expired


def settle_lost() -> int:
    """Actions whose worker died on the way: finished under the same key, and the customer is told."""
    lost = Action.objects.filter(status=Action.Status.EXECUTING, updated_at__lt=Now() - SETTLE_AFTER)
    settled = 0
    for action in lost.select_related("turn")[:20]:
        try:
            done = carry_out(action, expecting=(), decided_by=action.decided_by)
        except (Temporary, Permanent) as error:  # a wrong token too: the sweeper goes on, and tries again later
            logger.warning("action %s is still unknown: %s", action.pk, error)
            Action.objects.filter(pk=action.pk, status=Action.Status.EXECUTING).update(updated_at=Now())
            continue
        if done.mine:
            tell(done.action)
            settled += 1
    return settled


def left_of(text: str) -> Decimal | None:
    """The number in an amount like `20.00 USD`."""
    number = text.split(" ")[0].replace(",", "")
    return Decimal(number) if number.replace(".", "", 1).isdigit() else None
