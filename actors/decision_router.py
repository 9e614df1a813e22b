"""Decides what happens with a message: a table of named rules, each of which says hit or miss and why."""

from collections.abc import Callable
from typing import NamedTuple

from actors import pauses
from actors.actions.wishes import UNSURE, continued_wish, spoken_wishes, wishes_of
from actors.base import Routing, actor
from actors.current import current_turn
from actors.endings import is_mere_greeting
from actors.language import english_name, not_understood
from actors.message import Decision, EscalationReason, Intent, Message, Payload, Rule, Sentiment
from actors.routes import ACT_AND_ANSWER, ACTIONABLE, ANSWER, ESCALATE, NEEDS_CUSTOMER

FURIOUS = 0.8  # intensity of a negative complaint above which a person answers
UPSET = 0.6  # above which a complaint that is not understood is not asked about, but handed over
SURE_OF_COURTESY = 0.8
CLARIFICATIONS = 1  # questions asked before a person takes over
URGENT_LEVELS = ("high", "critical")


class Finding(NamedTuple):
    """What one rule says of a message; `reason` is why it escalates."""

    hit: bool
    because: str
    reason: EscalationReason | None = None


def paused(payload: Payload) -> Finding:
    """The kill switch: a person answers everything. What is graver keeps its own reason, so that it comes first."""
    if current_turn() is None:  # a look at the rules, or a suggestion for staff
        return Finding(False, "no customer is answered here, so no pause counts")
    if not pauses.is_paused("bot"):
        return Finding(False, "the bot is not paused")
    graver = escalate_now(payload)
    because = f"the bot is paused; {graver.because}" if graver.hit else "the bot is paused"
    return Finding(True, because, graver.reason or "bot_paused")


def open_question(payload: Payload) -> Finding:
    category, question = _intent(payload).category, payload.conversation.open_question
    if payload.answers and (question is None or question.action_id != payload.answers):
        return Finding(True, "a button answers a question that is no longer open")
    if question is None or question.action_id is None:
        return Finding(False, "no yes or no is waited for")
    if category not in ("confirm", "deny"):
        return Finding(False, f"a question is open, but {category} is no yes or no")
    if not_understood(payload.intent):
        return Finding(False, "a question is open, but the message is in another language")
    return Finding(True, f"a question is open and the answer is {category}")


def escalate_now(payload: Payload) -> Finding:
    sentiment, intent = _sentiment(payload), _intent(payload)
    tier = payload.context.customer.tier if payload.context and payload.context.customer else "unknown"
    furious = sentiment.label == "negative" and sentiment.is_complaint and sentiment.intensity > FURIOUS
    if "legal_threat" in sentiment.cues:
        return Finding(True, "legal steps are mentioned", "legal")
    if sentiment.urgency == "critical":
        return Finding(True, "urgency is critical", "angry_customer" if furious else "customer_request")
    if furious:
        return Finding(True, f"a strongly negative complaint (intensity {sentiment.intensity:.2f})", "angry_customer")
    callback = payload.verified and any(wish.action == "schedule_callback" for wish in wishes_of(payload))
    if not callback and (intent.category == "escalation_request" or "asks_for_person" in sentiment.cues):
        return Finding(True, "the customer asks for a person", "customer_request")
    if tier == "vip" and sentiment.urgency in URGENT_LEVELS:
        return Finding(True, f"a VIP at {sentiment.urgency} urgency", "vip")
    return Finding(
        False,
        f"urgency {sentiment.urgency}, {sentiment.label} at intensity {sentiment.intensity:.2f}, tier {tier}, "
        "no legal threat, no wish for a person",
    )


def language(payload: Payload) -> Finding:
    intent = _intent(payload)
    if not not_understood(intent):
        return Finding(False, f"the language is {intent.language}, read by the {intent.method} mind")
    because = f"the message is in {english_name(intent.language)}, which the offline mind does not understand"
    return Finding(True, because, "low_confidence")


def fast_path(payload: Payload) -> Finding:
    intent = _intent(payload)
    greets = is_mere_greeting(payload.customer_message, intent.values("greeting")) and not intent.values("topic")
    courtesy = intent.category == "compliment" or (intent.category == "general_inquiry" and greets)
    if not courtesy or intent.secondary:
        return Finding(False, "more than a compliment, thanks or greeting")
    if intent.confidence < SURE_OF_COURTESY:
        return Finding(False, f"courtesy, but only at confidence {intent.confidence:.2f}")
    return Finding(True, f"a compliment, thanks or greeting at confidence {intent.confidence:.2f}")


