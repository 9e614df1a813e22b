"""The demo shop's shipments, with days counted from today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracking.models import Shipment, ShipmentEvent


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One shipment. Days count from today; `scans` are (day, status, place, text), oldest first."""

    number: str
    order: str
    customer: str  # address before the @
    carrier: str
    due: int
    exception: str = ""
    scans: tuple[tuple[int, str, str, str], ...]


def _delivered(*, shipped: int, on: int, hub: str, city: str) -> tuple[tuple[int, str, str, str], ...]:
    return (
        (shipped, "in_transit", hub, "Left the warehouse"),
        (on, "out_for_delivery", city, "Out for delivery"),
        (on, "delivered", city, "Delivered"),
    )


SHIPMENTS = [
    Demo(
        number="TRK123456789",
        order="ORD-12345678",
        customer="john.doe",
        carrier="UPS",
        due=-2,
        scans=(
            (-7, "in_transit", "Reno, NV", "Left the warehouse"),
            (-5, "in_transit", "Sacramento, CA", "Arrived at the sorting centre"),
        ),
    ),
    Demo(
        number="TRK123456700",
        order="ORD-12345600",
        customer="john.doe",
        carrier="UPS",
        due=-56,
        scans=_delivered(shipped=-60, on=-55, hub="Reno, NV", city="Portland, OR"),
    ),
    Demo(
        number="TRK222222222",
        order="ORD-22222222",
        customer="jane.smith",
        carrier="FedEx",
        due=1,
        exception="The address label is damaged",
        scans=(
            (-4, "in_transit", "Reno, NV", "Left the warehouse"),
            (-1, "exception", "Chicago, IL", "The address label is damaged"),
        ),
    ),
    Demo(
        number="TRK222222223",
        order="ORD-22222223",
        customer="jane.smith",
        carrier="FedEx",
        due=-36,
        scans=_delivered(shipped=-39, on=-36, hub="Reno, NV", city="Madison, WI"),
    ),
    Demo(
        number="TRK333333333",
        order="ORD-33333333",
        customer="bob.wilson",
        carrier="USPS",
        due=-9,
        scans=_delivered(shipped=-13, on=-10, hub="Reno, NV", city="Baltimore, MD"),
    ),
    Demo(
        number="TRK987654321",
        order="ORD-87654321",
        customer="sarah.wilson",
        carrier="UPS",
        due=0,
        scans=(
            (-3, "in_transit", "Reno, NV", "Left the warehouse"),
            (-1, "in_transit", "Denver, CO", "Arrived at the sorting centre"),
            (0, "out_for_delivery", "Boulder, CO", "Out for delivery"),
        ),
    ),
    Demo(
        number="TRK555555552",
        order="ORD-55555552",
        customer="vip.customer",
        carrier="FedEx",
        due=-20,
        scans=_delivered(shipped=-24, on=-21, hub="Reno, NV", city="Dallas, TX"),
    ),
    Demo(
        number="TRK111111111",
        order="ORD-11111111",
        customer="returns.customer",
        carrier="USPS",
        due=-7,
        scans=_delivered(shipped=-11, on=-7, hub="Reno, NV", city="Duluth, MN"),
    ),
    Demo(
        number="TRK666666661",
        order="ORD-66666661",
        customer="confused.customer",
        carrier="USPS",
        due=2,
        scans=((-3, "in_transit", "Reno, NV", "Left the warehouse"),),
    ),
    Demo(
        number="TRK666666662",
        order="ORD-66666662",
        customer="confused.customer",
        carrier="USPS",
        due=-13,
        scans=_delivered(shipped=-17, on=-13, hub="Reno, NV", city="Dayton, OH"),
    ),
]


def seed(now: datetime) -> dict[str, int]:
    """Make the shipments that are not there yet, with dates relative to `now`. Returns how many rows were made."""
    made = {"shipments": 0, "shipment events": 0}
    for demo in SHIPMENTS:
        shipment, created = Shipment.objects.get_or_create(tracking_number=demo.number, defaults=_fields(demo, now=now))
        if created:
            made["shipments"] += 1
            made["shipment events"] += len(demo.scans)
            ShipmentEvent.objects.bulk_create(
                ShipmentEvent(shipment=shipment, at=now + timedelta(days=day), status=status, location=place, text=text)
                for day, status, place, text in demo.scans
            )
    return made


def _fields(demo: Demo, *, now: datetime) -> dict[str, object]:
    shipped = now + timedelta(days=demo.scans[0][0])
    day, status, place, _ = demo.scans[-1]
    return {
        "order_number": demo.order,
        "customer_email": f"{demo.customer}@example.com",
        "carrier": demo.carrier,
        "status": status,
        "created_at": shipped,
        "shipped_at": shipped,
        "estimated_delivery": (now + timedelta(days=demo.due)).date(),
        "delivered_at": now + timedelta(days=day) if status == "delivered" else None,
        "last_location": place,
        "exception_reason": demo.exception,
    }
