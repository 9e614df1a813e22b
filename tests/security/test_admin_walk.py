"""Every address of the admin, read off its URL patterns: a view that is added there is tried as well."""

import csv
import io
import re
import uuid
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from actors.models import (
    AuditEvent,
    CannedReply,
    Conversation,
    Escalation,
    Incident,
    KnowledgeArticle,
    Note,
    ParkedMessage,
    Turn,
)
from supportmesh.models import ApiToken
from tests.colleagues import at_desk, member
from tests.identities import OWN
from tests.security.conftest import Loot
from tests.security.payloads import FORMULAS, MARK, PRODUCED, PRODUCT
from tests.security.schema import changed, rows

OPEN = {"/admin/login/", "/admin/logout/"}  # to anybody
pytestmark = pytest.mark.timeout(300)

EVERYBODYS = OPEN | {  # to anybody who is logged in as staff
    "/admin/", "/admin/logout/", "/admin/password_change/", "/admin/password_change/done/", "/admin/jsi18n/",
    "/admin/search/",
}  # fmt: skip
PART = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")


def patterns(under: Any = None, prefix: str = "/") -> Iterator[str]:
    """The addresses below admin/, with their parameters by name."""
    for entry in (under or get_resolver()).url_patterns:
        if isinstance(entry.pattern, RoutePattern):
            route = prefix + PART.sub(r"<\g<name>>", str(entry.pattern))
        elif "app_label" in str(entry.pattern):
            route = f"{prefix}<app_label>/"
        else:
            continue  # the site's own catch-all
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern) and route.startswith("/admin/"):
            yield route


ADDRESSES = sorted(set(patterns()))


def filled(address: str, given: dict[str, Any]) -> str:
    """The address about a row of the model that it is of. A parameter nobody knows fails: say in `everything` what
    exists for it."""
    names = re.findall(r"<(\w+)>", address)
    values = dict(given)
    if "object_id" in names and "content_type_id" not in names:
        app, model = address.split("/")[2:4]
        row = apps.get_model(app, model)._base_manager.order_by("pk").first()
        values["object_id"] = row.pk if row is not None else 1
    return re.sub(r"<(\w+)>", lambda part: str(values[part[1]]), address)


@pytest.fixture
def everything(loot: Loot) -> dict[str, Any]:
    """A row of each kind, and what the addresses' parameters stand for."""
    tom = member("tom")
    case = Escalation.objects.get()
    Escalation.objects.update(assigned_to=tom, status="claimed", draft_reply="A draft of zebra.", summary="Zebra.")
    Conversation.objects.update(owner=tom, status="human", rating=1, rating_comment="Bad zebra.")
    canned = CannedReply.objects.create(title="Hello", text="Hello {{ customer.first_name }}")
    Note.objects.create(escalation=case, author=tom, text="Zebra.")
    Incident.objects.create(text="A strike.", starts_at="2026-01-01T00:00Z", ends_at="2036-01-01T00:00Z")
    KnowledgeArticle.objects.all().delete()
    KnowledgeArticle.objects.create(title="Horses", text="They are brown.")
    parked = ParkedMessage.objects.create(task="actors.x", reason="Zebra.", body="{}")
    AuditEvent.objects.create(who="zebra", what="policy published")
    ApiToken.objects.create_key(name="shop", scope="chat")
    return {
        "case_id": case.pk,
        "parked_id": parked.pk,
        "what": "bot",  # the kill switch: /bot/pause/
        "way": "pause",
        "action_id": case.conversation.actions.get().pk,
        "name": "approve",  # a button of a case, and a decision on an action
        "pk": canned.pk,
        "id": tom.pk,
        "app_label": "actors",
        "content_type_id": 1,
        "object_id": 1,
    }


