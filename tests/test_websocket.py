"""The WebSocket chat, frame by frame."""

import asyncio
import gc
import json
import time
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings as project
from django.core import signing
from django.db import transaction

from actors.models import Conversation, Escalation, Turn
from actors.notify import SALT, group_name, notify
from supportmesh.asgi import application
from supportmesh.gateway import chat, limits, sockets
from supportmesh.gateway.credentials import key_of
from tests.test_api_chat import answer

pytestmark = pytest.mark.django_db(transaction=True)

GUEST, STRANGER = "g" * 43, "s" * 43
OWN_ORIGIN = {"Origin": "http://testserver", "Host": "testserver"}


class Socket:
    """A client of /ws: sends and receives frames."""

    def __init__(self, query: str = "", *, path: str = "/ws", client: str = "192.0.2.7", **headers: str) -> None:
        named = {"Host": "testserver", **headers}
        raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in named.items()]
        scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": raw}
        self.app = ApplicationCommunicator(application, {**scope, "client": [client, 4711], "subprotocols": []})

    async def __aenter__(self) -> "Socket":
        await self.app.send_input({"type": "websocket.connect"})
        self.accepted = (await self.app.receive_output(timeout=10))["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self.app.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.app.wait(timeout=5)

    async def send(self, name: Any, data: Any = None, /, **fields: Any) -> None:
        await self.raw(json.dumps({"type": name, "data": fields if data is None else data}))

    async def raw(self, text: str | None, data: bytes | None = None) -> None:
        await self.app.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def frame(self) -> dict[str, Any]:
        message = await self.app.receive_output(timeout=10)
        assert message["type"] == "websocket.send", message
        frame = json.loads(message["text"])
        assert frame.keys() == {"type", "data", "timestamp"}
        return frame

    async def next(self, wanted: str, *, skip: tuple[str, ...] = ()) -> dict[str, Any]:
        """The data of the next frame, which must be the wanted one (frames to skip aside)."""
        while True:
            frame = await self.frame()
            if frame["type"] not in skip:
                assert frame["type"] == wanted, frame
                return frame["data"]

    async def silent(self, seconds: float = 1.5) -> bool:
        return await self.app.receive_nothing(timeout=seconds, interval=0.05)


async def test_a_new_guest_is_connected_with_a_token_and_no_session() -> None:
    async with Socket() as socket:
        connected = await socket.next("connected")
        assert (connected["session_id"], connected["last_seq"]) == (None, 0)
        assert connected["identity"]["kind"] == "guest"
        assert len(connected["identity"]["guest_token"]) >= 32


async def test_a_message_is_sent_and_its_reply_comes() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        assert "guest_token" not in (await socket.next("connected"))["identity"]
        await socket.send("chat", message="Where is my order?", client_msg_id=str(uuid.uuid4()))
        sent = await socket.next("message_sent")
        assert (sent["seq"], sent["status"]) == (1, "accepted")
        turn = await Turn.objects.aget(pk=sent["message_id"])
        await sync_to_async(answer)(turn)
        reply = await socket.next("chat_response")
        assert reply["response"] == "It ships tomorrow."
        assert (reply["message_id"], reply["session_id"]) == (sent["message_id"], sent["session_id"])
        assert reply["seq"] == 2
        assert reply["processing_time"] > 0
        assert reply["metadata"]["outcome"] == "answered"
        assert await socket.silent(), "a reply is told once"


async def test_replies_come_once_and_in_order_to_every_socket() -> None:
    async with Socket(X_Guest_Token=GUEST) as one:
        await one.next("connected")
        await one.send("chat", message="First")
        session_id = (await one.next("message_sent"))["session_id"]
        async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as other:
            assert (await other.next("connected"))["session_id"] == session_id
            await one.send("chat", message="Second")
            await one.next("message_sent")
            for text in ("One", "Two"):
                turn = await Turn.objects.filter(status="accepted").order_by("seq").afirst()
                await sync_to_async(answer)(turn, text)
            for socket in (one, other):
                told = [await socket.next("chat_response", skip=("turn",)) for _ in range(2)]
                assert [reply["response"] for reply in told] == ["One", "Two"]
                assert told[0]["seq"] < told[1]["seq"]
                assert await socket.silent()


async def test_a_lost_hint_loses_no_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        monkeypatch.setattr("actors.notify.group_name", lambda session_id: "nobody.listens")
        await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
        assert (await socket.next("chat_response"))["message_id"] == sent["message_id"]


async def test_it_works_without_redis(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:9/0"]},
        }
    }
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
        await socket.next("chat_response")


