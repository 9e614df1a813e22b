"""Every call of the API, read off its own schema, with what is not the caller's in it."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actors.models import Turn
from tests.colleagues import at_desk
from tests.identities import OWN, bearer, signed_in
from tests.security.conftest import SARAH, STRANGER, Loot
from tests.security.schema import UNSAFE, Call, calls, changed, replaced, rows, send
from tests.test_access import told

CALLS = {call.name: call for call in calls()}
ABOUT = [name for name, call in CALLS.items() if call.params or ("session_id",) in set(call.fields())]
EVERYBODYS = {"POST /api/auth/code", "POST /api/auth/logout", "POST /api/auth/verify", "POST /api/chat"}
OPEN = EVERYBODYS | {"GET /api/health"}

Caller = tuple[Client, dict[str, str]]
STRANGERS: dict[str, Callable[[], Caller]] = {
    "nobody": lambda: (Client(), {}),
    "another guest": lambda: (Client(), {"X-Guest-Token": STRANGER}),
    "another customer": lambda: (signed_in(SARAH), OWN),
    "another customer of the shop": lambda: (Client(), bearer("43", SARAH)),
    "staff without a role": lambda: (at_desk(User.objects.create_user("eve", is_staff=True)), OWN),
}


def ask(caller: Caller, call: Call, ids: dict[str, Any]) -> Any:
    """The call about these ids, wherever it takes one."""
    client, headers = caller
    body = call.valid_body()
    if ("session_id",) in set(call.fields()):
        body = replaced(body, ("session_id",), str(ids["session_id"]))
    key = {"Idempotency-Key": "6f1c1f0e-0000-4000-8000-000000000001"}
    return send(client, call, call.at(**ids), body, headers={**headers, **key})


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_somebody_elses_looks_like_what_never_was(who: str, loot: Loot) -> None:
    caller = STRANGERS[who]()
    before = rows()
    for name in ABOUT:
        theirs, never_was = (ask(caller, CALLS[name], ids) for ids in (loot.ids, loot.unknown))
        assert theirs.status_code in (400, 401, 403, 404), (name, theirs.status_code)
        assert (theirs.status_code, theirs.content) == (never_was.status_code, never_was.content), name
        assert told(theirs) == told(never_was), name
        assert b"zebra" not in theirs.content
    assert changed(before, but=("last_login",)) == []


TIMED = 31


@pytest.mark.parametrize("name", [name for name in ABOUT if name.startswith("GET") or "rating" in name])
def test_what_is_somebody_elses_takes_as_long_as_what_never_was(name: str, loot: Loot) -> None:
    """The fastest of many, taken in turns: whatever else the machine does only adds to the others. The bound is wide: a
    look-up more fits in it, the reading of a transcript or a call of the shop does not."""
    caller = STRANGERS["another customer of the shop"]()
    took: dict[str, list[float]] = {"theirs": [], "never was": []}
    for _ in range(TIMED):
        for kind, ids in (("theirs", loot.ids), ("never was", loot.unknown)):
            began = time.perf_counter()
            ask(caller, CALLS[name], ids)
            took[kind].append(time.perf_counter() - began)
    theirs, never_was = (min(times) for times in took.values())
    assert abs(theirs - never_was) < max(0.003, 0.5 * min(theirs, never_was)), (theirs, never_was)


@pytest.mark.parametrize("name", ABOUT)
def test_what_is_somebody_elses_is_looked_up_like_what_never_was(name: str, loot: Loot) -> None:
    """Hundreds of answers could tell what a single one's time does not: no look-up more for the one than the other."""
    caller = STRANGERS["another customer of the shop"]()
    ask(caller, CALLS[name], loot.unknown)  # what is asked only the first time
    asked = []
    for ids in (loot.ids, loot.unknown):
        with CaptureQueriesContext(connection) as queries:
            ask(caller, CALLS[name], ids)
        asked.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries])
    assert asked[0] == asked[1]


def test_every_call_asks_who_it_is_but_for_those_anybody_may_make(loot: Loot) -> None:
    for name, call in CALLS.items():
        if name not in OPEN:
            assert ask((Client(), {}), call, loot.ids).status_code in (401, 403, 404), name


# --- cookies that another site's page sends along --------------------------------------------------

FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("who", ["customer", "staff"])
def test_a_cookie_alone_changes_nothing(who: str, headers: dict[str, str], loot: Loot) -> None:
    """Every call that changes something, from a browser that is logged in, without the page's own Origin or token."""
    client = Client(enforce_csrf_checks=True)
    if who == "staff":
        client.force_login(User.objects.create_superuser("chief"))
    else:
        client.cookies = signed_in("john.doe@example.com").cookies
    before = rows()
    for name, call in CALLS.items():
        if call.method in UNSAFE:
            response = ask((client, headers), call, loot.ids)
            assert response.status_code in (401, 403, 404), (name, response.status_code)
    assert changed(before) == []
    said = client.post("/api/chat?wait=0", {"message": "Hi"}, content_type="application/json", headers=headers)
    assert said.status_code == 202
    turn = Turn.objects.get(pk=said.json()["message_id"])
    assert (turn.verified, turn.customer_email) == (False, None), "it counts as a guest's"


# --- more than was asked for -------------------------------------------------------------------------

MORE = {
    "verified": True,
    "owner": 1,
    "owner_id": 1,
    "role": "agent",
    "status": "closed",
    "is_staff": True,
    "is_superuser": True,
    "customer_sub": "42",
    "guest_key": "x",
    "epoch": 99,
    "seq": 99,
    "attempt": 99,
    "channel": "probe",
    "caller": "service",
    "refunded": "999.00",
    "paid": "999.00",
    "total": "999.00",
    "via": "staff",
    "id": "6f1c1f0e-0000-4000-8000-000000000002",
    "pk": 1,
}
OF_A_WRITE = {  # what a call may change; everything else stays, whatever is sent along
    "address": {"shipping_address", "redirected_to"},
    "cancel": {"status", "cancelled_at"},
    "expedite": {"expedited", "estimated_delivery"},
    "refund": {"refunded"},
    "return": {"status"},
    "return-label": set(),
    "status": {"status", "delivered_at"},
    "tier": {"tier"},
    "notes": set(),
    "issues": {"status", "exception_reason"},
    "rating": {"rating", "rating_comment"},
}


def test_no_field_that_was_not_asked_for_is_taken(loot: Loot, settings: Any) -> None:
    server = {"Authorization": f"Bearer {settings.SERVICE_TOKEN}"}
    for number, (name, call) in enumerate(CALLS.items()):
        if call.method not in UNSAFE or call.body is None:
            continue
        word = call.path.rstrip("/").rpartition("/")[2]
        body = {name: value for name, value in MORE.items() if (name,) not in set(call.fields())} | call.valid_body()
        before = rows()
        key = {"Idempotency-Key": f"6f1c1f0e-0000-4000-8000-{number:012}"}
        response = send(Client(), call, call.at(**loot.ids), body, headers={**server, **key})
        assert response.status_code in (200, 202, 400, 403, 409), (name, response.status_code, response.content)
        may = OF_A_WRITE.get(word, set()) | {"updated_at", "seen_seq"}
        assert changed(before, but=tuple(may)) == [], name


def test_a_message_is_what_its_credentials_say_whatever_its_body_says(loot: Loot) -> None:
    body = {"message": "Hi", "customer_email": "john.doe@example.com", **MORE}
    said = Client().post("/api/chat?wait=0", body, content_type="application/json")
    turn = Turn.objects.select_related("conversation").get(pk=said.json()["message_id"])
    conversation = turn.conversation
    assert (turn.role, turn.verified, turn.customer_email, turn.status) == ("customer", False, None, "accepted")
    assert (turn.seq, turn.attempt, turn.caller[:6]) == (1, 0, "guest:")
    assert (conversation.customer_email, conversation.customer_sub, conversation.owner) == (None, "", None)
    assert (conversation.status, conversation.epoch, conversation.channel) == ("bot", 0, "api")


# --- methods ------------------------------------------------------------------------------------------

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "EVIL")


def test_no_other_method_does_anything(loot: Loot, settings: Any) -> None:
    server = {"Authorization": f"Bearer {settings.SERVICE_TOKEN}", "X-Evil": "zebra"}
    known: dict[str, set[str]] = {}
    for call in CALLS.values():
        known.setdefault(call.path, set()).add(call.method.upper())
    before = rows()
    for path, methods in known.items():
        for method in METHODS:
            if method in methods or (method == "HEAD" and "GET" in methods):
                continue
            address = path.format(**loot.ids)
            response = Client().generic(method, address, b"{}", content_type="application/json", headers=server)
            assert (
                response.status_code == 405
                or (method == "OPTIONS" and response.status_code == 200)
                or response.status_code in (401, 403)
            ), (method, path)
            assert b"zebra" not in response.content
    for page in ("/", "/widget", "/api/schema/", "/livez", "/readyz"):
        for method in METHODS[2:]:
            response = Client().generic(method, page, b"", headers=server)
            refused = (403, 405, 200) if method == "OPTIONS" else (403, 405)
            assert response.status_code in refused, (method, page)
            assert b"zebra" not in response.content
    assert changed(before) == []
