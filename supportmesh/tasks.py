"""What the web process leaves to a worker."""

import uuid

from celery import shared_task

from actors.errors import Temporary
from supportmesh.gateway import signin


@shared_task(name=signin.SEND_CODE, autoretry_for=(Temporary,), max_retries=4, retry_backoff=2)
def send_code(request_id: str) -> None:
    """The code of a sign-in, as long as it counts. The arguments name the request, never the address."""
    signin.send_code(uuid.UUID(request_id))
