"""Carries out an action: claimed by a guarded update, done under its own key, written down with who decided."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models.functions import Now

from actors.actions.registry import ACTIONS, Request
from actors.context_retriever import drop_cached
from actors.errors import Permanent, Temporary
from actors.message import Money
from actors.models import Action, AuditEvent, Conversation, Escalation, Turn
from actors.services import Refused, Service, result_of

logger = logging.getLogger(__name__)

SETTLE_AFTER = timedelta(seconds=60)  # an action that runs for longer has lost its worker
# What the shop's codes mean for the customer.
REFUSALS = {
    "not_cancellable": "it can no longer be cancelled",
    "not_returnable": "it cannot be returned any more",
    "already_returned": "its return is registered already",
    "exceeds_paid": "that is more than what is left of what was paid",
    "not_changeable": "it can no longer be changed",
    "not_offered": "our shop does not offer that here",
}


class Outcome(NamedTuple):
    """The row as it stands, and whether this call brought it there."""

    action: Action
    mine: bool


def carry_out(action: Action, *, expecting: tuple[str, ...], decided_by: str) -> Outcome:
    """Do it, once. The row is taken from one of the `expecting` statuses to `executing`; who finds it executing asks
    the service by its key first. Returns the row as it stands then: executed, failed with the reason, or whatever
    somebody else made of it. Raises Temporary when it is unknown whether it was done.
    """
    taken = Action.objects.filter(pk=action.pk, status__in=expecting).update(
        status=Action.Status.EXECUTING, decided_by=decided_by, updated_at=Now()
    )
    action.refresh_from_db()
    if action.status != Action.Status.EXECUTING:
        return Outcome(action, mine=False)
    kind = ACTIONS[action.kind]
    try:
        result = None if taken or not kind.writes else result_of(service_of(action), str(action.pk))
        if result is None:
            result = kind.run(request_of(action))
    except Refused as refusal:
        reason = REFUSALS.get(str(refusal), "the shop did not allow it")
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


def audit(action: Action, *, what: str, who: str) -> None:
    """Write down who decided or did what with an action. Call it in the transaction of the change."""
    AuditEvent.objects.create(
        who=who,
        what=f"action {what}",
        conversation=action.conversation_id,
        action=action.pk,
        order=action.order,
        amount=action.amount,
        currency=action.currency,
        policy_version=action.policy_version,
    )


def withdraw(action: Action, *, status: str, who: str) -> bool:
    """Take back a question that waits for the customer's yes. False when it does not wait any more."""
    with transaction.atomic():
        withdrawn = Action.objects.filter(pk=action.pk, status=Action.Status.AWAITING_CONFIRMATION).update(
            status=status, decided_by=who, updated_at=Now()
        )
        if withdrawn:
            audit(action, what=status, who=who)
    action.refresh_from_db()
    return bool(withdrawn)


# --- what staff decide --------------------------------------------------------------------------

UNDECIDED = (Action.Status.PROPOSED, Action.Status.AWAITING_APPROVAL)


def approve(action: Action, *, by: str) -> Action:
    """A member of staff says yes: done once, with the same key, and told to the customer. Raises Temporary."""
    done = carry_out(action, expecting=UNDECIDED, decided_by=f"staff {by}")
    if done.mine:
        _tell(done.action)
    return done.action


def reject(action: Action, *, by: str, reason: str) -> bool:
    """A member of staff says no; the customer reads the reason. False when it was decided already."""
    return _decide(action, by=by, status=Action.Status.REJECTED, what="rejected", result={"because": reason})


def done_in_shop(action: Action, *, by: str, reference: str) -> bool:
    """Staff did it in the shop's own system, whose copy we only hold. False when it was decided already."""
    return _decide(
        action, by=by, status=Action.Status.EXECUTED, what="done in the shop", result={"reference": reference}
    )


def _decide(action: Action, *, by: str, status: str, what: str, result: dict[str, Any]) -> bool:
    with transaction.atomic():
        decided = Action.objects.filter(pk=action.pk, status__in=UNDECIDED).update(
            status=status, decided_by=f"staff {by}", result=result, updated_at=Now()
        )
        if decided:
            audit(action, what=what, who=f"staff {by}")
            action.refresh_from_db()
            _tell(action)
    return bool(decided)


def _tell(action: Action) -> None:
    """The customer hears the outcome of a decision in the chat, in the transaction that makes it."""
    with transaction.atomic():
        conversation = Conversation.locked(action.conversation_id)
        conversation.add_turn(
            role=Turn.Role.SYSTEM, text=outcome_text(action), customer_email=action.turn.customer_email
        )
        undecided = conversation.actions.filter(status__in=UNDECIDED).exists()
        cases = Escalation.objects.filter(conversation=conversation, reason="approval_needed")
        if not undecided and conversation.owner_id is None:
            closed = cases.exclude(status=Escalation.Status.RESOLVED).update(
                status=Escalation.Status.RESOLVED, resolved_at=Now()
            )
            if closed and conversation.status == Conversation.Status.WAITING:
                conversation.status = Conversation.Status.BOT
                conversation.save(update_fields=["status", "updated_at"])


def outcome_text(action: Action) -> str:
    """What became of an action, as the customer reads it."""
    kind = ACTIONS[action.kind]
    subject = f"your order {action.order}" if action.order else "your request"
    because = (action.result or {}).get("because", "")
    if action.status == Action.Status.EXECUTED:
        reference = (action.result or {}).get("reference")
        return f"{subject[0].upper()}{subject[1:]} {kind.done}.{f' Reference: {reference}.' if reference else ''}"
    if action.status == Action.Status.EXPIRED:
        return f"The question about the {kind.title} for {subject} has expired, and nothing was changed."
    return f"The {kind.title} for {subject} was not carried out{f': {because}' if because else ''}."


# --- what the sweeper does ------------------------------------------------------------------------


def expire_questions() -> int:
    """Questions nobody answered in time: nothing was changed, and the customer is told."""
    due = Action.objects.filter(status=Action.Status.AWAITING_CONFIRMATION, expires_at__lt=Now())
    expired = 0
    for action in due.select_related("turn")[:100]:
        with transaction.atomic():
            if withdraw(action, status=Action.Status.EXPIRED, who="expiry"):
                conversation = Conversation.locked(action.conversation_id)
                conversation.add_turn(role=Turn.Role.SYSTEM, text=outcome_text(action))
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
            _tell(done.action)
            settled += 1
    return settled


def left_of(text: str) -> Decimal | None:
    """The number in an amount like `20.00 USD`."""
    number = text.split(" ")[0].replace(",", "")
    return Decimal(number) if number.replace(".", "", 1).isdigit() else None
