"""What is answered to each wish: one short paragraph, from what is known and nothing else."""

import re
from collections.abc import Callable
from decimal import Decimal

from django.conf import settings

from actors.message import IntentName, Order
from actors.response_generator.actions import action_status, actions_for
from actors.response_generator.case import (
    LISTED,
    TALK,
    UNSHIPPED,
    Case,
    bullets,
    is_delivered,
    named_orders,
    named_references,
    relevant_orders,
    shop_day,
    written_list,
)
from actors.response_generator.orders import order_line, order_status, refund_status, return_status

_COST = re.compile(r"\b(?:total|price|costs?|amount|how much)\b", re.I)


def answer(case: Case, wish: IntentName) -> str:
    """The paragraph for one wish."""
    acted = actions_for(case, wish)
    if acted:
        return " ".join(action_status(case, action) for action in acted)
    if wish not in BODIES:
        return OTHERS[wish](case)
    _, unknown = named_orders(case)
    if not case.orders_known and (not case.orders or unknown):
        return not_looked_up(unknown)
    if not case.orders:
        return _no_orders(unknown)
    if unknown and len(unknown) == len(named_references(case.intent)):
        return f"{not_found(unknown)} {_own_orders(case)}"
    text = BODIES[wish](case, relevant_orders(case, wish))
    return f"{not_found(unknown)} {text}" if unknown else text


def not_found(references: list[str]) -> str:
    """The same words whether the number belongs to somebody else or to nobody."""
    return f"I can't find {written_list(references, last='or')} among your orders."


def not_looked_up(references: list[str]) -> str:
    """When a service did not answer: nothing is said to be absent."""
    what = written_list(references, last="or") if references else "your orders"
    return f"I could not look up {what} just now: our order system did not answer. Please ask again a little later."


def _no_orders(references: list[str]) -> str:
    found = not_found(references) if references else "I see no orders under the e-mail address you are signed in with."
    return f"{found} If you ordered with another address, please sign in with that one."


def _own_orders(case: Case) -> str:
    numbers = [case.say_order(order) for order in case.orders[:LISTED]]
    which = "Your only order is" if len(case.orders) == 1 else "Your newest orders are"
    return f"{which} {written_list(numbers)}. Which one do you mean?"


# --- about orders -----------------------------------------------------------------------------


def _statuses(case: Case, orders: list[Order]) -> str:
    if len(orders) <= 2:
        cost = _COST.search(case.payload.customer_message) is not None
        return "\n".join(f"{order_status(case, order)}{_cost(case, order) if cost else ''}" for order in orders)
    case.described.update(order.number for order in orders)
    return f"Here is where your orders are:\n{bullets(order_line(case, order) for order in orders)}"


def _cost(case: Case, order: Order) -> str:
    return f" It came to {case.say_money(order.total, order.number)}."


def _delivery(case: Case, orders: list[Order]) -> str:
    text = _statuses(case, orders)
    if any(is_delivered(order, case.shipment(order)) for order in orders):
        return f"{text} If it is not with you, {TALK}: a colleague can ask the carrier."
    return text


def _complaint(case: Case, orders: list[Order]) -> str:
    possible, why = return_status(case, orders[0])
    number = orders[0].number
    if possible:
        how = f'To send it back, write "return {number}"; for anything else, {TALK}.'
        return f"I'm sorry that it is not right. {why} {how}"
    return f"I'm sorry that it is not right. {why} To have a person decide about it, {TALK}."


def _billing(case: Case, orders: list[Order]) -> str:
    asked = [amount for text in case.intent.values("amount") if (amount := _decimal(text)) is not None]
    if asked:
        found = [line for amount in asked for order in case.orders for line in _matches(case, order, amount)]
        if found:
            return f"{bullets(found) if len(found) > 1 else found[0]} If that is not the charge you mean, {TALK}."
        intro = "None of your orders has that amount. Your newest ones are:"
        orders = list(case.orders[:LISTED])
    else:
        intro = "These are the amounts of your order:" if len(orders) == 1 else "These are the amounts of your orders:"
    lines = bullets(_bill(case, order) for order in orders)
    return f"{intro}\n{lines}\nIf the charge you mean is not among them, {TALK}."


def _bill(case: Case, order: Order) -> str:
    placed = case.say_date(shop_day(order.placed_at), order.number)
    refunded = refund_status(case, order)
    total = case.say_money(order.total, order.number)
    return f"{case.say_order(order)}: {total}, placed on {placed}{f'. {refunded}' if refunded else ''}"


def _matches(case: Case, order: Order, amount: Decimal) -> list[str]:
    """Sentences on what in the order costs exactly this."""
    if order.total.amount == amount:
        placed = case.say_date(shop_day(order.placed_at), order.number)
        total = case.say_money(order.total, order.number)
        return [f"{total} is the total of your order {case.say_order(order)}, placed on {placed}."]
    if order.refunded.amount == amount:
        refunded = case.say_money(order.refunded, order.number)
        return [f"{refunded} is what was refunded for your order {case.say_order(order)}."]
    return [
        f"{case.say_money(item.price, order.number)} is the price of {case.say('item', item.name, order.number)} in "
        f"your order {case.say_order(order)}."
        for item in order.items
        if item.price.amount == amount
    ][:1]


def _decimal(text: str) -> Decimal | None:
    number = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return Decimal(number[0].replace(",", "")) if number else None


