"""The Celery app: `celery -A supportmesh worker`, `... beat`, `... flower`."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

from actors.routes import MAINTENANCE_QUEUE, queue_names

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

app = Celery("supportmesh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["actors", "supportmesh"])
app.conf.task_queues = [Queue(name) for name in queue_names()]
app.conf.task_default_queue = MAINTENANCE_QUEUE
app.steps["worker"].add("actors.heartbeat:WorkerHeartbeat")
app.conf.beat_schedule = {
    "purge-transcripts": {"task": "actors.purge_transcripts", "schedule": crontab(hour=3, minute=30)},
    "purge-sign-ins": {"task": "supportmesh.purge_sign_ins", "schedule": crontab(hour=3, minute=40)},
}
