"""The queue as kombu reads it, but for what is no message at all: kombu would end the worker over it, and another one
for the next. Registered in supportmesh/celery.py. It imports no model: Flower reads the queues without Django."""

import json
import logging
from typing import Any

from django.apps import apps
from django.db import Error as DatabaseError
from django.db import connection
from kombu.transport import redis, virtual

logger = logging.getLogger(__name__)


class NoMessage(Exception):
    """It came out of a queue, and is none of kombu's messages."""


class BrokerMessage(virtual.Message):  # type: ignore[misc]
    def __init__(self, payload: Any, channel: Any = None, **kwargs: Any) -> None:
        try:
            super().__init__(payload, channel=channel, **kwargs)
        except Exception as error:  # whatever is wrong with it, a stranger wrote it
            raise NoMessage(payload) from error


class Channel(redis.Channel):  # type: ignore[misc]
    Message = BrokerMessage

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            park("", "not JSON", getattr(error, "doc", None) or getattr(error, "object", b""))
        except NoMessage as error:
            park("", "not a message of a task queue", error.args[0])
        return True  # it is out of the queue


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel


def park(task: str, reason: str, body: Any) -> None:
    """Keep a broker message where an operator sees it, and log the reason alone."""
    logger.error("a broker message was parked: %s", reason)
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    text = text if isinstance(text, str) else json.dumps(text, default=str)
    try:
        apps.get_model("actors", "ParkedMessage").keep(task=task, reason=reason, body=text)
    except DatabaseError as error:
        logger.error("it could not be kept, the database is away (%s): it is gone", type(error).__name__)
    finally:
        connection.close()  # the worker's main process keeps none, or its children would inherit it
