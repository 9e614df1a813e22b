"""The people of the desk, each in a group of the real ones, and what they press on a case's page."""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from actors.models import Escalation
from supportmesh.roles import create_groups
from tests.identities import staff


def member(name: str, role: str = "agent", *, limit: int | None = None) -> User:
    """A member of the desk who is there. `limit`: their own for approvals; None: their group's."""
    create_groups(Group.objects, Permission.objects)  # a transactional test leaves none behind
    user = staff(name, limit=limit)
    user.first_name = name.capitalize()
    user.save()
    user.groups.set(Group.objects.filter(name=role))
    return User.objects.get(pk=user.pk)  # knows its permissions anew


def at_desk(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def page_of(case: Escalation) -> str:
    return f"/admin/actors/escalation/{case.pk}/change/"


def press(client: Client, case: Escalation, button: str, **given: Any) -> Any:
    """Press a button of the case's page; the answer, with the page that it leads to."""
    return client.post(f"/admin/actors/escalation/{case.pk}/do/{button}/", given, follow=True)


def told(response: Any) -> str:
    """What the page says above everything else."""
    return " ".join(str(message) for message in response.context["messages"])


def done(response: Any) -> str:
    """What the page says, when the button did what it is for."""
    assert response.redirect_chain, (response.status_code, told(response))
    return told(response)


def refused(response: Any, status: int = 409) -> str:
    """What the page says, when the button did nothing."""
    assert (response.status_code, response.redirect_chain) == (status, []), response.content.decode()[:300]
    return f"{told(response)} {response.context.get('why', '')}"