def clarify(payload: Payload) -> Finding:
    intent, asked = _intent(payload), payload.conversation.clarify_count
    if intent.confidence >= UNSURE:
        return Finding(False, f"{intent.category} at confidence {intent.confidence:.2f}")
    if intent.category == "general_inquiry" and payload.context and payload.context.articles:
        return Finding(False, f'the article "{payload.context.articles[0].title}" answers it')
    if asked_for := [wish.action for wish in spoken_wishes(payload)]:
        return Finding(False, f"asks for {', '.join(asked_for)} in so many words")
    if continued_wish(payload) is not None:
        return Finding(False, "gives what the last question asked for")
    sentiment = _sentiment(payload)
    if sentiment.label == "negative" and sentiment.is_complaint and sentiment.intensity > UPSET:
        because = (
            f"upset (intensity {sentiment.intensity:.2f}) and not understood: a question back would only make it worse"
        )
        return Finding(True, because, "angry_customer")
    if asked >= CLARIFICATIONS:
        return Finding(True, f"confidence {intent.confidence:.2f} again after a clarifying question", "low_confidence")
    return Finding(True, f"confidence {intent.confidence:.2f} is below {UNSURE}")


def verify(payload: Payload) -> Finding:
    wishes = NEEDS_CUSTOMER.intersection(_wishes(payload)) | {wish.action for wish in wishes_of(payload)}
    if payload.verified:
        return Finding(False, "the customer is verified")
    if not wishes:
        return Finding(False, "nothing asked for needs an account or order")
    return Finding(True, f"a guest asks for {_listed(wishes)}")


def act(payload: Payload) -> Finding:
    wishes = ACTIONABLE.intersection(_wishes(payload)) | {wish.action for wish in wishes_of(payload)}
    if not wishes:
        return Finding(False, "nothing to act on")
    return Finding(True, f"a verified customer asks for {_listed(wishes)}")


def priority(payload: Payload) -> Finding:
    urgency = _sentiment(payload).urgency
    money = {"billing_question", "refund_request"}.intersection(_wishes(payload))
    if urgency in URGENT_LEVELS:
        return Finding(True, f"urgency is {urgency}")
    if money:
        return Finding(True, f"{_listed(money)} is about money")
    return Finding(False, f"urgency is {urgency} and no money is involved")


# In this order. The first hit of the first seven ends the search; the last two add up.
SEARCH: tuple[Callable[[Payload], Finding], ...] = (
    paused,
    open_question,
    escalate_now,
    language,
    fast_path,
    clarify,
    verify,
)
ADDING: tuple[Callable[[Payload], Finding], ...] = (act, priority)
RULES = tuple(rule.__name__ for rule in (*SEARCH, *ADDING))


@actor("router")
def decision_router(message: Message) -> Routing:
    """The route that the rules choose, and every rule's finding. One behind the first hit says it was not asked."""
    payload = message.payload
    rules: list[Rule] = []
    ended_by: tuple[str, Finding] | None = None
    for rule in SEARCH:
        if ended_by is not None:
            rules.append(Rule(rule=rule.__name__, hit=False, because=f"not asked: {ended_by[0]} was hit"))
            continue
        finding = rule(payload)
        rules.append(Rule(rule=rule.__name__, hit=finding.hit, because=finding.because))
        if finding.hit:
            ended_by = (rule.__name__, finding)
    acting = urgent = False
    for rule in ADDING:
        finding = rule(payload)
        if rule is act and ended_by is not None:
            finding = Finding(False, f"not asked: {ended_by[0]} was hit")
        rules.append(Rule(rule=rule.__name__, hit=finding.hit, because=finding.because))
        acting = acting or (rule is act and finding.hit)
        urgent = urgent or (rule is priority and finding.hit)
    outcome, ahead, reason = _outcome(ended_by, acting=acting)
    return Routing(ahead, Decision(rules=tuple(rules), outcome=outcome, reason=reason, urgent=urgent))


def _outcome(ended_by: tuple[str, Finding] | None, *, acting: bool) -> tuple:
    if ended_by is None:
        return ("act", ACT_AND_ANSWER, None) if acting else ("answer", ANSWER, None)
    name, finding = ended_by
    if finding.reason is not None:
        return "escalate", ESCALATE, finding.reason
    if name == "open_question":
        return "open_question", ACT_AND_ANSWER, None
    return name, ANSWER, None


def _intent(payload: Payload) -> Intent:
    return payload.intent or Intent(category="general_inquiry", confidence=0)


def _sentiment(payload: Payload) -> Sentiment:
    """The sentiment, or a neutral one when that step was left out after an error."""
    return payload.sentiment or Sentiment(label="neutral", score=0, intensity=0, urgency="low", is_complaint=False)


def _wishes(payload: Payload) -> tuple[str, ...]:
    intent = _intent(payload)
    return (intent.category, *intent.secondary)


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
