"""What is answered to each wish: one short paragraph, from what is known and nothing else."""

import re
from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from actors.endings import is_ending, is_mere_greeting
from actors.message import IntentName, Order
from actors.response_generator.actions import action_status, actions_for
from actors.response_generator.case import (
    LISTED,
    UNSHIPPED,
    Case,
    bullets,
    is_delivered,
    named_orders,
    named_references,
    relevant_orders,
    shop_day,
)
from actors.response_generator.orders import order_line, order_status, refund_status, return_later, return_status
from actors.wording import talk_to_a_person, written_hours, written_list

_PROGRAM = r"(?:bot|robot|machine|ai|computer|program)"
_ASKS_WHO = re.compile(
    rf"\b(?:are|r) (?:you|u) (?:an? |the )?(?:real |actual |live |human |chat ?)?(?:{_PROGRAM}|human|person|real)\b"
    rf"|\b(?:is this|am i (?:talking|speaking|chatting|writing) (?:to|with)) (?:an? )?{_PROGRAM}\b|\bwho are you\b",
    re.I,
)
_COST = re.compile(r"\b(?:total|price|costs?|amount|how much)\b", re.I)


def answer(case: Case, wish: IntentName) -> str:
    """The paragraph for one wish."""
    acted = actions_for(case, wish)
    if acted:
        return " ".join(action_status(case, action) for action in acted)
    if wish not in BODIES:
        return OTHERS[wish](case)
    unknown = named_orders(case)[1]
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
    numbers = written_list(references, last=_("or"))
    return _("I can't find {numbers} among your orders.").format(numbers=numbers)


def not_looked_up(references: list[str]) -> str:
    """When a service did not answer: nothing is said to be absent."""
    what = written_list(references, last=_("or")) if references else _("your orders")
    text = _("I could not look up {what} just now: our order system did not answer. Please ask again a little later.")
    return text.format(what=what)


def _no_orders(references: list[str]) -> str:
    found = (
        not_found(references) if references else _("I see no orders under the e-mail address you are signed in with.")
    )
    other = _("If you ordered with another address, please sign in with that one.")
    return f"{found} {other}"


def _own_orders(case: Case) -> str:
    numbers = [case.say_order(order) for order in case.orders[:LISTED]]
    if len(case.orders) == 1:
        text = _("Your only order is {orders}. Which one do you mean?")
    else:
        text = _("Your newest orders are {orders}. Which one do you mean?")
    return text.format(orders=written_list(numbers))


# --- about orders -----------------------------------------------------------------------------


def _statuses(case: Case, orders: list[Order]) -> str:
    if len(orders) <= 2:
        cost = _COST.search(case.payload.customer_message) is not None
        return "\n".join(f"{order_status(case, order)}{_cost(case, order) if cost else ''}" for order in orders)
    case.described.update(order.number for order in orders)
    intro = _("Here is where your orders are:")
    return f"{intro}\n{bullets(order_line(case, order) for order in orders)}"


def _cost(case: Case, order: Order) -> str:
    return _(" It came to {amount}.").format(amount=case.say_money(order.total, order.number))


def _delivery(case: Case, orders: list[Order]) -> str:
    text = _statuses(case, orders)
    if any(is_delivered(order, case.shipment(order)) for order in orders):
        missing = _("If it is not with you, {talk}: a colleague can ask the carrier.")
        return f"{text} {missing.format(talk=talk_to_a_person())}"
    return text


def _complaint(case: Case, orders: list[Order]) -> str:
    possible, why = return_status(case, orders[0])
    if possible:
        how = _('To send it back, write "return {number}"; for anything else, {talk}.')
    else:
        how = _("To have a person decide about it, {talk}.")
    sorry = _("I'm sorry that it is not right.")
    return f"{sorry} {why} {how.format(number=orders[0].number, talk=talk_to_a_person())}"


