"""A draft for a person: what the mesh would answer, checked like every reply of it, and sent by nobody."""

from actors.decision_router import decision_router
from actors.explain import first_look
from actors.guardrail_validator import guardrail_validator
from actors.message import Decision, Intent
from actors.models import Conversation, Turn
from actors.response_generator import response_generator


def suggest(conversation: Conversation) -> str | None:
    """The checked reply to the customer's newest message, as the bot would write it without acting on anything; None
    when there is no such message or the reply does not hold."""
    turn = conversation.turns.filter(role=Turn.Role.CUSTOMER).order_by("-seq").first()
    if turn is None:
        return None
    message = first_look(
        text=turn.text,
        customer_email=conversation.current_email(),
        verified=conversation.customer_email is not None,
        conversation=conversation,
        before=turn.seq,
    )
    routed = decision_router(message).enrichment
    # A person answers already: what would be handed over or asked is answered as far as the data go.
    decision = Decision(rules=routed.rules, outcome="answer", urgent=routed.urgent)  # type: ignore[attr-defined]
    intent = _answerable(message.payload.intent)
    if intent is None:
        return None
    payload = message.payload.model_copy(update={"decision": decision, "intent": intent})
    payload = payload.model_copy(update={"response": response_generator(payload)})
    check = guardrail_validator(payload)
    if not check.passed or payload.response is None:
        return None
    return check.corrected or payload.response.text


def _answerable(intent: Intent | None) -> Intent | None:
    """The intent without the wish for a person, who is there already; None when nothing else is asked for."""
    if intent is None:
        return None
    wishes = [name for name in (intent.category, *intent.secondary) if name != "escalation_request"]
    if not wishes and not intent.values("order_number"):
        return None
    first, *rest = wishes or ["order_inquiry"]
    return intent.model_copy(update={"category": first, "secondary": tuple(rest)})