def test_nobody_gets_into_the_admin_without_a_login(everything: dict[str, Any]) -> None:
    before = rows()
    for address in ADDRESSES:
        if address in OPEN:
            continue
        for call in (Client().get, Client().post):
            answer = call(filled(address, everything))
            told = (answer.status_code, answer.get("Location", ""))
            assert told[0] == 405 or (told[0] == 302 and told[1].startswith("/admin/login/")), (address, told)
    assert changed(before) == []


def test_who_has_no_role_sees_nothing_and_does_nothing(everything: dict[str, Any]) -> None:
    client = at_desk(User.objects.create_user("eve", is_staff=True))
    before = rows()
    for address in ADDRESSES:
        if address in EVERYBODYS:
            continue
        for call in (client.get, client.post):
            answer = call(filled(address, everything), headers=OWN)
            assert answer.status_code in (302, 403, 404, 405), (address, answer.status_code)
            back = ("/admin/", filled(address, everything), f"{filled(address, everything)}change/")
            assert answer.status_code != 302 or answer["Location"] in back, address
    for address in EVERYBODYS - OPEN:
        page = client.get(address, {"s": "john"}).content.decode().lower()
        assert "zebra" not in page, address
        assert "john.doe" not in page, address
    assert changed(before, but=("last_login",)) == []


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_a_colleagues_case_is_closed_on_every_address(role: str, everything: dict[str, Any]) -> None:
    """An agent hears no word of a colleague's case anywhere; an auditor reads, and changes nothing."""
    client = at_desk(member("lisa", role))
    before = rows()
    for address in ADDRESSES:
        if "password" in address or "logout" in address:
            continue
        for call in (client.get, client.post) if role == "agent" else (client.post,):
            answer = call(filled(address, everything), headers=OWN)
            content = b"".join(answer) if answer.streaming else answer.content
            assert answer.status_code < 500, (address, answer.status_code)
            assert role != "agent" or b"zebra" not in content.lower(), address
    but = ("last_login", "available", "available_at", "seen_at", "agent_active_at")
    assert changed(before, but=but) == []


def test_every_form_of_the_admin_needs_its_token(everything: dict[str, Any]) -> None:
    """Another site's page may have the browser send the cookies along: without the page's own token nothing happens."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("chief"))
    before = rows()
    for address in ADDRESSES:
        answer = client.post(filled(address, everything), {"post": "yes"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code in (403, 405), (address, answer.status_code)
    assert changed(before, but=("last_login",)) == []


# --- what is shown ----------------------------------------------------------------------------------

KEYS = re.compile(r"key|hash|id$|email|number|sub$|caller|password|codename|session|slug|tracking|username|browser|^_")
CLOSED = {"auth.Permission", "auth.Group", "actors.AuditEvent"}  # the trail cannot be changed: made with it instead
LONG = f"</script></textarea></style>\"'><{MARK} onload=z>{PRODUCT}`${{1}}"


def poison(text: str) -> None:
    """Put it into every text of every row that no code gives a meaning to."""
    for model in apps.get_models():
        label = model._meta.label
        if label.partition(".")[0] not in ("actors", "customers", "orders", "tracking", "auth") or label in CLOSED:
            continue
        alone = {name for rule in model._meta.total_unique_constraints for name in rule.fields}
        for field in model._meta.concrete_fields:
            if field.name in alone and model._base_manager.count() > 1:
                continue
            plain = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.EmailField)
            if plain and not (field.choices or field.unique or KEYS.search(field.name)):
                cut = text[-field.max_length :] if field.max_length else text
                value = cut if f"<{MARK}" in cut or text != LONG else f"'><{MARK}>"
                if not field.max_length or len(value) <= field.max_length:  # else no database would have it
                    model._base_manager.update(**{field.name: value})
    values = {"who": text[:100], "what": text[:60], "order": text[:40]}
    AuditEvent.objects.create(**values)


class Page(HTMLParser):
    """What a browser would make of it: elements and attributes that were injected."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.injected: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [tag, *(name for name, _ in attributes)]
        self.injected += [self.get_starttag_text() or "" for name in names if MARK in name]
        links = [value or "" for name, value in attributes if name in ("href", "src", "action")]
        self.injected += [value for value in links if value.strip().lower().startswith("javascript:")]


