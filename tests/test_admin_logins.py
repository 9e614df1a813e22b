"""The demo's logins see everything, and each may do its part."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from supportmesh.management.commands.up import DEMO_APPS, let_in_demo_staff

pytestmark = pytest.mark.django_db


def login(name: str) -> Client:
    client = Client()
    assert client.login(username=name, password=name)
    return client


@pytest.fixture(autouse=True)
def _staff() -> None:
    let_in_demo_staff()


@pytest.mark.parametrize("name", ["admin", "supervisor", "agent"])
def test_each_sees_every_list_of_the_mesh_and_the_shop(name: str) -> None:
    client = login(name)
    lists = [model._meta for app in DEMO_APPS for model in apps.get_app_config(app).get_models()]
    lists = [meta for meta in lists if admin.site.is_registered(meta.model)]
    assert {meta.app_label for meta in lists} >= {"actors"}
    told = {meta.label: client.get(f"/admin/{meta.app_label}/{meta.model_name}/").status_code for meta in lists}
    assert set(told.values()) == {200}, told
    assert "SupportMesh" in client.get("/admin/").content.decode()


def test_the_policy_is_the_supervisors_and_both_decide() -> None:
    assert login("supervisor").get("/admin/actors/policy/add/").status_code == 200
    assert login("agent").get("/admin/actors/policy/add/").status_code == 403
    users = {name: User.objects.get(username=name) for name in ("supervisor", "agent")}
    assert all(user.has_perm("actors.change_action") for user in users.values())
    assert not any(user.has_perm("auth.view_user") or user.is_superuser for user in users.values())


def test_a_second_start_keeps_a_changed_password_and_repairs_what_is_missing() -> None:
    agent = User.objects.get(username="agent")
    agent.set_password("another")
    agent.save()
    agent.user_permissions.clear()
    let_in_demo_staff()
    agent = User.objects.get(username="agent")
    assert agent.check_password("another")
    assert agent.has_perm("actors.view_conversation")
