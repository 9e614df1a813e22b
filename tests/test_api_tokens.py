"""Tokens of servers: one thing each, shown once, revocable."""

import importlib
import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework_api_key.models import APIKey

from supportmesh.models import ApiToken
from tests.test_identity import say

pytestmark = pytest.mark.django_db(transaction=True)

SERVICES = ("/api/customers/", "/api/orders/", "/api/tracking/")


def made(scope: str, **fields: Any) -> dict[str, str]:
    _, key = ApiToken.objects.create_key(name="shop", scope=scope, **fields)
    return {"Authorization": f"Token {key}"}


def statuses(headers: dict[str, str]) -> dict[str, int]:
    return {path: Client().get(path, headers=headers).status_code for path in SERVICES}


def test_a_chat_token_speaks_for_customers_and_reads_no_services() -> None:
    token = made("chat")
    assert say(token, customer_email="john.doe@example.com").status_code == 202
    assert set(statuses(token).values()) == {401}
    detail = Client().get("/api/orders/", headers=token).json()["detail"]
    assert detail == "This token is for chat, not for services."


def test_a_services_token_reads_the_services_and_does_not_chat() -> None:
    token = made("services")
    assert set(statuses(token).values()) == {200}
    response = say(token, customer_email="john.doe@example.com")
    assert (response.status_code, response.json()["detail"]) == (401, "This token is for services, not for chat.")


def test_the_service_token_of_the_installation_does_both() -> None:
    headers = {"Authorization": f"Bearer {project.SERVICE_TOKEN}"}
    assert say(headers).status_code == 202
    assert set(statuses(headers).values()) == {200}


@pytest.mark.parametrize("scope", ["chat", "services"])
@pytest.mark.parametrize("change", [{"revoked": True}, {"expiry_date": timezone.now() - timezone.timedelta(days=1)}])
def test_a_token_that_was_revoked_or_expired_opens_nothing(scope: str, change: dict[str, Any]) -> None:
    token = made(scope)
    ApiToken.objects.update(**change)
    assert say(token).status_code == 401
    assert set(statuses(token).values()) == {401}


@pytest.mark.parametrize("value", ["Token wrong.key", "Token", "Api-Key a\\0.b", "Token é.x"])
def test_a_wrong_token_is_refused_by_the_services(value: str) -> None:
    assert Client().get("/api/orders/", headers={"Authorization": value}).status_code == 401


@pytest.mark.parametrize(("arguments", "scope"), [([], "chat"), (["--scope", "services"], "services")])
def test_create_api_token_makes_one_of_the_scope(arguments: list[str], scope: str, capsys: Any) -> None:
    call_command("create_api_token", "shop backend", *arguments)
    told = capsys.readouterr()
    row = ApiToken.objects.get()
    assert (row.name, row.scope) == ("shop backend", scope)
    assert row.is_valid(told.out.strip())
    assert told.out.strip() not in told.err
    assert scope in told.err


def test_create_api_token_knows_two_scopes() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("create_api_token", "shop", "--scope", "everything")


def test_the_admin_makes_shows_once_and_revokes(admin_client: Client) -> None:
    page = admin_client.post("/admin/supportmesh/apitoken/add/", {"name": "ERP", "scope": "services"}, follow=True)
    key = re.search(r"is: (\w+\.\w+)\.", page.content.decode())[1]
    token = {"Authorization": f"Token {key}"}
    assert set(statuses(token).values()) == {200}
    row = ApiToken.objects.get()
    change = f"/admin/supportmesh/apitoken/{row.pk.replace('/', '_2F').replace('+', '_2B').replace('=', '_3D')}/change/"
    assert key not in admin_client.get("/admin/supportmesh/apitoken/").content.decode()
    assert admin_client.post(change, {"name": "ERP", "revoked": "on", "scope": "chat"}).status_code == 302
    row.refresh_from_db()
    assert (row.revoked, row.scope) == (True, "services"), "a scope never changes"
    assert set(statuses(token).values()) == {401}


def test_the_admin_makes_no_key_without_a_scope(admin_client: Client) -> None:
    assert admin_client.get("/admin/rest_framework_api_key/apikey/").status_code == 404


def test_keys_from_before_the_scopes_go_on_as_chat_tokens() -> None:
    old, key = APIKey.objects.create_key(name="old shop")
    migration = importlib.import_module("supportmesh.migrations.0002_keys_become_tokens")
    migration.forwards(apps, None)
    assert say({"Authorization": f"Token {key}"}, customer_email="john.doe@example.com").status_code == 202
    row = ApiToken.objects.get()
    assert (row.name, row.scope, row.created) == ("old shop", "chat", old.created)
    assert not APIKey.objects.exists()
    migration.backwards(apps, None)
    assert APIKey.objects.get().is_valid(key)
