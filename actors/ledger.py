"""The write transactions of a turn: accept and commit (the claim is `Turn.claim`). The database is the ledger, the
broker is a doorbell: what is not committed did not happen, and a bell that was lost is rung again by the sweeper."""

import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from actors.base import dispatch
from actors.message import ConversationView, Message, Metadata, Payload, Question, RecentTurn, Route
from actors.message import Escalation as EscalationEnrichment
from actors.models import Action, Conversation, Escalation, Turn
from actors.notify import notify
from actors.routes import FULL_PROCESSING_PIPELINE
from actors.sentiment_analyzer import sentiment_analyzer

logger = logging.getLogger(__name__)

RECENT_TURNS = 10
FIRST_RING_AFTER = timedelta(seconds=2)


class Conflict(Exception):
    """The same client_msg_id came with another body."""


class WrongCustomer(Exception):
    """The conversation belongs to another customer."""


def accept(
    *,
    session_id: uuid.UUID | None,
    text: str,
    customer_email: str | None,
    verified: bool,
    caller: str,
    client_msg_id: uuid.UUID | None = None,
    body_hash: str = "",
    channel: str = Conversation.Channel.API,
    guest_key: str = "",
    action_id: uuid.UUID | None = None,
    customer_sub: str = "",
) -> Turn:
    """Commit a customer's message, then ring its first actor. What this returns will be answered.

    Without a `session_id` a conversation is opened. `action_id` is the question that a button answers. The same
    (caller, client_msg_id) returns the turn that is there. Raises Conversation.DoesNotExist, Conflict when that turn
    had another body, WrongCustomer when a verified address is not the conversation's.
    """
    try:
        with transaction.atomic():
            known = _known_turn(caller=caller, client_msg_id=client_msg_id, body_hash=body_hash)
            if known is not None:
                return known
            if session_id is None:
                conversation = Conversation.objects.create(channel=channel, guest_key=guest_key)
            else:
                conversation = Conversation.locked(session_id)
            if verified and customer_email and not conversation.become(email=customer_email, sub=customer_sub):
                raise WrongCustomer
            with_human = conversation.owner_id is not None
            turn = conversation.add_turn(
                role=Turn.Role.CUSTOMER,
                text=text,
                client_msg_id=client_msg_id,
                caller=caller,
                body_hash=body_hash,
                action_id=action_id,
                customer_email=customer_email,
                verified=verified,
                urgent=_is_urgent(text),
                status=Turn.Status.WITH_HUMAN if with_human else Turn.Status.ACCEPTED,
                next_ring_at=timezone.now() + FIRST_RING_AFTER,
            )
            waits = conversation.turns.filter(status__in=Turn.OPEN, seq__lt=turn.seq).exists()
            if not with_human and not waits:  # else the commit of the earlier turn rings this one
                transaction.on_commit(lambda: ring(turn))
            return turn
    except IntegrityError:  # the same message came twice at the same moment, and the other was first
        known = _known_turn(caller=caller, client_msg_id=client_msg_id, body_hash=body_hash)
        if known is None:
            raise
        return known


def _is_urgent(text: str) -> bool:
    """Whether the first step takes the fast lane: the offline look at urgency costs no time worth a queue."""
    payload = Payload(customer_message=text, customer_email=None, verified=False)
    return sentiment_analyzer(payload).urgency in ("high", "critical")


def _known_turn(*, caller: str, client_msg_id: uuid.UUID | None, body_hash: str) -> Turn | None:
    if client_msg_id is None:
        return None
    turns = Turn.objects.select_related("conversation")
    turn = turns.filter(caller=caller, client_msg_id=client_msg_id).first()
    if turn is not None and turn.body_hash != body_hash:
        raise Conflict
    return turn


def ring_next(session_id: uuid.UUID) -> None:
    """Ring the conversation's oldest accepted turn, unless one is being worked on: turns are answered in order."""
    head = Turn.objects.filter(conversation=session_id, status__in=Turn.OPEN).order_by("seq").first()
    if head is not None and head.status == Turn.Status.ACCEPTED:
        ring(head)


