"""How an order stands, in sentences."""

from django.utils.translation import gettext as _

from actors.message import Order, Shipment
from actors.response_generator.case import (
    UNSHIPPED,
    Case,
    delivery_day,
    due_day,
    is_delivered,
    is_late,
    return_deadline,
    shop_day,
    today,
)

UNSHIPPED_WORDS = {"pending": "pending", "confirmed": "confirmed", "processing": "being prepared for shipping"}
UNDER_WAY_WORDS = {
    "label_created": "announced to the carrier",
    "in_transit": "in transit",
    "out_for_delivery": "out for delivery",
}


def order_status(case: Case, order: Order) -> str:
    """Where the order is, with every date and number that is known. Told once in a reply, then only named."""
    shipment = case.shipment(order)
    if order.number in case.described:
        return _("Your order {order} is the one described above.").format(order=case.say_order(order))
    case.described.add(order.number)
    subject = case.say_order(order)
    if order.status in UNSHIPPED:
        text = _unshipped(case, order, subject)
    elif order.status == "shipped" and not is_delivered(order, shipment):
        text = _under_way(case, order, shipment, subject)
    else:
        delivered = order.status in ("shipped", "delivered")
        status = case.say_status("delivered" if delivered else order.status, order.number)
        how = _delivered_how(case, order, shipment) if delivered else ""
        text = _("Your order {order} was {status}{how}.").format(order=subject, status=status, how=how)
    return " ".join(filter(None, (text, refund_status(case, order))))


def order_line(case: Case, order: Order) -> str:
    """The order in one line of a list."""
    shipment = case.shipment(order)
    late = f", {case.say_status('late', order.number)}" if is_late(order, shipment) else ""
    if is_delivered(order, shipment):
        status = f"{case.say_status('delivered', order.number)}{_delivered_how(case, order, None)}"
    elif order.status in UNSHIPPED:
        placed = case.say_date(shop_day(order.placed_at), order.number)
        word = case.say_status(UNSHIPPED_WORDS[order.status], order.number)
        status = _("{status}, placed on {day}").format(status=word, day=placed)
    elif order.status == "shipped":
        due = due_day(order, shipment)
        word = case.say_status(_under_way_word(shipment), order.number)
        word += f" ({shipment.exception_reason.rstrip('. ')})" if shipment and _has_reason(shipment) else ""
        on = case.say_date(due, order.number) if due else ""
        status = _("{status}, due on {day}").format(status=word, day=on) if due else word
    else:
        status = case.say_status(order.status, order.number)
    return f"{case.say_order(order)}: {status}{late}"


def refund_status(case: Case, order: Order) -> str:
    if order.refunded.amount <= 0:
        return ""
    return _("{amount} has been {status}.").format(
        amount=case.say_money(order.refunded, order.number), status=case.say_status("refunded", order.number)
    )


def return_status(case: Case, order: Order) -> tuple[bool, str]:
    """(whether it can be returned, why in a sentence)."""
    shipment = case.shipment(order)
    told = {"window": case.say_window(), "order": case.say_order(order)}
    if order.status in ("returned", "cancelled"):
        told["status"] = case.say_status(order.status, order.number)
        return False, _("Your order {order} was already {status}, so there is nothing to return.").format(**told)
    if not is_delivered(order, shipment):
        if order.status == "shipped":
            text = _("Your order {order} has not been delivered yet.")
            return False, f"{text.format(**told)} {return_later(case)}"
        text = _("Your order {order} has not shipped yet, so it can still be cancelled instead of returned.")
        return False, text.format(**told)
    told["status"] = case.say_status("delivered", order.number)
    delivered, deadline = delivery_day(order, shipment), return_deadline(order, shipment)
    if not delivered or not deadline:
        text = _(
            "Your order {order} was {status}, but the day is not recorded. Returns are possible within {window} of "
            "delivery."
        )
        return True, text.format(**told)
    told |= {"day": case.say_date(delivered, order.number), "deadline": case.say_date(deadline, order.number)}
    if deadline < today():
        text = _(
            "Your order {order} was {status} on {day}, and our return window of {window} ended on {deadline}, so it "
            "can no longer be returned."
        )
        return False, text.format(**told)
    text = _("Your order {order} was {status} on {day}, so you can return it until {deadline}.")
    return True, text.format(**told)


