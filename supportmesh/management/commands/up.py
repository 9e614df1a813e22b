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
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from customers.models import Customer
from supportmesh import preflight
from supportmesh.preflight import CannotStart
from supportmesh.stack import NotReady, Stack
from supportmesh.supervisor import KeepsDying

DEMO_STAFF = ("admin", "supervisor", "agent")


class Command(BaseCommand):
    help = "Run everything on this machine: broker, web, shop services, workers, sweeper, beat and Flower."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the chat page and the API (8000)")
        parser.add_argument("--workers", type=int, default=2, help="Celery workers, two processes each (2)")
        parser.add_argument("--no-flower", action="store_true", help="run without Flower")
        parser.add_argument("--fresh", action="store_true", help="empty the local database and broker first")

    def handle(self, *, port: int, workers: int, no_flower: bool, fresh: bool, **options: Any) -> None:
        try:
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
        user_model = get_user_model()
        for name in DEMO_STAFF:
            if not user_model.objects.filter(username=name).exists():
                user_model.objects.create_user(name, password=name, is_staff=True, is_superuser=name == "admin")
    connection.close()


def tell(line: str) -> None:
    """Print, if there still is somebody to print to: a closed terminal must not keep us from stopping in order."""
    with contextlib.suppress(OSError):
        print(line, flush=True)
