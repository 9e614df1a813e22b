"""What an exception says of itself may quote a customer: a row, an address, a message. Logs and Flower get its type."""

import logging
import traceback
from types import TracebackType
from typing import Any

from celery import Task
from celery.exceptions import TaskPredicate

logger = logging.getLogger(__name__)


def frames(error: BaseException) -> str:
    """Where it happened and what type it is of, and so of each error that led to it; none of their words."""
    told = []
    seen: BaseException | None = error
    while seen is not None and len(told) < 10:
        told.append("".join(traceback.format_tb(seen.__traceback__)) + type(seen).__qualname__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\nbecause of\n".join(told)


class LogFormatter(logging.Formatter):
    """Lines as everywhere, with exceptions told by their frames."""

    def formatException(  # noqa: N802  its name in logging
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return frames(ei[1]) if ei[1] is not None else ""


class Failed(Exception):
    """A task failed; the text is the type of its error."""


class QuietTask(Task):
    """Every task of ours. Celery would put an error's own words into the worker's log and into Flower."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.run(*args, **kwargs)
        except TaskPredicate:  # a retry: no failure yet
            raise
        except Exception as error:  # noqa: BLE001  of whatever kind
            logger.error("%s failed\n%s", self.name, frames(error))
            raise Failed(type(error).__name__) from None
