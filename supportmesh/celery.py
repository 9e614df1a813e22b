"""The Celery app: `celery -A supportmesh worker`, `... beat`, `... flower`."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

app = Celery("supportmesh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["actors"])
app.conf.beat_schedule = {
    "purge-transcripts": {"task": "actors.purge_transcripts", "schedule": crontab(hour=3, minute=30)},
}
