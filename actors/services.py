"""The one door to the shop's three services, over HTTP. It has timeouts and no retries: those are the base's alone.

What a service says is believed only when it has the right shape and belongs to the customer asked about. Errors name
the service and the kind of trouble, never an address, an order or a URL.
"""

import logging
import os
import time
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

import requests
import urllib3
from django.conf import settings
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from requests.adapters import HTTPAdapter

from actors.circuit import Circuit
from actors.errors import Permanent, Temporary
from actors.message import Customer, HistoryEntry, Order, Shipment

Service = Literal["customers", "orders", "tracking"]
Row = TypeVar("Row", bound=BaseModel)

CONNECT_TIMEOUT = 2.0  # seconds
READ_TIMEOUT = 5.0  # seconds without a byte, and seconds for the whole body
BODY_LIMIT = 2_000_000  # bytes
NEWEST_ORDERS = 20
NEWEST_SHIPMENTS = 50
NEWEST_NOTES = 20
OPEN_FOR = 30.0  # seconds in which a service that failed is not asked; then one call tries

# It logs URLs, and ours hold the customer's address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


class _Page(BaseModel):
    results: list[dict[str, Any]]


class _Owner(BaseModel):
    customer_email: str


@dataclass(frozen=True)
class Owned(Generic[Row]):
    """A customer's own rows. Not `whole`: the service mixed in rows of somebody else, so own ones may be absent."""

    rows: tuple[Row, ...]
    whole: bool = True


def customer(email: str) -> Customer | None:
    """The customer with this address, or None when the shop knows no such customer. Raises Temporary, Permanent."""
    email = normal(email)
    found = [_typed("customers", Customer, row) for row in _results("customers", "", email=email)]
    own = [one for one in found if normal(one.email) == email]
    if found and not own:
        raise Temporary("customers answered with somebody else")
    return own[0] if own else None


def notes(email: str) -> tuple[HistoryEntry, ...]:
    """The notes on a customer, newest first; none for an unknown one. Raises Temporary, Permanent."""
    path = f"{quote(normal(email), safe='@')}/notes/"
    rows = _results("customers", path, unknown_is_empty=True, limit=NEWEST_NOTES)
    return tuple(_typed("customers", HistoryEntry, row) for row in rows[:NEWEST_NOTES])


def orders(email: str, *, number: str | None = None) -> Owned[Order]:
    """The customer's own newest orders, or of them the one with this number. Raises Temporary, Permanent."""
    # `requests` leaves out a parameter that is None.
    rows = _results("orders", "", customer_email=normal(email), limit=NEWEST_ORDERS, number=number)
    owned = _owned("orders", Order, rows[:NEWEST_ORDERS], email=email)
    if number is None:
        return owned
    return Owned(rows=tuple(order for order in owned.rows if order.number == number), whole=owned.whole)


def shipments(email: str) -> Owned[Shipment]:
    """The newest shipments to the customer. Raises Temporary, Permanent."""
    rows = _results("tracking", "", customer_email=normal(email), limit=NEWEST_SHIPMENTS)
    return _owned("tracking", Shipment, rows[:NEWEST_SHIPMENTS], email=email)


def normal(email: str) -> str:
    """An address as the services compare it."""
    return email.strip().lower()


def _owned(service: Service, kind: type[Row], rows: list[dict[str, Any]], *, email: str) -> Owned[Row]:
    own = [row for row in rows if normal(_typed(service, _Owner, row).customer_email) == normal(email)]
    return Owned(rows=tuple(_typed(service, kind, row) for row in own), whole=len(own) == len(rows))


def _results(service: Service, path: str, *, unknown_is_empty: bool = False, **params: Any) -> list[dict[str, Any]]:
    body = _get(service, path, unknown_is_empty=unknown_is_empty, params=params)
    return [] if body is None else _typed(service, _Page, body).results


