"""The admin's theme: on every page, from this server alone, and with no entry that somebody may not open."""

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from actors.ledger import request_human
from actors.models import AuditEvent, Conversation
from supportmesh.admin_site import SIDEBAR
from tests.test_admin_policy import login
from tests.test_ledger import JOHN, say

pytestmark = pytest.mark.django_db(transaction=True)

REFERENCES = re.compile(r"""(?:src|href|action|hx-get|srcset)\s*=\s*["']([^"']+)|url\(["']?([^"')]+)""")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def shop() -> None:
    call_command("seed_demo", verbosity=0)
    turn = say()
    request_human(session_id=turn.conversation_id)
    AuditEvent.objects.create(who="test", what="policy published")
    Group.objects.get_or_create(name="agent")


def references(text: str) -> set[str]:
    return {one or other for one, other in REFERENCES.findall(text)}


def foreign(text: str) -> set[str]:
    return {address for address in references(text) if re.match(r"(?:https?:)?//", address)}


def entries(client: Client) -> dict[str, list[str]]:
    """The navigation as the page has it: the titles of each group."""
    return {
        group["title"]: [item["title"] for item in group["items"] if item["has_permission"]]
        for group in client.get("/admin/password_change/").context["sidebar_navigation"]
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_page_of_a_model_opens_and_needs_no_other_host(model: type, admin_client: Client, shop: None) -> None:
    meta, model_admin = model._meta, admin.site.get_model_admin(model)
    name = f"admin:{meta.app_label}_{meta.model_name}"
    pages = [reverse(f"{name}_changelist")]
    request = admin_client.get(pages[0]).wsgi_request
    if model_admin.has_add_permission(request):
        pages.append(reverse(f"{name}_add"))
    if row := model_admin.get_queryset(request).first():
        pages += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
    for page in pages:
        response = admin_client.get(page)
        assert response.status_code == 200, page
        assert foreign(response.content.decode()) == set(), page


def test_every_page_of_the_site_opens_and_needs_no_other_host(admin_client: Client, client: Client) -> None:
    for page in ("/admin/", "/admin/actors/", "/admin/password_change/"):
        assert foreign(admin_client.get(page).content.decode()) == set(), page
    assert foreign(client.get("/admin/login/").content.decode()) == set()


def test_styles_and_fonts_come_from_this_server(admin_client: Client) -> None:
    page = admin_client.get("/admin/actors/policy/add/").content.decode()
    found = {address.removeprefix("/static/") for address in references(page) if address.startswith("/static/")}
    assert {Path(file).suffix for file in found} >= {".css", ".js", ".svg"}
    for file in found:
        path = finders.find(file)
        assert path, file
        if path.endswith(".css"):
            text = Path(path).read_text()
            assert foreign(text) == set(), file
            assert "@import" not in text, file


def test_every_model_of_the_admin_has_its_entry(admin_client: Client) -> None:
    labels = {label for group in SIDEBAR.values() for _, _, label in group}
    assert {model._meta.label for model in MODELS} <= labels
    assert list(entries(admin_client)) == ["Desk", "Shop", "Oversight", "System"]


def test_who_may_not_look_at_a_model_has_no_entry_for_it() -> None:
    assert entries(login("view_action")) == {"Desk": ["Actions"]}
    assert entries(login(name="nobody")) == {}


def test_the_search_finds_pages_and_rows_that_one_may_open(admin_client: Client, shop: None) -> None:
    found = admin_client.get("/admin/search/", {"s": "ORD-1234567", "extended": 1}).content.decode()
    assert "ORD-12345678" in found
    assert "/admin/actors/policy/" in admin_client.get("/admin/search/", {"s": "polic"}).content.decode()
    conversation = str(Conversation.objects.get().pk)
    assert conversation in admin_client.get("/admin/search/", {"s": JOHN}).content.decode()
    nobody = login("view_action").get("/admin/search/", {"s": "ORD-1234567"}).content.decode()
    assert "ORD-12345678" not in nobody


def test_a_login_leads_to_the_page_that_was_asked_for_or_to_the_start(django_user_model: type, client: Client) -> None:
    django_user_model.objects.create_superuser("chief", password="secret-of-the-chief")
    given = {"username": "chief", "password": "secret-of-the-chief"}
    assert client.post("/admin/login/", given)["Location"] == "/admin/"
    client.logout()
    asked = client.get("/admin/orders/order/")["Location"]
    assert client.post(asked, given)["Location"] == "/admin/orders/order/"
