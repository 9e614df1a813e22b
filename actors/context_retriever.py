"""Looks up what the shop knows of a verified customer, at the three services at the same time, or in the cache; and the
articles that answer a general question of anybody."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pickle import UnpicklingError
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from pydantic import TypeAdapter, ValidationError
from redis.exceptions import RedisError

from actors import services
from actors.articles import articles_for
from actors.base import actor
from actors.errors import Permanent, Temporary
from actors.message import Article, Context, Customer, HistoryEntry, Order, Payload, Shipment

logger = logging.getLogger(__name__)

LONG, SHORT = 30 * 60, 60  # seconds in the cache
# What Django's cache raises when Redis is away, or when an entry is not one of its own.
CACHE_TROUBLE = (RedisError, OSError, ValueError, EOFError, UnpicklingError)
NAMED_ORDERS = 3  # older orders looked up for one message
GENERAL = frozenset({"general_inquiry", "account_issue"})  # what an article may answer

Question = tuple[services.Service, Callable[[], Any]]  # whom to ask, and how


@dataclass(frozen=True)
class Source:
    """One thing to look up: where, how, and for how long it may be remembered."""

    service: services.Service
    seconds: int
    fetch: Callable[[str], Any]
    type: TypeAdapter[Any]


SOURCES = {
    "customer": Source("customers", LONG, services.customer, TypeAdapter(Customer)),
    "history": Source("customers", LONG, services.notes, TypeAdapter(tuple[HistoryEntry, ...])),
    "orders": Source("orders", SHORT, services.orders, TypeAdapter(tuple[Order, ...])),
    "tracking": Source("tracking", SHORT, services.shipments, TypeAdapter(tuple[Shipment, ...])),
}
EMPTY: dict[str, Any] = {"customer": None, "history": (), "orders": (), "tracking": ()}


@actor("processor")
def context_retriever(payload: Payload) -> Context:
    """The customer's own record, orders, shipments and notes; a guest gets none, and none is asked for. The articles
    that answer a general question.

    Never raises for a service that failed: its part is absent, `complete` is False and `missing` names it.
    """
    if not payload.verified or not payload.customer_email:
        return Context(source="none", articles=_articles(payload))
    email = services.normal(payload.customer_email)
    known, version = _remembered(email)
    absent = [name for name in SOURCES if name not in known]
    fetched, missing = _ask({name: (SOURCES[name].service, partial(SOURCES[name].fetch, email)) for name in absent})
    _remember(email, version, {name: value for name, value in fetched.items() if SOURCES[name].service not in missing})
    found = EMPTY | known | fetched
    older, unanswered = _older_named(payload, found["orders"], email)
    missing |= unanswered
    found["orders"] = (*found["orders"][: services.NEWEST_ORDERS - len(older)], *older)
    return Context(
        **found,
        summary=_summary(missing=missing, **found),
        source="services" if absent or older else "cache",
        complete=not missing,
        missing=tuple(sorted(missing)),
        articles=_articles(payload),
    )


def _articles(payload: Payload) -> tuple[Article, ...]:
    intent = payload.intent
    if intent is None or not GENERAL.intersection((intent.category, *intent.secondary)):
        return ()
    return articles_for(payload.customer_message, language=payload.conversation.language)


def drop_cached(email: str) -> None:
    """Forget what is cached of this customer: an action has changed it. A look-up already under way is not kept."""
    keys = _keys(email)
    try:
        # Longer than any entry lives: one signed for an earlier version stays unread until it is gone.
        cache.set(keys["version"], secrets.token_hex(8), timeout=2 * LONG)
        cache.delete_many([keys[name] for name in SOURCES])
    except CACHE_TROUBLE as error:
        logger.warning("context cache: %s", type(error).__name__)


def _ask(questions: dict[str, Question]) -> tuple[dict[str, Any], set[services.Service]]:
    """Ask them all at the same time. What was answered, and which services failed."""
    if not questions:
        return {}, set()
    with ThreadPoolExecutor(len(questions)) as pool:
        answers = list(pool.map(_answer, questions.values()))
    known = {name: value for name, (value, _) in zip(questions, answers, strict=True) if value is not None}
    missing = {service for (service, _), (_, whole) in zip(questions.values(), answers, strict=True) if not whole}
    return known, missing


def _answer(question: Question) -> tuple[Any, bool]:
    """One answer, None when there is none, and whether it is all there is."""
    service, ask = question
    try:
        answer = ask()
    except Temporary as error:
        logger.warning("context: %s", error)
        return None, False
    except Permanent as error:
        logger.error("context: %s", error)
        return None, False
    if not isinstance(answer, services.Owned):
        return answer, True
    if not answer.whole:
        logger.error("context: %s answered with rows of another customer; they were dropped", service)
    return answer.rows, answer.whole


def _older_named(
    payload: Payload, newest: tuple[Order, ...], email: str
) -> tuple[tuple[Order, ...], set[services.Service]]:
    """The customer's own orders that the message names and that are not among the newest."""
    if len(newest) < services.NEWEST_ORDERS or payload.intent is None:
        return (), set()
    numbers = {order.number for order in newest}
    named = [number for number in payload.intent.values("order_number") if number not in numbers]
    found, missing = _ask(
        {number: ("orders", partial(services.orders, email, number=number)) for number in named[:NAMED_ORDERS]}
    )
    return tuple(order for orders in found.values() for order in orders), missing


