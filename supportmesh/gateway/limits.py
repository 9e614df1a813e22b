"""How often something may be done: counted in Redis for all processes, in this process while Redis is away."""

import hashlib
import ipaddress
import logging
import time

from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

from supportmesh.gateway.problems import Problem

logger = logging.getLogger(__name__)

TOO_OFTEN = "Too many tries. Please wait before the next one."


def count(what: str, subject: str, *, limit: int, seconds: int) -> None:
    """One more `what` of this subject. Raises Problem 429 beyond `limit` within a window of so many seconds."""
    now = time.time()
    window, into = divmod(now, seconds)
    key = f"limit:{what}:{window:.0f}:{hashlib.sha256(subject.encode()).hexdigest()}"
    try:
        done = _add(caches["default"], key, seconds)
    except (RedisError, OSError) as error:
        logger.warning("%s is counted in this process alone: %s", what, type(error).__name__)
        done = _add(caches["process"], key, seconds)
    if done > limit:
        raise Problem(429, TOO_OFTEN, headers={"Retry-After": str(int(seconds - into) + 1)})


def _add(cache: BaseCache, key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it expired in between
        return 1


def network(client: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 subscriber has for themselves."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