def _typed(service: Service, kind: type[Row], body: Any) -> Row:
    try:
        # A shop's own service may say more than we ask for; what we ask for must be right.
        return kind.model_validate(body, extra="ignore")
    except ValidationError as error:
        places = {".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False)}
        raise Temporary(
            f"{service} answered in the wrong shape: {kind.__name__} {', '.join(sorted(places)[:3])}"
        ) from None


def _get(service: Service, path: str, *, unknown_is_empty: bool, params: dict[str, Any]) -> Any:
    """The JSON at a service's path; None for a 404 that means "unknown"."""
    status, answer = _exchange("GET", service, path, params=params)
    if status == 404 and unknown_is_empty:
        return None
    if status != 200:
        raise Temporary(f"{service} answered {status}")
    return answer


def _exchange(
    method: Literal["GET", "POST"],
    service: Service,
    path: str,
    *,
    params: dict[str, Any] | None = None,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Status and JSON of one call. Raises Temporary when the service did not answer properly or is not asked for a
    while, Permanent when it does not believe our token."""
    with _circuit(service).asking():
        return _answer(method, service, path, params=params, body=body, headers=headers or {})


def _answer(
    method: str,
    service: Service,
    path: str,
    *,
    params: dict[str, Any] | None,
    body: dict[str, Any] | None,
    headers: dict[str, str],
) -> tuple[int, Any]:
    try:
        with _session(os.getpid()).request(
            method,
            f"{_base_url(service)}/{path}",
            params=params,
            json=body,
            headers={
                "Authorization": f"Bearer {settings.SERVICE_TOKEN}",
                "Accept": "application/json",
                **headers,
            },
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            allow_redirects=False,  # the token goes to the address that was set, and nowhere else
            stream=True,
        ) as response:
            if response.status_code in (401, 403):
                raise Permanent(
                    f"{service} refused the service token ({response.status_code}): "
                    "SERVICE_TOKEN must be the same for the mesh and the services."
                )
            if 500 <= response.status_code < 600 and response.status_code != 501:
                raise Temporary(f"{service} answered {response.status_code}")
            return response.status_code, _json(service, response.status_code, _body(service, response))
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        # The error's own text holds the URL, and with it the customer's address.
        raise Temporary(f"{service} did not answer: {type(error).__name__}") from None


def _json(service: Service, status: int, body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        if status in (404, 405, 501):  # a server's own page for what it does not have
            return None
        detail = "with something that is not JSON" if status == 200 else str(status)
        raise Temporary(f"{service} answered {detail}") from None


def _body(service: Service, response: requests.Response) -> bytes:
    """The whole body; requests' own timeout would let one byte every few seconds go on for ever."""
    deadline = time.monotonic() + READ_TIMEOUT
    body = b""
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Temporary(f"{service} answered with more than {BODY_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise Temporary(f"{service} answered too slowly")
    return body


def _base_url(service: Service) -> str:
    urls = {
        "customers": settings.CUSTOMERS_API_URL,
        "orders": settings.ORDERS_API_URL,
        "tracking": settings.TRACKING_API_URL,
    }
    return urls[service].rstrip("/")


@cache
def _session(pid: int) -> requests.Session:
    """This process's connections: a forked worker must not share its parent's. No cookie is ever kept."""
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor ~/.netrc may come between, or see the token
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=32))
    return session


# --- circuits ---------------------------------------------------------------------------------


CIRCUITS: dict[Service, Circuit] = {}  # of this process


def _circuit(service: Service) -> Circuit:
    return CIRCUITS.get(service) or CIRCUITS.setdefault(service, Circuit(service, open_for=OPEN_FOR))


# --- writes -----------------------------------------------------------------------------------


def write(service: Service, path: str, *, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something in the shop, at most once per `key`: the service keeps key and answer.

    Raises Permanent, with the service's reason, when it refuses; Temporary when it is unknown whether it was done:
    then ask with `result_of` before sending again.
    """
    status, answer = _exchange("POST", service, path, body=body, headers={"Idempotency-Key": key})
    return _written(service, status, answer)


def result_of(service: Service, key: str) -> dict[str, Any] | None:
    """What became of the write with this key; None when the service never saw it.

    Raises like `write`, when the service answers that it refused.
    """
    status, answer = _exchange("GET", service, f"requests/{key}/")
    if status == 404:
        return None
    if status != 200 or not isinstance(answer, dict) or "status_code" not in answer:
        raise Temporary(f"{service} answered {status}")
    return _written(service, answer["status_code"], answer.get("body"))


def _written(service: Service, status: int, answer: Any) -> dict[str, Any]:
    if status == 200 and isinstance(answer, dict):
        return answer
    if status in (400, 404, 409, 422) and isinstance(answer, dict):
        raise Refused(str(answer.get("code") or "refused"))
    if status in (404, 405, 501):
        raise Refused("not_offered")
    raise Temporary(f"{service} answered {status}")


class Refused(Permanent):
    """The shop does not allow it. The text is the service's code for why, as `exceeds_paid`."""
