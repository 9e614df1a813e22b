"""What the customer has seen: told by their own side alone, and it only rises."""

import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as project
from django.db import OperationalError
from django.test import Client

from actors.desk import cases
from actors.ledger import request_human
from actors.models import Conversation, Escalation, Turn
from tests.identities import OWN, overseer, staff
from tests.test_api_chat import answer
from tests.test_api_messages import post, say
from tests.test_websocket import GUEST, OWN_ORIGIN, STRANGER, Socket

pytestmark = pytest.mark.django_db(transaction=True)

GUESTS = {"X-Guest-Token": GUEST}
SERVICE = {"Authorization": f"Bearer {project.SERVICE_TOKEN}"}


def answered(headers: dict[str, str] = GUESTS, **body: Any) -> str:
    """A conversation with a message and its reply, of which the customer has seen the message alone."""
    session_id = say(headers, **body)["session_id"]
    answer(Turn.objects.latest("created_at"))
    assert seen() == 1
    return session_id


def seen() -> int:
    return Conversation.objects.get().seen_seq


def test_seeing_only_rises_and_nobody_sees_what_was_not_said() -> None:
    answered()
    conversation = Conversation.objects.get()
    for seq, expected in ((3, 1), (2, 2), (1, 2), (2**31 - 1, 2)):
        conversation.seen(seq)
        assert seen() == expected


def test_seeing_is_no_sign_of_life() -> None:
    answered()
    before = Conversation.objects.get()
    before.seen(2)
    assert Conversation.objects.get().updated_at == before.updated_at


def test_reading_the_transcript_is_seeing_it() -> None:
    session_id = answered()
    assert Client().get(f"/api/conversations/{session_id}?after=1", headers=GUESTS).status_code == 200
    assert seen() == 2


def test_reading_the_reply_is_seeing_it() -> None:
    answered()
    message_id = Turn.objects.get(role="customer").pk
    assert Client().get(f"/api/messages/{message_id}", headers=GUESTS).status_code == 200
    assert seen() == 2


def test_the_reply_to_a_waiting_request_is_seen() -> None:
    message = {"message": "Hi", "client_msg_id": str(uuid.uuid4())}
    assert post("/api/chat?wait=0", GUESTS, message).status_code == 202
    answer(Turn.objects.get())
    assert post("/api/chat?wait=0", GUESTS, message).status_code == 200
    assert seen() == 2


def test_who_writes_has_seen_what_stands_above() -> None:
    session_id = answered()
    say(GUESTS, session_id=session_id)
    assert seen() == 3


def test_staff_who_read_have_not_seen_it_for_the_customer(client: Client) -> None:
    session_id = answered()
    client.force_login(overseer())
    assert client.get(f"/api/conversations/{session_id}", headers=OWN).status_code == 200
    assert client.get(f"/api/messages/{Turn.objects.get(role='customer').pk}", headers=OWN).status_code == 200
    assert seen() == 1


def test_strangers_see_nothing() -> None:
    session_id = answered()
    stranger = {"X-Guest-Token": STRANGER}
    assert Client().get(f"/api/conversations/{session_id}", headers=stranger).status_code == 404
    assert seen() == 1


def test_the_demos_visitor_is_the_customer(settings: Any) -> None:
    session_id = answered(SERVICE, customer_email="john.doe@example.com")
    settings.DEBUG = settings.DEMO = True
    assert Client().get(f"/api/conversations/{session_id}").status_code == 200
    assert seen() == 2


def test_an_answer_is_told_though_nobody_can_note_that_it_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("the database is away")

    session_id = answered()
    monkeypatch.setattr(Conversation, "seen", away)
    assert Client().get(f"/api/conversations/{session_id}", headers=GUESTS).json()["last_seq"] == 2


# --- the socket's frame ---------------------------------------------------------------------------


async def test_the_page_says_what_was_seen() -> None:
    session_id = await sync_to_async(answered)()
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        assert await sync_to_async(seen)() == 1, "what is only delivered is not seen"
        await socket.send("seen", seq=2)
        await socket.send("ping")
        await socket.next("pong")
    assert await sync_to_async(seen)() == 2


@pytest.mark.parametrize("seq", [None, "2", 2.5, True, -1, 2**31])
async def test_a_seq_that_is_none_is_refused(seq: Any) -> None:
    session_id = await sync_to_async(answered)()
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("seen", seq=seq)
        assert (await socket.next("error"))["details"][0]["field"] == "seq"
    assert await sync_to_async(seen)() == 1


async def test_without_a_conversation_there_is_nothing_to_see() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("seen", seq=1)
        assert (await socket.next("error"))["error"] == "not_found"


