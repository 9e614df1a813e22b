"""The demo shop's orders: every status, with days counted from today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from orders.models import Order, OrderItem


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One order. Days count from today; `items` are (sku, name, quantity, price of one)."""

    number: str
    customer: str  # address before the @
    status: str
    placed: int
    due: int | None = None
    delivered: int | None = None
    tracking: str = ""
    refunded: str = "0.00"
    paid: bool = True
    items: tuple[tuple[str, str, int, str], ...]


ADDRESSES = {
    "john.doe": "John Doe, 12 Maple Street, Portland, OR 97205, US",
    "jane.smith": "Jane Smith, 480 Lakeview Drive, Madison, WI 53703, US",
    "bob.wilson": "Bob Wilson, 77 Harbor Road, Baltimore, MD 21230, US",
    "sarah.wilson": "Sarah Wilson, 9 Orchard Lane, Boulder, CO 80302, US",
    "vip.customer": "Victoria Palmer, 1 Crescent Court, Dallas, TX 75201, US",
    "returns.customer": "Rita Turner, 230 Pine Avenue, Duluth, MN 55802, US",
    "confused.customer": "Conrad Fuller, 64 Mill Street, Dayton, OH 45402, US",
}

ORDERS = [
    Demo(
        number="ORD-12345678",
        customer="john.doe",
        status="shipped",
        placed=-9,
        due=-2,
        tracking="TRK123456789",
        items=(
            ("HP-700", "Wireless Headphones", 1, "129.99"),
            ("CB-USBC", "USB-C Cable", 2, "9.99"),
        ),
    ),
    Demo(
        number="ORD-12345679",
        customer="john.doe",
        status="processing",
        placed=-1,
        due=5,
        items=(("KB-210", "Mechanical Keyboard", 1, "89.00"),),
    ),
    Demo(
        number="ORD-12345600",
        customer="john.doe",
        status="delivered",
        placed=-62,
        due=-56,
        delivered=-55,
        tracking="TRK123456700",
        items=(("BP-30", "Travel Backpack 30 l", 1, "74.50"),),
    ),
    Demo(
        number="ORD-22222221",
        customer="jane.smith",
        status="confirmed",
        placed=-1,
        due=6,
        items=(("ES-1", "Espresso Machine", 1, "449.00"), ("ES-CUP", "Espresso Cup", 4, "8.50")),
    ),
    Demo(
        number="ORD-22222222",
        customer="jane.smith",
        status="shipped",
        placed=-6,
        due=1,
        tracking="TRK222222222",
        items=(("LP-12", "Reading Lamp", 1, "59.90"),),
    ),
    Demo(
        number="ORD-22222223",
        customer="jane.smith",
        status="returned",
        placed=-41,
        due=-36,
        delivered=-36,
        tracking="TRK222222223",
        refunded="119.00",
        items=(("CO-8", "Rain Coat, size M", 1, "119.00"),),
    ),
    Demo(
        number="ORD-33333331",
        customer="bob.wilson",
        status="pending",
        placed=0,
        due=7,
        paid=False,
        items=(("GR-5", "Garden Hose 25 m", 1, "34.95"),),
    ),
    Demo(
        number="ORD-33333332",
        customer="bob.wilson",
        status="cancelled",
        placed=-20,
        refunded="24.00",
        items=(("MG-2", "Camping Mug", 2, "12.00"),),
    ),
    Demo(
        number="ORD-33333333",
        customer="bob.wilson",
        status="delivered",
        placed=-14,
        due=-9,
        delivered=-10,
        tracking="TRK333333333",
        items=(("TN-3", "Two-Person Tent", 1, "189.00"),),
    ),
    Demo(
        number="ORD-87654321",
        customer="sarah.wilson",
        status="shipped",
        placed=-4,
        due=0,
        tracking="TRK987654321",
        items=(("DR-40", "Summer Dress, size 38", 1, "64.00"), ("SC-4", "Silk Scarf", 1, "28.00")),
    ),
    Demo(
        number="ORD-55555551",
        customer="vip.customer",
        status="processing",
        placed=-2,
        due=4,
        items=(("WT-9", "Smart Watch", 1, "299.00"),),
    ),
    Demo(
        number="ORD-55555552",
        customer="vip.customer",
        status="delivered",
        placed=-25,
        due=-20,
        delivered=-21,
        tracking="TRK555555552",
        items=(("VS-1", "Crystal Vase", 1, "149.00"), ("CN-6", "Scented Candle", 3, "18.00")),
    ),
    Demo(
        number="ORD-11111111",
        customer="returns.customer",
        status="delivered",
        placed=-12,
        due=-7,
        delivered=-7,
        tracking="TRK111111111",
        items=(("TR-42", "Trail Running Shoes, size 42", 1, "119.95"),),
    ),
    Demo(
        number="ORD-66666661",
        customer="confused.customer",
        status="shipped",
        placed=-5,
        due=2,
        tracking="TRK666666661",
        items=(("BL-2", "Hand Blender", 1, "45.00"),),
    ),
    Demo(
        number="ORD-66666662",
        customer="confused.customer",
        status="delivered",
        placed=-18,
        due=-13,
        delivered=-13,
        tracking="TRK666666662",
        items=(("PN-28", "Frying Pan 28 cm", 1, "39.90"), ("KN-1", "Kitchen Knife", 1, "27.50")),
    ),
]


def seed(now: datetime) -> dict[str, int]:
    """Make the orders that are not there yet, with dates relative to `now`. Returns how many rows were made."""
    made = {"orders": 0, "order items": 0}
    for demo in ORDERS:
        total = sum((quantity * Decimal(price) for _, _, quantity, price in demo.items), Decimal())
        order, created = Order.objects.get_or_create(number=demo.number, defaults=_fields(demo, total=total, now=now))
        if created:
            made["orders"] += 1
            made["order items"] += len(demo.items)
            OrderItem.objects.bulk_create(
                OrderItem(order=order, sku=sku, name=name, quantity=quantity, price=Decimal(price))
                for sku, name, quantity, price in demo.items
            )
    return made


def _fields(demo: Demo, *, total: Decimal, now: datetime) -> dict[str, object]:
    return {
        "customer_email": f"{demo.customer}@example.com",
        "status": demo.status,
        "currency": "USD",
        "total": total,
        "paid": total if demo.paid else Decimal(0),
        "refunded": Decimal(demo.refunded),
        "placed_at": now + timedelta(days=demo.placed),
        "estimated_delivery": None if demo.due is None else (now + timedelta(days=demo.due)).date(),
        "delivered_at": None if demo.delivered is None else now + timedelta(days=demo.delivered),
        "tracking_number": demo.tracking,
        "shipping_address": ADDRESSES[demo.customer],
    }
