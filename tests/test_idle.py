"""Chats with the bot that nobody goes on with: closed after a while, and open again with the next word."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from actors.desk import cases, idle
from actors.desk.idle import close_idle
from actors.ledger import request_human
from actors.models import Action, Conversation, Turn
from actors.tasks import close_idle as task
from tests.identities import staff
from tests.test_ledger import answer, say
from tests.test_websocket import GUEST, Socket

pytestmark = pytest.mark.django_db(transaction=True)


def answered(**changes: Any) -> Turn:
    """A message and its reply."""
    turn = say(**changes)
    turn.claim()
    answer(turn)
    return turn


def pass_time(minutes: int = 61) -> None:
    """Nobody says anything for so long."""
    Conversation.objects.update(updated_at=timezone.now() - timedelta(minutes=minutes))


def status() -> str:
    return Conversation.objects.get().status


def test_a_quiet_chat_is_closed_once_and_keeps_the_time_of_its_last_word() -> None:
    answered()
    pass_time()
    before = Conversation.objects.get().updated_at
    assert [close_idle(), close_idle()] == [1, 0]
    assert (status(), Conversation.objects.get().updated_at) == ("closed", before)


def test_the_setting_says_how_long(settings: Any) -> None:
    answered()
    pass_time(10)
    assert close_idle() == 0
    settings.IDLE_CLOSE_MINUTES = 9
    assert close_idle() == 1


def test_a_new_message_opens_it_again() -> None:
    turn = answered()
    pass_time()
    close_idle()
    say(session_id=turn.conversation_id)
    assert status() == "bot"
    assert close_idle() == 0


def test_a_message_that_is_not_answered_keeps_it_open() -> None:
    say()
    pass_time()
    assert close_idle() == 0


def test_a_question_that_waits_for_a_yes_keeps_it_open() -> None:
    turn = answered()
    action = Action.objects.create(
        turn=turn, position=0, conversation=turn.conversation, kind="refund", status="awaiting_confirmation"
    )
    pass_time()
    assert close_idle() == 0
    Action.objects.filter(pk=action.pk).update(status="expired")
    assert close_idle() == 1


def test_what_waits_for_a_person_or_has_one_stays_open() -> None:
    turn = answered()
    request_human(session_id=turn.conversation_id)
    pass_time()
    assert (close_idle(), status()) == (0, "waiting")
    maria = staff()
    case = cases.claim(turn.conversation.escalations.get().pk, by=maria)
    cases.reply(case.pk, by=maria, text="Hello", key=uuid.uuid4())
    pass_time()
    assert (close_idle(), status()) == (0, "human")


def test_probes_and_conversations_without_a_word_are_left_alone() -> None:
    answered(channel="probe")
    Conversation.objects.create()
    pass_time()
    assert close_idle() == 0


def test_who_writes_at_the_last_moment_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are found idle; while the first is closed, the second one's customer writes."""
    first, second = answered().conversation, answered().conversation
    pass_time()
    Conversation.objects.filter(pk=first.pk).update(updated_at=timezone.now() - timedelta(days=1))
    monkeypatch.setattr(Conversation, "tell_status", lambda _: say(session_id=second.pk))
    assert close_idle() == 1
    assert Conversation.objects.get(pk=second.pk).status == "bot"


def test_a_pass_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        answered()
    pass_time()
    monkeypatch.setattr(idle, "BATCH", 2)
    assert [close_idle(), close_idle(), close_idle()] == [2, 1, 0]


async def test_the_open_page_is_told() -> None:
    async with Socket(X_Guest_Token=GUEST) as socket:
        await socket.next("connected")
        await socket.send("chat", message="Hi")
        await socket.next("message_sent")
        await sync_to_async(_answer_and_close)()
        await socket.next("chat_response")
        assert (await socket.next("status"))["status"] == "closed"


def _answer_and_close() -> None:
    turn = Turn.objects.get()
    turn.claim()
    answer(turn)
    pass_time()
    task()
