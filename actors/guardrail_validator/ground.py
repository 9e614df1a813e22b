"""What a reply may state: the customer's own orders and shipments, the actions of this message, the shop's settings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from actors.message import ActionResult, Money, Order, Payload, Shipment
from actors.wording import written_hours

STATUSES: dict[str, frozenset[str]] = {
    "pending": frozenset({"pending"}),
    "confirmed": frozenset({"confirmed"}),
    "processing": frozenset({"processing"}),
    "shipped": frozenset({"shipped"}),
    "delivered": frozenset({"shipped", "delivered"}),
    "returned": frozenset({"shipped", "delivered", "returned"}),
    "cancelled": frozenset({"cancelled"}),
    "label_created": frozenset({"announced"}),
    "in_transit": frozenset({"shipped", "in_transit"}),
    "out_for_delivery": frozenset({"shipped", "out_for_delivery"}),
    "exception": frozenset({"shipped", "held_up"}),
}
KINDS = {"cancel": "cancelled", "refund": "refunded", "return": "returned"}
UNDER_WAY = ("pending", "confirmed", "processing", "shipped")


@dataclass
class OrderGround:
    """What is true of one order."""

    statuses: set[str] = field(default_factory=set)
    dates: dict[str, set[date]] = field(default_factory=dict)  # by role: placed, shipped, delivered, due, deadline
    amounts: set[tuple[Decimal, str]] = field(default_factory=set)
    refunds: set[tuple[Decimal, str]] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    counts: set[int] = field(default_factory=set)  # of its items: kinds, pieces of each, pieces in all
    carriers: set[str] = field(default_factory=set)

    @property
    def all_dates(self) -> set[date]:
        return set().union(*self.dates.values()) if self.dates else set()


class Ground:
    """The facts of one payload. A guest has none: what stands in an unverified payload's context does not count."""

    def __init__(self, payload: Payload) -> None:
        self.context = payload.context if payload.verified else None
        self.orders: dict[str, OrderGround] = {}
        self.tracking: dict[str, str] = {}  # tracking number -> order number
        self.other_dates: set[date] = set()
        self.phrases: set[str] = {settings.SHOP_HOURS, written_hours(), settings.SHOP_NAME, settings.SHOP_TIME_ZONE}
        self.references: set[str] = set()  # article numbers
        self.names: set[str] = set()
        self.own_addresses = {payload.customer_email.lower()} if payload.customer_email else set()
        # With the numbers as they were understood: "order 12345678" names ORD-12345678.
        entities = payload.intent.entities if payload.intent else ()
        named = (entity.value for entity in entities if entity.type in ("order_number", "tracking_number"))
        self.customer_message = " ".join((payload.customer_message, *named)).upper()
        self.complete = self.context is not None and (self.context.complete or self.context.missing == ("tracking",))
        result = payload.execution_result
        results = result.actions if result else ()
        self.actions = tuple(action for action in results if action.action_id is not None)
        handed_over = payload.escalation is not None and payload.escalation.outcome == "human_handoff"
        pending = any(action.status in ("proposed", "awaiting_approval") for action in self.actions)
        self.colleague_knows = payload.conversation.waiting or handed_over or pending
        self._read_context()
        self.phrases |= set(payload.intent.values("address")) if payload.intent else set()
        for question in (payload.conversation.open_question, result.question if result else None):
            self.phrases.add(question.args.get("address", "") if question else "")
        for action in results:
            self.phrases.add(action.because.rstrip(". "))
        for action in self.actions:
            self._read_action(action)

    def select(self, numbers: Iterable[str]) -> list[OrderGround]:
        """What is known of these orders; of one that is not the customer's, nothing."""
        return [self.orders.get(number, OrderGround()) for number in numbers]

    def acted(self, *, statuses: tuple[str, ...], kind: str | None, orders: Iterable[str]) -> bool:
        """Whether an action of this kind (None: any) stands for the orders named (none named: any)."""
        wanted = set(orders)
        return any(
            action.status in statuses
            and (kind is None or kind in action.kind)
            and (not wanted or (action.order or "").upper() in wanted)
            for action in self.actions
        )

    def _read_context(self) -> None:
        if self.context is None:
            return
        customer = self.context.customer
        if customer:
            self.own_addresses.add(customer.email.lower())
            names = (customer.first_name.lower(), customer.last_name.lower())
            self.names = {*names, *(part for name in names for part in re.findall(r"[^\W\d_]+", name))}
            if customer.customer_since:
                self.other_dates.add(_day(customer.customer_since))
        self.other_dates |= {_day(entry.at) for entry in self.context.history}
        shipments = {shipment.order_number: shipment for shipment in self.context.tracking}
        for order in self.context.orders:
            self._read_order(order, shipments.get(order.number))

    def _read_order(self, order: Order, shipment: Shipment | None) -> None:
        known = self.orders.setdefault(order.number.upper(), OrderGround())
        known.statuses |= STATUSES[order.status]
        known.dates = _dates(order, shipment)
        if order.tracking_number:
            self.tracking[order.tracking_number.upper()] = order.number.upper()
        if shipment:
            self.tracking[shipment.tracking_number.upper()] = order.number.upper()
            known.carriers.add(shipment.carrier.lower())
            self.phrases |= {shipment.last_location, shipment.exception_reason.rstrip(". ")}
            if order.status == "shipped":
                known.statuses |= STATUSES[shipment.status]
        if order.status in UNDER_WAY and "delivered" not in known.statuses and known.dates["due"]:
            known.statuses.add("late" if max(known.dates["due"]) < today() else "on_time")
        if order.refunded.amount > 0:
            known.statuses.add("refunded")
            known.refunds.add(_pair(order.refunded))
        paid = order.paid or order.total
        left = Money(amount=paid.amount - order.refunded.amount, currency=paid.currency)
        known.amounts |= {_pair(order.total), _pair(paid), _pair(order.refunded), _pair(left)}
        quantities = [item.quantity for item in order.items]
        known.counts |= {len(quantities), sum(quantities), *quantities}
        for item in order.items:
            known.amounts |= {_pair(item.price), (item.price.amount * item.quantity, item.price.currency)}
            known.items.add(item.name)
            self.phrases.add(item.name)
            self.references.add(item.sku.upper())

    def _read_action(self, action: ActionResult) -> None:
        # An action that was stored is the customer's own, also when the orders could not be looked up.
        known = self.orders.setdefault(action.order.upper(), OrderGround()) if action.order else OrderGround()
        if action.amount:
            known.amounts.add(_pair(action.amount))
        if action.status != "executed":
            return
        known.statuses |= {status for stem, status in KINDS.items() if stem in action.kind}
        if action.amount and "refund" in action.kind:
            known.refunds.add(_pair(action.amount))


def today() -> date:
    return _day(timezone.now())


def _dates(order: Order, shipment: Shipment | None) -> dict[str, set[date]]:
    delivered = {
        _day(moment)
        for moment in (order.delivered_at, shipment.delivered_at if shipment else None)
        if moment is not None
    }
    due = {_iso(text) for text in (order.estimated_delivery, shipment.estimated_delivery if shipment else None) if text}
    window = timedelta(days=settings.RETURN_WINDOW_DAYS)
    return {
        "placed": {_day(order.placed_at)},
        "shipped": {_day(shipment.shipped_at)} if shipment and shipment.shipped_at else set(),
        "delivered": delivered,
        "due": {day for day in due if day},
        "deadline": {day + window for day in delivered},
    }


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _pair(money: Money) -> tuple[Decimal, str]:
    return money.amount, money.currency
