"""Rates: by caller, address, conversation and token, said in headers, and what happens while Redis is away."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from redis import Redis

from actors.models import Turn
from supportmesh.gateway import limits
from supportmesh.gateway.limits import Limit, TooMany, spend
from supportmesh.models import ApiToken
from tests.identities import OWN, SECRET, bearer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_minute")]


def guest(name: str = "g") -> dict[str, str]:
    return {"X-Guest-Token": name * 43}


def say(headers: dict[str, str], *, address: str = "192.0.2.1", **body: Any) -> Any:
    text = json.dumps({"message": "Hi", **body})
    return Client().post(
        "/api/chat?wait=0", text, content_type="application/json", headers=headers, REMOTE_ADDR=address
    )


def read(session_id: str, headers: dict[str, str], *, address: str = "192.0.2.1") -> Any:
    return Client().get(f"/api/conversations/{session_id}", headers=headers, REMOTE_ADDR=address)


def lower(monkeypatch: pytest.MonkeyPatch, **most: int) -> None:
    """Fewer of each, so that a test need not send thousands."""
    for name, value in most.items():
        monkeypatch.setattr(limits, name, getattr(limits, name)._replace(most=value))


def away(settings: Any) -> None:
    settings.CACHES = {**settings.CACHES, "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}


def test_an_answer_says_what_is_left() -> None:
    first, second = say(guest()), say(guest())
    assert first["RateLimit-Policy"] == '"messages";q=30;w=60, "messages-of-guests";q=10;w=10'
    assert first["RateLimit"] == '"messages";r=29;t=21, "messages-of-guests";r=9;t=11'
    assert second["RateLimit"].startswith('"messages";r=28;')
    transcript = read(first.json()["session_id"], guest())
    assert transcript["RateLimit-Policy"] == '"reads";q=1200;w=60, "reads-of-address";q=1500;w=60'
    assert read(str(uuid.uuid4()), guest())["RateLimit"].startswith('"reads";r=1198;'), "a refusal counts, too"


def test_one_too_many_is_told_when_to_come_again_and_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, MESSAGES_OF_GUESTS=100)
    told = [say(guest()) for _ in range(31)]
    assert [answer.status_code for answer in told] == [202] * 30 + [429]
    assert told[-1]["Content-Type"] == "application/problem+json"
    assert told[-1]["Retry-After"] == "21"
    assert told[-1]["RateLimit"].startswith('"messages";r=0;t=21')
    assert Turn.objects.count() == 30


def test_an_address_cannot_make_up_names_to_send_more(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, MESSAGES_OF_GUESTS=5, READS_OF_ADDRESS=5)
    told = [say(guest("abcdef"[number])) for number in range(6)]
    assert [answer.status_code for answer in told] == [202] * 5 + [429]
    assert told[-1]["Retry-After"] == "11"
    session_id = say(guest(), address="192.0.2.2").json()["session_id"]
    told = [read(session_id, guest("abcdef"[number])).status_code for number in range(6)]
    assert told == [404] * 5 + [429], "whoever guesses"
    assert read(session_id, guest(), address="192.0.2.2").status_code == 200


def test_behind_a_proxy_this_machine_is_an_address_like_any_other(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    lower(monkeypatch, MESSAGES_OF_GUESTS=2)
    assert {say(guest("abc"[number]), address="127.0.0.1").status_code for number in range(3)} == {202}
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    told = [say(guest("abc"[number]), address="127.0.0.1").status_code for number in range(3)]
    assert told == [202, 202, 429]


def test_guests_of_an_address_do_not_use_up_what_its_customers_have(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Whom the shop's token names was not made up by whoever writes."""
    settings.IDENTITY_SECRET = [SECRET]
    lower(monkeypatch, MESSAGES_OF_GUESTS=1, MESSAGES_OF_ADDRESS=2)
    assert [say(guest(name)).status_code for name in "ab"] == [202, 429]
    customers = [bearer(name, f"{name}@example.com") for name in "cde"]
    assert [say(customer).status_code for customer in customers] == [202, 202, 429]


def test_a_token_and_a_conversation_of_its_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, MESSAGES_OF_TOKEN=5, MESSAGES_OF_SESSION=2, READS_OF_TOKEN=2)
    token, other = ({"Authorization": f"Token {ApiToken.objects.create_key(name=name)[1]}"} for name in "ab")
    session_id = say(token).json()["session_id"]
    assert [say(token, session_id=session_id).status_code for _ in range(3)] == [202, 202, 429]
    assert say(token, session_id=session_id)["RateLimit-Policy"].startswith(
        '"messages-of-token";q=5;w=60, "messages-of-'
    )
    assert say(token).status_code == 429, "these were the token's own"
    assert say(other).status_code == 202
    assert [read(session_id, token).status_code for _ in range(3)] == [200, 200, 429]


def test_a_stranger_cannot_use_up_what_a_conversation_has(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, MESSAGES_OF_SESSION=2)
    session_id = say(guest()).json()["session_id"]
    assert {say(guest("s"), session_id=session_id).status_code for _ in range(4)} == {404}
    assert say(guest(), session_id=session_id).status_code == 202


@pytest.mark.parametrize("call", ["rating", "human"])
def test_what_changes_something_has_a_limit_of_its_own(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, CALLS=2)
    session_id = say(guest()).json()["session_id"]
    path, body = f"/api/conversations/{session_id}/{call}", json.dumps({"score": 5})
    told = [
        Client().post(path, body, content_type="application/json", headers=guest(), REMOTE_ADDR="192.0.2.1").status_code
        for _ in range(3)
    ]
    assert told == [200, 200, 429]


def test_while_redis_is_away_messages_are_taken_and_limited_and_what_one_wrote_can_be_read(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    lower(monkeypatch, MESSAGES=3, READS=1)
    away(settings)
    name = guest("r")
    told = [say(name) for _ in range(4)]
    assert [answer.status_code for answer in told] == [202, 202, 202, 429]
    session_id = told[0].json()["session_id"]
    assert {read(session_id, name).status_code for _ in range(3)} == {200}
    assert "RateLimit" not in read(session_id, name).headers, "nobody counted"


def test_of_many_at_once_no_more_get_through() -> None:
    limit = Limit("test", 20, 60)

    def one(_: int) -> bool:
        try:
            spend([(limit, "somebody")])
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(60))) == 20


def test_what_is_counted_goes_away_with_its_window(redis_url: str) -> None:
    say(guest())
    with Redis.from_url(redis_url) as client:
        kept = {key: client.ttl(key) for key in client.scan_iter("*limit:*")}
    assert len(kept) == 2
    assert all(0 < ttl <= 120 for ttl in kept.values())
    assert not any(re.search(rb"192|ggg", key) for key in kept), "nobody is named"


def test_sign_in_has_its_own_limits_in_the_same_headers() -> None:
    answer = Client().post(
        "/api/auth/verify",
        json.dumps({"email": "a@example.com", "code": "1"}),
        content_type="application/json",
        headers=OWN,
        REMOTE_ADDR="192.0.2.1",
    )
    assert answer["RateLimit-Policy"] == '"calls";q=120;w=60'
