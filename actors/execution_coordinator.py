"""Acts on what a verified customer asks for: described first, done after their yes, within policy, once."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override

from actors import pauses
from actors.actions import ACTIONS, ActionType
from actors.actions.carry_out import carry_out, left_of, reason_of, withdraw
from actors.actions.registry import Subject
from actors.actions.shop import is_past_return
from actors.actions.wishes import Wish, wishes_of
from actors.base import actor
from actors.items import orders_by_item
from actors.language import not_understood
from actors.message import ActionResult, ExecutionResult, Message, Money, Order, Payload, Question, Shipment
from actors.models import Action, Policy
from actors.models.parked import is_redrive
from actors.wording import NO, ONE_QUESTION, YES, talk_to_a_person, written_date, written_money

CONFIRM_WITHIN = timedelta(minutes=30)
CUSTOMER = "customer"

Status = Action.Status


@actor("processor")
def execution_coordinator(message: Message) -> ExecutionResult:
    """What was done, asked or refused about every wish of the message. Only the customer verified on this turn is
    acted for, only on their own orders, and on nothing that was said in a language nobody here read. A retry of the
    same turn finds the rows it made before. While actions are paused nothing is proposed or done, and what the customer
    has said yes to waits for a person."""
    payload = message.payload
    if not payload.verified or payload.customer_email is None or not_understood(payload.intent):
        return ExecutionResult()
    with override(payload.conversation.language):
        if payload.decision is not None and payload.decision.outcome == "open_question":
            return _Answer(message).result()
        return _Request(message).result()


def _is_held(message: Message) -> bool:
    """Whether nothing is proposed or done now: actions are paused, or the answer becomes a draft that nobody may ever
    send."""
    return is_redrive(message.attempt) or pauses.is_paused("actions")


class _Answer:
    """The customer answers a question that waits."""

    def __init__(self, message: Message) -> None:
        self.payload = message.payload
        self.held = _is_held(message)
        question = self.payload.conversation.open_question
        asked = self.payload.answers or (question.action_id if question else None)
        actions = Action.objects.select_related("turn").filter(conversation__id=message.session_id)
        self.action = actions.filter(pk=asked).first() if asked else None

    def result(self) -> ExecutionResult:
        action = self.action
        if action is None or action.turn.customer_email != self.payload.customer_email:
            return ExecutionResult()
        intent = self.payload.intent
        if action.status == Status.AWAITING_CONFIRMATION:
            if action.is_expired():
                withdraw(action, status=Status.EXPIRED, who="expiry")
            elif intent is not None and intent.category == "confirm":
                return ExecutionResult(actions=(self._confirmed(action),))
            else:
                withdraw(action, status=Status.CANCELLED, who=CUSTOMER)
        elif action.status == Status.EXECUTING and not self.held:  # once more: the first delivery did not come back
            action = carry_out(action, expecting=(), decided_by=action.decided_by).action
        return ExecutionResult(actions=(told(action),))

    def _confirmed(self, action: Action) -> ActionResult:
        kind = ACTIONS[action.kind]
        objection = self._objection(action, kind)
        if objection is not None:
            withdraw(action, status=Status.REJECTED, who="policy")
            return told(action, because=objection)
        if self.held or beyond_limit(action, Policy.current(), self.payload):
            withdraw(action, status=Status.AWAITING_APPROVAL, who=CUSTOMER)
            return told(action)
        done = carry_out(action, expecting=(Status.AWAITING_CONFIRMATION,), decided_by=f"{CUSTOMER} via chat")
        return told(done.action)

    def _objection(self, action: Action, kind: ActionType) -> str | None:
        """The shop may have moved on since the question. What cannot be looked up now, the service checks itself."""
        context = self.payload.context
        order = next((o for o in context.orders if o.number == action.order), None) if context else None
        if order is None:
            return None
        return kind.objection(subject_of(self.payload, order, Policy.current()))


class _Request:
    """The customer asks for something: one row per wish and order, at most as many as the policy allows."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.payload = message.payload
        self.policy = Policy.current()
        self.rows = list(Action.objects.select_related("turn").filter(turn__id=message.message_id))
        self.results: list[ActionResult] = []
        self.question: Question | None = None
        self.held = _is_held(message)

    def result(self) -> ExecutionResult:
        for wish in wishes_of(self.payload):
            if self.payload.context is not None:
                self._work(wish)
        return ExecutionResult(actions=tuple(self.results), question=self.question)

    def _work(self, wish: Wish) -> None:
        done_before = [row for row in self.rows if row.args.get("wish") == wish.action]
        if done_before:  # this turn's earlier attempt came as far as this
            for row in done_before:
                self._continue(row)
            return
        needs_order = wish.action == "expedite" or "order" in ACTIONS[wish.action].needs
        for order in self._orders_meant(wish) if needs_order else (None,):
            self._work_on(wish, order)

    def _work_on(self, wish: Wish, order: Order | None) -> None:
        subject = subject_of(self.payload, order, self.policy)
        kind = ACTIONS[_fitting(wish, subject)]
        rule = self.policy.rule_for(kind.name)
        level = rule.level if rule else kind.level
        if level == "off" or not kind.by_chat:
            self._refuse(
                kind, order, _("our assistant does not do that; for that, {talk}").format(talk=talk_to_a_person())
            )
        elif objection := kind.objection(subject):
            self._refuse(kind, order, objection)
        elif self.held:
            self._refuse(
                kind, order, _("our assistant cannot do that now; for that, {talk}").format(talk=talk_to_a_person())
            )
        elif missing := _missing(kind, wish):
            self.question = self.question or _needing(wish, missing, order=order)
        elif len(self.results) >= self.policy.max_actions:
            text = _("one message can hold {count} requests; please send it again")
            self._refuse(kind, order, text.format(count=self.policy.max_actions))
        else:
            amount, objection = _amount(kind, wish, subject)
            if self._is_pending(kind, order, amount):
                objection = _("it is requested already, and a colleague decides about it")
            if objection is not None:
                self._refuse(kind, order, objection)
            elif level == "confirm" and self.question is not None:
                self._refuse(kind, order, _(ONE_QUESTION))
            elif level == "confirm" and (asked := self._asked_already(wish, kind, order, amount)) is not None:
                self._continue(asked)
            else:
                self._store(wish, kind, level, subject, amount)

    def _is_pending(self, kind: ActionType, order: Order | None, amount: Money | None) -> bool:
        """Whether the same was asked before and is not decided: two rows would be two decisions."""
        undecided = (Status.PROPOSED, Status.AWAITING_APPROVAL, Status.EXECUTING)
        rows = Action.objects.filter(kind=kind.name, status__in=undecided).exclude(turn__id=self.message.message_id)
        rows = rows.filter(amount=amount.amount) if amount else rows
        return order is not None and rows.filter(order=order.number).exists()

    def _asked_already(self, wish: Wish, kind: ActionType, order: Order | None, amount: Money | None) -> Action | None:
        """The question that waits and is just this one: it is asked again, not replaced by its like."""
        rows = Action.objects.select_related("turn").filter(
            conversation__id=self.message.session_id, status=Status.AWAITING_CONFIRMATION, kind=kind.name
        )
        row = rows.filter(order=order.number if order else "", amount=amount.amount if amount else None).first()
        same = row is not None and row.args.get("address") == wish.args.get("address") and not row.is_expired()
        return row if same else None

    def _store(self, wish: Wish, kind: ActionType, level: str, subject: Subject, amount: Money | None) -> None:
        args: dict[str, Any] = {**wish.args, "wish": wish.action}
        if subject.shipment is not None:
            args["tracking_number"] = subject.shipment.tracking_number
        row = Action(
            turn_id=self.message.message_id,
            position=len(self.rows),
            conversation_id=self.message.session_id,
            kind=kind.name,
            args=args,
            order=subject.order.number if subject.order else "",
            amount=amount.amount if amount else None,
            currency=amount.currency if amount else "",
            policy_version=self.policy.pk,
            status=Status.PROPOSED,
        )
        if level == "confirm":
            row.status = Status.AWAITING_CONFIRMATION
            row.expires_at = Now() + CONFIRM_WITHIN
        elif level == "auto" and beyond_limit(row, self.policy, self.payload):
            row.status = Status.AWAITING_APPROVAL
        with transaction.atomic():
            if level == "confirm":
                self._replace_open_question()
            row.save(force_insert=True)
            row.refresh_from_db(fields=["expires_at"])
        self.rows.append(row)
        self._continue(row, level=level)

    def _continue(self, row: Action, *, level: str = "") -> None:
        """Bring a row of this turn as far as it goes now, and tell it."""
        under_way = row.status == Status.EXECUTING or (row.status == Status.PROPOSED and level == "auto")
        if under_way and not self.held:
            row = carry_out(row, expecting=(Status.PROPOSED,), decided_by=f"{CUSTOMER} via chat").action
        if row.status == Status.AWAITING_CONFIRMATION and self.question is None:
            self.question = self._asking(row)
        self.results.append(told(row))

    def _replace_open_question(self) -> None:
        waiting = Action.objects.select_related("turn").filter(
            conversation__id=self.message.session_id, status=Status.AWAITING_CONFIRMATION
        )
        for action in waiting:
            if withdraw(action, status=Status.CANCELLED, who=CUSTOMER):
                self.results.append(told(action))

    def _asking(self, row: Action) -> Question:
        order = next((o for o in self._orders() if o.number == row.order), None)
        amount = Money(amount=row.amount, currency=row.currency) if row.amount is not None else None
        described = re.sub(r"\[(.*?)\]", r"\1" if amount else "", _(ACTIONS[row.kind].describe))
        text = described.format(
            order=f"{row.order} ({', '.join(item.name for item in order.items)})"
            if order and order.items
            else row.order,
            amount=written_money(amount) if amount else "",
            address=row.args.get("address", ""),
        )
        known = {"order": row.order} | {name: row.args[name] for name in ("address", "amount") if name in row.args}
        return Question(
            text=_("{described} Shall I do that?").format(described=text),
            action_id=str(row.pk),
            choices=(_(YES), _(NO)),
            expires_at=row.expires_at,
            request=row.args["wish"],
            args=known,
        )

    def _refuse(self, kind: ActionType, order: Order | None, because: str) -> None:
        self.results.append(
            ActionResult(
                action_id=None,
                kind=kind.name,
                status="rejected",
                order=order.number if order else None,
                because=because,
            )
        )

    def _orders(self) -> tuple[Order, ...]:
        return self.payload.context.orders if self.payload.context else ()

    def _orders_meant(self, wish: Wish) -> tuple[Order, ...]:
        """The customer's own orders that are meant: those named by number, else the one named by an item, else the only
        eligible one (of those that hold the item), else a question."""
        intent, context = self.payload.intent, self.payload.context
        named = wish.orders or (intent.values("order_number") if intent else ())
        tracked = intent.values("tracking_number") if intent else ()
        if named or tracked:
            shipments = context.tracking if context else ()
            meant = {*named, *(one.order_number for one in shipments if one.tracking_number in tracked)}
            return tuple(order for order in self._orders() if order.number in meant)
        by_item = orders_by_item(self.payload.customer_message, self._orders())
        if len(by_item) == 1:
            return tuple(by_item)
        eligible = []
        for order in by_item or self._orders():
            subject = subject_of(self.payload, order, self.policy)
            if ACTIONS[_fitting(wish, subject)].objection(subject) is None:
                eligible.append(order)
        if len(eligible) <= 1:
            return tuple(eligible)
        if self.question is None:
            lines = "\n".join(f"- {each.number}: {', '.join(item.name for item in each.items)}" for each in eligible)
            choices = tuple(each.number for each in eligible)
            text = _("Which order do you mean?")
            self.question = _needing(wish, f"{text}\n{lines}", choices=choices)
        return ()