def _return(case: Case, orders: list[Order]) -> str:
    sentences = []
    for order in orders:
        possible, why = return_status(case, order)
        sentences.append(f'{why} To request the return, write "return {order.number}".' if possible else why)
    return " ".join(sentences)


def _refund(case: Case, orders: list[Order]) -> str:
    sentences = []
    for order in orders:
        total = case.say_money(order.total, order.number)
        paid = f"Your order {case.say_order(order)} came to {total}."
        left = order.total.amount - order.refunded.amount
        refunded = refund_status(case, order) or "No refund is recorded for it so far."
        how = f'To request a refund, write "refund {order.number}".' if left > 0 and order.status != "cancelled" else ""
        sentences += [paid, refunded, how]
    return " ".join(filter(None, sentences))


def _cancellation(case: Case, orders: list[Order]) -> str:
    return " ".join(_cancellable(case, order) for order in orders)


def _cancellable(case: Case, order: Order) -> str:
    subject = f"Your order {case.say_order(order)}"
    if order.status in UNSHIPPED:
        how = f'To request that, write "cancel {order.number}".'
        return f"{subject} has not shipped yet, so it can still be cancelled. {how}"
    if order.status in ("cancelled", "returned"):
        return f"{subject} was already {case.say_status(order.status, order.number)}."
    if not is_delivered(order, case.shipment(order)):
        return (
            f"{subject} has already {case.say_status('shipped', order.number)}, so it can no longer be cancelled. "
            f"{return_status(case, order)[1].partition('. ')[2]}"
        )
    _, why = return_status(case, order)
    return f"An order can be cancelled only until it ships. {why}"


def _change(case: Case, orders: list[Order]) -> str:
    order = orders[0]
    subject = f"Your order {case.say_order(order)}"
    if order.status in UNSHIPPED:
        return (
            f"{subject} has not shipped yet, so its delivery address can still be changed. Please write the order "
            f"number with the new street, postcode and town. For any other change, {TALK}."
        )
    status = "delivered" if is_delivered(order, case.shipment(order)) else order.status
    verb = "has already" if status == "shipped" else "was already"
    return f"{subject} {verb} {case.say_status(status, order.number)}, so it can no longer be changed."


BODIES: dict[IntentName, Callable[[Case, list[Order]], str]] = {
    "order_inquiry": _statuses,
    "delivery_issue": _delivery,
    "product_complaint": _complaint,
    "billing_question": _billing,
    "return_request": _return,
    "refund_request": _refund,
    "cancellation_request": _cancellation,
    "order_change": _change,
}

# --- about anything else ------------------------------------------------------------------------


def _account(case: Case) -> str:
    return (
        "I can show you your orders here, but I can't change an e-mail address, a password or other account data. "
        f"For that, {TALK}."
    )


def _general(case: Case) -> str:
    topics = case.intent.values("topic")
    if topics:
        return "\n".join(TOPIC_ANSWERS.get(topic, _unknown)(case) for topic in topics)
    if case.intent.values("thanks"):
        return "You're welcome."
    if case.intent.values("greeting"):
        return "How can I help you? You can ask about an order, a delivery, a return, a refund or a charge."
    return _unknown(case)


def _unknown(case: Case) -> str:
    return f"I don't know the answer to that. Shall I ask a colleague? Just {TALK}."


def _opening_hours(case: Case) -> str:
    hours = case.say("policy", settings.SHOP_HOURS, "SHOP_HOURS")
    return f"Our team is here {hours} ({settings.SHOP_TIME_ZONE} time). This chat answers at any time."


def _shipping(case: Case) -> str:
    return (
        "I don't have our shipping costs or times at hand. For an order of yours I can show the carrier, the tracking "
        f"number and the expected day: just write the order number. For anything else, {TALK}."
    )


def _returns(case: Case) -> str:
    window = case.say("policy", f"{settings.RETURN_WINDOW_DAYS} days", "RETURN_WINDOW_DAYS")
    return (
        f'You can return an order within {window} of its delivery. To request it, write "return" and the order number.'
    )


def _warranty(case: Case) -> str:
    return f"I don't have our warranty terms at hand. To ask a colleague about them, {TALK}."


def _payment(case: Case) -> str:
    return (
        "I don't have our ways to pay at hand. The totals and refunds of your orders I can show you. "
        f"For anything else about payment, {TALK}."
    )


def _contact(case: Case) -> str:
    hours = case.say("policy", settings.SHOP_HOURS, "SHOP_HOURS")
    return f"You can reach us right here in the chat. To speak with a colleague, {TALK}; the team is here {hours}."


TOPIC_ANSWERS: dict[str, Callable[[Case], str]] = {
    "opening_hours": _opening_hours,
    "shipping": _shipping,
    "returns": _returns,
    "warranty": _warranty,
    "payment": _payment,
    "contact": _contact,
}


def _compliment(case: Case) -> str:
    if case.intent.values("thanks"):
        return "You're welcome, and thank you for saying so."
    return "Thank you for the kind words! They are good to read."


def _person(case: Case) -> str:
    if case.payload.conversation.waiting:
        return "Your conversation is already with a colleague, who will reply here."
    return f"To talk to a colleague, {TALK}."


def _nothing_waits(case: Case) -> str:
    return "There is nothing waiting for a yes or no at the moment. What would you like to do?"


OTHERS: dict[IntentName, Callable[[Case], str]] = {
    "account_issue": _account,
    "general_inquiry": _general,
    "compliment": _compliment,
    "escalation_request": _person,
    "confirm": _nothing_waits,
    "deny": _nothing_waits,
}
