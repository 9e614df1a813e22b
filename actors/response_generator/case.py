"""What a template works with: one message, what is known of its customer, and the facts stated so far."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actors.items import orders_by_item
from actors.message import Article, Context, Customer, Fact, Intent, IntentName, Money, Order, Payload, Shipment
from actors.wording import status_word, written_date, written_money

LISTED = 5  # orders in one list
UNSHIPPED = ("pending", "confirmed", "processing")


@dataclass
class Case:
    """One message. What stands in `context` counts for verified customers only."""

    payload: Payload
    intent: Intent
    facts: dict[tuple[str, str, str], Fact] = field(default_factory=dict)
    described: set[str] = field(default_factory=set)  # orders whose status this reply already tells

    @property
    def context(self) -> Context | None:
        return self.payload.context if self.payload.verified else None

    @property
    def articles(self) -> tuple[Article, ...]:
        """Everybody may read them."""
        return self.payload.context.articles if self.payload.context else ()

    @property
    def customer(self) -> Customer | None:
        return self.context.customer if self.context else None

    @property
    def orders(self) -> tuple[Order, ...]:
        return self.context.orders if self.context else ()

    @property
    def orders_known(self) -> bool:
        """Whether an order that is absent does not exist."""
        return self.context is not None and (self.context.complete or self.context.missing in (("tracking",),))

    def shipment(self, order: Order) -> Shipment | None:
        shipments = self.context.tracking if self.context else ()
        return next((s for s in shipments if s.order_number == order.number), None)

    # Each writes a fact down and returns it as it goes into the text.

    def say(self, kind: str, value: str, source: str) -> str:
        self.facts[kind, value, source] = Fact(kind=kind, value=value, source=source)  # type: ignore[arg-type]
        return value

    def say_order(self, order: Order) -> str:
        """`ORD-12345678 (Wireless Headphones and 1 more item)`."""
        number = self.say("order_number", order.number, order.number)
        if not order.items:
            return number
        first = self.say("item", order.items[0].name, order.number)
        more = len(order.items) - 1
        if not more:
            return f"{number} ({first})"
        text = ngettext("{number} ({item} and {count} more item)", "{number} ({item} and {count} more items)", more)
        return text.format(number=number, item=first, count=more)

    def say_money(self, money: Money, source: str) -> str:
        return self.say("amount", written_money(money), source)

    def say_date(self, day: date, source: str) -> str:
        return self.say("date", written_date(day), source)

    def say_status(self, status: str, source: str) -> str:
        return self.say("status", status_word(status), source)

    def say_article(self, article: Article) -> str:
        """An article word for word, below its title."""
        title = self.say("policy", article.title, article.title)
        return _('From our article "{title}":').format(title=title) + f"\n{article.text}"

    def say_window(self) -> str:
        """How long an order can be returned."""
        days = settings.RETURN_WINDOW_DAYS
        written = ngettext("{count} days", "{count} days", days).format(count=days)
        return self.say("policy", written, "RETURN_WINDOW_DAYS")


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def shop_day(moment: datetime) -> date:
    """The day on the shop's calendar."""
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()


def today() -> date:
    return shop_day(timezone.now())


def due_day(order: Order, shipment: Shipment | None) -> date | None:
    """When it is expected: the carrier knows better than the order."""
    for text in (shipment.estimated_delivery if shipment else None, order.estimated_delivery):
        if text and re.match(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text[:10])
    return None


def delivery_day(order: Order, shipment: Shipment | None) -> date | None:
    moment = order.delivered_at or (shipment.delivered_at if shipment else None)
    return shop_day(moment) if moment else None


def is_delivered(order: Order, shipment: Shipment | None) -> bool:
    arrived = shipment is not None and shipment.status == "delivered"
    return order.status == "delivered" or (order.status == "shipped" and arrived)


def is_late(order: Order, shipment: Shipment | None) -> bool:
    due = due_day(order, shipment)
    under_way = order.status in (*UNSHIPPED, "shipped") and not is_delivered(order, shipment)
    return under_way and due is not None and due < today()


def return_deadline(order: Order, shipment: Shipment | None) -> date | None:
    delivered = delivery_day(order, shipment)
    return delivered + timedelta(days=settings.RETURN_WINDOW_DAYS) if delivered else None


def named_references(intent: Intent) -> tuple[str, ...]:
    """The order numbers the customer wrote; else the tracking numbers."""
    return intent.values("order_number") or intent.values("tracking_number")


def named_orders(case: Case) -> tuple[list[Order], list[str]]:
    """(orders the customer named, references which are not among theirs)."""
    found: dict[str, Order] = {}
    unknown: list[str] = []
    for reference in (*case.intent.values("order_number"), *case.intent.values("tracking_number")):
        order = next((order for order in case.orders if _is_named(order, reference, case.shipment(order))), None)
        if order:
            found[order.number] = order
        else:
            unknown.append(reference)
    return list(found.values()), unknown


def _is_named(order: Order, reference: str, shipment: Shipment | None) -> bool:
    own = (order.number, order.tracking_number, shipment.tracking_number if shipment else None)
    return reference.upper() in (number.upper() for number in own if number)


def relevant_orders(case: Case, wish: IntentName) -> list[Order]:
    """The orders a wish is about: those named by number or by an item which it fits, else the newest it fits, else the
    newest."""
    named = named_orders(case)[0]
    if not named and not named_references(case.intent):
        named = orders_by_item(case.payload.customer_message, case.orders)
    fitting = [order for order in named or case.orders if _fits(case, wish, order)]
    if named:
        return (fitting or named)[:LISTED]
    if wish == "delivery_issue":
        in_trouble = [order for order in fitting if _in_trouble(case, order)]
        return in_trouble[:LISTED] or (fitting or list(case.orders))[:1]
    if wish in ("order_inquiry", "billing_question"):
        return (fitting or list(case.orders[:1]))[:LISTED]
    return (fitting or list(case.orders))[:1]


def _fits(case: Case, wish: IntentName, order: Order) -> bool:
    delivered = is_delivered(order, case.shipment(order))
    match wish:
        case "order_inquiry":
            return order.status in (*UNSHIPPED, "shipped") and not delivered
        case "delivery_issue":
            return order.status == "shipped" or _in_trouble(case, order)
        case "product_complaint" | "return_request":
            return delivered
        case "refund_request":
            return delivered or order.status in ("returned", "cancelled")
        case "cancellation_request" | "order_change":
            return order.status in UNSHIPPED
        case _:
            return True


def _in_trouble(case: Case, order: Order) -> bool:
    shipment = case.shipment(order)
    held_up = order.status == "shipped" and shipment is not None and shipment.status == "exception"
    return held_up or is_late(order, shipment)
