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
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import Q

from customers.models import Customer
from supportmesh import preflight
from supportmesh.preflight import CannotStart
from supportmesh.stack import NotReady, Stack
from supportmesh.supervisor import KeepsDying

# Who may log in to the demo with their own name as password, and what they may do besides looking at everything.
DEMO_STAFF = {"admin": (), "supervisor": ("change_action", "add_policy"), "agent": ("change_action",)}
DEMO_APPS = ("actors", "customers", "orders", "tracking")


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
    """Make the demo's logins that are missing, and see that each may do its part."""
    users = get_user_model().objects
    ours = Permission.objects.filter(content_type__app_label__in=DEMO_APPS)
    for name, more in DEMO_STAFF.items():
        user = users.filter(username=name).first()
        if user is None:
            user = users.create_user(name, password=name, is_staff=True, is_superuser=name == "admin")
        user.user_permissions.add(*ours.filter(Q(codename__startswith="view_") | Q(codename__in=more)))


def tell(line: str) -> None:
    """Print, if there still is somebody to print to: a closed terminal must not keep us from stopping in order."""
    with contextlib.suppress(OSError):
        print(line, flush=True)
