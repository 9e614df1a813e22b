"""The one outcome of a turn: which text, which status, which case, which metadata."""

import pytest

from actors.errors import Permanent
from actors.message import (
    ActionResult,
    Escalation,
    ExecutionResult,
    Fact,
    GuardrailCheck,
    GuardrailIssue,
    Message,
    Question,
    Response,
)
from actors.models import Conversation, Turn
from actors.models import Escalation as Case
from actors.response_aggregator import response_aggregator
from tests.builders import context, decision, intent, message, payload
from tests.test_ledger import say

pytestmark = pytest.mark.django_db(transaction=True)

FACT = Fact(kind="order_number", value="ORD-12345678", source="order ORD-12345678")
REPLY = Response(text="It shipped.", tone="neutral", facts=(FACT, FACT))
PASSED = GuardrailCheck(passed=True)
BLOCKED = GuardrailCheck(
    passed=False,
    corrected="A colleague will look.",
    issues=(GuardrailIssue(kind="card", severity="critical", detail=""),),
)
HANDED_OVER = Escalation(outcome="human_handoff", reason="legal", priority="urgent", notice="A colleague has it.")


def delivered(**of: object) -> Turn:
    """Commit a claimed turn with this payload and return the turn."""
    turn = say()
    turn.claim()
    fields = {"intent": intent("order_inquiry"), "context": context(summary="John."), "decision": decision()}
    there = message(at="response_aggregator", of=payload(**{**fields, **of}))
    response_aggregator(there.copy_with(message_id=str(turn.pk), session_id=str(turn.conversation_id)))
    return Turn.objects.get(pk=turn.pk)


def test_checked_reply_is_delivered_with_its_sources() -> None:
    turn = delivered(response=REPLY, guardrail_check=PASSED)
    assert (turn.status, turn.reply.text) == ("answered", "It shipped.")
    assert turn.reply.metadata == {
        "outcome": "answered",
        "intent": "order_inquiry",
        "confidence": 0.9,
        "sources": ["order ORD-12345678"],
    }
    assert not Case.objects.exists()


def test_final_message_is_kept_with_the_turn() -> None:
    turn = delivered(response=REPLY, guardrail_check=PASSED)
    kept = Message.model_validate({k: v for k, v in turn.message.items() if k != "signature"})
    assert kept.payload.response == REPLY


def test_corrected_text_replaces_the_reply() -> None:
    turn = delivered(response=REPLY, guardrail_check=GuardrailCheck(passed=True, corrected="It has shipped."))
    assert turn.reply.text == "It has shipped."


def test_blocked_reply_is_never_delivered_and_opens_a_case() -> None:
    turn = delivered(response=REPLY, guardrail_check=BLOCKED)
    assert turn.reply.text.startswith("A colleague will look. ")
    assert (turn.status, turn.reply.metadata["outcome"]) == ("escalated", "escalated")
    assert turn.reply.metadata["sources"] == []
    assert Case.objects.get().reason == "guardrail"


def test_unchecked_reply_is_not_delivered() -> None:
    with pytest.raises(Permanent):
        delivered(response=REPLY)
    assert not Turn.objects.filter(role="assistant").exists()


def test_hand_over_delivers_the_notice_and_opens_the_case() -> None:
    turn = delivered(escalation=HANDED_OVER)
    assert turn.status == "escalated"
    assert turn.reply.text.startswith("A colleague has it. ")
    assert (Case.objects.get().reason, Conversation.objects.get().status) == ("legal", "waiting")


def test_fallback_is_an_answer_without_a_case() -> None:
    turn = delivered(escalation=Escalation(outcome="fallback_response", notice="Please try again."))
    assert (turn.status, turn.reply.text) == ("answered", "Please try again.")
    assert not Case.objects.exists()


def test_proposed_action_opens_the_case_that_the_reply_promises() -> None:
    action = ActionResult(action_id="x", kind="process_return", status="proposed", order="ORD-1", because="fits")
    delivered(response=REPLY, guardrail_check=PASSED, execution_result=ExecutionResult(actions=(action,)))
    case = Case.objects.get()
    assert case.reason == "approval_needed"
    assert "process return ORD-1: was put to staff for a decision" in case.summary


def test_rejected_action_opens_no_case() -> None:
    action = ActionResult(action_id=None, kind="process_return", status="rejected", order="ORD-1", because="late")
    delivered(response=REPLY, guardrail_check=PASSED, execution_result=ExecutionResult(actions=(action,)))
    assert not Case.objects.exists()


@pytest.mark.parametrize(("outcome", "count"), [("clarify", 1), ("answer", 0)])
def test_question_reaches_the_client_and_clarifications_in_a_row_are_counted(outcome: str, count: int) -> None:
    asking = Response(text="Which?", tone="neutral", question=Question(text="Which?", choices=("A", "B")))
    turn = delivered(response=asking, guardrail_check=PASSED, decision=decision(outcome))
    assert turn.reply.metadata["outcome"] == "question"
    assert turn.reply.metadata["question"]["choices"] == ["A", "B"]
    assert Conversation.objects.get().clarify_count == count


def test_guest_who_has_to_sign_in_is_told_by_the_outcome() -> None:
    turn = delivered(response=REPLY, guardrail_check=PASSED, decision=decision("verify"))
    assert turn.reply.metadata["outcome"] == "verify"
