"""Hostile strings through every field of every call: nothing falls over, nothing comes back as more than text."""

import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from actors.models import Turn
from tests.security.conftest import Loot
from tests.security.payloads import HEADER, PRODUCED, SQL, TEMPLATE, in_turn
from tests.security.schema import calls, changed, replaced, rows, send

KEPT = ("content-type", "allow", "location", "x-guest-token", "retry-after", "www-authenticate")


def harmless(response: Any, payload: str, where: Any) -> None:
    """The answer is one of ours, and JSON: nothing that a browser runs, no line of a header that was not there."""
    assert response.status_code < 500, (where, payload, response.content[:300])
    kind = response.headers.get("Content-Type", "")
    assert kind.partition(";")[0] in ("application/json", "application/problem+json"), (where, payload, kind)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for name, value in response.headers.items():
        assert "evil" not in f"{name}{value}", (where, payload)
        assert not {"\r", "\n"} & set(f"{name}{value}"), (where, payload)
    assert {name for name, cookie in response.cookies.items() if cookie.value} <= {"supportmesh_guest"}, (
        where,
        payload,
    )
    assert PRODUCED.encode() not in response.content, (where, "a template was run")


def test_no_field_of_any_body_is_more_than_text(loot: Loot, settings: Any, one_minute: None) -> None:
    client = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}", "Origin": "http://testserver"})
    payloads = in_turn(13)
    for call in calls():
        for field in call.fields():
            for payload in next(payloads):
                key = {"Idempotency-Key": str(uuid.uuid4())}
                body = replaced(call.valid_body(), field, payload)
                harmless(send(client, call, call.at(**loot.ids), body, headers=key), payload, (call.name, field))


def test_no_part_of_any_address_is_more_than_text(loot: Loot, settings: Any) -> None:
    client = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})
    before, payloads = rows(), in_turn(9)
    for call in calls():
        for param in call.params:
            for payload in next(payloads):
                address = call.at(**{**loot.ids, param: _quoted(payload)})
                harmless(send(client, call, address, call.valid_body()), payload, call.name)
        for name in (*call.query, "format", "callback") if call.method == "get" else ():
            for payload in next(payloads):
                address = f"{call.at(**loot.ids)}?{name}={_quoted(payload)}"
                harmless(send(client, call, address), payload, (call.name, name))
    assert changed(before, but=("seen_seq",)) == []


def _quoted(payload: str) -> str:
    return quote(payload.encode(errors="surrogatepass"), safe="")


def test_no_condition_is_widened(loot: Loot, settings: Any) -> None:
    """A filter with SQL in it finds what has that very name: nothing."""
    client = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}"})
    filters = [
        (call, name)
        for call in calls()
        if call.method == "get"
        for name in set(call.query) & {"email", "customer_email", "number", "order_number"}
    ]
    assert len(filters) >= 4
    for call, name in filters:
        for payload in SQL:
            answer = client.get(call.at(**loot.ids), {name: payload})
            assert answer.json().get("results", []) == [], (call.name, name, payload)


HEADERS = (
    "User-Agent", "Accept-Language", "Origin", "Referer", "X-Guest-Token", "Cookie", "X-Channel", "Sec-Fetch-Site",
    "X-Forwarded-For", "Forwarded", "Authorization",
)  # fmt: skip


def test_no_header_is_more_than_text(loot: Loot) -> None:
    payloads = in_turn(9)
    for header in HEADERS:
        for payload in next(payloads):
            text = payload.encode(errors="replace").decode("latin1")
            for line in (text, f"supportmesh_guest={text}; sessionid={text}", f"Bearer {text}", f"Token {text}"):
                answer = Client().get(f"/api/conversations/{loot.conversation.pk}", headers={header: line})
                assert answer.status_code in (401, 404), (header, line)
                harmless(answer, payload, header)


@pytest.mark.parametrize("payload", [*TEMPLATE, *SQL, *HEADER[2:]])
def test_what_a_customer_writes_is_kept_as_it_was_written(payload: str, transactional_db: None) -> None:
    body = json.dumps({"message": payload})
    said = Client().post("/api/chat?wait=0", body, content_type="application/json").json()
    assert Turn.objects.get(pk=said["message_id"]).text == payload.strip()


@pytest.mark.parametrize(
    "address",
    ["a@example.com\nBcc: thief@evil.example", "a@example.com\r\nSubject: x", "a@example.com,thief@evil.example",
     "<thief@evil.example>a@example.com", "a@example.com;b@evil.example", "a@exam\u202eple.com", "a@exam\u200bple.com"],
)  # fmt: skip
def test_no_address_brings_a_second_one_into_a_mail(address: str, transactional_db: None) -> None:
    body = json.dumps({"email": address})
    own = {"Origin": "http://testserver"}
    answer = Client().post("/api/auth/code", body, content_type="application/json", headers=own)
    assert answer.status_code == 400, address