async def test_progress_is_told_for_this_conversation_alone() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await asyncio.sleep(0.3)
        event = {"type": "mesh.progress", "actor": "intent_analyzer", "index": 2, "total": 7}
        await sync_to_async(notify)(str(uuid.uuid4()), {**event, "message_id": "foreign"})
        await sync_to_async(notify)(sent["session_id"], {**event, "message_id": sent["message_id"]})
        progress = await socket.next("progress")
        assert progress == {"message_id": sent["message_id"], "actor": "intent_analyzer", "index": 2, "total": 7}


async def test_who_can_write_to_redis_puts_no_words_into_a_page() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await asyncio.sleep(0.3)
        event = {"type": "mesh.token", "message_id": sent["message_id"], "attempt": 1, "index": 0}
        session = {"session_id": sent["session_id"]}
        forged = {**event, **session, "delta": "Send us your password."}
        signed = signing.dumps(forged, key="a key that is not ours", salt=SALT)
        for hint in (forged, {"type": "mesh.hint", "hint": signed}):
            await get_channel_layer().group_send(group_name(sent["session_id"]), hint)
        await sync_to_async(notify)(sent["session_id"], {**event, "delta": "Hello."})
        assert (await socket.next("token"))["delta"] == "Hello."


async def test_junk_on_the_channel_layer_deafens_nobody() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
        await asyncio.sleep(0.3)
        strange: tuple[dict[str, Any], ...] = (
            {},
            {"session_id": sent["session_id"]},
            {"hint": 4},
            {"hint": "not:ours"},
        )
        for junk in strange:
            await get_channel_layer().group_send(group_name(sent["session_id"]), junk)
        await Conversation.objects.aupdate(status="human")
        await sync_to_async(notify)(sent["session_id"], {"type": "status.changed"})
        assert (await socket.next("status"))["status"] == "human"


@pytest.mark.parametrize(
    ("text", "error", "field"),
    [
        ("{", "invalid", ""),
        ("[]", "invalid", ""),
        ("[" * 16_000, "invalid", ""),
        ('{"type": "nothing"}', "invalid", "type"),
        ('{"type": ["chat"]}', "invalid", "type"),
        ('{"data": {}}', "invalid", "type"),
        ('{"type": "chat", "data": "Hi"}', "invalid", "data"),
        ('{"type": "chat", "data": {}}', "invalid", "message"),
        ('{"type": "chat", "data": {"message": 42}}', "invalid", "message"),
        ('{"type": "chat", "data": {"message": "a\\u0000b"}}', "invalid", "message"),
        ('{"type": "chat", "data": {"message": "%s"}}' % ("x" * 5000), "invalid", "message"),
        ('{"type": "chat", "data": {"message": "Hi", "session_id": "42"}}', "invalid", "session_id"),
        ('{"type": "chat", "data": {"message": "Hi", "customer_email": "x"}}', "invalid", "customer_email"),
        ('{"type": "chat", "data": {"message": "%s"}}' % ("x" * 50_000), "too_long", ""),
        ('{"type": "resume", "data": {"last_seq": "1"}}', "invalid", "last_seq"),
        ('{"type": "resume", "data": {"last_seq": 0}}', "not_found", ""),
        ('{"type": "rating", "data": {"score": 9}}', "invalid", "score"),
        ('{"type": "human"}', "not_found", ""),
        ('{"type": "identify", "data": {"token": "a.b.c"}}', "unauthorized", ""),
        ('{"type": "identify", "data": {"guest_token": "short"}}', "invalid", "token"),
    ],
)
async def test_a_bad_frame_gets_an_error_and_the_socket_stays_open(text: str, error: str, field: str) -> None:
    async with Socket() as socket:
        await socket.next("connected")
        await socket.raw(text)
        told = await socket.next("error")
        assert told["error"] == error
        assert field in {detail["field"] for detail in told["details"]}
        await socket.send("ping")
        await socket.next("pong")
    assert not await Turn.objects.aexists()


