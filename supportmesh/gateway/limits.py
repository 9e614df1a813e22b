"""How often something may be done: counted in Redis for all processes, in this process while Redis is away."""

import hashlib
import ipaddress
import logging
import time
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from supportmesh.gateway.identity import Identity
from supportmesh.gateway.problems import Problem

logger = logging.getLogger(__name__)

TOO_OFTEN = gettext_noop("Too many tries. Please wait before the next one.")
SLACK = 60  # seconds that a count outlives its window: it is never added to while it expires


class Limit(NamedTuple):
    """At most `most` of `what` by one subject within a window of so many seconds."""

    what: str
    most: int
    seconds: int


class Allowance(NamedTuple):
    """What one subject still has of a limit, and in how many seconds all of it again."""

    limit: Limit
    left: int
    reset: int


# docs/limits.md tells them.
MESSAGES = Limit("messages", 30, 60)  # of one customer or guest, on all their sockets and by REST
MESSAGES_OF_SESSION = Limit("messages-of-session", 60, 60)  # of one conversation, by a server that speaks for many
MESSAGES_OF_ADDRESS = Limit("messages-of-address", 120, 60)  # of the customers there
MESSAGES_OF_GUESTS = Limit("messages-of-guests", 10, 10)  # of the guests of an address: they make up names as they like
MESSAGES_OF_TOKEN = Limit("messages-of-token", 6000, 60)
READS = Limit("reads", 1200, 60)
READS_OF_ADDRESS = Limit("reads-of-address", 1500, 60)
READS_OF_TOKEN = Limit("reads-of-token", 12_000, 60)
CALLS = Limit("calls", 120, 60)  # a rating, a person asked for


class TooMany(Problem):
    """429. `first`: it is the first one too many of its window."""

    def __init__(self, words: str, found: list[Allowance]) -> None:
        over = [allowance for allowance in found if allowance.left < 0]
        wait = max(allowance.reset for allowance in over)
        super().__init__(429, words, headers={"Retry-After": str(wait), **headers(found)})
        self.first = any(allowance.left == -1 for allowance in over)


def spend(
    counted: Iterable[tuple[Limit, str]], *, words: str = TOO_OFTEN, open_while_away: bool = False
) -> list[Allowance]:
    """One more of each of these, each by its subject; returns what is left.

    Raises TooMany beyond any of the limits, in these words, which are translated. While Redis is away each process
    counts for itself, or nobody counts (`open_while_away`).
    """
    now, cache = time.time(), caches["default"]
    found = []
    for limit, subject in counted:
        window, into = divmod(now, limit.seconds)
        key = f"limit:{limit.what}:{window:.0f}:{hashlib.sha256(subject.encode()).hexdigest()}"
        try:
            done = _one_more(cache, key, limit.seconds)
        except (RedisError, OSError) as error:
            if open_while_away:
                return []
            logger.warning("%s is counted in this process alone: %s", limit.what, type(error).__name__)
            cache = caches["process"]  # for the others too: each question to a frozen Redis takes a second
            done = _one_more(cache, key, limit.seconds)
        found.append(Allowance(limit, limit.most - done, int(limit.seconds - into) + 1))
    if any(allowance.left < 0 for allowance in found):
        raise TooMany(_(words), found)
    return found


def count(what: str, subject: str, *, limit: int, seconds: int, words: str = TOO_OFTEN) -> None:
    """`spend` for one limit."""
    spend([(Limit(what, limit, seconds), subject)], words=words)


def headers(found: list[Allowance]) -> dict[str, str]:
    """What an answer says of them: RateLimit and RateLimit-Policy as the IETF's draft has them; none without any."""
    if not found:
        return {}
    policies = (f'"{limit.what}";q={limit.most};w={limit.seconds}' for limit, _left, _reset in found)
    left = (f'"{one.limit.what}";r={max(one.left, 0)};t={one.reset}' for one in found)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}


def _one_more(cache: BaseCache, key: str, seconds: int) -> int:
    """Atomic: of two that come at once, both are counted."""
    try:
        return cache.incr(key)
    except ValueError:  # the first of its window
        cache.add(key, 0, timeout=seconds + SLACK)
        return cache.incr(key)


# --- what counts for whom ---------------------------------------------------------------------


def of_message(identity: Identity, client: str, session_id: object) -> list[tuple[Limit, str]]:
    """What a message counts as: the caller's and, of a guest or customer, their network's."""
    if identity.caller == "service":
        return []
    if identity.kind == "server":  # which may speak in any conversation; nobody else can use up another's
        of_session = [(MESSAGES_OF_SESSION, str(session_id))] if session_id else []
        return [(MESSAGES_OF_TOKEN, identity.caller), *of_session]
    if identity.is_shared:
        return []
    of_address = MESSAGES_OF_GUESTS if identity.kind == "guest" else MESSAGES_OF_ADDRESS
    return [(MESSAGES, identity.caller or network(client)), *_of_network(of_address, client)]


def of_call(identity: Identity, client: str, *, reading: bool) -> list[tuple[Limit, str]]:
    """Likewise, for every other call of the chat."""
    if identity.caller == "service" or (identity.is_shared and identity.kind != "server"):
        return []
    if identity.kind == "server":
        return [(READS_OF_TOKEN, identity.caller)]
    name = identity.caller or (identity.user.get_username() if identity.user else network(client))
    if not reading:
        return [(CALLS, name)]
    return [(READS, name), *_of_network(READS_OF_ADDRESS, client)]


def _of_network(limit: Limit, client: str) -> list[tuple[Limit, str]]:
    return [] if at_home(client) else [(limit, network(client))]


def at_home(client: str) -> bool:
    """Whether it is this machine itself, with no proxy between: what is tried out and measured here is one's own, and
    counts for no address."""
    return not settings.TRUSTED_PROXIES and _is_loopback(client)


def network(client: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 subscriber has for themselves."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