def subject_of(payload: Payload, order: Order | None, policy: Policy) -> Subject:
    """What an action on this order is about."""
    assert payload.context is not None
    shipment: Shipment | None = None
    if order is not None:
        shipment = next((s for s in payload.context.tracking if s.order_number == order.number), None)
    return Subject(
        order=order,
        shipment=shipment,
        context=payload.context,
        return_window_days=settings.RETURN_WINDOW_DAYS,
        open_return=_open_return(order) if order is not None else None,
    )


def _open_return(order: Order) -> str | None:
    """The number of the return that was registered through us and has not arrived yet; None when there is none."""
    if order.status != "delivered":
        return None
    registered = ("process_return", "generate_return_label")
    rows = Action.objects.filter(order=order.number, kind__in=registered, status=Status.EXECUTED)
    row = rows.order_by("-updated_at").first()
    return str(((row.result or {}).get("return_label") or {}).get("number", "")) if row is not None else None


def beyond_limit(action: Action, policy: Policy, payload: Payload) -> bool:
    """Whether a person has to approve this amount for this customer. Limits are in SHOP_CURRENCY: another currency,
    an unknown tier or a policy that was never published are beyond every limit. So is the refund of what can no longer
    be returned, or is on its way back: the return gives the money."""
    if action.amount is None:
        return False
    order = next((o for o in payload.context.orders if o.number == action.order), None) if payload.context else None
    if order is not None and action.kind == "process_refund" and is_past_return(subject_of(payload, order, policy)):
        return True
    rule = policy.rule_for(action.kind)
    customer = payload.context.customer if payload.context else None
    if rule is None or customer is None or action.currency != settings.SHOP_CURRENCY:
        return True
    limit: Decimal | None = getattr(rule, f"limit_{customer.tier}")
    return limit is not None and action.amount > limit


