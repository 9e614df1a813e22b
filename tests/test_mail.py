"""Answers that nobody saw in the chat: one mail, to a proved address, and none when they were seen."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connections, transaction
from django.utils import timezone

from actors.desk import mail as desk_mail
from actors.desk.mail import mail_unseen
from actors.models import AuditEvent, Conversation, Turn
from actors.tasks import mail_unseen as task
from supportmesh.celery import app

pytestmark = pytest.mark.django_db(transaction=True)

JOHN, SARAH = "john.doe@example.com", "sarah.wilson@example.com"
WORDS = "Your refund is on its way."


def conversation(email: str | None = JOHN, **fields: Any) -> Conversation:
    return Conversation.objects.create(customer_email=email, **fields)


def says(to: Conversation, text: str = WORDS, *, agent: str = "Maria", due: bool = True) -> Turn:
    """A person answers; five minutes ago when `due`."""
    with transaction.atomic():
        turn = Conversation.locked(to.pk).add_turn(
            role=Turn.Role.AGENT if agent else Turn.Role.ASSISTANT, text=text, agent=agent, mail_if_unseen=True
        )
    if due:
        Turn.objects.filter(pk=turn.pk).update(mail_due_at=timezone.now() - timedelta(seconds=1))
    return turn


def due() -> int:
    return Turn.objects.filter(mail_due_at__isnull=False).count()


def test_an_answer_that_nobody_saw_is_mailed_once(settings: Any) -> None:
    settings.PUBLIC_URL, settings.SHOP_NAME = "https://support.example.com", "Lamps & Co"
    session = conversation()
    turn = says(session)
    assert [mail_unseen(), mail_unseen()] == [1, 0]
    (message,) = mail.outbox
    assert message.to == [JOHN]
    assert message.subject == "An answer is waiting for you at Lamps & Co"
    assert f"Maria wrote:\n\n{WORDS}\n" in message.body
    assert f"\nhttps://support.example.com/?session_id={session.pk}\n" in message.body
    turn.refresh_from_db()
    assert (turn.mail_due_at, turn.mailed_at is not None) == (None, True)
    event = AuditEvent.objects.get()
    assert (event.who, event.what, event.conversation) == ("mail", "customer mailed", session.pk)


def test_nothing_is_mailed_before_its_time() -> None:
    says(conversation(), due=False)
    assert mail_unseen() == 0
    assert due() == 1


def test_what_was_seen_is_not_mailed() -> None:
    session = conversation()
    turn = says(session)
    session.seen(turn.seq)
    assert mail_unseen() == 0
    assert (due(), mail.outbox) == (0, [])
    turn.refresh_from_db()
    assert turn.mailed_at is None


def test_all_that_is_due_in_a_conversation_is_one_mail() -> None:
    session, other = conversation(), conversation(SARAH)
    says(session, "First.")
    says(session, "Second.")
    says(session, "Not yet.", due=False)
    says(other)
    assert mail_unseen() == 2
    assert sorted(message.to[0] for message in mail.outbox) == [JOHN, SARAH]
    body = next(message.body for message in mail.outbox if message.to == [JOHN])
    assert body.index("First.") < body.index("Second.")
    assert "Not yet." not in body
    assert due() == 1


def test_a_guest_has_no_address_and_gets_no_mail() -> None:
    turn = says(conversation(None))
    assert mail_unseen() == 0
    turn.refresh_from_db()
    assert (turn.mail_due_at, turn.mailed_at) == (None, None)


def test_what_the_bot_says_late_is_the_shops_word(settings: Any) -> None:
    settings.SHOP_NAME = "Lamps & Co"
    says(conversation(), agent="")
    mail_unseen()
    assert f"Lamps & Co wrote:\n\n{WORDS}\n" in mail.outbox[0].body


def test_the_mail_goes_to_the_address_that_was_proved_last_and_leads_to_no_page_that_cannot_open_it() -> None:
    session = conversation(customer_sub="4711")
    with transaction.atomic():
        Conversation.locked(session.pk).add_turn(
            role=Turn.Role.CUSTOMER, text="Hi", customer_email="john@new.example", verified=True
        )
    says(session)
    assert mail_unseen() == 1
    assert mail.outbox[0].to == ["john@new.example"]
    assert "session_id" not in mail.outbox[0].body
    assert "answer in the chat where you wrote to us" in mail.outbox[0].body


def test_two_passes_at_the_same_time_mail_once() -> None:
    for _ in range(20):
        says(conversation())

    def one_pass(_: int) -> int:
        try:
            return mail_unseen()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        sent = list(threads.map(one_pass, range(4)))
    assert sum(sent) == len(mail.outbox) == 20


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("away"), ConnectionRefusedError(), TimeoutError()])
def test_a_mail_server_that_is_away_is_asked_again_in_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    turn = says(conversation())
    with monkeypatch.context() as away:
        away.setattr(desk_mail, "send_mail", _failing(error))
        assert mail_unseen() == 0
    turn.refresh_from_db()
    assert turn.mailed_at is None
    assert timedelta(seconds=50) < turn.mail_due_at - timezone.now() <= timedelta(minutes=1)
    assert not AuditEvent.objects.exists()
    assert type(error).__name__ in caplog.text
    Turn.objects.update(mail_due_at=timezone.now())
    assert mail_unseen() == 1


def test_an_address_that_is_refused_holds_up_nobody_for_long_and_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused, other = says(conversation()), says(conversation(SARAH))
    with monkeypatch.context() as picky:
        picky.setattr(desk_mail, "send_mail", _failing(smtplib.SMTPRecipientsRefused({JOHN: (550, b"who?")})))
        mail_unseen()
    assert JOHN not in caplog.text
    assert WORDS not in caplog.text
    assert mail_unseen() == 1, "who waits goes before who was just tried"
    assert mail.outbox[0].to == [SARAH]
    other.refresh_from_db()
    assert other.mailed_at is not None
    Turn.objects.filter(pk=refused.pk).update(
        mail_due_at=timezone.now(), created_at=timezone.now() - desk_mail.GIVE_UP_AFTER
    )
    monkeypatch.setattr(desk_mail, "send_mail", _failing(smtplib.SMTPRecipientsRefused({})))
    mail_unseen()
    assert due() == 0


def _failing(error: Exception) -> Any:
    def send(*args: Any, **kwargs: Any) -> None:
        raise error

    return send


def test_the_names_of_nobody_stand_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    session = conversation()
    says(session)
    mail_unseen()
    assert str(session.pk) in caplog.text
    assert JOHN not in caplog.text
    assert WORDS not in caplog.text


def test_beat_looks_every_minute_for_tasks_that_exist() -> None:
    says(conversation())
    task()
    assert len(mail.outbox) == 1
    schedule = app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    for name in ("mail-unseen", "close-idle"):
        assert schedule[name]["schedule"].minute == set(range(60))
        assert schedule[name]["options"] == {"expires": 60}
