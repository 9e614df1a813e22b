"""Decides what becomes of a message that the mesh must not or could not answer: try again, go round the failed step,
hand over to a person, say something safe, or go on after all."""

from actors.base import Routing, actor
from actors.message import Escalation, EscalationReason, Message, Payload, Priority, StepError
from actors.routes import ANSWER, DELIVER

# The rest of the route can do without these: what they would have said counts as unknown.
DISPENSABLE = frozenset({"sentiment_analyzer", "context_retriever"})
HARMLESS = frozenset({"general_inquiry", "compliment", "confirm", "deny"})

PRIORITY_BY_REASON: dict[EscalationReason, Priority] = {
    "legal": "urgent",
    "vip": "high",
    "angry_customer": "high",
    "tool_failure": "high",
    "guardrail": "normal",
    "customer_request": "normal",
    "low_confidence": "normal",
}

OPENINGS: dict[EscalationReason, str] = {
    "legal": "I understand how serious this is for you, so I've passed it to a colleague right away.",
    "angry_customer": "I'm sorry about this, and I understand your anger. I've passed it to a colleague right away.",
    "vip": "I've passed this to a colleague with priority, so that you don't lose time.",
    "customer_request": "I've passed this to a colleague.",
    "low_confidence": "I'm not sure I understand you correctly, so I've asked a colleague to help.",
    "tool_failure": "I'm sorry, something went wrong on our side just now. I've passed it to a colleague.",
}
SAFETY = "Please stop using the product, and if somebody is in danger or hurt, call your local emergency number first."
CLOSING = "They can see everything you wrote here and will answer in this chat."
SAFE_REPLY = (
    "I'm sorry, I could not work that out just now. Please try again in a few minutes, "
    'or write "talk to a person" and a colleague takes over.'
)


@actor("router")
def escalation_router(message: Message) -> Routing:
    """One of five outcomes, and the route that carries it out."""
    payload = message.payload
    if payload.error is not None:
        return _after_error(message, payload.error)
    if payload.decision is None or payload.decision.outcome != "escalate":
        return Routing(ANSWER, Escalation(outcome="no_escalation", summary="No rule asks for a person."))
    if payload.conversation.waiting:
        return Routing(ANSWER, Escalation(outcome="no_escalation", summary="A person already has this conversation."))
    return Routing(DELIVER, _hand_off(payload, payload.decision.reason or "customer_request"))


def _after_error(message: Message, error: StepError) -> Routing:
    payload = message.payload
    rest = message.route.ahead
    tried = any(entry.step == error.step and entry.outcome == "retry" for entry in payload.recovery_log)
    if error.kind == "temporary" and not tried:
        return Routing((error.step, *rest), Escalation(outcome="retry"))
    if error.step in DISPENSABLE:
        return Routing(rest, Escalation(outcome="error_recovery"))
    harmless = payload.intent is not None and payload.intent.category in HARMLESS
    if payload.conversation.waiting or (harmless and error.step != "execution_coordinator"):
        return Routing(DELIVER, Escalation(outcome="fallback_response", notice=SAFE_REPLY, summary=error.text))
    return Routing(DELIVER, _hand_off(payload, "tool_failure"))


def _hand_off(payload: Payload, reason: EscalationReason) -> Escalation:
    priority = PRIORITY_BY_REASON[reason]
    critical = payload.sentiment is not None and payload.sentiment.urgency == "critical"
    if critical:
        priority = "urgent"
    elif payload.decision is not None and payload.decision.urgent:
        priority = {"low": "normal", "normal": "high"}.get(priority, "urgent")  # type: ignore[assignment]
    safety = SAFETY if payload.sentiment is not None and "safety" in payload.sentiment.cues else ""
    parts = (safety, OPENINGS[reason], _known_facts(payload), CLOSING)
    notice = " ".join(part for part in parts if part)
    return Escalation(
        outcome="human_handoff", reason=reason, priority=priority, notice=notice, summary=_summary(payload, reason)
    )


def _known_facts(payload: Payload) -> str:
    """What the data say of the orders that the customer named, so that the wait is not an empty one."""
    if payload.context is None or payload.intent is None:
        return ""
    named = set(payload.intent.values("order_number"))
    shipments = {shipment.order_number: shipment for shipment in payload.context.tracking}
    sentences = []
    for order in payload.context.orders:
        if order.number not in named:
            continue
        shipment = shipments.get(order.number)
        if shipment is None:
            sentences.append(f"What I can see already: order {order.number} is {order.status}.")
        else:
            sentences.append(
                f"What I can see already: order {order.number} is {shipment.status.replace('_', ' ')} "
                f"with {shipment.carrier}, tracking {shipment.tracking_number}."
            )
    return " ".join(sentences)


def _summary(payload: Payload, reason: EscalationReason) -> str:
    """For the person who takes over: who, why, what the mesh found."""
    lines = [f"Reason: {reason.replace('_', ' ')}."]
    if payload.decision is not None:
        lines += [f"{rule.rule}: {rule.because}." for rule in payload.decision.rules if rule.hit]
    if payload.error is not None:
        lines.append(f"{payload.error.step} failed: {payload.error.text}.")
    if payload.intent is not None:
        wishes = ", ".join((payload.intent.category, *payload.intent.secondary)).replace("_", " ")
        lines.append(f"Wants: {wishes} (confidence {payload.intent.confidence:.2f}).")
    if payload.context is not None and payload.context.summary:
        lines.append(payload.context.summary)
    if not payload.verified:
        lines.append("The visitor is not verified.")
    return "\n".join(lines)
