"""`python -m tests.chaos.seed`: migrates the database of DATABASE_URL and fills it with what the load needs."""

import io
import os
import sys
from datetime import timedelta
from decimal import Decimal

import django

CUSTOMERS = 3000
PAID = Decimal(100_000)


def email(number: int) -> str:
    """The customer's address."""
    return f"chaos.{number}@example.com"


def order(number: int) -> str:
    """The customer's one order."""
    return f"ORD-{90_000_000 + number}"


def main() -> None:
    """Migrate, and make the demo's rows, the load's customers with an order each, and the token it calls with."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from customers.models import Customer
    from orders.models import Order
    from supportmesh.models import ApiToken

    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo", stdout=io.StringIO())
    now = timezone.now()
    Customer.objects.bulk_create(
        Customer(
            email=email(number),
            first_name="Charlie",
            last_name="Chaos",
            tier="standard",
            customer_since=now - timedelta(days=400),
        )
        for number in range(CUSTOMERS)
    )
    Order.objects.bulk_create(
        Order(
            number=order(number),
            customer_email=email(number),
            status=Order.Status.DELIVERED,
            total=PAID,
            paid=PAID,
            placed_at=now - timedelta(days=9),
            delivered_at=now - timedelta(days=2),
        )
        for number in range(CUSTOMERS)
    )
    _, token = ApiToken.objects.create_key(name="chaos")
    sys.stdout.write(token)


if __name__ == "__main__":
    main()
