"""Tries the shop's services as the mesh would, wherever CUSTOMERS_API_URL and its two sisters point."""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from actors import services
from actors.errors import Permanent, Temporary
from supportmesh import shop_api

TIMEOUT = (services.CONNECT_TIMEOUT, services.READ_TIMEOUT)
ROUNDS = 20  # calls per read to know its speed
SLOW = 1.0  # seconds; what a customer notices
AT_ONCE = 5  # writes with one key
# Nobody has these: unknown to every shop.
NOBODY = "nobody-b6a1e0@example.invalid"
NOWHERE = "SUPPORTMESH-CHECK-UNKNOWN"


@dataclass(frozen=True)
class Finding:
    """One thing tried. Only `wrong` is a failure: `missing` is a write the shop does not offer, `slow` is a warning."""

    service: str
    tried: str
    result: Literal["ok", "slow", "missing", "wrong"]
    detail: str = ""


class Command(BaseCommand):
    help = (
        "Try schema, errors, idempotency and speed of the shop's services and say what is missing. "
        "Changes nothing, unless --write-test is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="a customer of the shop who has orders and shipments")
        parser.add_argument("--write-test", metavar="NUMBER", help="add two notes to this order, to try idempotency")
        parser.add_argument("--schema", action="store_true", help="print what the services must speak, as OpenAPI")

    def handle(self, *, email: str | None, write_test: str | None, schema: bool, **options: Any) -> None:
        if schema:
            self.stdout.write(shop_api.published(), ending="")
            return
        if not email:
            raise CommandError("Name a customer who has orders and shipments: check_shop ann@example.com")
        findings = list(_all(email, write_test))
        self._show(findings)
        wrong = sum(one.result == "wrong" for one in findings)
        if wrong:
            raise CommandError(f"{wrong} of {len(findings)} are wrong: the mesh cannot work with this shop yet.")
        missing = sum(one.result == "missing" for one in findings)
        left = f" {missing} writes are not offered: those actions are left to staff." if missing else ""
        self.stdout.write(f"The mesh can work with this shop.{left}")

    def _show(self, findings: list[Finding]) -> None:
        table = Table("service", "tried", "result", "detail")
        colours = {"ok": "green", "slow": "yellow", "missing": "yellow", "wrong": "red"}
        for one in findings:
            table.add_row(one.service, one.tried, f"[{colours[one.result]}]{one.result}[/]", one.detail)
        Console(file=self.stdout, width=None if self.stdout.isatty() else 160).print(table)


def _all(email: str, number: str | None) -> Iterator[Finding]:
    yield from _reads(email)
    yield from _refusals()
    yield from _speed(email)
    yield from _writes()
    if number:
        yield from _idempotency(number)


# --- reading: required ----------------------------------------------------------------------------


def _reads(email: str) -> Iterator[Finding]:
    reads: list[tuple[services.Service, str, Callable[[str], Any]]] = [
        ("customers", "the customer", services.customer),
        ("customers", "the customer's notes", services.notes),
        ("orders", "the customer's orders", services.orders),
        ("tracking", "the customer's shipments", services.shipments),
    ]
    for service, what, read in reads:
        yield _tried(service, what, lambda read=read, what=what: _known(read(email), what))
        yield _tried(service, f"{what}, of nobody", lambda read=read: _nothing(read(NOBODY)))


def _known(found: Any, what: str) -> str:
    if isinstance(found, services.Owned):
        if not found.whole:
            raise Temporary("rows of somebody else are among them")
        found = found.rows
    elif found is None:
        raise Temporary("no such customer; name one who exists")
    elif not isinstance(found, tuple):
        return "1 row"
    if not found and "notes" not in what:
        raise Temporary("none; name a customer who has some, so that their fields can be checked")
    return f"{len(found)} rows"


def _nothing(found: Any) -> str:
    if isinstance(found, services.Owned):
        found = () if found.whole and not found.rows else found
    if found:
        raise Temporary("an unknown customer must have nothing: is the parameter ignored?")
    return "nothing, as it should"


def _refusals() -> Iterator[Finding]:
    for service in shop_api.SERVICES:
        for what, token in (("without a token", ""), ("with a wrong token", "Bearer wrong")):
            headers = {"Authorization": token} if token else {}
            yield _tried(service, what, lambda service=service, headers=headers: _refused(service, headers))


def _refused(service: str, headers: dict[str, str]) -> str:
    status = _call("GET", f"{_base(service)}/", params={"limit": 1}, headers=headers).status_code
    if status not in (401, 403):
        raise Temporary(f"answered {status}; right is 401: anybody can read the shop")
    return str(status)


def _speed(email: str) -> Iterator[Finding]:
    for service, parameter in (("customers", "email"), ("orders", "customer_email"), ("tracking", "customer_email")):
        try:
            times = sorted(_seconds(service, {parameter: email, "limit": 20}) for _ in range(ROUNDS))
        except requests.RequestException as error:
            yield Finding(service, "speed", "wrong", type(error).__name__)
            continue
        p50, p95 = statistics.median(times), times[int(ROUNDS * 0.95) - 1]
        result = "wrong" if p95 > services.READ_TIMEOUT else "slow" if p95 > SLOW else "ok"
        yield Finding(service, f"speed of {ROUNDS} reads", result, f"p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")


def _seconds(service: str, params: dict[str, Any]) -> float:
    begun = time.perf_counter()
    _call("GET", f"{_base(service)}/", params=params, headers=_token())
    return time.perf_counter() - begun


# --- writing: optional ----------------------------------------------------------------------------


def _writes() -> Iterator[Finding]:
    """Sent without the key to a row that does not exist, a write can do nothing: 400 says that it is there."""
    for address in shop_api.WRITES:
        service, _, rest = address.removeprefix("/api/").partition("/")
        place = f"{NOBODY if service == 'customers' else NOWHERE}/{rest.partition('/')[2]}"
        yield _tried(service, f"write {rest}", lambda service=service, place=place: _offered(service, place))
    for service in shop_api.SERVICES:
        yield _tried(service, "requests/{key}/ of an unknown key", lambda service=service: _never_happened(service))


def _offered(service: str, place: str) -> str:
    status = _call("POST", f"{_base(service)}/{place}", json={}, headers=_token()).status_code
    if status in (404, 405, 501):
        raise _Missing("left to staff")
    if status != 400:
        raise Temporary(f"answered {status}; without an Idempotency-Key right is 400 (404 or 405: not offered)")
    return "offered"


def _never_happened(service: str) -> str:
    status = _call("GET", f"{_base(service)}/requests/{uuid.uuid4()}/", headers=_token()).status_code
    if status != 404:
        raise Temporary(f"answered {status}; right is 404")
    return "404"


def _idempotency(number: str) -> Iterator[Finding]:
    """Two notes, each sent several times."""
    place, key = f"{quote(number, safe='')}/notes/", str(uuid.uuid4())
    body = {"text": "A test of the connection to the support mesh.", "requested_by": "check_shop"}
    first = _note(place, key, body)
    if first[0] != 200:
        yield Finding("orders", "write a note", "wrong", f"answered {first[0]}; right is 200")
        return
    done = isinstance(first[1], dict) and first[1].get("status") == "done" and bool(first[1].get("reference"))
    yield _judged("write a note", done, 'right is {"status": "done", "reference": ...}')
    yield _judged("the same key again", _note(place, key, body) == first, "right is the first answer, unchanged")
    other = _note(place, key, body | {"text": "Another text."})[0]
    yield _judged("the same key, another body", other == 409, f"answered {other}; right is 409")
    told = _call("GET", f"{_base('orders')}/requests/{key}/", headers=_token())
    right = told.status_code == 200 and told.json() == {"status_code": 200, "body": first[1]}
    yield _judged("the answer, asked for by key", right, "right is {status_code, body} of the write")
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: _note(place, key, body), range(AT_ONCE)))
    same = answers[0][0] == 200 and all(answer == answers[0] for answer in answers)
    yield _judged(f"{AT_ONCE} at once with one key", same, "right is one note and the same answer to all")


