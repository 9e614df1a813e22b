"""What people and the system say in a conversation, and the mails about it, are in the customer's language."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from actors import services
from actors.actions.carry_out import tell
from actors.desk import cases
from actors.desk.mail import mail_unseen
from actors.desk.queue import place_of
from actors.ledger import accept, request_human
from actors.models import Action, Conversation, Escalation, Turn
from actors.recovery import sweep
from supportmesh import tasks
from tests.builders import customer
from tests.colleagues import member
from tests.identities import OWN

pytestmark = pytest.mark.django_db(transaction=True)

JOHN = "john.doe@example.com"


def written(text: str = "Refund", language: str = "de") -> Turn:
    return accept(
        session_id=None, text=text, customer_email=JOHN, verified=True, caller="customer:x", language=language
    )


def last(conversation: Conversation) -> Turn:
    return conversation.turns.order_by("-seq").first()


def test_hand_over_place_and_everything_a_colleague_does_is_told_in_german() -> None:
    conversation = written().conversation
    assert request_human(session_id=conversation.pk).text.startswith("Ich habe eine Kollegin oder einen Kollegen")
    assert request_human(session_id=conversation.pk).text.startswith("Ihr Gespräch wartet schon auf jemanden")
    conversation.refresh_from_db()
    assert "Antwort" in place_of(conversation)["text"] or "wieder da" in place_of(conversation)["text"]
    case, maria = Escalation.objects.get(), member("maria")
    cases.claim(case.pk, by=maria)
    assert last(conversation).text == "Maria aus unserem Team ist jetzt hier und liest, was Sie geschrieben haben."
    assert request_human(session_id=conversation.pk).text.startswith("Sie sprechen schon mit einem Menschen")
    cases.release(case.pk, by=maria)
    assert last(conversation).text.startswith("Maria kann nicht bleiben.")
    cases.claim(case.pk, by=maria)
    cases.resolve(case.pk, by=maria)
    assert last(conversation).text.startswith("Maria hat dieses Gespräch beendet.")


CANCELLATION = "Die Stornierung für Ihre Bestellung ORD-12345678 wurde nicht ausgeführt"
OUTCOMES = {
    "executed": ({"reference": "R-7"}, "Ihre Bestellung ORD-12345678 wurde storniert. Vorgangsnummer: R-7."),
    "failed": (
        {"because": "it can no longer be cancelled"},
        f"{CANCELLATION}: sie kann nicht mehr storniert werden.",
    ),
    "rejected": ({"because": "Too late, sorry"}, f"{CANCELLATION}: Too late, sorry."),
    "expired": (
        {},
        "Die Frage zur Stornierung für Ihre Bestellung ORD-12345678 ist abgelaufen, und nichts wurde geändert.",
    ),
}


def told_by_maria(kind: str, **fields: Any) -> str:
    """What the customer reads of her decision about their order."""
    turn = written()
    member("maria")
    about = {"turn": turn, "conversation": turn.conversation, "position": 0, "order": "ORD-12345678"}
    tell(Action.objects.create(kind=kind, decided_by="staff maria", **about, **fields))
    return last(turn.conversation).text


@pytest.mark.parametrize("status", OUTCOMES)
def test_the_outcome_of_a_decision_is_told_in_german(status: str) -> None:
    result, expected = OUTCOMES[status]
    told = told_by_maria("cancel_order", status=status, result=result)
    assert told == f"{expected} Entschieden von Maria aus unserem Team."


def test_less_money_than_was_asked_for_is_told_in_german() -> None:
    asked = {"args": {"amount_asked": "149.97 USD"}, "amount": Decimal("30.00"), "currency": "USD"}
    told = told_by_maria("process_refund", status="executed", **asked)
    wanted = "Ihre Bestellung ORD-12345678 wurde erstattet: 30,00 $ von den 149,97 $, um die Sie gebeten haben."
    assert told.startswith(wanted)


def test_a_message_that_nobody_could_work_ends_in_german(settings: Any) -> None:
    turn = written()
    past = timezone.now() - timedelta(seconds=1)
    Turn.objects.filter(pk=turn.pk).update(
        status=Turn.Status.PROCESSING, attempt=settings.MESH_MAX_ATTEMPTS, deadline_at=past
    )
    sweep()
    assert last(turn.conversation).text.startswith("Entschuldigung, das konnte ich nicht selbst beantworten.")


def test_the_mail_about_an_unseen_answer_is_in_german(settings: Any) -> None:
    settings.SHOP_NAME = "Lampen & Co"
    conversation = written().conversation
    conversation.add_turn(role=Turn.Role.AGENT, text="Bitte sehr.", agent="Maria", mail_if_unseen=True)
    Turn.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - timedelta(seconds=1))
    assert mail_unseen() == 1
    (message,) = mail.outbox
    assert message.subject == "Bei Lampen & Co wartet eine Antwort auf Sie"
    assert "Maria schrieb:\n\nBitte sehr.\n" in message.body
    assert "Hier können Sie alles lesen und antworten:" in message.body


def test_the_code_to_sign_in_is_mailed_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "customer", lambda email: customer(email=email))
    monkeypatch.setattr("supportmesh.gateway.signin.current_app.send_task", run_here)
    caches["process"].clear()
    client = Client()
    client.get("/?lang=de")
    headers = {**OWN, "Accept-Language": "en"}
    answer = client.post("/api/auth/code", {"email": JOHN}, content_type="application/json", headers=headers)
    assert answer.json()["detail"] == "Wenn wir diese Adresse kennen, ist ein Code dorthin unterwegs."
    (message,) = mail.outbox
    assert "ist Ihr Code für" in message.subject
    assert "Er gilt 10 Minuten" in message.body


def run_here(name: str, args: list[Any], **_: Any) -> None:
    tasks.send_code(*args)


def test_a_conversation_that_was_english_goes_on_in_english() -> None:
    conversation = written(language="en").conversation
    assert request_human(session_id=conversation.pk).text.startswith("I've asked a colleague")
