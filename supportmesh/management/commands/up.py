"""`manage.py up`: the whole of SupportMesh on this machine, supervised, in one terminal."""

import asyncio
import contextlib
import io
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from actors.models import Agent, CannedReply
from customers.models import Customer
from supportmesh import preflight
from supportmesh.preflight import CannotStart
from supportmesh.roles import create_groups
from supportmesh.stack import NotReady, Stack
from supportmesh.supervisor import KeepsDying

# Who may log in to the demo with their login as password; what customers call them; and their group.
DEMO_STAFF = {"admin": ("Ada", ""), "supervisor": ("Sam", "supervisor"), "agent": ("Maria", "agent")}
DEMO_WORDS = {
    "We are looking into it": "Hello {{ customer.first_name }}, I am looking into your order {{ order.number }} "
    "and will be back here in a moment.",
    "Where the parcel is": "Your order {{ order.number }} is {{ order.status }}; "
    "its tracking number is {{ order.tracking_number }}.",
    "Goodbye": "Is there anything else I can do for you? Otherwise I wish you a good day. {{ agent.name }}",
}


class Command(BaseCommand):
    requires_system_checks = ()  # preflight asks for them, to say it in sentences
    help = "Run everything on this machine: broker, web, shop services, workers, sweeper, beat and Flower."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the chat page and the API (8000)")
        parser.add_argument("--workers", type=int, default=2, help="Celery workers, two processes each (2)")
        parser.add_argument("--no-flower", action="store_true", help="run without Flower")
        parser.add_argument("--fresh", action="store_true", help="empty the local database and broker first")

    def handle(self, *, port: int, workers: int, no_flower: bool, fresh: bool, **options: Any) -> None:
        try:
            preflight.check_settings()
            with preflight.lock(settings.VAR_DIR):
                check(port=port, workers=workers, fresh=fresh)
                prepare()
                asyncio.run(Stack(port=port, workers=workers, flower=not no_flower, tell=tell).run())
        except (CannotStart, NotReady, KeepsDying) as error:
            print(error, file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:  # before there was anything to stop
            sys.exit(130)


def check(*, port: int, workers: int, fresh: bool) -> None:
    """Everything that can be refused is refused here, before anything runs."""
    if workers < 1:
        raise CannotStart("Without a worker nothing would be answered: --workers must be 1 or more.")
    if fresh and settings.DATABASE_URL:
        raise CannotStart("--fresh empties the local database only: unset DATABASE_URL or leave --fresh out.")
    preflight.check_port(port)
    if os.environ.get("REDIS_URL"):
        preflight.check_redis(settings.REDIS_URL)
    if fresh:
        preflight.empty(settings.VAR_DIR)
    preflight.check_database(settings.DATABASE_URL)


def prepare() -> None:
    """Bring the database up to date; in DEMO, fill an empty one and let the staff in."""
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO:
        if not Customer.objects.exists():
            call_command("seed_demo", stdout=io.StringIO())  # its report is for those who call it themselves
        let_in_demo_staff()
    connection.close()


def let_in_demo_staff() -> None:
    """Make the demo's logins and ready words that are missing, and see that each may do its part."""
    create_groups(Group.objects, Permission.objects)
    users = get_user_model().objects
    for login, (name, group) in DEMO_STAFF.items():
        user = users.filter(username=login).first()
        if user is None:
            user = users.create_user(
                login, password=login, first_name=name, is_staff=True, is_superuser=login == "admin"
            )
            Agent.objects.create(user=user)  # away, until they say in the queue that they are there
        user.groups.add(*Group.objects.filter(name=group))
    for title, text in DEMO_WORDS.items():
        CannedReply.objects.get_or_create(title=title, defaults={"text": text})


def tell(line: str) -> None:
    """Print, if there still is somebody to print to: a closed terminal must not keep us from stopping in order."""
    with contextlib.suppress(OSError):
        print(line, flush=True)