def _note(place: str, key: str, body: dict[str, str]) -> tuple[int, Any]:
    headers = {**_token(), "Idempotency-Key": key}
    answer = _call("POST", f"{_base('orders')}/{place}", json=body, headers=headers)
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, None


def _judged(tried: str, right: bool, detail: str) -> Finding:
    return Finding("orders", tried, "ok" if right else "wrong", "" if right else detail)


class _Missing(Exception):
    """The shop does not offer this."""


def _tried(service: str, what: str, attempt: Callable[[], str]) -> Finding:
    services.CIRCUITS.clear()  # each thing is tried, whatever failed before it
    try:
        return Finding(service, what, "ok", attempt())
    except _Missing as error:
        return Finding(service, what, "missing", str(error))
    except (Temporary, Permanent) as error:
        return Finding(service, what, "wrong", str(error).removeprefix(f"{service} "))
    except requests.RequestException as error:
        return Finding(service, what, "wrong", f"did not answer: {type(error).__name__}")


def _base(service: str) -> str:
    return {
        "customers": settings.CUSTOMERS_API_URL,
        "orders": settings.ORDERS_API_URL,
        "tracking": settings.TRACKING_API_URL,
    }[service].rstrip("/")


def _call(method: str, url: str, **more: Any) -> requests.Response:
    return requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **more)


def _token() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.SERVICE_TOKEN}", "Accept": "application/json"}
