"""Sessions and tokens that should be over, or are out of proportion."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from actors.models import Conversation
from supportmesh.gateway import consumers
from tests.identities import OWN, SECRET, overseer, shop_jwt
from tests.test_websocket import OWN_ORIGIN, Socket

pytestmark = pytest.mark.django_db(transaction=True)


def made() -> Conversation:
    conversation = Conversation.objects.create(customer_email="john.doe@example.com")
    conversation.add_turn(role="system", text="zebra")
    return conversation


def cookie(client: Client) -> str:
    return f"sessionid={client.cookies['sessionid'].value}"


def at_work() -> Client:
    client = Client()
    client.force_login(overseer())
    return client


def test_a_member_of_staff_who_logged_out_reads_nothing() -> None:
    client, address = at_work(), f"/api/conversations/{made().pk}"
    stolen = {**OWN, "Cookie": cookie(client)}
    assert Client().get(address, headers=stolen).status_code == 200
    client.post("/admin/logout/")
    assert Client().get(address, headers=stolen).status_code == 404
    assert Client().get("/admin/actors/escalation/", headers=stolen).status_code == 302
    assert Client().get("/api/orders/", headers=stolen).status_code in (401, 403)


def test_a_new_password_ends_every_session() -> None:
    client, address = at_work(), f"/api/conversations/{made().pk}"
    user = User.objects.get()
    user.set_password("another one of the chief")
    user.save()
    assert client.get(address, headers=OWN).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_works_here_no_longer_reads_nothing(change: dict[str, bool]) -> None:
    client, address = at_work(), f"/api/conversations/{made().pk}"
    User.objects.update(**change)
    assert client.get(address, headers=OWN).status_code == 404


async def test_an_open_socket_of_staff_hears_nothing_after_the_logout() -> None:
    client, conversation = await sync_to_async(at_work)(), await sync_to_async(made)()
    given = {**OWN_ORIGIN, "Cookie": cookie(client)}
    async with Socket(f"session_id={conversation.pk}", **given) as socket:
        await socket.next("connected")
        await sync_to_async(client.post)("/admin/logout/")
        await sync_to_async(conversation.add_turn)(role="system", text="a secret")
        message = await socket.app.receive_output(timeout=10)
        assert (message["type"], message.get("code")) == ("websocket.close", consumers.NOT_YOURS)


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_a_huge_token_is_refused(size: int, settings: Any) -> None:
    settings.IDENTITY_SECRET = [SECRET]
    address = f"/api/conversations/{made().pk}"
    others = shop_jwt("7", "sarah.wilson@example.com", name="x" * size)
    for token in (shop_jwt("4" * size), others, "e" * size, f"{'a' * size}.{'b' * size}.c"):
        assert Client().get(address, headers={"Authorization": f"Bearer {token}"}).status_code in (401, 404)