def test_no_page_of_the_admin_takes_text_for_markup(everything: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    poison(LONG)
    shown = 0
    typed = f"?show=all&q=%22%3E%3C{MARK}%3E&s=%22%3E%3C{MARK}%3E"
    for address in ADDRESSES:
        if "logout" in address:
            continue
        for query in ("",) if "<" in address or "add" in address else ("", typed):
            answer = client.get(filled(address, everything) + query, headers=OWN)
            assert answer.status_code < 500, address
            if "html" not in answer.get("Content-Type", ""):
                continue
            text = answer.content.decode()
            assert Page(text).injected == [], address + query
            assert PRODUCED not in text, (address, "a template was run")
            shown += f"&lt;{MARK}" in text
    assert shown > 15, "the poison is to be seen on the pages"


def test_the_page_that_asks_again_takes_no_text_for_markup(everything: dict[str, Any]) -> None:
    """What was typed into a form that is refused comes back as text."""
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    for address in ADDRESSES:
        if "logout" in address or "delete" in address:
            continue
        names = ("title", "text", "to", "email", "reason", "key", "name", "username", "action", "subject", "q", "next")
        answer = client.post(filled(address, everything), dict.fromkeys(names, LONG), headers=OWN)
        assert answer.status_code < 500, address
        if "html" in answer.get("Content-Type", ""):
            assert Page(answer.content.decode()).injected == [], address


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_exported_file_is_a_formula(formula: str, everything: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    poison(formula)
    chosen = list(AuditEvent.objects.values_list("pk", flat=True))
    export = {"action": "export_csv", "_selected_action": chosen}
    files = [client.post("/admin/actors/auditevent/", export, headers=OWN)]
    answers = (client.get(filled(address, everything), headers=OWN) for address in ADDRESSES if "logout" not in address)
    files += [answer for answer in answers if "csv" in answer.get("Content-Type", "")]
    assert len(files) >= 2
    for file in files:
        text = b"".join(file).decode() if file.streaming else file.content.decode()
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) and not _number(cell)] == []
    assert formula.strip() in b"".join(client.post("/admin/actors/auditevent/", export, headers=OWN)).decode()


def _number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


LEAKY = (
    "owner__password__startswith=pbkdf2", "assigned_to__password__contains=a", "conversation__guest_key__startswith=a",
    "owner__username=tom", "user__password__gt=a", "user__email__contains=a", "turn__text__contains=a",
)  # fmt: skip


@pytest.mark.parametrize("query", LEAKY)
def test_no_list_answers_questions_about_what_it_does_not_show(query: str, everything: dict[str, Any]) -> None:
    """Django's filters follow relations: a list could tell a password's hash letter by letter."""
    client = at_desk(member("lisa", "auditor"))
    for model in admin.site._registry:
        meta = model._meta
        if meta.app_label == "actors":
            answer = client.get(f"/admin/{meta.app_label}/{meta.model_name}/?{query}")
            if answer.status_code == 200 and "cl" not in answer.context_data:
                continue  # a page of its own, which looks nothing up
            assert answer.status_code in (302, 400, 403), (meta.label, answer.status_code)


def test_ids_that_are_no_ids_are_not_found(everything: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    for pk in ("0", "-1", "1e9", "999999999999999999999", "%00", "..%2f..%2f", "a'--", "%E2%80%AE", str(uuid.uuid4())):
        for model in admin.site._registry:
            meta = model._meta
            answer = client.get(f"/admin/{meta.app_label}/{meta.model_name}/{pk}/change/")
            assert answer.status_code in (302, 404), (meta.label, pk, answer.status_code)
    assert Turn.objects.exists()
