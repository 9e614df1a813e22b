"""The facts of a reply as references, such as {{f3}}: a model writes the reference, the server what it stands for."""

import re
from dataclasses import dataclass

from actors.message import Fact, Order, Payload, Response, Shipment
from actors.prompts.prompt import harmless
from actors.response_generator.case import delivery_day, due_day, shop_day
from actors.wording import status_word, written_date, written_money

_REFERENCE = re.compile(r"\{\{\s*(f\d+)\s*\}\}")
MOST_ORDERS = 5  # of which more is told than the draft says


@dataclass(frozen=True)
class Known:
    """One thing a reply may state."""

    fact: Fact
    meaning: str  # "total of ORD-12345678"


class References:
    """The facts that one reply may state, by reference: those of the draft, and more on the orders it speaks of."""

    def __init__(self, payload: Payload, draft: Response) -> None:
        known: dict[tuple[str, str, str], Known] = {}
        drafted = (Known(fact, f"{fact.kind.replace('_', ' ')} of {fact.source}") for fact in draft.facts)
        for one in (*_more(payload, draft), *drafted):
            known.setdefault((one.fact.kind, one.fact.value, one.fact.source), one)
        self.known = {f"f{index}": one for index, one in enumerate(known.values(), start=1)}
        self._by_value: dict[str, str] = {}
        for reference, one in self.known.items():
            self._by_value.setdefault(one.fact.value, reference)

    def listed(self) -> str:
        """What each reference means, one a line."""
        lines = (
            f"{{{{{reference}}}}} {harmless(one.meaning)}: {harmless(' '.join(one.fact.value.split()))}"
            for reference, one in self.known.items()
        )
        return "\n".join(lines)

    def put_into(self, text: str) -> str:
        """A text with references where it states facts, so that a model has nothing to copy."""
        values = sorted(self._by_value, key=len, reverse=True)  # a long one may hold a short one
        written = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in values) or "(?!)")
        parts, after = [], 0
        for match in written.finditer(text):
            parts += [harmless(text[after : match.start()]), f"{{{{{self._by_value[match[0]]}}}}}"]
            after = match.end()
        return "".join([*parts, harmless(text[after:])])

    def stated(self, text: str) -> tuple[Fact, ...]:
        """The facts that a text with references states. Raises KeyError for a reference that does not exist."""
        return tuple(self.known[reference].fact for reference in dict.fromkeys(_REFERENCE.findall(text)))

    def filled(self, text: str) -> str:
        """The text with every reference as what it stands for. Raises KeyError for one that does not exist."""
        return _REFERENCE.sub(lambda match: self.known[match[1]].fact.value, text)


def without_references(text: str) -> str:
    """What a model wrote itself."""
    return _REFERENCE.sub("", text)


def _more(payload: Payload, draft: Response) -> list[Known]:
    context = payload.context if payload.verified else None
    if context is None:
        return []
    named = {fact.value for fact in draft.facts if fact.kind == "order_number"}
    found: list[Known] = []
    for order in [order for order in context.orders if order.number in named][:MOST_ORDERS]:
        shipment = next((one for one in context.tracking if one.order_number == order.number), None)
        found += _of_order(order, shipment)
    return found


def _of_order(order: Order, shipment: Shipment | None) -> list[Known]:
    def known(kind: str, value: str, meaning: str) -> Known:
        return Known(Fact(kind=kind, value=value, source=order.number), f"{meaning} {order.number}")  # type: ignore[arg-type]

    placed, due, delivered = shop_day(order.placed_at), due_day(order, shipment), delivery_day(order, shipment)
    found = [
        known("status", status_word(order.status), "status of"),
        known("amount", written_money(order.total), "total of"),
        known("date", written_date(placed), "day of placing"),
        *(known("item", item.name, f"{item.quantity} pieces in") for item in order.items),
    ]
    if due:
        found.append(known("date", written_date(due), "expected delivery day of"))
    if delivered:
        found.append(known("date", written_date(delivered), "delivery day of"))
    if shipment:
        found.append(known("carrier", shipment.carrier, "carrier of"))
        found.append(known("tracking_number", shipment.tracking_number, "tracking number of"))
        if shipment.shipped_at:
            found.append(known("date", written_date(shop_day(shipment.shipped_at)), "shipping day of"))
    return found
