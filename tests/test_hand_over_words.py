"""What a customer reads who is handed over: what is known of their order, by the button as in writing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from actors.ledger import request_human
from actors.message import ActionResult
from actors.models import Turn
from actors.response_generator.actions import action_status
from actors.response_generator.case import Case
from actors.wording import ONE_QUESTION
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)
from tests.test_ledger import JOHN
from tests.test_response_generator import make
from tracking.models import Shipment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]
KNOWN = "What I can see already: order ORD-12345678 is in transit with UPS, tracking TRK123456789."


def test_the_button_tells_what_a_written_request_tells() -> None:
    asked = travel("Where is my order ORD-12345678?", JOHN)
    assert KNOWN in request_human(session_id=asked.conversation_id).text
    assert KNOWN in travel("I want to talk to a person about ORD-12345678", JOHN).reply.text


def test_what_may_have_changed_since_is_not_told() -> None:
    asked = travel("Where is my order ORD-12345678?", JOHN)
    Turn.objects.filter(pk=asked.pk).update(created_at=timezone.now() - timedelta(hours=1))
    assert "What I can see" not in request_human(session_id=asked.conversation_id).text


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("exception", "UPS reports a problem with order ORD-12345678, tracking TRK123456789."),
        ("label_created", "order ORD-12345678 is announced to UPS, tracking TRK123456789."),
    ],
)
def test_every_state_of_a_parcel_is_told_in_a_sentence(status: str, text: str) -> None:
    Shipment.objects.filter(tracking_number="TRK123456789").update(status=status)
    reply = travel("I want to talk to a person about ORD-12345678", JOHN).reply.text
    assert f"What I can see already: {text}" in reply


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "has to wait: please ask for it again once you have answered my question."),
        ("de", "muss warten: Bitte fragen Sie noch einmal, wenn Sie meine Frage beantwortet haben."),
    ],
)
def test_a_second_thing_that_needs_a_yes_has_to_wait(language: str, text: str) -> None:
    with override(language):
        refused = ActionResult(
            action_id=None, kind="cancel_order", status="rejected", order=None, amount=None, because=_(ONE_QUESTION)
        )
        of = make("cancellation_request")
        told = action_status(Case(payload=of, intent=of.intent), refused)
    assert told.endswith(text)
