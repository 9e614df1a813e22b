"""What the worker does with broker messages that no task can take: parked with the reason and acknowledged, so that
none is delivered again. (Celery's own handlers would write the whole message into the log.)"""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker import consumer

from actors.broker import park

logger = logging.getLogger(__name__)


class Consumer(consumer.Consumer):  # type: ignore[misc]
    """Registered in supportmesh/settings.py."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """The handler of every message, but that a body of a strange shape does not end the worker."""
        handle = super().create_task_handler(*args, **kwargs)

        def handle_or_park(message: Any) -> Any:
            try:
                return handle(message)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                return self.on_invalid_task(None, message, error)

        return handle_or_park

    def on_unknown_message(self, body: Any, message: Any) -> None:
        park("", "not a task: it names none", message.body)
        message.reject_log_error(logger, self.connection_errors)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        park(_task_of(message), "there is no task of this name", message.body)
        message.reject_log_error(logger, self.connection_errors)

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        park(_task_of(message), f"not a valid task: {type(exc).__name__}", message.body)
        message.reject_log_error(logger, self.connection_errors)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        park(_task_of(message), f"it cannot be read: {type(exc).__name__}", message.body)
        message.ack_log_error(logger, self.connection_errors)


def _task_of(message: Any) -> str:
    return str((message.headers or {}).get("task", ""))
