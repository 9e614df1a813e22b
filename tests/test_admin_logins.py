"""The demo's logins see everything, and each may do its part."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from actors.models import Agent
from supportmesh.management.commands.up import let_in_demo_staff
from supportmesh.roles import SHOP_APPS

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
    lists = [model._meta for app in ("actors", *SHOP_APPS) for model in apps.get_app_config(app).get_models()]
    if name == "agent":  # to whom trail, broken messages and the kill switch are not shown
        lists = [meta for meta in lists if meta.model_name not in ("auditevent", "parkedmessage", "pause")]
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
    agent.groups.clear()
    let_in_demo_staff()
    agent = User.objects.get(username="agent")
    assert agent.check_password("another")
    assert agent.has_perm("actors.view_conversation")


@pytest.mark.django_db
def test_nobody_of_the_demo_counts_as_there_before_they_say_so() -> None:
    let_in_demo_staff()
    assert Agent.objects.exists()
    assert not Agent.objects.filter(available=True).exists()
