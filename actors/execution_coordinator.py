"""Turns what a verified customer asks for into proposed actions. It proposes; nothing in the shop is changed here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from actors.base import actor
from actors.message import ActionResult, Context, ExecutionResult, IntentName, Message, Money, Order, Payload, Question
from actors.models import Action

MAX_ACTIONS = 5
BEFORE_SHIPPING = ("pending", "confirmed", "processing")


class Wish(NamedTuple):
    """What one intent would have done: the action, and why an order does not allow it (None: it does)."""

    kind: str
    objection: Callable[[Order], str | None]


def _not_cancellable(order: Order) -> str | None:
    return (
        None if order.status in BEFORE_SHIPPING else f"it is {order.status} and can only be cancelled before shipping"
    )


def _not_returnable(order: Order) -> str | None:
    if order.status != "delivered" or order.delivered_at is None:
        return f"it is {order.status} and can only be returned after delivery"
    days = settings.RETURN_WINDOW_DAYS
    if datetime.now(UTC) - order.delivered_at > timedelta(days=days):
        return f"it was delivered more than {days} days ago, past the return window"
    return None


def _not_refundable(order: Order) -> str | None:
    if order.status == "cancelled" or order.total.amount <= order.refunded.amount:
        return "nothing that was paid for it is left to refund"
    return None


def _not_changeable(order: Order) -> str | None:
    return None if order.status in BEFORE_SHIPPING else f"it is {order.status} and can only be changed before shipping"


WISHES: dict[IntentName, Wish] = {
    "cancellation_request": Wish("cancel_order", _not_cancellable),
    "return_request": Wish("process_return", _not_returnable),
    "refund_request": Wish("process_refund", _not_refundable),
    "order_change": Wish("update_delivery_address", _not_changeable),
}


@actor("processor")
def execution_coordinator(message: Message) -> ExecutionResult:
    """One proposed action per wish and order, at most five; what is missing is asked for, what the policy forbids is
    named with the reason. A retry of the same turn finds the rows it made before."""
    payload = message.payload
    if not payload.verified or payload.intent is None or payload.context is None:
        return ExecutionResult()
    results: list[ActionResult] = []
    for category in (payload.intent.category, *payload.intent.secondary):
        wish = WISHES.get(category)
        if wish is None:
            continue
        orders, question = _orders_meant(wish, payload, payload.context)
        args = _arguments(wish, payload)
        if question is None and args is None and any(wish.objection(order) is None for order in orders):
            question = Question(text="What is the new delivery address? Please send street, postcode and town.")
        if question is not None:
            return ExecutionResult(actions=tuple(results), question=question)
        for order in orders:
            if len(results) < MAX_ACTIONS:
                results.append(_propose(message, wish, order, args or {}, position=len(results)))
    return ExecutionResult(actions=tuple(results))


def _orders_meant(wish: Wish, payload: Payload, context: Context) -> tuple[tuple[Order, ...], Question | None]:
    """The customer's own orders that are meant: those named, else the only eligible one, else a question."""
    named = payload.intent.values("order_number") if payload.intent else ()
    if named:
        return tuple(order for order in context.orders if order.number in named), None
    eligible = tuple(order for order in context.orders if wish.objection(order) is None)
    if len(eligible) <= 1:
        return eligible, None
    choices = tuple(order.number for order in eligible)
    lines = "\n".join(f"- {order.number}: {', '.join(item.name for item in order.items)}" for order in eligible)
    return (), Question(text=f"Which order do you mean?\n{lines}", choices=choices)


def _arguments(wish: Wish, payload: Payload) -> dict[str, Any] | None:
    """What the action needs beyond its order, or None when the customer has to be asked for it."""
    if wish.kind != "update_delivery_address":
        return {}
    addresses = payload.intent.values("address") if payload.intent else ()
    return {"address": addresses[0]} if addresses else None


def _propose(message: Message, wish: Wish, order: Order, args: dict[str, Any], *, position: int) -> ActionResult:
    objection = wish.objection(order)
    if objection is not None:
        return ActionResult(action_id=None, kind=wish.kind, status="rejected", order=order.number, because=objection)
    left = Money(amount=order.total.amount - order.refunded.amount, currency=order.total.currency)
    amount = left if wish.kind in ("process_refund", "process_return", "cancel_order") else None
    row, _ = Action.objects.get_or_create(
        turn_id=message.message_id,
        position=position,
        defaults={
            "conversation_id": message.session_id,
            "kind": wish.kind,
            "args": args,
            "order": order.number,
            "amount": amount.amount if amount else None,
            "currency": amount.currency if amount else "",
            "status": Action.Status.PROPOSED,
        },
    )
    return ActionResult(
        action_id=str(row.pk),
        kind=row.kind,
        status="proposed",
        order=order.number,
        amount=amount,
        because=f"order {order.number} is {order.status}; a colleague decides",
    )
