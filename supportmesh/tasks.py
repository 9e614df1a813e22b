"""What the web process leaves to a worker."""

import uuid

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from actors.errors import Temporary
from supportmesh.gateway import signin
from supportmesh.models import SignInCode


@shared_task(name=signin.SEND_CODE, autoretry_for=(Temporary,), max_retries=4, retry_backoff=2)
def send_code(request_id: str, language: str = settings.LANGUAGE_CODE) -> None:
    """The code of a sign-in, as long as it counts. The arguments name the request, never the address."""
    signin.send_code(uuid.UUID(request_id), language=language)


@shared_task(name="supportmesh.purge_sign_ins")
def purge_sign_ins() -> None:
    """The daily job of beat: codes and sessions that count no more go, and with them the addresses they hold."""
    SignInCode.purge_expired()
    SessionStore.clear_expired()
