"""Decides what becomes of a message that the mesh must not or could not answer: try again, go round the failed step,
hand over to a person, say something safe, or go on after all."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors.base import Routing, actor
from actors.desk.summary import written_summary
from actors.language import not_understood
from actors.message import Context, Escalation, EscalationReason, Message, Payload, Priority, StepError
from actors.response_generator.case import Case
from actors.response_generator.notices import quoted_notices
from actors.routes import ANSWER, DELIVER
from actors.wording import status_word

# The rest of the route can do without these: what they would have said counts as unknown.
DISPENSABLE = frozenset({"sentiment_analyzer", "context_retriever"})
HARMLESS = frozenset({"general_inquiry", "compliment", "confirm", "deny"})

EXPLAINING = ("paused", "escalate_now", "language", "clarify", "priority")  # rules that say why a person is needed

PRIORITY_BY_REASON: dict[EscalationReason, Priority] = {
    "legal": "urgent",
    "vip": "high",
    "angry_customer": "high",
    "tool_failure": "high",
    "guardrail": "normal",
    "customer_request": "normal",
    "low_confidence": "normal",
    "bot_paused": "normal",
}

OPENINGS: dict[EscalationReason, str] = {
    "legal": gettext_noop("I understand how serious this is for you, so I've passed it to a colleague right away."),
    "angry_customer": gettext_noop(
        "I'm sorry about this, and I understand your anger. I've passed it to a colleague right away."
    ),
    "vip": gettext_noop("I've passed this to a colleague with priority, so that you don't lose time."),
    "customer_request": gettext_noop("I've passed this to a colleague."),
    "low_confidence": gettext_noop("I'm not sure I understand you correctly, so I've asked a colleague to help."),
    "tool_failure": gettext_noop(
        "I'm sorry, something went wrong on our side just now. I've passed it to a colleague."
    ),
    "bot_paused": gettext_noop("Our assistant does not answer at the moment, so I've passed this to a colleague."),
}
NOT_READ = gettext_noop("I can only read English myself, so I've asked a colleague to help.")
SAFETY = gettext_noop(
    "Please stop using the product, and if somebody is in danger or hurt, call your local emergency number first."
)
CLOSING = gettext_noop("They can see everything you wrote here and will answer in this chat.")
SAFE_REPLY = gettext_noop(
    "I'm sorry, I could not work that out just now. Please try again in a few minutes, "
    'or write "talk to a person" and a colleague takes over.'
)


@actor("router")
def escalation_router(message: Message) -> Routing:
    """One of five outcomes, and the route that carries it out; what the customer reads is in their language."""
    with override(message.payload.conversation.language):
        return _routed(message)


def _routed(message: Message) -> Routing:
    payload = message.payload
    if payload.error is not None:
        return _after_error(message, payload.error)
    if payload.decision is None or payload.decision.outcome != "escalate":
        return Routing(ANSWER, Escalation(outcome="no_escalation", summary="No rule asks for a person."))
    case = _hand_off(payload, payload.decision.reason or "customer_request")
    if payload.conversation.waiting and not _is_paused(payload):
        return Routing(ANSWER, _while_waiting(case))
    return Routing(DELIVER, case)


def _is_paused(payload: Payload) -> bool:
    """Then nothing else is answered, whoever is waited for."""
    return payload.decision is not None and any(rule.rule == "paused" and rule.hit for rule in payload.decision.rules)


def _while_waiting(case: Escalation) -> Escalation:
    """A person is asked already: nothing is handed over or told again, but what is stronger raises the open case."""
    if case.priority in ("low", "normal"):
        return Escalation(outcome="no_escalation", summary="A person already has this conversation.")
    return case.model_copy(update={"outcome": "no_escalation", "notice": None})


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
        return Routing(DELIVER, Escalation(outcome="fallback_response", notice=_(SAFE_REPLY), summary=error.text))
    return Routing(DELIVER, _hand_off(payload, "tool_failure"))


def _hand_off(payload: Payload, reason: EscalationReason) -> Escalation:
    priority = PRIORITY_BY_REASON[reason]
    critical = payload.sentiment is not None and payload.sentiment.urgency == "critical"
    if critical:
        priority = "urgent"
    elif payload.decision is not None and payload.decision.urgent:
        priority = {"low": "normal", "normal": "high"}.get(priority, "urgent")  # type: ignore[assignment]
    safety = _(SAFETY) if payload.sentiment is not None and "safety" in payload.sentiment.cues else ""
    unread = reason == "low_confidence" and not_understood(payload.intent)
    parts = (safety, _(NOT_READ if unread else OPENINGS[reason]), known_facts(payload), _(CLOSING))
    notice = " ".join(part for part in parts if part)
    return Escalation(
        outcome="human_handoff",
        reason=reason,
        priority=priority,
        signals=_signals(payload, reason),
        notice=notice,
        summary=written_summary(payload, reason.replace("_", " ")),
    )


def _signals(payload: Payload, reason: EscalationReason) -> tuple[str, ...]:
    """What the priority comes from, one sentence each."""
    rules = payload.decision.rules if payload.decision else ()
    found = [rule.because for rule in rules if rule.hit and rule.rule in EXPLAINING]
    tier = payload.context.customer.tier if payload.context and payload.context.customer else "standard"
    if tier == "vip":
        found.append("the customer is a VIP")
    if payload.sentiment is not None and "safety" in payload.sentiment.cues:
        found.append("somebody may be in danger")
    if payload.error is not None:
        found.append(f"{payload.error.step} failed")
    return tuple(dict.fromkeys(found)) or (reason.replace("_", " "),)


def known_facts(payload: Payload) -> str:
    """What the data say of the orders that the customer named, and what staff published about such a matter, so that
    the wait is not an empty one."""
    if payload.intent is None:
        return ""
    notices = quoted_notices(Case(payload=payload, intent=payload.intent))
    # The sentences of the hand-over follow, and a notice need not end as one.
    sentences = [text if text.endswith((".", "!", "?")) else f"{text}." for text in notices]
    context = payload.context or Context()
    named = set(payload.intent.values("order_number"))
    shipments = {shipment.order_number: shipment for shipment in context.tracking}
    for order in context.orders:
        if order.number not in named:
            continue
        shipment = shipments.get(order.number)
        if shipment is None:
            text = _("What I can see already: order {order} is {status}.")
            sentences.append(text.format(order=order.number, status=status_word(order.status)))
        else:
            text = _("What I can see already: order {order} is {status} with {carrier}, tracking {tracking}.")
            if shipment.status == "exception":
                text = _("What I can see already: {carrier} reports a problem with order {order}, tracking {tracking}.")
            elif shipment.status == "label_created":
                text = _("What I can see already: order {order} is announced to {carrier}, tracking {tracking}.")
            sentences.append(
                text.format(
                    order=order.number,
                    status=status_word(shipment.status),
                    carrier=shipment.carrier,
                    tracking=shipment.tracking_number,
                )
            )
    return " ".join(sentences)
