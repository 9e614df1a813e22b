"""How an order stands, in sentences."""

from django.conf import settings

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
        return f"Your order {case.say_order(order)} is the one described above."
    case.described.add(order.number)
    subject = f"Your order {case.say_order(order)}"
    if order.status in UNSHIPPED:
        text = _unshipped(case, order, subject)
    elif order.status == "shipped" and not is_delivered(order, shipment):
        text = _under_way(case, order, shipment, subject)
    elif order.status in ("shipped", "delivered"):
        text = f"{subject} was {case.say_status('delivered', order.number)}{_delivered_how(case, order, shipment)}."
    else:
        text = f"{subject} was {case.say_status(order.status, order.number)}."
    return " ".join(filter(None, (text, refund_status(case, order))))


def order_line(case: Case, order: Order) -> str:
    """The order in one line of a list."""
    shipment = case.shipment(order)
    late = f", {case.say_status('late', order.number)}" if is_late(order, shipment) else ""
    if is_delivered(order, shipment):
        status = f"{case.say_status('delivered', order.number)}{_delivered_how(case, order, None)}"
    elif order.status in UNSHIPPED:
        placed = case.say_date(shop_day(order.placed_at), order.number)
        status = f"{case.say_status(UNSHIPPED_WORDS[order.status], order.number)}, placed on {placed}"
    elif order.status == "shipped":
        due = due_day(order, shipment)
        word = case.say_status(_under_way_word(shipment), order.number)
        word += f" ({shipment.exception_reason.rstrip('. ')})" if shipment and _has_reason(shipment) else ""
        status = f"{word}, due on {case.say_date(due, order.number)}" if due else word
    else:
        status = case.say_status(order.status, order.number)
    return f"{case.say_order(order)}: {status}{late}"


def refund_status(case: Case, order: Order) -> str:
    if order.refunded.amount <= 0:
        return ""
    return f"{case.say_money(order.refunded, order.number)} has been {case.say_status('refunded', order.number)}."


def return_status(case: Case, order: Order) -> tuple[bool, str]:
    """(whether it can be returned, why in a sentence)."""
    shipment = case.shipment(order)
    window = case.say("policy", f"{settings.RETURN_WINDOW_DAYS} days", "RETURN_WINDOW_DAYS")
    subject = f"Your order {case.say_order(order)}"
    if order.status in ("returned", "cancelled"):
        status = case.say_status(order.status, order.number)
        return False, f"{subject} was already {status}, so there is nothing to return."
    if not is_delivered(order, shipment):
        if order.status == "shipped":
            return False, (
                f"{subject} has not been delivered yet. Once it is with you, you can return it within {window}."
            )
        return False, f"{subject} has not shipped yet, so it can still be cancelled instead of returned."
    delivered, deadline = delivery_day(order, shipment), return_deadline(order, shipment)
    if not delivered or not deadline:
        return True, (
            f"{subject} was {case.say_status('delivered', order.number)}, but the day is not recorded. Returns are "
            f"possible within {window} of delivery."
        )
    arrived = f"{case.say_status('delivered', order.number)} on {case.say_date(delivered, order.number)}"
    until = case.say_date(deadline, order.number)
    if deadline < today():
        return False, (
            f"{subject} was {arrived}, and our return window of {window} ended on {until}, so it can no longer be "
            "returned."
        )
    return True, f"{subject} was {arrived}, so you can return it until {until}."


def _unshipped(case: Case, order: Order, subject: str) -> str:
    placed = case.say_date(shop_day(order.placed_at), order.number)
    status = case.say_status(UNSHIPPED_WORDS[order.status], order.number)
    text = f"{subject} was placed on {placed} and is {status}; it has not shipped yet"
    return text + _due(case, order, None)


def _under_way(case: Case, order: Order, shipment: Shipment | None, subject: str) -> str:
    if shipment is None:
        number = order.tracking_number
        tracked = f" with tracking number {case.say('tracking_number', number, order.number)}" if number else ""
        answered = case.context is not None and "tracking" not in case.context.missing and case.context.complete
        unknown = (
            "there is no news from the carrier yet"
            if answered
            else "the carrier's data could not be looked up just now"
        )
        return f"{subject} has {case.say_status('shipped', order.number)}{tracked}; {unknown}{_due(case, order, None)}"
    source = shipment.tracking_number
    how = (
        f"with {case.say('carrier', shipment.carrier, source)}, "
        f"tracking {case.say('tracking_number', shipment.tracking_number, source)}"
    )
    on_its_way = shipment.status != "label_created" and shipment.shipped_at
    shipped = (
        f" on {case.say_date(shop_day(shipment.shipped_at), source)}" if on_its_way and shipment.shipped_at else ""
    )
    word = case.say_status(_under_way_word(shipment), source)
    if shipment.status == "exception":
        reason = f": {shipment.exception_reason.rstrip('. ')}" if _has_reason(shipment) else ""
        text = f"{subject} went out{shipped} {how}, and is {word} by a problem the carrier reports{reason}"
    elif shipment.status == "label_created":
        text = f"{subject} is {word} {how}"
    else:
        text = f"{subject} {case.say_status('shipped', source)}{shipped} {how}; it is {word}"
    seen = f", last seen in {shipment.last_location}" if shipment.last_location else ""
    return f"{text}{seen}{_due(case, order, shipment)}"


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
        return f". It was due on {written}, so it is {case.say_status('late', order.number)}. I'm sorry about that."
    return f". It is due on {written}."


def _delivered_how(case: Case, order: Order, shipment: Shipment | None) -> str:
    day = delivery_day(order, shipment or case.shipment(order))
    on = f" on {case.say_date(day, order.number)}" if day else ""
    if not shipment:
        return on
    carrier = case.say("carrier", shipment.carrier, shipment.tracking_number)
    return f"{on} with {carrier}, tracking {case.say('tracking_number', shipment.tracking_number, order.number)}"
