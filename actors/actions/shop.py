"""The actions on the shop's orders, shipments and customers: one entry and one function each."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from actors.actions.registry import Request, Subject, action
from actors.message import Money
from actors.services import write
from actors.wording import status_word

BEFORE_SHIPPING = ("pending", "confirmed", "processing")


# --- when an action is allowed ------------------------------------------------------------------


def before_shipping(subject: Subject) -> str | None:
    order = subject.order
    if order is None or order.status in BEFORE_SHIPPING:
        return None
    if order.status in ("cancelled", "returned"):
        return _("it is already {status}").format(status=status_word(order.status))
    text = _("it is {status}, and that is possible only before shipping")
    return text.format(status=status_word(order.status))


def returnable(subject: Subject) -> str | None:
    order = subject.order
    if order is None:
        return None
    if order.status != "delivered" or order.delivered_at is None:
        text = _("it is {status}, and an order can be returned only once it is delivered")
        return text.format(status=status_word(order.status))
    if datetime.now(UTC) - order.delivered_at > timedelta(days=subject.return_window_days):
        text = _("it was delivered more than {days} days ago, past the return window")
        return text.format(days=subject.return_window_days)
    return None


def not_yet_returned(subject: Subject) -> str | None:
    objection = returnable(subject)
    if objection is None and subject.open_return is not None:
        if not subject.open_return:
            return _("its return is registered already")
        return _("its return {number} is registered already").format(number=subject.open_return)
    return objection


def is_past_return(subject: Subject) -> bool:
    """Whether a delivered order cannot be returned any more, or its return is registered already."""
    delivered = subject.order is not None and subject.order.status == "delivered"
    return delivered and not_yet_returned(subject) is not None


def refundable(subject: Subject) -> str | None:
    order = subject.order
    if order is None:
        return None
    if order.status in BEFORE_SHIPPING:
        return _("it has not shipped yet: it can be cancelled instead")
    if order.status == "cancelled" or what_is_left(subject) is None:
        return _("nothing that was paid for it is left to refund")
    return None


def on_its_way(subject: Subject) -> str | None:
    if subject.shipment is None or subject.shipment.status == "delivered":
        return _("it is not on its way")
    return None


def has_shipment(subject: Subject) -> str | None:
    return None if subject.shipment is not None else _("no parcel is known for it")


def what_is_left(subject: Subject) -> Money | None:
    """Paid minus refunded: what cancelling or refunding the whole order gives back; None when that is nothing."""
    order = subject.order
    if order is None:
        return None
    left = (order.paid or order.total).amount - order.refunded.amount
    return Money(amount=left, currency=order.total.currency) if left > 0 else None


# --- orders -------------------------------------------------------------------------------------


@action(
    title=gettext_noop("cancellation"),
    needs=("order",),
    level="confirm",
    describe=gettext_noop("I can cancel your order {order}[; {amount} goes back to the way you paid]."),
    done=gettext_noop("has been cancelled"),
    undo="place the order again",
    objection=before_shipping,
    amount=what_is_left,
)
def cancel_order(request: Request) -> dict[str, Any]:
    return _order(request, "cancel", reason="asked for by the customer")


@action(
    title=gettext_noop("return"),
    needs=("order",),
    level="confirm",
    describe=gettext_noop(
        "I can register the return of your order {order}; you get a label[, and {amount} back once it arrives]."
    ),
    done=gettext_noop("has been registered for return"),
    undo="cancel the return in the shop",
    objection=not_yet_returned,
    amount=what_is_left,
)
def process_return(request: Request) -> dict[str, Any]:
    return _order(request, "return", reason="asked for by the customer")


@action(
    title=gettext_noop("refund"),
    needs=("order",),
    level="confirm",
    describe=gettext_noop("I can refund {amount} for your order {order}, the way you paid."),
    done=gettext_noop("has been refunded"),
    undo="charge the customer again",
    objection=refundable,
    amount=what_is_left,
    partial=True,
)
def process_refund(request: Request) -> dict[str, Any]:
    money = request.amount
    amount = {"amount": str(money.amount), "currency": money.currency} if money else None
    return _order(request, "refund", amount=amount, reason="asked for by the customer")


@action(
    title=gettext_noop("address change"),
    needs=("order", "address"),
    level="confirm",
    describe=gettext_noop("I can change the delivery address of your order {order} to: {address}."),
    done=gettext_noop("has been changed to the new delivery address"),
    undo="change the address back",
    objection=before_shipping,
)
def update_delivery_address(request: Request) -> dict[str, Any]:
    return _order(request, "address", address=request.args["address"])


@action(
    title=gettext_noop("faster handling"),
    needs=("order",),
    level="confirm",
    describe=gettext_noop("I can ask the warehouse to handle your order {order} first."),
    done=gettext_noop("has been put first in the warehouse"),
    undo="take the mark off the order",
    objection=before_shipping,
)
def expedite_order(request: Request) -> dict[str, Any]:
    return _order(request, "expedite")


@action(
    title=gettext_noop("return label"),
    needs=("order",),
    level="auto",
    done=gettext_noop("has a return label now"),
    undo="void the label",
    objection=returnable,
)
def generate_return_label(request: Request) -> dict[str, Any]:
    return _order(request, "return-label")


@action(
    title=gettext_noop("note"),
    needs=("order", "text"),
    level="auto",
    done=gettext_noop("has your note now"),
    undo="write another note",
)
def add_order_note(request: Request) -> dict[str, Any]:
    return _order(request, "notes", text=request.args["text"])


@action(title=gettext_noop("order status"), needs=("order",), level="auto", undo="nothing changes", writes=False)
def check_order_status(request: Request) -> dict[str, Any]:
    return {"order": request.order}


# --- shipments ----------------------------------------------------------------------------------


@action(title=gettext_noop("tracking"), needs=("order", "shipment"), level="auto", undo="nothing changes", writes=False)
def provide_tracking_info(request: Request) -> dict[str, Any]:
    return {"tracking_number": request.args.get("tracking_number")}


@action(
    title=gettext_noop("faster delivery"),
    needs=("order", "shipment"),
    level="confirm",
    describe=gettext_noop("I can ask the carrier to deliver your order {order} with priority."),
    done=gettext_noop("has been given priority with the carrier"),
    undo="withdraw the wish at the carrier",
    objection=on_its_way,
)
def expedite_delivery(request: Request) -> dict[str, Any]:
    return _shipment(request, "expedite")


@action(
    title=gettext_noop("question to the carrier"),
    needs=("order", "shipment"),
    level="auto",
    done=gettext_noop("is being looked for: the carrier has been asked"),
    undo="close the issue at the carrier",
    objection=has_shipment,
)
def contact_carrier(request: Request) -> dict[str, Any]:
    return _shipment(request, "issues", text="The customer asks where the parcel is.")


# --- customers: staff only ------------------------------------------------------------------------


@action(title=gettext_noop("note"), needs=("text",), level="auto", undo="write another note", by_chat=False)
def add_customer_note(request: Request) -> dict[str, Any]:
    return _customer(request, "notes", text=request.args["text"])


@action(
    title=gettext_noop("tier"),
    needs=("tier",),
    level="draft",
    done=gettext_noop("has a new tier"),
    undo="set the old tier",
    by_chat=False,
)
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
