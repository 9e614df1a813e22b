"""A shop in files: one JSON object a line, as the services' REST API shows it. Read in bounded memory."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from django.conf import settings
from django.core.exceptions import ValidationError as NotAnAddress
from django.core.validators import validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

LINE_LIMIT = 1_000_000  # bytes
FIRST_YEAR, LAST_YEAR = 1970, 2200


def _text(longest: int, shortest: int = 0) -> Any:
    return Annotated[str, StringConstraints(max_length=longest, min_length=shortest, pattern=r"^[^\x00]*$")]


def _address(value: str) -> str:
    try:
        validate_email(value.strip())
    except NotAnAddress:
        raise ValueError("not an address") from None
    return value.strip().lower()


def _utc(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError("not a year of a shop")
    return value.astimezone(UTC)


def _known_to_the_chat(setting: str) -> Callable[[str], str]:
    def known(value: str) -> str:
        if "/" in value or not re.fullmatch(getattr(settings, setting), value, re.IGNORECASE):
            raise ValueError(f"does not match {setting}")
        return value

    return known


Address = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Time = Annotated[AwareDatetime, AfterValidator(_utc)]
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
OrderNumber = Annotated[_text(40, 1), AfterValidator(_known_to_the_chat("ORDER_NUMBER_PATTERN"))]
TrackingNumber = Annotated[_text(40, 1), AfterValidator(_known_to_the_chat("TRACKING_NUMBER_PATTERN"))]
ShipmentStatus = Literal["label_created", "in_transit", "out_for_delivery", "delivered", "exception"]
OrderStatus = Literal["pending", "confirmed", "processing", "shipped", "delivered", "returned", "cancelled"]


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    file: ClassVar[str]
    key: ClassVar[str]

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, what would be right) where fields that are right alone do not go together."""
        yield from ()


class Money(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,10}(\.\d{1,2})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def value(self) -> Decimal:
        return Decimal(self.amount)


class CustomerLine(Line):
    file = "customers.jsonl"
    key = "email"
    email: Address
    first_name: _text(80, 1)
    last_name: _text(80)
    customer_since: Time
    tier: Literal["standard", "premium", "vip"] = "standard"
    phone: _text(30) = ""


class ItemLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    sku: _text(40)
    name: _text(200, 1)
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    price: Money


class OrderLine(Line):
    file = "orders.jsonl"
    key = "number"
    number: OrderNumber
    customer_email: Address
    status: OrderStatus
    placed_at: Time
    items: Annotated[list[ItemLine], Field(min_length=1, max_length=1000)]
    total: Money
    paid: Money
    refunded: Money | None = None
    tracking_number: TrackingNumber | None = None
    estimated_delivery: Day | None = None
    delivered_at: Time | None = None
    shipping_address: _text(600) = ""
    expedited: bool = False

    def faults(self) -> Iterator[tuple[str, str]]:
        amounts = {"paid": self.paid, "refunded": self.refunded or self.paid}
        amounts |= {f"items.{place}.price": item.price for place, item in enumerate(self.items)}
        for field, amount in amounts.items():
            if amount.currency != self.total.currency:
                yield f"{field}.currency", f"the currency of the total, {self.total.currency}"
        if self.refunded and self.refunded.value > self.paid.value:
            yield "refunded.amount", f"at most what was paid, {self.paid.amount}"
        if self.status == "delivered" and self.delivered_at is None:
            yield "delivered_at", "the time of delivery, as the return window counts from it"


class EventLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    at: Time
    status: ShipmentStatus
    location: _text(120) = ""
    text: _text(200)


class ShipmentLine(Line):
    file = "shipments.jsonl"
    key = "tracking_number"
    tracking_number: TrackingNumber
    order_number: OrderNumber
    customer_email: Address
    carrier: _text(40, 1)
    status: ShipmentStatus
    shipped_at: Time | None = None
    estimated_delivery: Day | None = None
    delivered_at: Time | None = None
    last_location: _text(120) = ""
    exception_reason: _text(200) = ""
    redirected_to: _text(500) = ""
    expedited: bool = False
    events: Annotated[list[EventLine], Field(max_length=1000)] = []

    def faults(self) -> Iterator[tuple[str, str]]:
        if self.status == "delivered" and self.delivered_at is None:
            yield "delivered_at", "the time of delivery"


