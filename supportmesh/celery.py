"""The Celery app: `celery -A supportmesh worker`, `... beat`, `... flower`."""

import os
from typing import Any

import click
import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import import_modules
from django.conf import settings
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES
from tornado.options import options as flower

from actors.routes import MAINTENANCE_QUEUE, queue_names

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

TRANSPORT_ALIASES |= dict.fromkeys(("redis", "rediss"), "actors.broker:Transport")

app = Celery("supportmesh", task_cls="supportmesh.logs:QuietTask")


@app.add_defaults
def celery_settings() -> dict[str, Any]:
    """Django's settings for Celery and no others: a worker tells Flower everything it was configured with, and the
    addresses of Redis and the mail server hold passwords."""
    names = (name for name in dir(settings) if name.startswith("CELERY_"))
    return {name.removeprefix("CELERY_").lower(): getattr(settings, name) for name in names}


app.autodiscover_tasks(["actors", "supportmesh"])
app.conf.task_queues = [Queue(name) for name in queue_names()]
app.conf.task_default_queue = MAINTENANCE_QUEUE
app.steps["worker"].add("actors.heartbeat:WorkerHeartbeat")
# A minute's job that no worker took within the minute is not done twice: the next one does it all.
EACH_MINUTE = {"schedule": crontab(), "options": {"expires": 60}}
app.conf.beat_schedule = {
    "mail-unseen": {"task": "actors.mail_unseen", **EACH_MINUTE},
    "watch-desk": {"task": "actors.watch_desk", **EACH_MINUTE},
    "close-idle": {"task": "actors.close_idle", **EACH_MINUTE},
    "purge-transcripts": {"task": "actors.purge_transcripts", "schedule": crontab(hour=3, minute=30)},
    "purge-sign-ins": {"task": "supportmesh.purge_sign_ins", "schedule": crontab(hour=3, minute=40)},
}


@import_modules.connect(weak=False)
def refuse_mistakes(**kwargs: Any) -> None:
    """End a worker, beat or Flower of an installation that the web process would refuse.

    Each of them sends this signal before it does anything else. Celery runs Django's checks by itself, and ignores what
    they say.
    """
    django.setup()
    from supportmesh.checks import mistakes  # needs the apps

    if told := mistakes() or _flower_mistake():
        raise SystemExit(told)


def _flower_mistake() -> str:
    """Why this process, when it is Flower, may not start: whoever reaches it can stop the workers."""
    context = click.get_current_context(silent=True)
    if context is None or context.command.name != "flower" or flower.unix_socket or _is_loopback(flower.address):
        return ""
    logins = flower.basic_auth or []
    if flower.auth or (logins and all(login.partition(":")[2] for login in logins)):
        return ""
    where = flower.address or "every address of this machine"
    return f"Flower has no login, but listens on {where}. Set FLOWER_BASIC_AUTH=user:password, or --address=127.0.0.1."


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
