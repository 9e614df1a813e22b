"""What the offline actors and the rules would say of a message, without changing anything."""

import uuid
from datetime import UTC, datetime
from typing import Any

from actors.context_retriever import context_retriever
from actors.decision_router import decision_router
from actors.doorbell import conversation_view
from actors.input_check import check_input
from actors.intent_analyzer import intent_analyzer
from actors.message import ConversationView, Message, Metadata, Payload, Route
from actors.models import Conversation
from actors.routes import FULL_PROCESSING_PIPELINE
from actors.sentiment_analyzer import sentiment_analyzer


def explain(
    *, text: str, customer_email: str | None, verified: bool, conversation: Conversation | None
) -> dict[str, Any]:
    """The sentiment, intent, input check, decision and whole route that `text` would get: plain JSON.

    Looks the customer up as the mesh would (over HTTP, when verified); writes nothing.
    """
    message = first_look(text=text, customer_email=customer_email, verified=verified, conversation=conversation)
    payload = message.payload
    routing = decision_router(message)
    return {
        "sentiment": payload.sentiment.model_dump(mode="json"),  # type: ignore[union-attr]
        "intent": payload.intent.model_dump(mode="json"),  # type: ignore[union-attr]
        "input_check": check_input(text).model_dump(mode="json"),
        "decision": routing.enrichment.model_dump(mode="json"),
        "route": [*BEHIND, *routing.ahead],
    }


BEHIND = FULL_PROCESSING_PIPELINE[: FULL_PROCESSING_PIPELINE.index("decision_router") + 1]


def first_look(
    *,
    text: str,
    customer_email: str | None,
    verified: bool,
    conversation: Conversation | None,
    before: int | None = None,
) -> Message:
    """The message as it would reach the decision router: understood, and its customer looked up. `before` is the
    number of its turn when it stands in the conversation already."""
    view = ConversationView() if conversation is None else conversation_view(conversation, before=before)
    payload = Payload(customer_message=text, customer_email=customer_email, verified=verified, conversation=view)
    sentiment, intent = sentiment_analyzer(payload), intent_analyzer(payload)
    payload = payload.model_copy(
        update={"sentiment": sentiment, "intent": intent, "context": context_retriever(payload)}
    )
    now = datetime.now(UTC)
    return Message(
        message_id=str(uuid.uuid4()),
        session_id=str(conversation.pk if conversation else uuid.uuid4()),
        attempt=0,
        epoch=0,
        route=Route(steps=FULL_PROCESSING_PIPELINE, current_step=len(BEHIND) - 1),
        payload=payload,
        metadata=Metadata(created_at=now, queued_at=now),
    )
