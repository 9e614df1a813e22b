"""The five outcomes of a message that the mesh must not, or could not, answer."""

import pytest

from actors.escalation_router import escalation_router
from actors.message import ConversationView, Entity, Message, Rule, StepError
from tests.builders import NOW, context, decision, hop, intent, message, order, payload, sentiment, shipment

NUMBER = Entity(type="order_number", value="ORD-12345678", span=(0, 12))


def failed(step: str, kind: str = "permanent", **of: object) -> Message:
    there = message(at=step, of=payload(**of))
    error = StepError(step=step, kind=kind, text="Temporary: no answer", at=NOW)
    return there.fail(error, hop=hop(step, "failed"))


def escalated(reason: str, **of: object) -> Message:
    fields = {"sentiment": sentiment(), "intent": intent(entities=(NUMBER,)), "context": context()}
    of = {**fields, "decision": decision("escalate", reason=reason), **of}
    return message(at="escalation_router", of=payload(**of))


def test_temporary_error_is_tried_again_once_per_step() -> None:
    first = failed("response_generator", "temporary", intent=intent("order_inquiry"))
    routing = escalation_router(first)
    assert routing.enrichment.outcome == "retry"
    assert routing.ahead == ("response_generator", "guardrail_validator", "response_aggregator")
    again = first.advance(routing.enrichment, hop=hop("escalation_router"), ahead=routing.ahead)
    error = StepError(step="response_generator", kind="temporary", text="Temporary: no answer", at=NOW)
    routing = escalation_router(again.fail(error, hop=hop("response_generator", "failed")))
    assert routing.enrichment.outcome == "human_handoff"
    assert routing.enrichment.reason == "tool_failure"


@pytest.mark.parametrize("step", ["sentiment_analyzer", "context_retriever"])
def test_step_the_rest_can_do_without_is_gone_round(step: str) -> None:
    there = failed(step)
    routing = escalation_router(there)
    assert routing.enrichment.outcome == "error_recovery"
    assert routing.ahead == there.route.ahead
    assert step not in routing.ahead


@pytest.mark.parametrize("step", ["intent_analyzer", "decision_router", "response_generator", "guardrail_validator"])
def test_step_that_cannot_be_left_out_hands_over_to_a_person(step: str) -> None:
    routing = escalation_router(failed(step))
    assert routing.enrichment.outcome == "human_handoff"
    assert routing.enrichment.notice
    assert routing.ahead == ("response_aggregator",)


def test_harmless_message_gets_a_safe_reply_instead_of_a_case() -> None:
    routing = escalation_router(failed("response_generator", intent=intent("general_inquiry")))
    assert routing.enrichment.outcome == "fallback_response"
    assert "try again" in routing.enrichment.notice
    assert "passed" not in routing.enrichment.notice  # no promise without a case


@pytest.mark.parametrize(
    ("reason", "priority"),
    [("legal", "urgent"), ("vip", "high"), ("angry_customer", "high"), ("customer_request", "normal")],
)
def test_decision_to_escalate_hands_over_with_reason_and_priority(reason: str, priority: str) -> None:
    routing = escalation_router(escalated(reason))
    assert routing.enrichment.outcome == "human_handoff"
    assert (routing.enrichment.reason, routing.enrichment.priority) == (reason, priority)
    assert routing.ahead == ("response_aggregator",)


def test_urgent_decision_raises_the_priority_and_critical_urgency_tops_it() -> None:
    urgent = escalated("vip", decision=decision("escalate", reason="vip", urgent=True))
    assert escalation_router(urgent).enrichment.priority == "urgent"
    critical = escalated("customer_request", sentiment=sentiment(urgency="critical", cues=("safety",)))
    handed_over = escalation_router(critical).enrichment
    assert handed_over.priority == "urgent"
    assert "stop using the product" in handed_over.notice


def test_notice_carries_what_is_known_of_the_order_named() -> None:
    known = context(orders=(order(tracking_number="TRK123456789"),), tracking=(shipment(),))
    notice = escalation_router(escalated("angry_customer", context=known)).enrichment.notice
    assert "ORD-12345678 is in transit with UPS, tracking TRK123456789" in notice


def test_conversation_that_waits_for_a_person_is_not_escalated_again() -> None:
    routing = escalation_router(escalated("angry_customer", conversation=ConversationView(waiting=True)))
    assert routing.enrichment.outcome == "no_escalation"
    assert routing.ahead == ("response_generator", "guardrail_validator", "response_aggregator")


def test_the_summary_says_what_is_wanted_what_happened_and_what_was_tried() -> None:
    angry = sentiment(label="negative", intensity=0.9, is_complaint=True)
    rules = (Rule(rule="escalate_now", hit=True, because="a strongly negative complaint"),)
    wanted = intent("delivery_issue", confidence=0.91, secondary=("refund_request",), entities=(NUMBER,))
    known = context(summary="Premium customer since 2023, 3 orders.", missing=("tracking",), complete=False)
    routing = escalation_router(
        escalated(
            "angry_customer",
            sentiment=angry,
            intent=wanted,
            context=known,
            decision=decision("escalate", reason="angry_customer", rules=rules),
        )
    )
    wants, happened, tried = routing.enrichment.summary.split("\n")
    assert wants == ("What the customer wants: delivery issue, refund request, about ORD-12345678 (understood at 91%).")
    assert happened == (
        "What happened: Angry customer. A strongly negative complaint. Premium customer since 2023, 3 orders."
    )
    assert tried == (
        "What was tried: Customer, orders and shipments were looked up; no answer from tracking; "
        "nothing was changed in the shop."
    )
    assert routing.enrichment.signals == ("a strongly negative complaint",)


def test_a_vip_is_a_signal_and_a_failed_step_too() -> None:
    vip = escalation_router(escalated("vip", context=context("vip"))).enrichment
    assert "the customer is a VIP" in vip.signals
    assert "response_generator failed" in escalation_router(failed("response_generator")).enrichment.signals
