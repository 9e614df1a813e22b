"""Trying passwords at the admin: locked and audited, by account and by address, and nobody kept out by a stranger."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from actors.models import AuditEvent
from supportmesh.gateway import limits
from supportmesh.logins import OF_ACCOUNT, OF_ADDRESS, OF_BROWSER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_minute")]
RIGHT = "a-good-long-password"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("maria", password=RIGHT, is_staff=True)


def login(
    name: str = "maria", password: str = "wrong", *, address: str = "192.0.2.1", client: Client | None = None
) -> Any:
    client = client or Client()
    return client.post("/admin/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def trail() -> list[tuple[str, str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("what", "who", "fields"))


def test_an_account_is_locked_from_wherever_it_is_tried_and_the_right_password_comes_too_late() -> None:
    told = [login(address=f"192.0.2.{number}").status_code for number in range(OF_ACCOUNT.most)]
    assert set(told) == {200}
    locked = login(password=RIGHT, address="198.51.100.1")
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= OF_ACCOUNT.seconds
    assert "Too many tries" in locked.content.decode()
    assert "_auth_user_id" not in locked.wsgi_request.session
    assert login("MARIA ", RIGHT).status_code == 429, "it is the same account"


def test_an_address_is_locked_whatever_accounts_it_tries() -> None:
    told = [login(f"name{number}").status_code for number in range(OF_ADDRESS.most)]
    assert set(told) == {200}
    assert login(password=RIGHT).status_code == 429
    assert login(password=RIGHT, address="192.0.2.2").status_code == 302
    assert "RateLimit" not in login(password=RIGHT, address="192.0.2.2").headers


def test_each_try_is_audited_by_account_and_address_and_a_lock_once() -> None:
    for number in range(OF_ACCOUNT.most + 5):
        login(address=f"192.0.2.{number}")
    login("no such person, or a p4ssword")
    assert login(password=RIGHT, client=Client()).status_code == 429
    found = trail()
    assert found[0] == ("login failed", "staff maria", "from 192.0.2.0")
    assert [what for what, _, _ in found].count("login failed") == OF_ACCOUNT.most + 1
    assert [row for row in found if row[0] == "login locked"] == [("login locked", "staff maria", "from 192.0.2.10")]
    assert found[-1] == ("login failed", "nobody we know", "from 192.0.2.1")


def test_a_login_is_audited() -> None:
    assert login(password=RIGHT).status_code == 302
    assert trail() == [("logged in", "staff maria", "from 192.0.2.1")]


def test_who_has_logged_in_there_before_is_not_kept_out_by_a_stranger() -> None:
    own = Client()
    assert login(password=RIGHT, client=own).status_code == 302
    own.post("/admin/logout/")
    for number in range(OF_ACCOUNT.most + 1):
        login(address=f"198.51.100.{number}")
    assert login(password=RIGHT, address="198.51.100.99").status_code == 429
    assert login(password=RIGHT, client=own).status_code == 302


def test_such_a_browser_is_locked_by_itself_and_opens_no_other_account() -> None:
    User.objects.create_user("susan", password=RIGHT, is_staff=True)
    own = Client()
    assert login(password=RIGHT, client=own).status_code == 302
    own.post("/admin/logout/")
    told = [login(client=own).status_code for _ in range(OF_BROWSER.most + 1)]
    assert told == [200] * OF_BROWSER.most + [429]
    for number in range(OF_ACCOUNT.most):
        login("susan", address=f"198.51.100.{number}")
    assert login("susan", RIGHT, client=own).status_code == 429
    cookie = own.cookies["supportmesh_staff"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_lock_holds_while_redis_is_away(settings: Any) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": away}
    told = [login("nora", address=f"203.0.113.{number}").status_code for number in range(OF_ACCOUNT.most + 1)]
    assert told == [200] * OF_ACCOUNT.most + [429]


def test_it_opens_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(OF_ACCOUNT.most + 1):
        login()
    assert login(password=RIGHT).status_code == 429
    later = 1_000_000.0 + OF_ACCOUNT.seconds
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: later))
    assert login(password=RIGHT).status_code == 302
