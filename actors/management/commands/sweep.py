import logging
import os
import signal
import socket
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import close_old_connections

from actors.heartbeat import beat, silence
from actors.recovery import sweep

logger = logging.getLogger(__name__)

INTERVAL = 0.7  # seconds
LONGEST_PAUSE = 10  # seconds, while the database is away


class Command(BaseCommand):
    help = "Finds messages that nobody works any more and starts them again. Runs until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"{os.getpid()}@{socket.gethostname()}"
        self.stopping = threading.Event()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        pause = INTERVAL
        while not self.stopping.is_set():
            beat("sweeper", name)
            try:
                close_old_connections()
                sweep()
                pause = INTERVAL
            except DatabaseError as error:
                pause = min(pause * 2, LONGEST_PAUSE)
                logger.warning("the database is away (%s); next look in %.1f s", type(error).__name__, pause)
            self.stopping.wait(pause)
        silence("sweeper", name)

    def _stop(self, *_: Any) -> None:
        self.stopping.set()