def ring(turn: Turn) -> bool:
    """Publish the turn's first task. False when the broker does not take it; the sweeper will ring again."""
    try:
        dispatch(first_message(turn), patience=0)
    except OperationalError:
        logger.warning("message %s accepted, but the broker is away; the sweeper will ring", turn.pk)
        return False
    return True


def first_message(turn: Turn) -> Message:
    """The message as it enters the mesh: what the customer said and what the conversation stands at."""
    conversation = turn.conversation
    return Message(
        message_id=str(turn.pk),
        session_id=str(conversation.pk),
        attempt=turn.attempt,
        epoch=conversation.epoch,
        route=Route(steps=FULL_PROCESSING_PIPELINE),
        payload=Payload(
            customer_message=turn.text,
            customer_email=turn.customer_email,
            verified=turn.verified,
            conversation=conversation_view(conversation, before=turn.seq),
            answers=str(turn.action_id) if turn.action_id else None,
        ),
        metadata=Metadata(created_at=turn.created_at, queued_at=datetime.now(UTC), urgent=turn.urgent),
    )


def conversation_view(conversation: Conversation, *, before: int | None = None) -> ConversationView:
    """What the conversation stands at, with the turns before the one numbered `before` (None: all)."""
    turns = conversation.turns.all() if before is None else conversation.turns.filter(seq__lt=before)
    recent = turns.order_by("-seq").values_list("role", "text")[:RECENT_TURNS]
    return ConversationView(
        open_question=_open_question(conversation),
        clarify_count=conversation.clarify_count,
        recent_turns=tuple(RecentTurn.model_validate({"role": role, "text": text}) for role, text in reversed(recent)),
        waiting=conversation.status == Conversation.Status.WAITING,
    )


def _open_question(conversation: Conversation) -> Question | None:
    """The question that a typed answer would answer: the one the last reply asked, while it still waits."""
    last = conversation.turns.filter(role=Turn.Role.ASSISTANT).order_by("-seq").first()
    question = last.metadata.get("question") if last is not None else None
    if not question or not (question.get("action_id") or question.get("request")):
        return None
    if question.get("action_id"):
        waits = conversation.actions.filter(pk=question["action_id"], status=Action.Status.AWAITING_CONFIRMATION)
        return Question(**question) if waits.exists() else None
    return Question(**question)


def commit(
    *,
    turn_id: str | uuid.UUID,
    attempt: int,
    epoch: int,
    text: str,
    status: str,
    metadata: dict[str, Any],
    envelope: dict[str, Any] | None,
    case: EscalationEnrichment | None = None,
    clarify_count: int = 0,
) -> Turn | None:
    """Write the turn's one outcome: the reply, the turn's status, the case if there is one, and the final message.

    Returns the reply, or None when this attempt has lost the turn (stand down quietly). When a person took the
    conversation over in between, the text becomes a draft on their case and the turn is theirs.
    """
    with transaction.atomic():
        turn = Turn.objects.select_related("conversation").get(pk=turn_id)
        conversation = Conversation.locked(turn.conversation_id)
        turn.refresh_from_db(fields=["status", "attempt"])
        if turn.status != Turn.Status.PROCESSING or turn.attempt != attempt:
            logger.info("message %s: attempt %s has lost the turn", turn_id, attempt)
            return None
        reply = None
        if conversation.epoch != epoch:
            status = Turn.Status.WITH_HUMAN
            unresolved = Escalation.objects.filter(conversation=conversation).exclude(status=Escalation.Status.RESOLVED)
            unresolved.update(draft_reply=text)
        else:
            conversation.clarify_count = clarify_count
            reply = conversation.add_turn(
                role=Turn.Role.ASSISTANT,
                text=text,
                in_reply_to=turn,
                metadata=metadata,
                customer_email=turn.customer_email,
                verified=turn.verified,
            )
            if case is not None:
                Escalation.open_or_raise(conversation, turn, case)
                transaction.on_commit(lambda: _tell_status(conversation))
        Turn.objects.filter(pk=turn.pk).update(
            status=status, message=envelope, answered_by=reply, deadline_at=None, next_ring_at=None
        )
        transaction.on_commit(lambda: ring_next(conversation.pk))
    return reply


