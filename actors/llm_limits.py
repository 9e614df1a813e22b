"""What the LLM may cost: calls, seconds and money per turn, calls and money per day (UTC).

Counted in the cache, where every worker adds to the same numbers. A call counts before it is made, what it cost when
it is over: at the limit each worker may have one call under way. Redis, restarted empty, begins to count anew.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TURN_KEPT = 3600  # seconds
DAY_KEPT = 2 * 86_400
MICRO = Decimal(1_000_000)  # money is counted in millionths of a dollar
_COUNTS = ("calls", "millis", "micros")


class OverLimit(Exception):
    """No further call. The text says which limit."""


@dataclass(frozen=True)
class Left:
    """What one more call may take."""

    seconds: float
    cost: Decimal  # USD


def begin(message_id: str) -> Left:
    """Count one more call of this turn. Raises OverLimit, and when the counters do not answer."""
    turn, day = f"llm:turn:{message_id}", f"llm:day:{datetime.now(UTC).date()}"
    try:
        spent = cache.get_many([f"{scope}:{name}" for scope in (turn, day) for name in _COUNTS])
        left = Left(
            seconds=settings.LLM_TURN_SECONDS - spent.get(f"{turn}:millis", 0) / 1000,
            cost=min(
                settings.LLM_TURN_COST - spent.get(f"{turn}:micros", 0) / MICRO,
                settings.LLM_DAY_COST - spent.get(f"{day}:micros", 0) / MICRO,
            ),
        )
        if spent.get(f"{turn}:calls", 0) >= settings.LLM_TURN_CALLS:
            raise OverLimit("the turn's calls are used up")
        if left.seconds <= 0:
            raise OverLimit("the turn's time is used up")
        if spent.get(f"{day}:calls", 0) >= settings.LLM_DAY_CALLS:
            raise OverLimit("the day's calls are used up")
        if left.cost <= 0:
            raise OverLimit("the turn's or the day's money is used up")
        _add(f"{turn}:calls", 1, kept=TURN_KEPT)
        _add(f"{day}:calls", 1, kept=DAY_KEPT)
    except (RedisError, OSError) as error:
        logger.warning("no LLM call: the counters do not answer (%s)", type(error).__name__)
        raise OverLimit("the counters do not answer") from None
    return left


def settle(message_id: str, *, seconds: float, cost: Decimal | None) -> None:
    """Count what a call took. An unknown cost counts as a call alone."""
    micros = int((cost or Decimal(0)) * MICRO)
    try:
        _add(f"llm:turn:{message_id}:millis", int(seconds * 1000), kept=TURN_KEPT)
        _add(f"llm:turn:{message_id}:micros", micros, kept=TURN_KEPT)
        _add(f"llm:day:{datetime.now(UTC).date()}:micros", micros, kept=DAY_KEPT)
    except (RedisError, OSError) as error:
        logger.warning("an LLM call's cost was not counted: %s", type(error).__name__)


def _add(key: str, number: int, *, kept: int) -> None:
    cache.add(key, 0, kept)
    cache.incr(key, number)
