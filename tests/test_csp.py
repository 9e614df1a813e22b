"""What each page may load and who may frame it, as its headers say."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.identities import overseer

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
SHOP, OTHER = "https://shop.example.com", "https://shop.example.org:8443"


def policy(path: str, client: Client | None = None) -> dict[str, str]:
    """Directive -> its sources."""
    header = (client or Client()).get(path)["Content-Security-Policy"]
    return {name: sources for name, _, sources in (part.partition(" ") for part in header.split("; "))}


@pytest.mark.parametrize("path", ["/", "/livez", "/api/schema/", "/api/nothing-here", "/nothing-here"])
def test_page_loads_nothing_but_its_own_files_and_is_framed_by_nobody(path: str) -> None:
    assert policy(path) == STRICT
    assert Client().get(path)["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_answers_of_the_api_are_as_strict() -> None:
    answer = Client().get("/api/conversations/6399ad20-0000-4000-8000-000000000000")
    assert answer.status_code == 404
    assert policy("/api/conversations/6399ad20-0000-4000-8000-000000000000") == STRICT


@pytest.mark.parametrize("origins", [[], [SHOP], [SHOP, OTHER]])
def test_widget_is_framed_by_the_shops_origins_alone(settings: Any, origins: list[str]) -> None:
    settings.WIDGET_ORIGINS = origins
    assert policy("/widget") == STRICT | {"frame-ancestors": " ".join(["'self'", *origins])}
    assert policy("/") == STRICT
    # It knows no list of origins, and would refuse where the policy allows.
    assert "X-Frame-Options" not in Client().get("/widget").headers


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/actors/escalation/"])
def test_admin_runs_its_theme_and_nothing_from_elsewhere(path: str) -> None:
    client = Client()
    if path != "/admin/login/":
        client.force_login(overseer())
    told = policy(path, client)
    assert told["script-src"] == "'self' 'unsafe-inline' 'unsafe-eval'"
    assert (told["object-src"], told["base-uri"], told["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert not re.search(r"https?:|wss?:|\*", " ".join(told.values()))
    assert client.get(path)["X-Frame-Options"] == "DENY"


def test_documentation_of_the_api_has_no_inline_script() -> None:
    told = policy("/api/docs/")
    assert told["script-src"] == told["connect-src"] == "'self'"
    assert told["frame-ancestors"] == "'none'"
    page = Client().get("/api/docs/").content.decode()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 3
    assert all("src=" in attributes and not text.strip() for attributes, text in scripts)
    script = Client().get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content


@pytest.mark.parametrize("path", ["/", "/widget", "/api/docs/", "/admin/login/"])
@pytest.mark.django_db
def test_page_asks_for_no_camera_and_tells_no_other_site_where_one_was(path: str) -> None:
    answer = Client().get(path)
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] == "same-origin"
