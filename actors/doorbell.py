"""How a turn enters the mesh: what its first message carries, and the bell that brings it to the first actor."""

import logging
import uuid
from datetime import UTC, datetime

from django.conf import settings
from kombu.exceptions import OperationalError

from actors.base import dispatch
from actors.message import ConversationView, Message, Metadata, Notice, Payload, Question, RecentTurn, Route
from actors.models import Action, Conversation, Incident, Turn
from actors.routes import FULL_PROCESSING_PIPELINE

logger = logging.getLogger(__name__)

RECENT_TURNS = 10
TOGETHER = 10  # later messages that one reply answers besides its own


def ring(turn: Turn) -> bool:
    """Publish the turn's first task. False when the broker does not take it; the sweeper will ring again."""
    try:
        dispatch(first_message(turn), patience=0)
    except OperationalError:
        logger.warning("message %s accepted, but the broker is away; the sweeper will ring", turn.pk)
        return False
    return True


def ring_next(session_id: uuid.UUID) -> None:
    """Ring the conversation's oldest accepted turn, unless one is being worked on: turns are answered in order."""
    head = Turn.objects.filter(conversation=session_id, status__in=Turn.OPEN).order_by("seq").first()
    if head is not None and head.status == Turn.Status.ACCEPTED:
        ring(head)


def first_message(turn: Turn) -> Message:
    """The message as it enters the mesh: what the customer said, with what waits behind it, and what the conversation
    stands at."""
    conversation = turn.conversation
    view = conversation_view(conversation, before=turn.seq, again=turn.attempt > 0)
    together = worked_together(turn, view)
    return Message(
        message_id=str(turn.pk),
        session_id=str(conversation.pk),
        attempt=turn.attempt,
        epoch=conversation.epoch,
        covers=tuple(str(later.pk) for later in together),
        route=Route(steps=FULL_PROCESSING_PIPELINE),
        payload=Payload(
            customer_message="\n".join(each.text for each in (turn, *together)),
            customer_email=turn.customer_email,
            verified=turn.verified,
            conversation=view,
            answers=str(turn.action_id) if turn.action_id else None,
        ),
        metadata=Metadata(created_at=turn.created_at, queued_at=datetime.now(UTC), urgent=turn.urgent),
    )


def worked_together(turn: Turn, view: ConversationView) -> list[Turn]:
    """The later messages that one reply answers together with this one: those that wait behind it now, from the same
    person; once it was claimed, those that were claimed with it.

    An answer to a question stands alone: what else was written could be taken for part of it.
    """
    if turn.attempt:
        return list(turn.together.order_by("seq"))
    if turn.action_id or view.open_question is not None:
        return []
    room = settings.MESSAGE_MAX_LENGTH - len(turn.text)
    found = []
    waiting = Turn.objects.filter(conversation=turn.conversation_id, status=Turn.Status.ACCEPTED, seq__gt=turn.seq)
    for later in waiting.order_by("seq")[:TOGETHER]:
        room -= len(later.text) + 1
        same = (later.customer_email, later.verified) == (turn.customer_email, turn.verified)
        if room < 0 or later.action_id or not same:
            break
        found.append(later)
    return found


def conversation_view(
    conversation: Conversation, *, before: int | None = None, again: bool = False
) -> ConversationView:
    """What the conversation stands at, with the turns before the one numbered `before` (None: all). `again`: for a
    message that was worked before, and may have answered the question itself."""
    turns = conversation.turns.all() if before is None else conversation.turns.filter(seq__lt=before)
    recent = turns.order_by("-seq").values_list("role", "text")[:RECENT_TURNS]
    return ConversationView(
        open_question=open_question(conversation, before=before, again=again),
        clarify_count=conversation.clarify_count,
        language=conversation.language,
        recent_turns=tuple(RecentTurn.model_validate({"role": role, "text": text}) for role, text in reversed(recent)),
        waiting=conversation.status == Conversation.Status.WAITING,
        notices=tuple(
            Notice(id=incident.pk, text=incident.text, carrier=incident.carrier, intents=tuple(incident.intents))
            for incident in Incident.current()
        ),
    )


def open_question(conversation: Conversation, *, before: int | None = None, again: bool = False) -> Question | None:
    """The question that a typed answer would answer: the one the last reply asked, while it still waits.

    What was written before the question (`before` is its number) answers nothing. A message that is worked `again` may
    find its own yes taken already: for it the question stays the one it answered.
    """
    last = conversation.turns.filter(role=Turn.Role.ASSISTANT).order_by("-seq").first()
    question = last.metadata.get("question") if last is not None else None
    if last is None or not question or not (question.get("action_id") or question.get("request")):
        return None
    if before is not None and last.seq > before:
        return None
    if question.get("action_id") and not again:
        waits = conversation.actions.filter(pk=question["action_id"], status=Action.Status.AWAITING_CONFIRMATION)
        return Question(**question) if waits.exists() else None
    return Question(**question)
