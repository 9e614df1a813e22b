"""The orders a reply is about, as data for a page that draws them."""

from typing import Any

from actors.message import Context, Order, Payload, Response, Shipment
from actors.response_generator.case import LISTED, delivery_day, due_day, is_delivered, is_late
from actors.wording import written_money

# How far an order has come: ordered, shipped, out for delivery, delivered.
ORDERED, SHIPPED, OUT_FOR_DELIVERY, DELIVERED = range(4)


def cards_for(payload: Payload, response: Response | None) -> list[dict[str, Any]]:
    """One for each of the customer's own orders that the reply names or offers to choose from, in its order; none for
    a guest. `stage` is 0 to 3, or null for an order that was cancelled or returned; `due` is an ISO date."""
    context = payload.context if payload.verified else None
    if context is None or response is None:
        return []
    chosen = response.question.choices if response.question else ()
    named = [*chosen, *(fact.value for fact in response.facts if fact.kind == "order_number")]
    orders = {order.number: order for order in context.orders}
    return [_card(orders[number], context) for number in dict.fromkeys(named) if number in orders][:LISTED]


def _card(order: Order, context: Context) -> dict[str, Any]:
    shipment = next((one for one in context.tracking if one.order_number == order.number), None)
    due, delivered = due_day(order, shipment), delivery_day(order, shipment)
    return {
        "number": order.number,
        "status": order.status,
        "stage": _stage(order, shipment),
        "late": is_late(order, shipment),
        "item": order.items[0].name if order.items else "",
        "more": max(len(order.items) - 1, 0),
        "total": written_money(order.total),
        "due": due.isoformat() if due else None,
        "delivered_at": delivered.isoformat() if delivered else None,
        "carrier": shipment.carrier if shipment else None,
        "tracking_number": shipment.tracking_number if shipment else order.tracking_number,
    }


def _stage(order: Order, shipment: Shipment | None) -> int | None:
    if order.status in ("cancelled", "returned"):
        return None
    if is_delivered(order, shipment):
        return DELIVERED
    if order.status != "shipped":
        return ORDERED
    return OUT_FOR_DELIVERY if shipment is not None and shipment.status == "out_for_delivery" else SHIPPED
