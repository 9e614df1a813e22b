"""The demo shop's customers."""

from datetime import UTC, datetime, timedelta

from customers.models import Customer, CustomerNote

CUSTOMERS = [
    # address before the @, first name, last name, tier, customer since, phone
    ("john.doe", "John", "Doe", "premium", (2023, 3, 14), "+1 555 0101"),
    ("jane.smith", "Jane", "Smith", "vip", (2021, 9, 2), "+1 555 0102"),
    ("bob.wilson", "Bob", "Wilson", "standard", (2024, 6, 21), ""),
    ("sarah.wilson", "Sarah", "Wilson", "standard", (2024, 11, 5), "+1 555 0104"),
    ("vip.customer", "Victoria", "Palmer", "vip", (2020, 1, 30), "+1 555 0105"),
    ("returns.customer", "Rita", "Turner", "standard", (2025, 2, 17), ""),
    ("confused.customer", "Conrad", "Fuller", "standard", (2025, 5, 8), ""),
]
NOTES = [
    # address before the @, days ago, author, text
    ("john.doe", 40, "Dana", "Parcel of an earlier order came a day late; offered free shipping, accepted."),
    ("john.doe", 120, "Sam", "Asked to change the phone number on the account. Done."),
    ("jane.smith", 15, "Dana", "Prefers delivery in the afternoon."),
    ("vip.customer", 60, "Sam", "Thanked us for the quick exchange of a damaged lamp."),
    ("returns.customer", 90, "Dana", "Asked how sizes run; recommended one size up for running shoes."),
]


def seed(now: datetime) -> dict[str, int]:
    """Make what is not there yet, with dates relative to `now`. Returns how many rows were made."""
    made = {"customers": 0, "customer notes": 0}
    fresh = {}
    for name, first_name, last_name, tier, since, phone in CUSTOMERS:
        customer, created = Customer.objects.get_or_create(
            email=f"{name}@example.com",
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "tier": tier,
                "phone": phone,
                "customer_since": datetime(*since, 9, 30, tzinfo=UTC),
            },
        )
        if created:
            fresh[name] = customer
    for name, days_ago, author, text in NOTES:
        if name in fresh:  # a note that staff removed from a customer stays removed
            CustomerNote.objects.create(
                customer=fresh[name], at=now - timedelta(days=days_ago), author=author, text=text
            )
            made["customer notes"] += 1
    return made | {"customers": len(fresh)}
