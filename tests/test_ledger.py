"""Accept, claim, commit: a message is written down before anything else, worked by one, and answered once."""

import uuid
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError

from actors import ledger
from actors.base import queue_depth
from actors.desk.cases import claim
from actors.ledger import Conflict, WrongCustomer, accept, commit, request_human
from actors.message import Escalation as Case
from actors.models import Conversation, Escalation, Turn

pytestmark = pytest.mark.django_db(transaction=True)

JOHN = "john.doe@example.com"
CASE = Case(outcome="human_handoff", reason="legal", priority="urgent", notice="A colleague.", summary="Sues.")


def say(text: str = "Where is my order?", **changes: Any) -> Turn:
    fields = {"session_id": None, "customer_email": JOHN, "verified": True, "caller": "server:shop"}
    return accept(**{**fields, "text": text, **changes})


def answer(turn: Turn, **changes: Any) -> Turn | None:
    fields = {
        "turn_id": turn.pk,
        "attempt": 1,
        "epoch": 0,
        "text": "It is on its way.",
        "status": Turn.Status.ANSWERED,
        "metadata": {"outcome": "answered"},
        "envelope": {},
    }
    return commit(**{**fields, **changes})


def test_accepted_message_is_in_the_table_and_its_bell_in_the_queue() -> None:
    turn = say()
    assert (turn.seq, turn.status, turn.verified) == (1, "accepted", True)
    assert Conversation.objects.get().customer_email == JOHN
    assert queue_depth("support.sentiment_analyzer") == 1


def test_urgent_message_takes_the_fast_lane() -> None:
    say("The charger is on fire, I need help immediately!")
    assert queue_depth("support.sentiment_analyzer.urgent") == 1


def test_message_is_accepted_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import current_app

    with current_app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        monkeypatch.setattr("celery.app.base.Celery.producer_or_acquire", lambda *_: nowhere.Producer())
        turn = say()
    assert Turn.objects.get(pk=turn.pk).status == "accepted"


def test_same_client_msg_id_is_one_turn_and_another_body_a_conflict() -> None:
    key = uuid.uuid4()
    first = say(client_msg_id=key, body_hash="a")
    assert say(client_msg_id=key, body_hash="a") == first
    with pytest.raises(Conflict):
        say("Cancel it", client_msg_id=key, body_hash="b")
    assert say(client_msg_id=key, body_hash="b", caller="guest:x") != first  # unique per caller only
    assert Turn.objects.count() == 2


def test_conversation_speaks_for_one_customer_only() -> None:
    session_id = say(customer_email=None, verified=False).conversation_id
    say(session_id=session_id)
    with pytest.raises(WrongCustomer):
        say(session_id=session_id, customer_email="jane.smith@example.com")
    assert Conversation.objects.get().customer_email == JOHN
    assert Turn.objects.count() == 2


def test_unverified_address_does_not_become_the_conversations() -> None:
    say(verified=False)
    assert Conversation.objects.get().customer_email is None


def test_turn_is_claimed_once() -> None:
    turn = say()
    assert turn.claim()[0] == 1
    assert Turn(pk=turn.pk).claim() is None


def test_turn_of_a_conversation_that_a_person_owns_wakes_no_actor() -> None:
    session_id = say().conversation_id
    owner = get_user_model().objects.create_user("maria", is_staff=True)
    Conversation.objects.update(owner=owner, status="human")
    Turn.objects.update(status="answered")
    before = queue_depth("support.sentiment_analyzer")
    assert say(session_id=session_id).status == "with_human"
    assert queue_depth("support.sentiment_analyzer") == before


def test_second_turn_waits_until_the_first_is_answered() -> None:
    first = say()
    second = say(session_id=first.conversation_id)
    assert queue_depth("support.sentiment_analyzer") == 1
    first.claim()
    answer(first)
    assert queue_depth("support.sentiment_analyzer") == 2
    assert Turn.objects.get(pk=second.pk).status == "accepted"


def test_answer_is_written_once() -> None:
    turn = say()
    turn.claim()
    reply = answer(turn)
    assert answer(turn) is None
    turn = Turn.objects.get(pk=turn.pk)
    assert (turn.status, turn.reply, turn.answered_by) == ("answered", reply, reply)
    with pytest.raises(IntegrityError):
        Turn.objects.create(conversation=turn.conversation, seq=99, role="assistant", text="", in_reply_to=turn)


def test_attempt_that_lost_the_turn_changes_nothing() -> None:
    turn = say()
    turn.claim()
    Turn.objects.update(status="accepted")
    turn.claim()  # the second attempt
    assert answer(turn, attempt=1, text="late") is None
    assert answer(turn, attempt=2, text="in time").text == "in time"
    assert Turn.objects.filter(role="assistant").count() == 1


def test_reply_after_a_takeover_becomes_a_draft_on_the_case() -> None:
    turn = say()
    turn.claim()
    request_human(session_id=turn.conversation_id)
    claim(Escalation.objects.get().pk, by=get_user_model().objects.create_user("maria", is_staff=True))
    assert answer(turn) is None
    assert answer(turn) is None
    assert Turn.objects.get(pk=turn.pk).status == "with_human"
    assert Escalation.objects.get().draft_reply == "It is on its way."
    assert not Turn.objects.filter(role="assistant").exists()


def test_hand_over_writes_notice_and_case_together() -> None:
    turn = say()
    turn.claim()
    answer(turn, status=Turn.Status.ESCALATED, text="A colleague.", case=CASE)
    case = Escalation.objects.get()
    assert (case.turn, case.reason, case.priority, case.status) == (turn, "legal", "urgent", "open")
    assert Conversation.objects.get().status == "waiting"


def test_second_hand_over_adds_to_the_open_case_and_only_raises_its_priority() -> None:
    turn = say()
    turn.claim()
    answer(turn, case=CASE)
    again = say(session_id=turn.conversation_id)
    again.claim()
    answer(again, case=CASE.model_copy(update={"priority": "low", "summary": "And more."}))
    case = Escalation.objects.get()
    assert case.priority == "urgent"
    assert case.summary == "Sues.\n\nAnd more."


def test_asking_for_a_person_opens_one_case_however_often() -> None:
    session_id = say().conversation_id
    assert request_human(session_id=session_id).text.startswith(ledger.HUMAN_NOTICE)
    assert request_human(session_id=session_id).text == ledger.ALREADY_WAITING
    assert Escalation.objects.get().reason == "customer_request"


def test_nobody_is_said_to_have_what_nobody_has_claimed() -> None:
    session_id = say().conversation_id
    request_human(session_id=session_id)
    again = request_human(session_id=session_id).text
    assert again == "Your conversation already waits for a colleague, who will answer in this chat."


def test_new_message_reopens_a_closed_conversation() -> None:
    session_id = say().conversation_id
    Conversation.objects.update(status="closed")
    say(session_id=session_id)
    assert Conversation.objects.get().status == "bot"


def test_transcripts_go_after_their_retention(settings) -> None:
    guest = say(customer_email=None, verified=False).conversation_id
    customer = say().conversation_id
    Turn.objects.update(status="answered")
    settings.GUEST_RETENTION_DAYS, settings.CUSTOMER_RETENTION_DAYS = -1, 365
    assert ledger.purge_expired() == 1
    assert not Conversation.objects.filter(pk=guest).exists()
    assert Conversation.objects.filter(pk=customer).exists()


def test_transcript_with_an_open_case_is_kept(settings) -> None:
    session_id = say(customer_email=None, verified=False).conversation_id
    request_human(session_id=session_id)
    settings.GUEST_RETENTION_DAYS = -1
    assert ledger.purge_expired() == 0
