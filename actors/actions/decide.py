"""What staff decide about actions, edit in them and start by themselves: under the policy, within their own limit,
each once, and told to the customer with their name."""

import uuid
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from actors import pauses
from actors.actions.carry_out import ASKED, BEFORE, STAFF, UNDECIDED, audit, run, take, tell
from actors.actions.registry import ACTIONS, ActionType, Subject
from actors.context_retriever import context_retriever, drop_cached
from actors.desk.cases import holder_may
from actors.execution_coordinator import subject_of
from actors.message import Entity, Intent, Money, Payload
from actors.models import Action, AuditEvent, Pause, Policy, Turn, approval_limit
from actors.wording import written_money

Status = Action.Status
# Positions of what staff start: a worker may still be writing down what the message itself asks for.
STARTED_FROM = 1000


class NotAllowed(Exception):
    """The decision is refused. The text says why, for staff."""


def decider(user: User) -> str:
    """As the action's row names a member of staff."""
    return f"{STAFF} {user.get_username()[:70]}"


# --- yes and no -----------------------------------------------------------------------------------


def approve(action: Action, *, by: User) -> bool:
    """A member of staff says yes: done once, with the same key, and told to the customer. False when it was decided
    already. Raises NotAllowed beyond their limit, for what is a supervisor's to approve and while actions are paused,
    cases.NotYours, and Temporary when the shop did not answer.
    """
    _not_paused()
    with transaction.atomic():
        holder_may(action.conversation_id, by=by)
        action.refresh_from_db()
        if action.status in UNDECIDED:
            _may_approve(action, by)
        if not take(action, expecting=UNDECIDED, decided_by=decider(by)):
            return False
        audit(action, what="approved", who=decider(by))
    done = run(action, fresh=True)
    if done.mine:
        tell(done.action)
    return True


def reject(action: Action, *, by: User, reason: str) -> bool:
    """A member of staff says no; the customer reads the reason. False when it was decided already."""
    return _decide(action, by=by, status=Status.REJECTED, what="rejected", result={"because": reason})


def done_in_shop(action: Action, *, by: User, reference: str) -> bool:
    """Staff did it in the shop's own system, whose copy we only hold. False when it was decided already."""
    return _decide(action, by=by, status=Status.EXECUTED, what="done in the shop", result={"reference": reference})


def _decide(action: Action, *, by: User, status: str, what: str, result: dict[str, Any]) -> bool:
    with transaction.atomic():
        holder_may(action.conversation_id, by=by)
        action.refresh_from_db()
        if status == Status.EXECUTED and action.status in UNDECIDED:
            _may_approve(action, by)
        decided = Action.objects.filter(pk=action.pk, status__in=UNDECIDED).update(
            status=status, decided_by=decider(by), result=result, updated_at=Now()
        )
        if decided:
            audit(action, what=what, who=decider(by))
            action.refresh_from_db()
            tell(action)
    return bool(decided)


# --- other words, other amounts -------------------------------------------------------------------


def edit(action: Action, *, by: User, amount: Decimal | None, args: dict[str, str]) -> list[str]:
    """Change what waits for a decision; what was changed, as `amount: 149.97 → 100.00`. The policy in force now and
    the shop's state are asked again.

    Raises NotAllowed when the changed action is not possible or was decided already, cases.NotYours.
    """
    kind = ACTIONS[action.kind]
    policy = Policy.current()
    subject = _subject(kind, action.turn.customer_email or "", action.order, policy)
    money = _checked(kind, subject, policy, action.amount if amount is None and kind.partial else amount)
    with transaction.atomic():
        holder_may(action.conversation_id, by=by)
        action.refresh_from_db()
        if action.status not in UNDECIDED:
            raise NotAllowed(f"It was decided already: {action.get_status_display()}.")
        changes = {name: (action.args.get(name, ""), args[name]) for name in needed(kind) if name in args}
        if money is not None:
            changes["amount"] = (str(action.amount), f"{money.amount:.2f}")
        changes = {name: (old, new) for name, (old, new) in changes.items() if old != new}
        if not changes:
            return []
        action.args = {**action.args, **{name: new for name, (_, new) in changes.items() if name != "amount"}}
        if money is not None:
            if kind.partial and "amount" in changes:
                action.args = {_amount_before(action): f"{action.amount} {action.currency}", **action.args}
            action.amount, action.currency = money.amount, money.currency
        action.policy_version = policy.pk
        action.save(update_fields=["args", "amount", "currency", "policy_version", "updated_at"])
        audit(action, what="edited", who=decider(by), fields=", ".join(changes))
        return [f"{name}: {old} → {new}" for name, (old, new) in changes.items()]


def _amount_before(action: Action) -> str:
    """What the amount before the first edit is called: the customer asked for it, or a colleague started it."""
    started = AuditEvent.objects.filter(action=action.pk, what="action started").exists()
    return BEFORE if started else ASKED


