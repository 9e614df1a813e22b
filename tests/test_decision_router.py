"""Every intent × confidence × verified × sentiment × tier × open question × clarified before, through the rules."""

import itertools
from typing import get_args

import pytest

from actors.decision_router import RULES, decision_router
from actors.message import ConversationView, Entity, IntentName, Payload, Question
from tests.builders import context, intent, message, payload, sentiment

ANSWER = ("response_generator", "guardrail_validator", "response_aggregator")
ACT = ("execution_coordinator", "response_generator", "guardrail_validator", "response_aggregator")
ESCALATE = ("escalation_router", "response_aggregator")

SENTIMENTS = {
    "calm": sentiment(),
    "pleased": sentiment(label="positive", score=0.8, intensity=0.7),
    "hurried": sentiment(urgency="high"),
    "annoyed": sentiment(label="negative", score=-0.5, intensity=0.6, is_complaint=True),
    "furious": sentiment(label="negative", score=-0.95, intensity=0.95, is_complaint=True),
    "endangered": sentiment(label="negative", score=-0.6, intensity=0.6, urgency="critical", cues=("safety",)),
    "threatening": sentiment(label="negative", score=-0.6, intensity=0.6, cues=("legal_threat",)),
    "wants_person": sentiment(cues=("asks_for_person",)),
}
ACTS = ("return_request", "refund_request", "cancellation_request", "order_change")
ACCOUNT = (*ACTS, "order_inquiry", "delivery_issue", "product_complaint", "billing_question", "account_issue")


def expected(
    category: str, sure: float, verified: bool, mood: str, tier: str, asked: bool, clarified: int, foreign: bool
) -> tuple:
    """The route table, in words: what the design promises for each kind of message."""
    if asked and category in ("confirm", "deny") and not foreign:
        return "open_question", ACT
    if mood in ("furious", "endangered", "threatening", "wants_person") or category == "escalation_request":
        return "escalate", ESCALATE
    if tier == "vip" and mood == "hurried":
        return "escalate", ESCALATE
    if foreign:
        return "escalate", ESCALATE
    if category == "compliment" and sure >= 0.8:
        return "fast_path", ANSWER
    if sure < 0.6:
        return ("escalate", ESCALATE) if clarified else ("clarify", ANSWER)
    if not verified and category in ACCOUNT:
        return "verify", ANSWER
    if verified and category in ACTS:
        return "act", ACT
    return "answer", ANSWER


def case(
    category: str, sure: float, verified: bool, mood: str, tier: str, asked: bool, clarified: int, foreign: bool = False
) -> Payload:
    question = Question(action_id="a", text="Cancel ORD-12345678?") if asked else None
    return payload(
        verified=verified,
        conversation=ConversationView(open_question=question, clarify_count=clarified),
        sentiment=SENTIMENTS[mood],
        intent=intent(category, sure, language="pl" if foreign else "en"),
        context=context(tier) if verified else None,
    )


CASES = list(
    itertools.product(
        get_args(IntentName),
        (0.2, 0.59, 0.6, 0.79, 0.8, 1.0),
        (True, False),
        SENTIMENTS,
        ("standard", "vip"),
        (True, False),
        (0, 1),
        (False, True),
    )
)


def test_every_message_takes_the_expected_route_and_every_rule_fires() -> None:
    fired: set[str] = set()
    for values in CASES:
        verified, tier = values[2], values[4]
        if not verified and tier == "vip":
            continue  # nobody's tier is known before they are verified
        routed = decision_router(message(at="decision_router", of=case(*values)))
        assert (routed.enrichment.outcome, routed.ahead) == expected(*values), values
        assert [rule.rule for rule in routed.enrichment.rules] == list(RULES)
        assert all(rule.because for rule in routed.enrichment.rules)
        assert (routed.enrichment.reason is not None) == (routed.enrichment.outcome == "escalate")
        fired |= {rule.rule for rule in routed.enrichment.rules if rule.hit}
    assert fired == set(RULES) - {"paused"}  # see test_pause.py


@pytest.mark.parametrize(
    ("mood", "category", "tier", "reason"),
    [
        ("threatening", "billing_question", "standard", "legal"),
        ("furious", "delivery_issue", "standard", "angry_customer"),
        ("wants_person", "general_inquiry", "standard", "customer_request"),
        ("calm", "escalation_request", "standard", "customer_request"),
        ("hurried", "billing_question", "vip", "vip"),
    ],
)
def test_escalation_names_its_reason(mood: str, category: str, tier: str, reason: str) -> None:
    routed = decision_router(
        message(at="decision_router", of=case(category, 0.9, True, mood, tier, asked=False, clarified=0))
    )
    assert routed.enrichment.reason == reason


@pytest.mark.parametrize(("category", "urgent"), [("refund_request", True), ("order_inquiry", False)])
def test_money_is_urgent_for_the_desk(category: str, urgent: bool) -> None:
    routed = decision_router(
        message(at="decision_router", of=case(category, 0.9, True, "calm", "standard", asked=False, clarified=0))
    )
    assert routed.enrichment.urgent is urgent


def test_greeting_alone_takes_the_fast_path_but_not_with_a_question() -> None:
    hello = Entity(type="greeting", value="hello", span=(0, 5))
    hours = Entity(type="topic", value="opening_hours", span=(7, 20))
    alone = payload(sentiment=sentiment(), intent=intent(entities=(hello,)))
    asking = payload(sentiment=sentiment(), intent=intent(entities=(hello, hours)))
    assert decision_router(message(at="decision_router", of=alone)).enrichment.outcome == "fast_path"
    assert decision_router(message(at="decision_router", of=asking)).enrichment.outcome == "answer"


def test_secondary_wish_of_a_guest_asks_to_sign_in_and_of_a_customer_is_acted_on() -> None:
    wishes = intent("general_inquiry", secondary=("refund_request",))
    guest = payload(verified=False, sentiment=sentiment(), intent=wishes)
    known = payload(sentiment=sentiment(), intent=wishes, context=context())
    assert decision_router(message(at="decision_router", of=guest)).enrichment.outcome == "verify"
    assert decision_router(message(at="decision_router", of=known)).enrichment.outcome == "act"


@pytest.mark.parametrize(
    ("language", "method", "outcome"),
    [("de", "offline", "escalate"), ("de", "llm", "answer"), ("und", "offline", "answer")],
)
def test_another_language_goes_to_a_person_unless_somebody_read_it(language: str, method: str, outcome: str) -> None:
    read = payload(sentiment=sentiment(), intent=intent("order_inquiry", language=language, method=method))
    decision = decision_router(message(at="decision_router", of=read)).enrichment
    assert decision.outcome == outcome
    if outcome == "escalate":
        assert decision.reason == "low_confidence"
        assert "the message is in German, which the offline mind does not understand" in str(decision.rules)


def test_message_that_lost_its_analyzers_to_errors_still_gets_a_legal_route() -> None:
    routed = decision_router(message(at="decision_router", of=payload()))
    assert routed.enrichment.outcome == "clarify"
    assert routed.ahead == ANSWER
