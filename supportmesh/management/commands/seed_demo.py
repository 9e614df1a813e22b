"""Fills the three services with the demo shop's customers, orders and shipments."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from customers import demo as customers
from orders import demo as orders
from tracking import demo as tracking


class Command(BaseCommand):
    help = "Make the demo customers, orders and shipments that are not there yet; what exists stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now().astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
        with transaction.atomic():
            for service in (customers, orders, tracking):
                for what, made in service.seed(now).items():
                    self.stdout.write(f"{what}: {made} made")
