"""The desk's pages ask the database as often for fifty cases as for five."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Action, Conversation, Escalation, Note, Turn
from supportmesh.roles import create_groups

pytestmark = pytest.mark.django_db

CASES, TALKS = "/admin/actors/escalation/", "/admin/actors/conversation/"
LISTS = [
    CASES,
    *(f"{CASES}?show={shown}" for shown in ("mine", "free", "late", "soon", "resolved", "all")),
    f"{CASES}?show=all&priority__exact=urgent",
    f"{CASES}?show=all&reason__exact=legal",
    f"{CASES}?status__exact=claimed",
    f"{CASES}?show=all&breached__exact=1",
    f"{CASES}?show=all&assigned_to__id__exact={{user}}",
    f"{CASES}?show=all&o=6",
    f"{CASES}?q=parcel",
    f"{CASES}?q=where+parcel",
    f"{CASES}?q=anna@example.com",
    f"{CASES}?q=%23{{case}}",
    f"{CASES}news/",
    TALKS,
    f"{TALKS}?status__exact=human",
    f"{TALKS}?q=parcel",
    f"{TALKS}?q=anna@example.com",
    "/admin/actors/turn/",
    "/admin/actors/action/",
]
PAGES = [f"{CASES}{{case}}/change/", f"{CASES}{{case}}/live/"]


@pytest.fixture(params=["supervisor", "agent"])
def maria(request: pytest.FixtureRequest) -> User:
    create_groups(Group.objects, Permission.objects)
    user = User.objects.create_user("maria", is_staff=True)
    user.groups.add(Group.objects.get(name=request.param))
    return user


def a_case(owner: User | None, *, turns: int = 1, **fields: object) -> Escalation:
    """One of Anna, who wrote so many messages."""
    status = "human" if owner else "waiting"
    talk = Conversation.objects.create(customer_email="anna@example.com", owner=owner, status=status)
    fields = {"priority": "urgent", "reason": "legal", "breached": True, "sla_due_at": timezone.now(), **fields}
    case = Escalation(conversation=talk, status="claimed" if owner else "open", assigned_to=owner, **fields)
    add_turns(case, turns)
    case.turn = talk.turns.first()
    case.save()
    return case


def add_turns(case: Escalation, count: int) -> None:
    """More messages, each with an action that was asked for with it."""
    talk, first = case.conversation, case.conversation.last_seq + 1
    for seq in range(first, first + count):
        said = {"role": "customer", "text": "Where is my parcel?", "verified": True}
        turn = Turn.objects.create(conversation=talk, seq=seq, **said)
        Action.objects.create(turn=turn, conversation=talk, position=0, kind="cancel_order", order=f"ORD-{seq}")
    talk.last_seq = first + count - 1
    talk.save()


def fill(maria: User, rows: int) -> Escalation:
    """So many cases of each kind. Returns one of Maria's."""
    for _ in range(rows):
        a_case(None, sla_due_at=timezone.now() + timedelta(minutes=30))
        a_case(None)
        a_case(maria).resolve(by=maria)
        case = a_case(maria)
        colleague = User.objects.create_user(f"colleague {User.objects.count()}", is_staff=True)
        a_case(colleague)
    return case


def asked(user: User, address: str) -> int:
    """How many queries the page takes; not the first time, when some things are looked up once and kept."""
    client = Client()
    client.force_login(user)
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


@pytest.mark.parametrize("address", LISTS)
def test_more_cases_take_no_more_queries(maria: User, address: str) -> None:
    case = fill(maria, 1)
    address = address.format(user=maria.pk, case=case.pk)
    few = asked(maria, address)
    fill(maria, 9)
    assert asked(maria, address) == few


@pytest.mark.parametrize("address", PAGES)
def test_more_turns_actions_and_notes_take_no_more_queries(maria: User, address: str) -> None:
    case = a_case(maria, turns=5)
    Note.objects.create(escalation=case, author=maria, text="Rings back at noon.")
    address = address.format(case=case.pk)
    few = asked(maria, address)
    add_turns(case, 55)
    for number in range(10):
        colleague = User.objects.create_user(f"colleague {number}", is_staff=True)
        Note.objects.create(escalation=case, author=colleague, text="I know them.")
    fill(maria, 3)
    assert asked(maria, address) == few