def start(
    turn: Turn,
    *,
    kind: str,
    order: str,
    amount: Decimal | None,
    args: dict[str, str],
    by: User,
    key: uuid.UUID,
) -> Action:
    """A member of staff starts an action for the customer of this turn (verified; their own, or the notice that they
    have signed in): done at once when they may approve it, else it waits for somebody who may; what a person does by
    hand waits until it is done. The key is the action's id: pressed twice, it is one action.

    Raises NotAllowed when policy or shop do not allow it, cases.NotYours, Temporary.
    """
    if not turn.verified or not turn.customer_email:
        raise NotAllowed("The customer is not verified: nothing can be done in their name.")
    if (known := _started(key, turn)) is not None:  # asked first: what it did may forbid a second one
        return known
    policy = Policy.current()
    what = ACTIONS[kind]
    if not what.by_hand:
        _not_paused()
    subject = _subject(what, turn.customer_email, order if "order" in what.needs else "", policy)
    money = _checked(what, subject, policy, amount)
    with transaction.atomic():
        holder_may(turn.conversation_id, by=by)
        if (known := _started(key, turn)) is not None:
            return known
        number = subject.order.number if subject.order else ""
        again = Action.objects.filter(kind=kind, order=number, status__in=(*UNDECIDED, Status.EXECUTING))
        if number and again.exists():
            raise NotAllowed("The same is requested already and waits for a decision.")
        if subject.shipment is not None:
            args = {**args, "tracking_number": subject.shipment.tracking_number}
        action = Action.objects.create(
            pk=key,
            turn=turn,
            position=STARTED_FROM + turn.actions.count(),
            conversation=turn.conversation,
            kind=kind,
            args={**args, "wish": kind},
            order=number,
            amount=money.amount if money else None,
            currency=money.currency if money else "",
            policy_version=policy.pk,
            status=Status.AWAITING_APPROVAL,
        )
        audit(action, what="started", who=decider(by))
    if not what.by_hand:  # else it waits until somebody has done it
        with suppress(NotAllowed):  # it stays for somebody who may
            approve(action, by=by)
    action.refresh_from_db()
    return action


def _started(key: uuid.UUID, turn: Turn) -> Action | None:
    """The action that was started with this key."""
    known = Action.objects.select_related("turn").filter(pk=key).first()
    if known is not None and known.conversation_id != turn.conversation_id:
        raise NotAllowed("Load the page again, and start it from there.")
    return known


def needed(kind: ActionType) -> tuple[str, ...]:
    """What a person has to fill in for it, besides order and amount."""
    return tuple(str(need) for need in kind.needs if need not in ("order", "shipment"))


# --- what is checked ------------------------------------------------------------------------------


def _checked(kind: ActionType, subject: Subject, policy: Policy, amount: Decimal | None) -> Money | None:
    """What it is worth, when policy and shop allow it. Raises NotAllowed."""
    rule = policy.rule_for(kind.name)
    if (rule.level if rule else kind.level) == "off":
        raise NotAllowed(f"The policy (version {policy.pk or 'none'}) switches this off.")
    if "order" in kind.needs and subject.order is None:
        raise NotAllowed("That is none of the customer's orders.")
    if objection := kind.objection(subject):
        raise NotAllowed(f"Not possible: {objection}.")
    whole = kind.amount(subject)
    if whole is None or amount is None or amount == whole.amount:
        return whole
    if not kind.partial:
        raise NotAllowed(f"The amount of a {kind.title} is what is left of it: {written_money(whole)}.")
    if not 0 < amount <= whole.amount:
        raise NotAllowed(f"The amount must be more than 0 and at most {written_money(whole)}, what is left of it.")
    return Money(amount=amount, currency=whole.currency)


def _not_paused() -> None:
    paused = pauses.running().filter(what=Pause.What.ACTIONS).first()
    if paused is not None:
        raise NotAllowed(f"Actions are paused: {paused.told()}. Nothing was done; it waits until they are resumed.")


def _may_approve(action: Action, user: User) -> None:
    """Raises NotAllowed for what needs a supervisor, and beyond their own limit: with what they have given out on the
    same order before, since an amount in two halves is one amount."""
    kind = ACTIONS[action.kind]
    if kind.for_supervisor and not user.has_perm("actors.manage_cases"):
        raise NotAllowed(f"The {kind.title} is a supervisor's to approve.")
    amount, currency, limit = action.amount, action.currency, approval_limit(user)
    if amount is None or limit is None:
        return
    before = Action.objects.filter(
        order=action.order, decided_by=decider(user), status__in=(Status.EXECUTING, Status.EXECUTED)
    ).exclude(pk=action.pk)
    amount += before.aggregate(given=Sum("amount"))["given"] or Decimal()
    if currency == settings.SHOP_CURRENCY and amount <= limit:
        return
    mine = written_money(Money(amount=limit, currency=settings.SHOP_CURRENCY))
    raise NotAllowed(f"{written_money(Money(amount=amount, currency=currency))} is beyond your limit of {mine}.")


def _subject(kind: ActionType, email: str, order: str, policy: Policy) -> Subject:
    """The customer's order as the shop has it now. Raises NotAllowed when the shop does not say."""
    named = Entity(type="order_number", value=order, span=(0, len(order)))
    intent = Intent(category="order_inquiry", confidence=1, entities=(named,) if order else ())
    payload = Payload(customer_message=order, customer_email=email, verified=True, intent=intent)
    drop_cached(email)  # as it is now, not as it was when the page was opened
    context = context_retriever(payload)
    payload = payload.model_copy(update={"context": context})
    found = next((one for one in context.orders if one.number == order), None)
    asked = {"order": "orders", "shipment": "tracking"}
    if silent := {asked[str(need)] for need in kind.needs if need in asked} & set(context.missing):
        raise NotAllowed(f"The shop does not answer ({', '.join(sorted(silent))}): nothing was done. Please try again.")
    return subject_of(payload, found, policy)
