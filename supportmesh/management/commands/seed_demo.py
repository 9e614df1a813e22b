"""Fills the three services with the demo shop's customers, orders and shipments, and the articles."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

import actors
from actors.models import KnowledgeArticle
from customers import demo as customers
from orders import demo as orders
from tracking import demo as tracking


class Command(BaseCommand):
    help = "Make the demo customers, orders, shipments and articles that are not there yet; what exists stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now().astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))
        with transaction.atomic():
            for service in (customers, orders, tracking):
                for what, made in service.seed(now).items():
                    self.stdout.write(f"{what}: {made} made")
            self.stdout.write(f"articles: {seed_articles()} made")


def seed_articles() -> int:
    """Make the demo shop's articles that are not there yet. How many those were."""
    file = Path(actors.__file__).parent / "knowledge" / "articles.yml"
    made = 0
    for language, articles in yaml.safe_load(file.read_text()).items():
        for article in articles:
            key = {"language": language, "title": article.pop("title")}
            made += KnowledgeArticle.objects.get_or_create(**key, defaults=article)[1]
    return made
