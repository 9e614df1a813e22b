"""What staff published for customers: quoted where it fits, word for word."""

from collections.abc import Iterable

from actors.actions.wishes import UNSURE
from actors.message import IntentName, Notice, Order
from actors.response_generator.case import Case, named_orders, named_references, relevant_orders
from actors.response_generator.wishes import BODIES


def quoted_notices(case: Case) -> list[str]:
    """The texts that a reply to this message quotes. Each is a fact of the reply, and said once."""
    texts = [case.say("policy", notice.text, f"incident-{notice.id}") for notice in _fitting(case)]
    return list(dict.fromkeys(texts))


def _fitting(case: Case) -> list[Notice]:
    if case.intent.confidence < UNSURE:  # then its intent does not stand for the message
        return []
    wishes = (case.intent.category, *case.intent.secondary)
    before = _last_reply(case)
    return [
        notice
        for notice in case.payload.conversation.notices
        if notice.text not in before and _concerns(case, notice, [wish for wish in wishes if wish in notice.intents])
    ]


def _last_reply(case: Case) -> str:
    """What the bot said last: it stands just above, so nothing of it is quoted again."""
    turns = case.payload.conversation.recent_turns
    return next((turn.text for turn in reversed(turns) if turn.role == "assistant"), "")


def _concerns(case: Case, notice: Notice, wishes: list[IntentName]) -> bool:
    """Whether the message is about what the notice is about; `wishes` are those that it names."""
    if not notice.carrier:
        return bool(wishes)
    carriers = _carriers(case, (order for wish in wishes for order in _orders(case, wish)))
    return notice.carrier.casefold() in carriers


def _orders(case: Case, wish: IntentName) -> list[Order]:
    """The orders that the reply to this wish is about."""
    if named_references(case.intent):
        return named_orders(case)[0]
    return relevant_orders(case, wish) if wish in BODIES else []


def _carriers(case: Case, orders: Iterable[Order]) -> set[str]:
    shipments = (case.shipment(order) for order in orders)
    return {shipment.carrier.casefold() for shipment in shipments if shipment}