def told(action: Action, *, because: str = "") -> ActionResult:
    """The row as the message carries it on."""
    return ActionResult(
        action_id=str(action.pk),
        kind=action.kind,
        status=action.status,  # type: ignore[arg-type]
        order=action.order or None,
        amount=Money(amount=action.amount, currency=action.currency) if action.amount is not None else None,
        because=because or reason_of(action) or _because(action),
    )


def _because(action: Action) -> str:
    label = (action.result or {}).get("return_label") or {}
    if action.status == Status.EXECUTED and label.get("number"):
        return _("Your return label is {number}").format(number=label["number"])
    if action.status == Status.EXECUTED and action.kind == "cancel_order" and action.amount:
        return _("The money goes back to the way you paid")
    if action.kind == "schedule_callback":
        due = datetime.fromisoformat(action.args["due"]).astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
        by = f"{written_date(due.date())} {due:%H:%M}"
        return _("call {phone} by {due}").format(phone=action.args["phone"], due=by)
    return action.status.replace("_", " ")


def _fitting(wish: Wish, subject: Subject) -> str:
    """`expedite` is the warehouse's matter before shipping and the carrier's after."""
    if wish.action != "expedite":
        return wish.action
    return "expedite_order" if ACTIONS["expedite_order"].objection(subject) is None else "expedite_delivery"


def _needing(wish: Wish, text: str, *, choices: tuple[str, ...] = (), order: Order | None = None) -> Question:
    args = {**wish.args, "order": order.number} if order else wish.args
    return Question(text=text, choices=choices, request=wish.action, args=args)


def _missing(kind: ActionType, wish: Wish) -> str:
    if "address" in kind.needs and "address" not in wish.args:
        return _("What is the new delivery address? Please send street, postcode and town.")
    if "phone" in kind.needs and "phone" not in wish.args:
        return _("Which phone number may we call?")
    return ""


def _amount(kind: ActionType, wish: Wish, subject: Subject) -> tuple[Money | None, str | None]:
    """What the action is worth, and why that cannot be."""
    whole = kind.amount(subject)
    asked = left_of(wish.args["amount"]) if whole is not None and "amount" in wish.args else None
    if whole is None or asked is None:
        return whole, None
    currency = wish.args["amount"].split(" ")[-1]
    if asked <= 0 or asked > whole.amount or currency != whole.currency:
        return None, _("only {amount} of it can be given back").format(amount=written_money(whole))
    return Money(amount=asked, currency=whole.currency), None
