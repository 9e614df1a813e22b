"""The schema and its page: complete, valid and without a network."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator


@cache
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_schema_is_valid_without_a_warning() -> None:
    assert schema()["openapi"].startswith("3.")


def test_every_call_of_the_chat_is_described() -> None:
    told = {address.replace("{message_id}", "x").replace("{session_id}", "x") for address in schema()["paths"]}
    ours = {
        "/" + str(entry.pattern).replace("<uuid:message_id>", "x").replace("<uuid:session_id>", "x")
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLPattern) and str(entry.pattern).startswith("api/")
    }
    assert ours - {"/api/schema/", "/api/docs/"} <= told


@pytest.mark.parametrize("service", ["customers", "orders", "tracking"])
def test_the_shops_services_are_described(service: str) -> None:
    assert any(address.startswith(f"/api/{service}/") for address in schema()["paths"])


def test_the_chat_says_how_to_wait_and_what_can_go_wrong() -> None:
    chat = schema()["paths"]["/api/chat"]["post"]
    assert chat["requestBody"]["content"]["application/json"]["schema"]["$ref"].startswith("#/components/schemas/")
    assert {parameter["name"] for parameter in chat["parameters"]} == {"wait", "Idempotency-Key"}
    assert {"200", "202", "400", "401", "404", "405", "409", "413", "415", "429", "503"} == chat["responses"].keys()
    assert "Location" in chat["responses"]["202"]["headers"]
    assert "application/problem+json" in chat["responses"]["409"]["content"]


def test_every_reference_leads_somewhere_and_every_scheme_exists() -> None:
    whole = schema()
    missing = {
        reference
        for reference in _references(whole)
        if reference.removeprefix("#/components/schemas/") not in whole["components"]["schemas"]
    }
    assert not missing
    schemes = whole["components"]["securitySchemes"].keys()
    used = {
        name
        for path in whole["paths"].values()
        for call in path.values()
        for requirement in call.get("security", [])
        for name in requirement
    }
    assert used
    assert used <= schemes | {"cookieAuth"}


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()


def test_the_schema_and_its_page_are_served_and_fetch_nothing_from_elsewhere() -> None:
    assert Client().get("/api/schema/").status_code == 200
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "swagger-ui" in text
    assert "https://" not in text
    assert "http://" not in text


def test_the_schema_is_made_once_however_many_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    class Counted(SchemaGenerator):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            made.append(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr("supportmesh.gateway.schema._made", {})
    monkeypatch.setattr("supportmesh.gateway.schema.SchemaView.generator_class", Counted)
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda _: Client().get("/api/schema/?format=json"), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer["Content-Disposition"] for answer in answers} == {'inline; filename="SupportMesh.json"'}
    assert len({answer.content for answer in answers}) == len(made) == 1


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_another_method_than_reading_is_told_so(path: str, accept: str) -> None:
    answer = Client().options(path, headers={"Accept": accept})
    assert answer.status_code in (405, 406)
