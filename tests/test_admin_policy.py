"""The policy in the admin: published in versions, never changed."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from actors.actions import ACTIONS
from actors.models import AuditEvent, Policy, PolicyRule

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/actors/policy/", "/admin/actors/policy/add/"


def login(*permissions: str, name: str = "maria") -> Client:
    """A member of staff with these permissions on the mesh's models."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="actors", codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def in_force(db: None) -> Policy:
    """As an installation begins, whatever other tests left of that."""
    version = Policy.publish(by="installation", levels={name: kind.level for name, kind in ACTIONS.items()})
    version.rules.filter(action="process_refund").update(limit_standard=50, limit_premium=100, limit_vip=250)
    return version


@pytest.fixture
def maria() -> Client:
    return login("add_policy", "view_policy")


def on_the_page(client: Client) -> dict[str, str]:
    """What the browser would send when nothing is changed on the page."""
    context = client.get(ADD).context
    (inline,) = context["inline_admin_formsets"]
    forms = [context["adminform"].form, inline.formset.management_form, *inline.formset.forms]
    fields = [form[name] for form in forms for name in form.fields]
    return {field.html_name: "" if field.value() is None else str(field.value()) for field in fields}


def row(data: dict[str, str], action: str) -> str:
    """The prefix of this action's row."""
    return next(name.removesuffix("action") for name, value in data.items() if value == action)


def errors(response: object) -> str:
    assert response.status_code == 200, "it was accepted"
    (inline,) = response.context["inline_admin_formsets"]
    told = [response.context["errors"], *inline.formset.errors, inline.formset.non_form_errors()]
    return " ".join(map(str, told))


def test_the_page_starts_from_the_version_in_force(maria: Client) -> None:
    Policy.publish(by="x", levels={"cancel_order": "draft"}, max_actions=7)
    data = on_the_page(maria)
    refund = row(data, "process_refund")
    assert data["max_actions"] == "7"
    assert "return_window_days" not in data, "replies, articles and actions have one window: RETURN_WINDOW_DAYS"
    assert {value for name, value in data.items() if name.endswith("-action")} == set(ACTIONS)
    assert data[f"{row(data, 'cancel_order')}level"] == "draft"
    assert (data[f"{refund}limit_standard"], data[f"{refund}limit_vip"]) == ("50.00", "250.00")


def test_the_page_says_what_an_empty_limit_means(maria: Client) -> None:
    text = maria.get(ADD).content.decode()
    assert "Empty: no limit." in text
    assert 'placeholder="no limit"' in text


def test_saving_publishes_the_next_version_and_leaves_the_old_one(maria: Client) -> None:
    old = Policy.current()
    before = list(old.rules.values())
    data = on_the_page(maria)
    data |= {"max_actions": "3", f"{row(data, 'process_refund')}limit_standard": "75.50"}
    assert maria.post(ADD, data).status_code == 302

    new = Policy.current()
    assert new.pk > old.pk
    assert (new.max_actions, new.published_by, old.max_actions) == (3, "maria", 5)
    assert new.rule_for("process_refund").limit_standard == Decimal("75.50")
    assert {rule.action for rule in new.known_rules()} == set(ACTIONS)
    assert list(Policy.objects.get(pk=old.pk).rules.values()) == before
    event = AuditEvent.objects.get()
    assert (event.who, event.what, event.policy_version) == ("staff maria", "policy published", new.pk)


def test_a_page_sent_back_unchanged_is_the_same_policy_again(maria: Client) -> None:
    told = ("action", "level", "limit_standard", "limit_premium", "limit_vip")
    before = list(Policy.current().rules.values_list(*told))
    assert maria.post(ADD, on_the_page(maria)).status_code == 302
    assert list(Policy.current().rules.values_list(*told)) == before


BAD = {
    "unknown action": ("process_refund", "action", "give_everything", "There is no action called"),
    "two rules for one": ("process_refund", "action", "cancel_order", "correct the duplicate data for action"),
    "no such level": ("cancel_order", "level", "always", "not one of the available choices"),
    "confirm without a question": ("add_order_note", "level", "confirm", "no question to ask the customer"),
    "limit below zero": ("cancel_order", "limit_vip", "-1", "A limit is 0 or more"),
    "limit that is no number": ("cancel_order", "limit_vip", "much", "Enter a number"),
    "limit with too many places": ("cancel_order", "limit_vip", "1.234", "no more than 2 decimal places"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(maria: Client, case: str) -> None:
    action, field, value, reason = BAD[case]
    count = Policy.objects.count()
    data = on_the_page(maria)
    data[f"{row(data, action)}{field}"] = value
    assert reason in errors(maria.post(ADD, data))
    assert Policy.objects.count() == count


@pytest.mark.parametrize("value", ["0", "21"])
def test_a_number_out_of_range_is_refused(maria: Client, value: str) -> None:
    assert "Ensure this value" in errors(maria.post(ADD, on_the_page(maria) | {"max_actions": value}))


def test_a_rule_may_not_be_left_out(maria: Client) -> None:
    data = on_the_page(maria)
    data["rules-TOTAL_FORMS"] = str(len(ACTIONS) - 1)
    assert "There is no rule for" in errors(maria.post(ADD, data))


def test_what_somebody_else_published_meanwhile_is_not_undone(maria: Client) -> None:
    data = on_the_page(maria)
    other = Policy.publish(by="otto", max_actions=2)
    assert f"Version {other.pk} was published while you were editing" in errors(maria.post(ADD, data))
    assert Policy.current() == other


def test_the_list_shows_who_published_what_when(maria: Client) -> None:
    version = Policy.publish(by="otto")
    page = maria.get(LIST).content.decode()
    assert f"version {version.pk}" in page
    assert "otto" in page
    assert "installation" in page


def test_a_version_is_shown_with_its_rules_and_cannot_be_changed(maria: Client) -> None:
    version = Policy.current()
    for client in (maria, login("add_policy", "view_policy", "change_policy", "delete_policy", name="chief")):
        page = client.get(f"{LIST}{version.pk}/change/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "process_refund" in text
        assert 'name="_save"' not in text
        assert client.post(f"{LIST}{version.pk}/change/", {"max_actions": "1"}).status_code == 403
        assert client.post(f"{LIST}{version.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Policy.current() == version
    assert PolicyRule.objects.filter(policy=version).count() == len(ACTIONS)


def test_only_who_may_publish_publishes() -> None:
    viewer = login("view_policy", name="viewer")
    assert viewer.get(LIST).status_code == 200
    assert viewer.get(ADD).status_code == 403
    assert viewer.post(ADD, {"max_actions": "1"}).status_code == 403
    assert login(name="nobody").get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 302