def _billing(case: Case, orders: list[Order]) -> str:
    asked = [amount for text in case.intent.values("amount") if (amount := _decimal(text)) is not None]
    if asked:
        found = [line for amount in asked for order in case.orders for line in _matches(case, order, amount)]
        if found:
            other = _("If that is not the charge you mean, {talk}.").format(talk=talk_to_a_person())
            return f"{bullets(found) if len(found) > 1 else found[0]} {other}"
        intro = _("None of your orders has that amount. Your newest ones are:")
        orders = list(case.orders[:LISTED])
    elif len(orders) == 1:
        intro = _("These are the amounts of your order:")
    else:
        intro = _("These are the amounts of your orders:")
    lines = bullets(_bill(case, order) for order in orders)
    other = _("If the charge you mean is not among them, {talk}.").format(talk=talk_to_a_person())
    return f"{intro}\n{lines}\n{other}"


def _bill(case: Case, order: Order) -> str:
    placed = case.say_date(shop_day(order.placed_at), order.number)
    refunded = refund_status(case, order)
    total = case.say_money(order.total, order.number)
    line = _("{order}: {amount}, placed on {day}").format(order=case.say_order(order), amount=total, day=placed)
    return f"{line}. {refunded}" if refunded else line


def _matches(case: Case, order: Order, amount: Decimal) -> list[str]:
    """Sentences on what in the order costs exactly this."""
    if order.total.amount == amount:
        placed = case.say_date(shop_day(order.placed_at), order.number)
        total = case.say_money(order.total, order.number)
        text = _("{amount} is the total of your order {order}, placed on {day}.")
        return [text.format(amount=total, order=case.say_order(order), day=placed)]
    if order.refunded.amount == amount:
        refunded = case.say_money(order.refunded, order.number)
        text = _("{amount} is what was refunded for your order {order}.")
        return [text.format(amount=refunded, order=case.say_order(order))]
    text = _("{amount} is the price of {item} in your order {order}.")
    return [
        text.format(
            amount=case.say_money(item.price, order.number),
            item=case.say("item", item.name, order.number),
            order=case.say_order(order),
        )
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
        how = _('To request the return, write "return {number}".').format(number=order.number)
        sentences.append(f"{why} {how}" if possible else why)
    return " ".join(sentences)


def _refund(case: Case, orders: list[Order]) -> str:
    sentences = []
    for order in orders:
        total = case.say_money(order.total, order.number)
        paid = _("Your order {order} came to {amount}.").format(order=case.say_order(order), amount=total)
        left = order.total.amount - order.refunded.amount
        refunded = refund_status(case, order) or _("No refund is recorded for it so far.")
        sentences += [paid, refunded]
        if left > 0 and order.status != "cancelled":
            sentences.append(_('To request a refund, write "refund {number}".').format(number=order.number))
    return " ".join(sentences)


def _cancellation(case: Case, orders: list[Order]) -> str:
    return " ".join(_cancellable(case, order) for order in orders)


def _cancellable(case: Case, order: Order) -> str:
    told = {"order": case.say_order(order), "number": order.number}
    if order.status in UNSHIPPED:
        return _(
            "Your order {order} has not shipped yet, so it can still be cancelled. To request that, write "
            '"cancel {number}".'
        ).format(**told)
    if order.status in ("cancelled", "returned"):
        status = case.say_status(order.status, order.number)
        text = _("Your order {order} was already {status}.").format(status=status, **told)
        return " ".join(filter(None, (text, refund_status(case, order))))
    if not is_delivered(order, case.shipment(order)):
        shipped = case.say_status("shipped", order.number)
        text = _("Your order {order} has already {status}, so it can no longer be cancelled.")
        return f"{text.format(status=shipped, **told)} {return_later(case)}"
    too_late = _("An order can be cancelled only until it ships.")
    return f"{too_late} {return_status(case, order)[1]}"


def _change(case: Case, orders: list[Order]) -> str:
    order = orders[0]
    told = {"order": case.say_order(order), "talk": talk_to_a_person()}
    if order.status in UNSHIPPED:
        return _(
            "Your order {order} has not shipped yet, so its delivery address can still be changed. Please write the "
            "order number with the new street, postcode and town. For any other change, {talk}."
        ).format(**told)
    status = "delivered" if is_delivered(order, case.shipment(order)) else order.status
    if status == "shipped":
        text = _("Your order {order} has already {status}, so it can no longer be changed.")
    else:
        text = _("Your order {order} was already {status}, so it can no longer be changed.")
    return text.format(status=case.say_status(status, order.number), **told)


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
    if case.articles:
        return _quoted(case)
    return _(
        "I can show you your orders here, but I can't change an e-mail address, a password or other account data. "
        "For that, {talk}."
    ).format(talk=talk_to_a_person())


def _general(case: Case) -> str:
    known = [TOPIC_ANSWERS[topic](case) for topic in case.intent.values("topic") if topic in TOPIC_ANSWERS]
    if known or case.articles:
        return "\n\n".join([*known, *([_quoted(case)] if case.articles else [])])
    if case.intent.values("topic"):
        return _unknown(case)
    if case.intent.values("thanks"):
        return _("You're welcome.")
    if is_mere_greeting(case.payload.customer_message, case.intent.values("greeting")):
        return _("How can I help you? You can ask about an order, a delivery, a return, a refund or a charge.")
    return _unknown(case)


def _quoted(case: Case) -> str:
    return "\n\n".join(case.say_article(article) for article in case.articles)


def _unknown(case: Case) -> str:
    if _ASKS_WHO.search(case.payload.customer_message):
        text = _("This is the shop's automated assistant, a program. If you would rather have a colleague, {talk}.")
        return text.format(talk=talk_to_a_person())
    if case.payload.conversation.waiting:
        return _("I don't know the answer to that.")
    text = _("I don't know the answer to that. Shall I ask a colleague? Just {talk}.")
    return text.format(talk=talk_to_a_person())


def _opening_hours(case: Case) -> str:
    hours = case.say("policy", written_hours(), "SHOP_HOURS")
    text = _("Our team is here {hours} ({zone} time). This chat answers at any time.")
    return text.format(hours=hours, zone=settings.SHOP_TIME_ZONE)


def _returns(case: Case) -> str:
    return _(
        'You can return an order within {window} of its delivery. To request it, write "return" and the order number.'
    ).format(window=case.say_window())


def _contact(case: Case) -> str:
    hours = case.say("policy", written_hours(), "SHOP_HOURS")
    text = _("You can reach us right here in the chat. To speak with a colleague, {talk}; the team is here {hours}.")
    return text.format(talk=talk_to_a_person(), hours=hours)


# What the settings answer; everything else is the articles'.
TOPIC_ANSWERS: dict[str, Callable[[Case], str]] = {
    "opening_hours": _opening_hours,
    "returns": _returns,
    "contact": _contact,
}


def _compliment(case: Case) -> str:
    if case.intent.values("thanks"):
        return _("You're welcome, and thank you for saying so.")
    if is_ending(case.payload.customer_message):
        return _ended(case)
    return _("Thank you for the kind words! They are good to read.")


def _person(case: Case) -> str:
    if case.payload.conversation.waiting:
        return _("Your conversation is already with a colleague, who will reply here.")
    return _("To talk to a colleague, {talk}.").format(talk=talk_to_a_person())


def _ended(case: Case) -> str:
    return _("You're welcome. Just write again whenever you need something.")


def _nothing_waits(case: Case) -> str:
    question = case.payload.conversation.open_question
    if question is not None and question.action_id is None:  # "which order?": no is an answer to it, yes is none
        return _("All right, then I leave everything as it is.") if case.intent.category == "deny" else ""
    if is_ending(case.payload.customer_message):
        return _ended(case)
    return _("There is nothing waiting for a yes or no at the moment. What would you like to do?")


OTHERS: dict[IntentName, Callable[[Case], str]] = {
    "account_issue": _account,
    "general_inquiry": _general,
    "compliment": _compliment,
    "escalation_request": _person,
    "confirm": _nothing_waits,
    "deny": _nothing_waits,
}