async def test_bytes_are_refused() -> None:
    async with Socket() as socket:
        await socket.next("connected")
        await socket.raw(None, b"\x00")
        assert (await socket.next("error"))["error"] == "invalid"


async def test_a_client_that_sends_too_fast_is_told_so_and_may_go_on_later() -> None:
    async with Socket() as socket:
        await socket.next("connected")
        for _ in range(60):
            await socket.send("ping")
        kinds = [await socket.frame() for _ in range(60)]
        refused = [frame for frame in kinds if frame["type"] == "error"]
        assert refused
        assert {frame["data"]["error"] for frame in refused} == {"too_fast"}
        await asyncio.sleep(1)
        await socket.send("ping")
        await socket.next("pong")


async def test_the_longest_message_is_taken_however_it_is_written() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="\N{PACKAGE}" * 4000)
        await socket.next("message_sent")


@pytest.mark.usefixtures("one_minute")
async def test_messages_of_one_customer_are_counted_on_all_their_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MESSAGES_OF_GUESTS", limits.MESSAGES_OF_GUESTS._replace(most=100))
    async with Socket(X_Guest_Token=GUEST) as one, Socket(X_Guest_Token=GUEST) as other:
        for socket in (one, other):
            await socket.next("connected")
            for _ in range(15):
                await socket.send("chat", message="Hi")
            for _ in range(15):
                await socket.next("message_sent")
        await other.send("chat", message="And another one")
        assert (await other.next("error"))["error"] == "too_fast"
    assert await Turn.objects.acount() == 30


@pytest.mark.parametrize(
    ("limit", "name", "data"),
    [("READS", "resume", {"last_seq": 0}), ("CALLS", "rating", {"score": 5}), ("CALLS", "human", {})],
)
async def test_what_has_a_limit_by_rest_has_it_on_a_socket(
    limit: str, name: str, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, limit, getattr(limits, limit)._replace(most=3))
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
        for _ in range(4):
            await socket.send(name, **data)
        told = await socket.frame()
        while told["type"] != "error":
            told = await socket.frame()
        assert told["data"]["error"] == "too_fast"


@pytest.mark.parametrize("name", ["unknown", "foreign", "nonsense"])
async def test_a_session_that_is_not_theirs_is_not_found_and_a_fresh_start(name: str) -> None:
    conversation = await Conversation.objects.acreate(guest_key="somebody")
    session_id = {"unknown": uuid.uuid4(), "foreign": conversation.pk, "nonsense": "%00"}[name]
    async with Socket(f"session_id={session_id}", X_Guest_Token=STRANGER) as socket:
        assert (await socket.next("error"))["error"] == "not_found"
        assert (await socket.next("connected"))["session_id"] is None
        await socket.send("chat", message="Hi")
        assert (await socket.next("message_sent"))["session_id"] != str(conversation.pk)
        await socket.send("chat", message="Hi", session_id=str(conversation.pk))
        assert (await socket.next("error", skip=("turn",)))["error"] == "not_found"


async def test_a_token_in_the_first_frame_opens_the_conversation_of_the_address() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        session_id = (await socket.next("message_sent"))["session_id"]
    async with Socket(f"session_id={session_id}") as socket:
        assert (await socket.next("error"))["error"] == "not_found"
        await socket.next("connected")
        await socket.send("identify", guest_token=GUEST)
        connected = await socket.next("connected")
        assert (connected["session_id"], connected["last_seq"]) == (session_id, 1)


async def test_resume_tells_what_was_missed() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
    await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
    async with Socket(f"session_id={sent['session_id']}", X_Guest_Token=GUEST) as socket:
        assert (await socket.next("connected"))["last_seq"] == 2
        await socket.send("resume", last_seq=0)
        turn = await socket.next("turn")
        assert (turn["seq"], turn["role"], turn["text"]) == (1, "customer", "Hi")
        assert (await socket.next("chat_response"))["seq"] == 2
        await socket.send("resume", last_seq=0)
        assert await socket.silent(), "what was told on this connection is not told again"


