"""Commits the turn's one outcome and delivers it."""

from typing import Any

from django.utils.translation import override

from actors.base import actor, seal
from actors.dead_letters import keep_draft
from actors.desk.summary import written_summary
from actors.errors import Permanent
from actors.ledger import commit
from actors.message import Escalation, Message, Payload
from actors.models import Turn
from actors.models.parked import is_redrive
from actors.response_generator.cards import cards_for


@actor("processor")
def response_aggregator(message: Message) -> None:
    """Exactly one outcome for the turn: reply, question, or hand-over with its case. An attempt that has lost the turn
    changes nothing, and a redrive leaves a draft. Raises Permanent when no actor left a text that may be delivered."""
    payload = message.payload
    if is_redrive(message.attempt):
        notice = payload.escalation is not None and payload.escalation.notice is not None
        keep_draft(message, None if notice or _blocked(payload) else deliverable(payload))
        return
    handed_over = payload.escalation is not None and payload.escalation.outcome == "human_handoff"
    clarifying = payload.decision is not None and payload.decision.outcome == "clarify"
    commit(
        turn_id=message.message_id,
        attempt=message.attempt,
        epoch=message.epoch,
        text=deliverable(payload),
        status=Turn.Status.ESCALATED if handed_over or _blocked(payload) else Turn.Status.ANSWERED,
        metadata=metadata_of(payload),
        envelope=seal(message),
        case=case_for(payload),
        heard=heard_from(payload),
        clarify_count=payload.conversation.clarify_count + 1 if clarifying else 0,
    )


def deliverable(payload: Payload) -> str:
    """The text that the customer gets: a notice, the guardrail's corrected text, or the reply that it let pass."""
    if payload.escalation is not None and payload.escalation.notice:
        return payload.escalation.notice
    check = payload.guardrail_check
    if check is not None and check.corrected is not None:
        return check.corrected
    if check is not None and check.passed and payload.response is not None:
        return payload.response.text
    raise Permanent("no checked text to deliver")


def case_for(payload: Payload) -> Escalation | None:
    """The case a person has to work off, when the text promises one."""
    if payload.escalation is not None and payload.escalation.outcome == "human_handoff":
        return payload.escalation
    if _blocked(payload) and payload.guardrail_check is not None:
        found = ", ".join(issue.kind for issue in payload.guardrail_check.issues)
        return Escalation(
            outcome="human_handoff",
            reason="guardrail",
            signals=("the reply was held back",),
            summary=written_summary(payload, f"the reply was held back: {found}"),
        )
    actions = payload.execution_result.actions if payload.execution_result else ()
    undecided = [action for action in actions if action.status in ("proposed", "awaiting_approval")]
    if undecided:
        urgent = payload.decision is not None and payload.decision.urgent
        return Escalation(
            outcome="human_handoff",
            reason="approval_needed",
            priority="high" if urgent else "normal",
            signals=("an action waits for approval", *(("it is urgent or about money",) if urgent else ())),
            summary=written_summary(payload, "a person has to decide about what the customer asked for"),
        )
    return None


def heard_from(payload: Payload) -> Escalation | None:
    """What raises the case that waits already, when the message was stronger than what opened it."""
    escalation = payload.escalation
    if escalation is None or escalation.outcome != "no_escalation" or not escalation.signals:
        return None
    return escalation


def metadata_of(payload: Payload) -> dict[str, Any]:
    """What the customer's client gets beside the text."""
    intent = payload.intent
    replaced = _blocked(payload) or (payload.escalation is not None and payload.escalation.notice is not None)
    response = None if replaced else payload.response
    question = response.question if response else None
    with override(payload.conversation.language):
        cards = cards_for(payload, response)
    facts = response.facts if response else ()
    return {
        "outcome": _outcome(payload, asked=question is not None),
        "intent": intent.category if intent else None,
        "confidence": intent.confidence if intent else None,
        "sources": list(dict.fromkeys(fact.source for fact in facts)),
        **({"question": question.model_dump(mode="json")} if question else {}),
        **({"cards": cards} if cards else {}),
    }


def _outcome(payload: Payload, *, asked: bool) -> str:
    if (payload.escalation is not None and payload.escalation.outcome == "human_handoff") or _blocked(payload):
        return "escalated"
    if payload.decision is not None and payload.decision.outcome == "verify":
        return "verify"
    return "question" if asked else "answered"


def _blocked(payload: Payload) -> bool:
    return payload.guardrail_check is not None and not payload.guardrail_check.passed