async def test_the_frame_of_staff_counts_for_nothing(client: Client) -> None:
    session_id = await sync_to_async(answered)()
    await sync_to_async(lambda: client.force_login(overseer()))()
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with Socket(f"session_id={session_id}", **OWN_ORIGIN, Cookie=cookie) as socket:
        assert (await socket.next("connected"))["session_id"] == session_id
        await socket.send("seen", seq=2)
        await socket.send("ping")
        await socket.next("pong")
    assert await sync_to_async(seen)() == 1


# --- who of the team ------------------------------------------------------------------------------


def taken_over(session_id: str, *, text: str = "Hello, I am Maria.") -> Escalation:
    """Maria claims the conversation's case and answers."""
    maria = staff()
    maria.first_name = "Maria"
    maria.save()
    request_human(session_id=uuid.UUID(session_id))
    case = cases.claim(Escalation.objects.get().pk, by=maria)
    cases.reply(case.pk, by=maria, text=text, key=uuid.uuid4())
    return case


def test_a_transcript_tells_who_of_the_team_said_it() -> None:
    session_id = answered()
    taken_over(session_id)
    turns = Client().get(f"/api/conversations/{session_id}", headers=GUESTS).json()["turns"]
    told = [(turn["role"], turn["agent"]) for turn in turns]
    assert told[:2] == [("customer", ""), ("assistant", "")]
    assert told[-1] == ("agent", "Maria")


async def test_the_socket_tells_who_of_the_team_has_the_conversation() -> None:
    session_id = await sync_to_async(answered)()
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        connected = await socket.next("connected")
        assert (connected["status"], connected["agent"], connected["rated"]) == ("bot", "", False)
        case = await sync_to_async(taken_over)(session_id)
        message = await socket.next("agent_message", skip=("turn", "status"))
        assert message["agent"] == "Maria"
        async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as late:
            connected = await late.next("connected")
            assert (connected["status"], connected["agent"]) == ("human", "Maria")
        await sync_to_async(lambda: cases.resolve(case.pk, by=staff()))()
        assert (await socket.next("turn", skip=("status", "chat_response")))["agent"] == "Maria"
        assert await socket.next("status") == {"status": "closed", "agent": "", "rated": False, "waiting": None}


async def test_a_case_that_is_only_noted_on_tells_the_customer_nothing() -> None:
    session_id = await sync_to_async(answered)()
    case = await sync_to_async(taken_over)(session_id)
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await sync_to_async(lambda: cases.note(case.pk, by=staff(), text="Third call this week."))()
        assert await socket.silent()


async def test_the_desk_hears_that_a_colleague_has_noted_something(client: Client) -> None:
    session_id = await sync_to_async(answered)()
    case = await sync_to_async(taken_over)(session_id)
    await sync_to_async(lambda: client.force_login(overseer()))()
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with Socket(f"session_id={session_id}", **OWN_ORIGIN, Cookie=cookie) as socket:
        await socket.next("connected")
        await sync_to_async(lambda: cases.note(case.pk, by=staff(), text="Third call this week."))()
        assert (await socket.next("status"))["status"] == "human"


async def test_a_message_reopens_a_closed_conversation_and_every_tab_is_told() -> None:
    session_id = await sync_to_async(answered)()
    await Conversation.objects.aupdate(status="closed")
    query = f"session_id={session_id}"
    async with Socket(query, X_Guest_Token=GUEST) as one, Socket(query, X_Guest_Token=GUEST) as other:
        for socket in (one, other):
            assert (await socket.next("connected"))["status"] == "closed"
        await one.send("chat", message="One more thing")
        await one.next("message_sent")
        assert (await one.next("status"))["status"] == "bot"
        await other.next("turn")
        assert (await other.next("status"))["status"] == "bot"


async def test_a_rating_is_told_for_good() -> None:
    session_id = await sync_to_async(answered)()
    await Conversation.objects.aupdate(status="closed")
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        assert (await socket.next("connected"))["rated"] is False
        await socket.send("rating", score=5, comment="Quick!")
        told = await socket.next("status")
        assert (told["rated"], told["rating"], told["status"]) == (True, 5, "closed")
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        connected = await socket.next("connected")
        assert (connected["rated"], connected["status"]) == (True, "closed")


async def test_how_it_stands_is_told_to_nobody_whose_it_is_no_more() -> None:
    session_id = await sync_to_async(answered)()
    async with Socket(f"session_id={session_id}", X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await Conversation.objects.aupdate(customer_email="john.doe@example.com", status="closed")
        await sync_to_async(lambda: Conversation.objects.get().tell_status())()
        assert (await socket.app.receive_output(timeout=5)) == {"type": "websocket.close", "code": 4401}