# --- the cache: lost without harm, and never believed without our signature ---------------------


def _keys(email: str) -> dict[str, str]:
    digest = sha256(services.normal(email).encode()).hexdigest()
    return {name: f"context:{digest}:{name}" for name in ("version", *SOURCES)}


def _remembered(email: str) -> tuple[dict[str, Any], str | None]:
    """What the cache knows, and the version to remember more under (None: the cache is down)."""
    keys = _keys(email)
    try:
        entries = cache.get_many(keys.values())
    except CACHE_TROUBLE as error:
        logger.warning("context cache: %s", type(error).__name__)
        return {}, None
    version = str(entries.get(keys["version"], ""))
    known = {}
    for name, source in SOURCES.items():
        try:
            data = signing.loads(
                str(entries.get(keys[name], "")), salt=f"{keys[name]}:{version}", max_age=source.seconds
            )
            known[name] = source.type.validate_python(data)
        except (signing.BadSignature, ValidationError):
            continue  # not there, too old, of an earlier version of the data or of our types, or a stranger's
    return known, version


def _remember(email: str, version: str | None, fetched: dict[str, Any]) -> None:
    if version is None:
        return
    keys = _keys(email)
    try:
        for name, value in fetched.items():
            data = SOURCES[name].type.dump_python(value, mode="json")
            entry = signing.dumps(data, salt=f"{keys[name]}:{version}")
            cache.set(keys[name], entry, timeout=SOURCES[name].seconds)
    except CACHE_TROUBLE as error:
        logger.warning("context cache: %s", type(error).__name__)


# --- one sentence for a person ------------------------------------------------------------------


def _summary(
    *,
    missing: set[services.Service],
    customer: Customer | None,
    history: tuple[HistoryEntry, ...],
    orders: tuple[Order, ...],
    tracking: tuple[Shipment, ...],
) -> str:
    zone = ZoneInfo(settings.SHOP_TIME_ZONE)
    if customer is not None:
        who = f"{'VIP' if customer.tier == 'vip' else customer.tier.capitalize()} customer"
        if customer.customer_since:
            who += f" since {customer.customer_since.astimezone(zone).year}"
    else:
        who = "Customer data not available" if "customers" in missing else "Customer without a record in the shop"
    if not orders:
        return f"{who}, {'orders not available' if 'orders' in missing else 'no orders'}."
    count = "20 or more orders" if len(orders) >= services.NEWEST_ORDERS else f"{len(orders)} order"
    if 1 < len(orders) < services.NEWEST_ORDERS:
        count += "s"
    newest = orders[0]
    shipped_at = next((one.shipped_at for one in tracking if one.order_number == newest.number), None)
    moment = {"shipped": shipped_at, "delivered": newest.delivered_at}.get(newest.status)
    state = f"{newest.status} on {moment.astimezone(zone):%-d %b %Y}" if moment else newest.status
    return f"{who}, {count}, newest {newest.number} {state}."
