"""Whoever fails a few times in a row is left alone for a while, then tried with a single call."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from circuitbreaker import STATE_HALF_OPEN, CircuitBreaker

from actors.errors import Permanent, Temporary

logger = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 3  # open a circuit


class Circuit:
    """Counts the failures of one service or model, by `name` in what it raises and logs.

    A failure is a Temporary: an answer that never came, came broken, or was a 5xx; what is refused is an answer. The
    library counts and keeps time, but is not thread-safe: it is asked and told under a lock. Calls run outside of it,
    or they would wait for each other.
    """

    def __init__(self, name: str, *, open_for: float) -> None:
        self._name = name
        self._breaker = CircuitBreaker(
            failure_threshold=FAILURES_IN_A_ROW, recovery_timeout=open_for, expected_exception=Temporary, name=name
        )
        self._lock = threading.Lock()
        self._trying = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one call. Raises Temporary at once, without the call, while the circuit is open."""
        trial = self._enter()
        try:
            yield
        except Temporary as error:
            self._learn(error)
            raise
        except Permanent:
            self._learn(None)
            raise
        else:
            self._learn(None)
        finally:
            if trial:
                self._trying = False

    def _enter(self) -> bool:
        """Whether this call is the one that tries who was left alone."""
        with self._lock:
            trial = self._breaker.state == STATE_HALF_OPEN
            if self._breaker.opened or (trial and self._trying):
                raise Temporary(f"{self._name} is not asked for a while")
            self._trying = self._trying or trial
            return trial

    def _learn(self, error: Temporary | None) -> None:
        with self._lock:
            was_open = not self._breaker.closed
            try:
                with self._breaker:
                    if error is not None:
                        raise error
            except Temporary:
                if self._breaker.opened and not was_open:
                    logger.warning("%s failed %s times in a row: left alone", self._name, FAILURES_IN_A_ROW)
            else:
                if was_open:
                    logger.info("%s answers again", self._name)
