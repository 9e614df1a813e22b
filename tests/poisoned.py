"""A Django app for stacks of tests: an actor that dies of some messages. Used with `tests.poisoned_settings`."""

import dataclasses
import os
import signal
import time
from typing import Any

from django.apps import AppConfig

KILLS, HANGS = "zebra-one", "zebra-two"


class PoisonedConfig(AppConfig):
    name = "tests.poisoned"
    path = os.path.dirname(__file__)

    def ready(self) -> None:
        from actors.base import ACTORS

        actor = ACTORS["intent_analyzer"]

        def dies(payload: Any) -> Any:
            if KILLS in payload.customer_message and not _mended():
                os.kill(os.getpid(), signal.SIGKILL)
            while HANGS in payload.customer_message and not _mended():
                time.sleep(1)
            return actor.function(payload)

        ACTORS["intent_analyzer"] = dataclasses.replace(actor, function=dies)


def _mended() -> bool:
    return os.path.exists(os.path.join(os.environ["VAR_DIR"], "mended"))
