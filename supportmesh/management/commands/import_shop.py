"""Loads a copy of a shop from three files: all of it, or nothing."""

import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.utils import timezone

from actors.actions import ACTIONS
from actors.models import Policy
from customers.models import Customer
from orders.models import Order, OrderItem
from supportmesh import shop_files
from supportmesh.shop_files import CustomerLine, EventLine, Line, OrderLine, ShipmentLine
from tracking.models import Shipment, ShipmentEvent

BATCH = 1000  # lines
FAULTS_SHOWN = 100
BY_ITSELF = ("confirm", "auto")  # the levels at which the mesh acts without staff


class Command(BaseCommand):
    help = (
        "Load customers.jsonl, orders.jsonl and shipments.jsonl, all of them or nothing. What is there already is "
        "brought up to date. See docs/your-shop.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="only say what is wrong; load nothing")
        parser.add_argument(
            "--writable",
            action="store_true",
            help="this database is the shop itself, not a copy: what the mesh does here is done",
        )

    def handle(self, *, folder: Path, check: bool, writable: bool, verbosity: int, **options: Any) -> None:
        missing = [kind.file for kind in shop_files.LINES if not (folder / kind.file).is_file()]
        if missing:
            raise CommandError(f"{folder} has no {', '.join(missing)}. A shop with none of these has an empty file.")
        self.quiet, self.said = verbosity == 0, time.monotonic()
        self._check(folder)
        if check:
            self.stdout.write("Every line is right. Nothing was loaded.")
            return
        with transaction.atomic():
            for kind, table in TABLES.items():
                before = table.objects.count()
                read = self._load(folder, kind)
                new = table.objects.count() - before
                self.stdout.write(f"{kind.file}: {read} lines, {new} new, {read - new} brought up to date")
            if not writable:
                self._leave_writing_to_staff()

    def _check(self, folder: Path) -> None:
        self.doing = "checked"
        found = (fault for kind in shop_files.LINES for fault in shop_files.faults(folder, kind, progress=self._tell))
        shown = list(islice(found, FAULTS_SHOWN))
        for fault in shown:
            self.stderr.write(str(fault))
        if shown:
            more = f" These are the first {FAULTS_SHOWN}." if len(shown) == FAULTS_SHOWN else ""
            raise CommandError(f"{len(shown)} errors; nothing was loaded.{more}")

    def _load(self, folder: Path, kind: type[Line]) -> int:
        self.doing = "loaded"
        read = 0
        rows = shop_files.lines(folder, kind)
        while batch := list(islice(rows, BATCH)):
            good = [line for _, line in batch if isinstance(line, Line)]
            if len(good) < len(batch):
                raise CommandError(f"{kind.file} was changed while it was read; nothing was loaded.")
            LOAD[kind](good)
            read += len(good)
            self._tell(kind.file, batch[-1][0])
        return read

    def _tell(self, file: str, line: int) -> None:
        """Progress, every few seconds."""
        if not self.quiet and line % BATCH == 0 and time.monotonic() - self.said > 2:
            self.said = time.monotonic()
            self.stderr.write(f"{file}: {line} lines {self.doing}")

    def _leave_writing_to_staff(self) -> None:
        """A copy must not be told that something was done: from now on staff do it in the shop."""
        policy = Policy.current()
        levels = {}
        for name, action in ACTIONS.items():
            rule = policy.rule_for(name)
            if action.writes and (rule.level if rule else action.level) in BY_ITSELF:
                levels[name] = "draft"
        if levels:
            version = Policy.publish(by="import_shop", levels=levels)
            self.stdout.write(
                f"This is a copy of the shop, so staff now decide on every change and make it in the shop itself "
                f"(policy {version}). --writable leaves the policy as it is."
            )


def _load_customers(lines: list[CustomerLine]) -> None:
    _upsert(Customer, [Customer(**line.model_dump()) for line in lines], key="email")


def _load_orders(lines: list[OrderLine]) -> None:
    rows = _upsert(Order, [_order(line) for line in lines], key="number")
    OrderItem.objects.filter(order__in=rows).delete()
    OrderItem.objects.bulk_create(
        OrderItem(order=row, sku=item.sku, name=item.name, quantity=item.quantity, price=item.price.value)
        for row, line in zip(rows, lines, strict=True)
        for item in line.items
    )


def _order(line: OrderLine) -> Order:
    return Order(
        **line.model_dump(exclude={"items", "total", "paid", "refunded", "tracking_number"}),
        currency=line.total.currency,
        total=line.total.value,
        paid=line.paid.value,
        refunded=line.refunded.value if line.refunded else Decimal(0),
        tracking_number=line.tracking_number or "",
    )


def _load_shipments(lines: list[ShipmentLine]) -> None:
    now = timezone.now()
    rows = [Shipment(**line.model_dump(exclude={"events"}), created_at=_created(line, now=now)) for line in lines]
    rows = _upsert(Shipment, rows, key="tracking_number", keep=("created_at",))
    ShipmentEvent.objects.filter(shipment__in=rows).delete()
    ShipmentEvent.objects.bulk_create(_events(rows, [line.events for line in lines]))


def _created(line: ShipmentLine, *, now: datetime) -> datetime:
    return line.shipped_at or now


def _events(rows: list[Shipment], events: list[list[EventLine]]) -> Iterator[ShipmentEvent]:
    for row, scans in zip(rows, events, strict=True):
        for scan in scans:
            yield ShipmentEvent(shipment=row, **scan.model_dump())


def _upsert(table: type[models.Model], rows: list[Any], *, key: str, keep: tuple[str, ...] = ()) -> list[Any]:
    """The rows with their primary keys; those there already are written over, except for what is to `keep`."""
    fields = [field.name for field in table._meta.concrete_fields if not field.primary_key]
    return table.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[key],
        update_fields=[name for name in fields if name != key and name not in keep],
    )


TABLES: dict[type[Line], type[models.Model]] = {CustomerLine: Customer, OrderLine: Order, ShipmentLine: Shipment}
LOAD: dict[type[Line], Any] = {
    CustomerLine: _load_customers,
    OrderLine: _load_orders,
    ShipmentLine: _load_shipments,
}