LINES: tuple[type[Line], ...] = (CustomerLine, OrderLine, ShipmentLine)

# What would be right, by the name of the field.
_TIME = 'a time with its zone, like "2026-03-14T09:30:00Z"'
_DAY = 'a day, like "2026-03-14"'
RIGHT = {
    "email": 'an e-mail address, like "ann@example.com"',
    "customer_email": 'an e-mail address, like "ann@example.com"',
    "customer_since": _TIME,
    "placed_at": _TIME,
    "delivered_at": f"{_TIME}, or null",
    "shipped_at": f"{_TIME}, or null",
    "at": _TIME,
    "estimated_delivery": f"{_DAY}, or null",
    "amount": 'a decimal number as text with at most two decimals, like "129.99"',
    "currency": 'three capital letters of ISO 4217, like "USD"',
    "total": '{"amount": "129.99", "currency": "USD"}',
    "paid": '{"amount": "129.99", "currency": "USD"}, with "0.00" for an unpaid order',
    "refunded": '{"amount": "0.00", "currency": "USD"}',
    "price": '{"amount": "129.99", "currency": "USD"}, of one piece',
    "quantity": "a whole number, at least 1",
    "items": "a list of {sku, name, quantity, price}, at least one",
    "events": "a list of {at, status, location, text}",
    "tier": "standard, premium or vip",
    "expedited": "true or false",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong in one line. Reads like a compiler's message."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field + ': ' if self.field else ''}{self.text}"


def lines(folder: Path, kind: type[Line]) -> Iterator[tuple[int, Line | list[Fault]]]:
    """Each line of a kind's file with its number: what it says, or what is wrong with it. Empty lines are left out."""
    with (folder / kind.file).open("rb") as file:
        number = 0
        while raw := file.readline(LINE_LIMIT + 1):
            number += 1
            if len(raw) > LINE_LIMIT:
                yield number, [Fault(kind.file, number, "", f"longer than {LINE_LIMIT} bytes: one object a line")]
                while not raw.endswith(b"\n") and raw:
                    raw = file.readline(LINE_LIMIT)
                continue
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                yield number, _parsed(kind, number, raw)


def faults(folder: Path, kind: type[Line], *, progress: Callable[[str, int], None]) -> Iterator[Fault]:
    """Everything wrong in a kind's file, a number or address that comes twice included."""
    # Keys seen so far, in a database of SQLite's own that moves to disk when it grows.
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        for number, line in lines(folder, kind):
            progress(kind.file, number)
            if isinstance(line, list):
                yield from line
                continue
            key = getattr(line, kind.key)
            if seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number)).rowcount == 0:
                (first,) = seen.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
                yield Fault(kind.file, number, kind.key, f"{key!r} stands on line {first} already; once is right")
            for field, right in line.faults():
                yield Fault(kind.file, number, field, f"right is {right}")


def _parsed(kind: type[Line], number: int, raw: bytes) -> Line | list[Fault]:
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return [Fault(kind.file, number, ".".join(map(str, one["loc"])), _said(kind, one)) for one in found]


def _said(kind: type[Line], error: dict[str, Any]) -> str:
    name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    if error["type"] == "json_invalid":
        return f"not JSON ({error['ctx']['error']}); right is one object a line"
    if error["type"] == "model_type" and not name:
        return "right is one JSON object a line"
    if error["type"] == "extra_forbidden":
        return f"no such field here; {kind.file} has {', '.join(kind.model_fields)}"
    given = "missing" if error["type"] == "missing" else _short(error["input"])
    return f"{given}; right is {_right(name, error)}"


def _right(name: str, error: dict[str, Any]) -> str:
    if error["type"] == "value_error" and name in ("number", "order_number", "tracking_number"):
        setting = "TRACKING_NUMBER_PATTERN" if name == "tracking_number" else "ORDER_NUMBER_PATTERN"
        return f"what {setting} says ({getattr(settings, setting)}), or the chat does not know it; set {setting}"
    if error["type"] == "literal_error":
        return error["ctx"]["expected"].replace("'", "")
    if name in RIGHT:
        return RIGHT[name]
    longest = error.get("ctx", {}).get("max_length")
    return f"text of at most {longest} characters" if longest else "text, not empty"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
