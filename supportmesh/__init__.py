"""The Django project: composition root and gateway. Nothing imports it."""

from supportmesh.celery import app as celery_app

__all__ = ["celery_app"]
