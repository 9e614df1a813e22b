"""Commits the turn's one outcome and delivers it."""

from typing import Any

from actors.base import actor, seal
from actors.errors import Permanent
from actors.ledger import commit
from actors.message import ActionResult, Escalation, Message, Payload
from actors.models import Turn


@actor("processor")
def response_aggregator(message: Message) -> None:
    """Exactly one outcome for the turn: reply, question, or hand-over with its case. An attempt that has lost the turn
    changes nothing. Raises Permanent when no actor left a text that may be delivered."""
    payload = message.payload
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
    summary = payload.context.summary if payload.context else ""
    if payload.escalation is not None and payload.escalation.outcome == "human_handoff":
        return payload.escalation
    if _blocked(payload) and payload.guardrail_check is not None:
        found = ", ".join(issue.kind for issue in payload.guardrail_check.issues)
        return Escalation(
            outcome="human_handoff", reason="guardrail", summary=f"The reply was held back: {found}.\n{summary}".strip()
        )
    actions = payload.execution_result.actions if payload.execution_result else ()
    undecided = [action for action in actions if action.status in ("proposed", "awaiting_approval")]
    if undecided:
        lines = [f"{action.status.replace('_', ' ').capitalize()}: {_described(action)}." for action in undecided]
        urgent = payload.decision is not None and payload.decision.urgent
        return Escalation(
            outcome="human_handoff",
            reason="approval_needed",
            priority="high" if urgent else "normal",
            summary="\n".join([*lines, summary]).strip(),
        )
    return None


def _described(action: ActionResult) -> str:
    amount = f", {action.amount.amount} {action.amount.currency}" if action.amount else ""
    return f"{action.kind} {action.order or ''}{amount} ({action.because})"


def metadata_of(payload: Payload) -> dict[str, Any]:
    """What the customer's client gets beside the text."""
    intent = payload.intent
    replaced = _blocked(payload) or (payload.escalation is not None and payload.escalation.notice is not None)
    response = None if replaced else payload.response
    question = response.question if response else None
    facts = response.facts if response else ()
    return {
        "outcome": _outcome(payload, asked=question is not None),
        "intent": intent.category if intent else None,
        "confidence": intent.confidence if intent else None,
        "sources": list(dict.fromkeys(fact.source for fact in facts)),
        **({"question": question.model_dump(mode="json")} if question else {}),
    }


def _outcome(payload: Payload, *, asked: bool) -> str:
    if (payload.escalation is not None and payload.escalation.outcome == "human_handoff") or _blocked(payload):
        return "escalated"
    if payload.decision is not None and payload.decision.outcome == "verify":
        return "verify"
    return "question" if asked else "answered"


def _blocked(payload: Payload) -> bool:
    return payload.guardrail_check is not None and not payload.guardrail_check.passed