def _tell_status(conversation: Conversation) -> None:
    notify(str(conversation.pk), {"type": "status.changed", "status": conversation.status})


HUMAN_NOTICE = (
    "I've asked a colleague to take over. They can see everything you wrote here and will answer in this chat."
)
ALREADY_WAITING = "A colleague already has your conversation and will answer in this chat."
HUMAN_HERE = "You are already talking to a colleague: just write here."


def request_human(*, session_id: uuid.UUID) -> Turn:
    """The customer asks for a person by button or REST: open a case and say so, in one transaction.

    Raises Conversation.DoesNotExist.
    """
    with transaction.atomic():
        conversation = Conversation.locked(session_id)
        unresolved = Escalation.objects.filter(conversation=conversation).exclude(status=Escalation.Status.RESOLVED)
        if conversation.owner_id is not None:
            return conversation.add_turn(role=Turn.Role.SYSTEM, text=HUMAN_HERE)
        if unresolved.exists():
            return conversation.add_turn(role=Turn.Role.SYSTEM, text=ALREADY_WAITING)
        notice = conversation.add_turn(role=Turn.Role.SYSTEM, text=HUMAN_NOTICE)
        case = EscalationEnrichment(
            outcome="human_handoff",
            reason="customer_request",
            priority="normal",
            notice=HUMAN_NOTICE,
            summary="The customer asked for a person.",
        )
        Escalation.open_or_raise(conversation, notice, case)
        transaction.on_commit(lambda: _tell_status(conversation))
        return notice


def rate(*, session_id: uuid.UUID, score: int, comment: str = "") -> None:
    """Keep the customer's rating, 1 to 5. Rating never closes a conversation. Raises Conversation.DoesNotExist."""
    with transaction.atomic():
        conversation = Conversation.locked(session_id)
        conversation.rating, conversation.rating_comment = score, comment
        conversation.save(update_fields=["rating", "rating_comment"])


def purge_expired() -> int:
    """Delete transcripts past their retention (guests, customers) that nobody has to work off any more; returns how
    many conversations went."""
    guests = Conversation.objects.filter(
        customer_email__isnull=True, updated_at__lt=Now() - timedelta(days=settings.GUEST_RETENTION_DAYS)
    )
    customers = Conversation.objects.filter(
        customer_email__isnull=False, updated_at__lt=Now() - timedelta(days=settings.CUSTOMER_RETENTION_DAYS)
    )
    unresolved = Escalation.objects.exclude(status=Escalation.Status.RESOLVED).values("conversation")
    doomed = (guests | customers).exclude(pk__in=unresolved).exclude(turns__status__in=Turn.OPEN)
    ids = list(doomed.values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=ids).delete()
    return len(ids)


def ask_again(*, session_id: uuid.UUID, customer_email: str, customer_sub: str = "", caller: str) -> Turn | None:
    """The guest of this conversation is a verified customer now: it is theirs, and the newest question that was told
    to sign in first is asked once more.

    A turn of its own, because the guest's one has its reply and stays unverified for ever. None when nothing waits, or
    a person answers here; the same question is never asked a third time. Raises Conversation.DoesNotExist,
    WrongCustomer.
    """
    with transaction.atomic():
        conversation = Conversation.locked(session_id)
        if not conversation.become(email=customer_email, sub=customer_sub):
            raise WrongCustomer
        conversation.save(update_fields=["customer_email", "customer_sub"])
        asked = conversation.turns.filter(role=Turn.Role.CUSTOMER).order_by("-seq")
        waiting = asked.filter(verified=False, reply__metadata__outcome="verify").first()
        later = waiting is not None and asked.filter(verified=True, seq__gt=waiting.seq).exists()
        if waiting is None or later or conversation.owner_id is not None:
            return None
        return accept(
            session_id=session_id,
            text=waiting.text,
            customer_email=customer_email,
            verified=True,
            caller=caller,
            client_msg_id=uuid.uuid5(waiting.pk, "asked again"),
            customer_sub=customer_sub,
        )