def return_later(case: Case) -> str:
    """Of an order that is on its way."""
    return _("Once it is with you, you can return it within {window}.").format(window=case.say_window())


def _unshipped(case: Case, order: Order, subject: str) -> str:
    placed = case.say_date(shop_day(order.placed_at), order.number)
    status = case.say_status(UNSHIPPED_WORDS[order.status], order.number)
    text = _("Your order {order} was placed on {day} and is {status}; it has not shipped yet")
    return text.format(order=subject, day=placed, status=status) + _due(case, order, None)


def _under_way(case: Case, order: Order, shipment: Shipment | None, subject: str) -> str:
    if shipment is None:
        return _untracked(case, order, subject) + _due(case, order, None)
    source = shipment.tracking_number
    on_its_way = shipment.status != "label_created" and shipment.shipped_at
    day = case.say_date(shop_day(shipment.shipped_at), source) if on_its_way and shipment.shipped_at else ""
    told = {
        "order": subject,
        "carrier": case.say("carrier", shipment.carrier, source),
        "tracking": case.say("tracking_number", shipment.tracking_number, source),
        "on": _(" on {day}").format(day=day) if day else "",
        "status": case.say_status(_under_way_word(shipment), source),
    }
    if shipment.status == "exception":
        told["reason"] = f": {shipment.exception_reason.rstrip('. ')}" if _has_reason(shipment) else ""
        text = _(
            "Your order {order} went out{on} with {carrier}, tracking {tracking}, and is {status} by a problem the "
            "carrier reports{reason}"
        )
    elif shipment.status == "label_created":
        text = _("Your order {order} is {status} with {carrier}, tracking {tracking}")
    else:
        told["shipped"] = case.say_status("shipped", source)
        text = _("Your order {order} {shipped}{on} with {carrier}, tracking {tracking}; it is {status}")
    seen = _(", last seen in {place}").format(place=shipment.last_location) if shipment.last_location else ""
    return f"{text.format(**told)}{seen}{_due(case, order, shipment)}"


def _untracked(case: Case, order: Order, subject: str) -> str:
    number = order.tracking_number
    with_number = _(" with tracking number {tracking}")
    tracked = with_number.format(tracking=case.say("tracking_number", number, order.number)) if number else ""
    answered = case.context is not None and "tracking" not in case.context.missing and case.context.complete
    if answered:
        text = _("Your order {order} has {shipped}{tracked}; there is no news from the carrier yet")
    else:
        text = _("Your order {order} has {shipped}{tracked}; the carrier's data could not be looked up just now")
    return text.format(order=subject, shipped=case.say_status("shipped", order.number), tracked=tracked)


def _under_way_word(shipment: Shipment | None) -> str:
    if shipment is None:
        return "shipped"
    return "held up" if shipment.status == "exception" else UNDER_WAY_WORDS.get(shipment.status, "shipped")


def _has_reason(shipment: Shipment) -> bool:
    return shipment.status == "exception" and bool(shipment.exception_reason.rstrip(". "))


def _due(case: Case, order: Order, shipment: Shipment | None) -> str:
    """The end of a sentence that says where the order is: when it should arrive, and whether it is late."""
    due = due_day(order, shipment)
    if not due:
        return "."
    written = case.say_date(due, order.number)
    if is_late(order, shipment):
        late = case.say_status("late", order.number)
        return _(". It was due on {day}, so it is {status}. I'm sorry about that.").format(day=written, status=late)
    return _(". It is due on {day}.").format(day=written)


def _delivered_how(case: Case, order: Order, shipment: Shipment | None) -> str:
    day = delivery_day(order, shipment or case.shipment(order))
    on = _(" on {day}").format(day=case.say_date(day, order.number)) if day else ""
    if not shipment:
        return on
    carrier = case.say("carrier", shipment.carrier, shipment.tracking_number)
    tracking = case.say("tracking_number", shipment.tracking_number, order.number)
    return on + _(" with {carrier}, tracking {tracking}").format(carrier=carrier, tracking=tracking)
