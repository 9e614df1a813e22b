"""The actions on the shop's orders, shipments and customers: one entry and one function each."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from actors.actions.registry import Request, Subject, action
from actors.message import Money
from actors.services import write

BEFORE_SHIPPING = ("pending", "confirmed", "processing")


# --- when an action is allowed ------------------------------------------------------------------


def before_shipping(subject: Subject) -> str | None:
    order = subject.order
    if order is None or order.status in BEFORE_SHIPPING:
        return None
    if order.status in ("cancelled", "returned"):
        return f"it is already {order.status}"
    return f"it is {order.status}, and that is possible only before shipping"


def returnable(subject: Subject) -> str | None:
    order = subject.order
    if order is None:
        return None
    if order.status != "delivered" or order.delivered_at is None:
        return f"it is {order.status}, and an order can be returned only once it is delivered"
    if datetime.now(UTC) - order.delivered_at > timedelta(days=subject.return_window_days):
        return f"it was delivered more than {subject.return_window_days} days ago, past the return window"
    return None


def refundable(subject: Subject) -> str | None:
    order = subject.order
    if order is None:
        return None
    if order.status in BEFORE_SHIPPING:
        return "it has not shipped yet: it can be cancelled instead"
    if order.status == "cancelled" or what_is_left(subject) is None:
        return "nothing that was paid for it is left to refund"
    return None


def on_its_way(subject: Subject) -> str | None:
    if subject.shipment is None or subject.shipment.status == "delivered":
        return "it is not on its way"
    return None


def has_shipment(subject: Subject) -> str | None:
    return None if subject.shipment is not None else "no parcel is known for it"


def what_is_left(subject: Subject) -> Money | None:
    """Paid minus refunded: what cancelling or refunding the whole order gives back; None when that is nothing."""
    order = subject.order
    if order is None:
        return None
    left = (order.paid or order.total).amount - order.refunded.amount
    return Money(amount=left, currency=order.total.currency) if left > 0 else None


# --- orders -------------------------------------------------------------------------------------


@action(
    title="cancellation",
    needs=("order",),
    level="confirm",
    describe="I can cancel your order {order}[; {amount} goes back to the way you paid].",
    done="has been cancelled",
    undo="place the order again",
    objection=before_shipping,
    amount=what_is_left,
)
def cancel_order(request: Request) -> dict[str, Any]:
    return _order(request, "cancel", reason="asked for by the customer")


@action(
    title="return",
    needs=("order",),
    level="confirm",
    describe="I can register the return of your order {order}; you get a label[, and {amount} back once it arrives].",
    done="has been registered for return",
    undo="cancel the return in the shop",
    objection=returnable,
    amount=what_is_left,
)
def process_return(request: Request) -> dict[str, Any]:
    return _order(request, "return", reason="asked for by the customer")


@action(
    title="refund",
    needs=("order",),
    level="confirm",
    describe="I can refund {amount} for your order {order}, the way you paid.",
    done="has been refunded",
    undo="charge the customer again",
    objection=refundable,
    amount=what_is_left,
)
def process_refund(request: Request) -> dict[str, Any]:
    money = request.amount
    amount = {"amount": str(money.amount), "currency": money.currency} if money else None
    return _order(request, "refund", amount=amount, reason="asked for by the customer")


@action(
    title="address change",
    needs=("order", "address"),
    level="confirm",
    describe="I can change the delivery address of your order {order} to: {address}.",
    done="has been changed to the new delivery address",
    undo="change the address back",
    objection=before_shipping,
)
def update_delivery_address(request: Request) -> dict[str, Any]:
    return _order(request, "address", address=request.args["address"])


@action(
    title="faster handling",
    needs=("order",),
    level="confirm",
    describe="I can ask the warehouse to handle your order {order} first.",
    done="has been put first in the warehouse",
    undo="take the mark off the order",
    objection=before_shipping,
)
def expedite_order(request: Request) -> dict[str, Any]:
    return _order(request, "expedite")


@action(
    title="return label",
    needs=("order",),
    level="auto",
    done="has a return label now",
    undo="void the label",
    objection=returnable,
)
def generate_return_label(request: Request) -> dict[str, Any]:
    return _order(request, "return-label")


@action(
    title="note",
    needs=("order",),
    level="auto",
    done="has your note now",
    undo="write another note",
)
def add_order_note(request: Request) -> dict[str, Any]:
    return _order(request, "notes", text=request.args["text"])


@action(title="order status", needs=("order",), level="auto", undo="nothing changes", writes=False)
def check_order_status(request: Request) -> dict[str, Any]:
    return {"order": request.order}


# --- shipments ----------------------------------------------------------------------------------


@action(title="tracking", needs=("order", "shipment"), level="auto", undo="nothing changes", writes=False)
def provide_tracking_info(request: Request) -> dict[str, Any]:
    return {"tracking_number": request.args.get("tracking_number")}


@action(
    title="faster delivery",
    needs=("order", "shipment"),
    level="confirm",
    describe="I can ask the carrier to deliver your order {order} with priority.",
    done="has been given priority with the carrier",
    undo="withdraw the wish at the carrier",
    objection=on_its_way,
)
def expedite_delivery(request: Request) -> dict[str, Any]:
    return _shipment(request, "expedite")


@action(
    title="question to the carrier",
    needs=("order", "shipment"),
    level="auto",
    done="is being looked for: the carrier has been asked",
    undo="close the issue at the carrier",
    objection=has_shipment,
)
def contact_carrier(request: Request) -> dict[str, Any]:
    return _shipment(request, "issues", text="The customer asks where the parcel is.")


# --- customers: staff only ------------------------------------------------------------------------


@action(title="note", needs=(), level="auto", done="has a note now", undo="write another note", by_chat=False)
def add_customer_note(request: Request) -> dict[str, Any]:
    return _customer(request, "notes", text=request.args["text"])


@action(title="tier", needs=(), level="draft", done="has a new tier", undo="set the old tier", by_chat=False)
def update_customer_tier(request: Request) -> dict[str, Any]:
    return _customer(request, "tier", tier=request.args["tier"])


def _order(request: Request, what: str, **body: Any) -> dict[str, Any]:
    path = f"{quote(request.order, safe='')}/{what}/"
    return write("orders", path, key=request.key, body={**body, "requested_by": request.requested_by})


def _shipment(request: Request, what: str, **body: Any) -> dict[str, Any]:
    path = f"{quote(request.args['tracking_number'], safe='')}/{what}/"
    return write("tracking", path, key=request.key, body={**body, "requested_by": request.requested_by})


def _customer(request: Request, what: str, **body: Any) -> dict[str, Any]:
    path = f"{quote(request.email, safe='@')}/{what}/"
    return write("customers", path, key=request.key, body={**body, "requested_by": request.requested_by})