async def test_resume_while_something_else_is_told_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        sent = await socket.next("message_sent")
    await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
    async with Socket(f"session_id={sent['session_id']}", X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        look = chat.news

        def slow_look(*args: Any, **kwargs: Any) -> chat.News:
            found = look(*args, **kwargs)
            time.sleep(0.3)
            return found

        monkeypatch.setattr(chat, "news", slow_look)
        await socket.send("chat", message="Still there?")
        await socket.next("message_sent")
        await asyncio.sleep(0.1)
        await socket.send("resume", last_seq=0)
        assert (await socket.next("turn"))["seq"] == 1
        assert (await socket.next("chat_response"))["seq"] == 2


async def test_a_message_sent_again_after_its_reply_is_answered_again() -> None:
    message = {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message)
        sent = await socket.next("message_sent")
    await sync_to_async(answer)(await Turn.objects.aget(pk=sent["message_id"]))
    for query in ("", f"session_id={sent['session_id']}"):
        async with Socket(query, X_Guest_Token=GUEST) as socket:
            await socket.next("connected")
            await socket.send("chat", message)
            assert (await socket.next("message_sent"))["message_id"] == sent["message_id"]
            assert (await socket.next("chat_response"))["message_id"] == sent["message_id"]


async def test_asking_for_a_person_and_rating() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
        await socket.send("human")
        told = [await socket.frame() for _ in range(2)]
        assert {frame["type"] for frame in told} == {"turn", "status"}
        await socket.send("rating", score=4, comment="Fine")
        assert (await socket.next("status"))["rating"] == 4
    assert await Escalation.objects.acount() == 1
    assert (await Conversation.objects.aget()).rating == 4


async def test_a_persons_words_arrive_as_agent_message() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        session_id = (await socket.next("message_sent"))["session_id"]
        await sync_to_async(_agent_says)(session_id, "Hello, I am Ann.")
        message = await socket.next("agent_message")
        assert (message["text"], message["seq"]) == ("Hello, I am Ann.", 2)
        again = await socket.next("chat_response")
        assert (again["response"], again["seq"]) == ("Hello, I am Ann.", 2), "for a client that knows no agent_message"
        await socket.send("seen", seq=2)
        await socket.send("ping")
        await socket.next("pong")  # frames are obeyed in order: `seen` was read
        await sync_to_async(_agent_says)(session_id, "Are you there?")
        assert (await socket.next("agent_message"))["seq"] == 3
        assert await socket.silent(), "who has seen it knows the newer frames"


def _agent_says(session_id: str, text: str) -> None:
    with transaction.atomic():
        Conversation.locked(session_id).add_turn(role=Turn.Role.AGENT, text=text)


async def test_a_foreign_page_is_refused_at_the_handshake() -> None:
    for origin in ("https://evil.example", "http://testserver:81", "null", "http://testserver.evil.example"):
        async with Socket(Origin=origin) as socket:
            assert not socket.accepted, origin


async def test_our_own_page_may_point_its_own_host_only() -> None:
    async with Socket(Origin="http://evil.example", Host="evil.example") as socket:
        assert not socket.accepted


async def test_cookies_count_with_our_own_origin_only() -> None:
    async with Socket(**OWN_ORIGIN, Cookie=f"supportmesh_guest={GUEST}") as socket:
        assert "guest_token" not in (await socket.next("connected"))["identity"]
        await socket.send("chat", message="Hi")
        session_id = (await socket.next("message_sent"))["session_id"]
    assert (await Conversation.objects.aget()).channel == "web"
    async with Socket(f"session_id={session_id}", Cookie=f"supportmesh_guest={GUEST}") as socket:
        assert (await socket.next("error"))["error"] == "not_found"


async def test_no_cookie_counts_in_the_widget() -> None:
    async with Socket("channel=widget", **OWN_ORIGIN, Cookie=f"supportmesh_guest={GUEST}") as socket:
        assert (await socket.next("connected"))["identity"]["guest_token"] != GUEST
        await socket.send("identify", guest_token=STRANGER)
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
    conversation = await Conversation.objects.aget()
    assert (conversation.channel, conversation.guest_key) == ("widget", key_of(STRANGER))


async def test_a_wrong_server_token_is_refused_at_the_handshake() -> None:
    async with Socket(Authorization="Token wrong.key") as socket:
        assert not socket.accepted


async def test_a_server_speaks_for_its_customer() -> None:
    async with Socket(Authorization=f"Bearer {project.SERVICE_TOKEN}") as socket:
        assert (await socket.next("connected"))["identity"]["kind"] == "server"
        await socket.send("chat", message="Hi", customer_email="john.doe@example.com")
        await socket.next("message_sent")
    turn = await Turn.objects.aget()
    assert (turn.customer_email, turn.verified) == ("john.doe@example.com", True)


async def test_permission_is_asked_again_at_every_frame() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
        await Conversation.objects.aupdate(customer_email="john.doe@example.com")
        await socket.send("chat", message="Still me?")
        assert (await socket.next("error"))["error"] == "not_found"
        await socket.send("human")
        assert (await socket.next("error"))["error"] == "not_found"


async def test_one_socket_too_many_is_told_so_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TABS", 2)
    async with Socket(X_Guest_Token=GUEST) as one:
        await one.next("connected")
        async with Socket(X_Guest_Token=GUEST) as two:
            await two.next("connected")
            async with Socket(X_Guest_Token=GUEST) as three:
                assert (await three.next("error"))["error"] == "too_many"
                assert (await three.app.receive_output(timeout=10))["code"] == 4429
            async with Socket(X_Guest_Token=STRANGER) as other:
                await other.next("connected")
                await other.send("identify", guest_token=GUEST)
                assert (await other.next("error"))["error"] == "too_many"
        async with Socket(X_Guest_Token=GUEST) as next_one:
            await next_one.next("connected")


async def test_a_server_may_have_as_many_sockets_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TABS", 0)
    async with Socket(Authorization=f"Bearer {project.SERVICE_TOKEN}") as socket:
        await socket.next("connected")


async def test_more_sockets_of_an_address_are_not_read_any_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they send beyond it waits in the network with them; nobody else waits for it."""
    monkeypatch.setattr(sockets, "ADDRESS_BURST", 3)
    monkeypatch.setattr(sockets, "ADDRESS_FRAMES_PER_SECOND", 0.001)
    async with (
        Socket(X_Guest_Token=GUEST) as one,
        Socket(X_Guest_Token=STRANGER) as two,
        Socket(X_Guest_Token=GUEST, client="198.51.100.7") as elsewhere,
        Socket(Authorization=f"Bearer {project.SERVICE_TOKEN}") as server,
    ):
        for socket in (one, two, elsewhere, server):
            await socket.next("connected")
        for socket in (one, two, one, elsewhere, *[server] * 5):
            await socket.send("ping")
            await socket.next("pong")
        await two.send("ping")
        assert await two.silent(0.5)
        await elsewhere.send("ping")
        await elsewhere.next("pong")


async def test_who_closes_and_opens_again_has_no_new_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "ADDRESS_BURST", 3)
    monkeypatch.setattr(sockets, "ADDRESS_FRAMES_PER_SECOND", 0.001)
    async with Socket(X_Guest_Token=GUEST, client="192.0.2.8") as socket:
        await socket.next("connected")
        for _ in range(3):
            await socket.send("ping")
            await socket.next("pong")
    gc.collect()
    async with Socket(X_Guest_Token=STRANGER, client="192.0.2.8") as socket:
        await socket.next("connected")
        await socket.send("ping")
        assert await socket.silent(0.5)


async def test_messages_that_are_refused_are_read_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "ADDRESS_BURST", 1 + sockets.REFUSED)
    monkeypatch.setattr(sockets, "ADDRESS_FRAMES_PER_SECOND", 0.001)
    monkeypatch.setattr(limits, "MESSAGES_OF_GUESTS", limits.MESSAGES_OF_GUESTS._replace(most=1))
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        for told in ("message_sent", "error"):
            await socket.send("chat", message="Hi")
            await socket.next(told)
        await socket.send("ping")
        assert await socket.silent(0.5)


async def test_another_path_is_refused() -> None:
    async with Socket(path="/nothing") as socket:
        assert not socket.accepted
