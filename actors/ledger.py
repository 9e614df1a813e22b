"""The write transactions of a turn: accept and commit (the claim is `Turn.claim`). The database is the ledger, the
broker is a doorbell: what is not committed did not happen, and a bell that was lost is rung again by the sweeper."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from pydantic import ValidationError

from actors.actions.carry_out import UNDECIDED, audit
from actors.decision_router import fast_path
from actors.desk.queue import wait_notice
from actors.desk.summary import written_summary
from actors.doorbell import conversation_view, open_question, ring, ring_next
from actors.endings import adds_more, is_ending
from actors.escalation_router import known_facts
from actors.intent_analyzer import intent_analyzer
from actors.language import language_of, not_understood
from actors.message import Escalation as EscalationEnrichment
from actors.message import Intent, Payload
from actors.models import AuditEvent, Conversation, Escalation, Turn, public_name
from actors.sentiment_analyzer import sentiment_analyzer

logger = logging.getLogger(__name__)

LATE = timedelta(minutes=1)  # an answer after that may find nobody before the page
FIRST_RING_AFTER = timedelta(seconds=2)
STILL_TRUE = timedelta(minutes=15)  # what the shop said of an order; older than that it is not told again


# What a client is told beside a person's words.
BY_PERSON: dict[str, Any] = {"outcome": "escalated", "intent": None, "confidence": None, "sources": []}


class Conflict(Exception):
    """The same client_msg_id came with another body."""


class WrongCustomer(Exception):
    """The conversation belongs to another customer."""


class Full(Exception):
    """The conversation has CONVERSATION_MAX_TURNS turns and takes no more of its customer."""


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
    language: str = settings.LANGUAGE_CODE,
    opens: uuid.UUID | None = None,
) -> Turn:
    """Commit a customer's message, then ring its first actor. What this returns will be answered.

    Without a `session_id` a conversation is opened (with the id `opens`, if given), in the `language` of the page it
    is written on; a message in another of LANGUAGES changes it. `action_id` is the question that a button answers. The
    same (caller, client_msg_id) returns the turn that is there. Raises Conversation.DoesNotExist, Conflict when that
    turn had another body, WrongCustomer when a verified address is not the conversation's, Full.
    """
    try:
        with transaction.atomic():
            known = _known_turn(caller=caller, client_msg_id=client_msg_id, body_hash=body_hash)
            if known is not None:
                return known
            if session_id is None:
                conversation = Conversation.objects.create(
                    pk=opens or uuid.uuid4(), channel=channel, guest_key=guest_key, language=language
                )
            else:
                conversation = Conversation.locked(session_id)
            if conversation.last_seq >= settings.CONVERSATION_MAX_TURNS:
                raise Full
            if verified and customer_email and not conversation.become(email=customer_email, sub=customer_sub):
                raise WrongCustomer
            if (written := language_of(text)) in dict(settings.LANGUAGES):
                conversation.language = written
            before = conversation.owner_id
            over = session_id is not None and _asks_nothing_more(conversation, text)
            if session_id is not None:
                _wake_case(conversation, text, over=over)
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
                status=Turn.Status.WITH_HUMAN if before is not None else Turn.Status.ACCEPTED,
                next_ring_at=Now() + FIRST_RING_AFTER,
                reopens=not over,
            )
            if conversation.owner_id != before:  # said after the message, so that it stands as its outcome
                _back_again(conversation)
                turn.refresh_from_db()
            waits = conversation.turns.filter(status__in=Turn.OPEN, seq__lt=turn.seq).exists()
            if not with_human and not waits:  # else the commit of the earlier turn rings this one
                transaction.on_commit(lambda: _first_ring(turn))
            return turn
    except IntegrityError:  # the same message came twice at the same moment, and the other was first
        known = _known_turn(caller=caller, client_msg_id=client_msg_id, body_hash=body_hash)
        if known is None:
            raise
        return known


def _first_ring(turn: Turn) -> None:
    turn.is_rung = ring(turn)


def _wake_case(conversation: Conversation, text: str, *, over: bool) -> None:
    """The customer writes again: it is our turn in their case, and one that was just solved opens again, unless they
    ask for nothing more (`over`). In an open case an "ok" may answer a colleague's question; "thanks" does not."""
    case = Escalation.unresolved(conversation)
    if case is not None:
        courtesy = _courtesy(text)
        if courtesy is None or (is_ending(text) and not courtesy.values("thanks")):
            case.resume()
            case.save()
    elif not over and (case := Escalation.reopenable(conversation)) is not None:
        case.reopen(conversation)


def _asks_nothing_more(conversation: Conversation, text: str) -> bool:
    """Whether the message is thanks, an "ok" or a goodbye, with nothing added, and answers no question of the bot."""
    if open_question(conversation) is not None:
        return False
    courtesy = _courtesy(text)
    praise = courtesy is not None and courtesy.category == "compliment"  # a hello begins something
    return is_ending(text) or (praise and not adds_more(text))


def _back_again(conversation: Conversation) -> None:
    """Who solved the case has it again: the outcome of this message, and of one that the bot still worked on."""
    name = public_name(conversation.owner)
    with override(conversation.language):
        text = _("{name} from our team has your message and will answer here.").format(name=name)
    notice = conversation.add_turn(
        role=Turn.Role.SYSTEM,
        text=text,
        agent=name,
        metadata=BY_PERSON,
    )
    hand_over_open_turns(conversation, notice)


def hand_over_open_turns(conversation: Conversation, notice: Turn) -> None:
    """A person has the conversation: the notice is the outcome of what the bot had not answered yet."""
    conversation.turns.filter(status__in=Turn.OPEN).update(
        status=Turn.Status.WITH_HUMAN, answered_by=notice, deadline_at=None, next_ring_at=None
    )


def _courtesy(text: str) -> Intent | None:
    """What the message says, when that is thanks, praise or a greeting and nothing else, in a language we read."""
    payload = Payload(customer_message=text, customer_email=None, verified=False)
    intent = intent_analyzer(payload)
    courtesy = fast_path(payload.model_copy(update={"intent": intent})).hit and not not_understood(intent)
    return intent if courtesy else None


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
    heard: EscalationEnrichment | None = None,
    clarify_count: int = 0,
) -> Turn | None:
    """Write the turn's one outcome: the reply, the turn's status, the case if there is one, and the final message. It
    is the outcome of the messages that were worked together with it, too.

    Returns the reply, or None when this attempt has lost the turn (stand down quietly). When a person took the
    conversation over in between, the text becomes a draft on their case: the takeover was the turn's outcome. The
    customer for whom a case is opened is told about how long it takes. `heard` raises the case that waits already.
    """
    with transaction.atomic():
        turn = Turn.objects.select_related("conversation").get(pk=turn_id)
        conversation = Conversation.locked(turn.conversation_id)
        turn.refresh_from_db(fields=["status", "attempt"])
        taken_over = conversation.epoch != epoch
        if turn.attempt != attempt or turn.status != (Turn.Status.WITH_HUMAN if taken_over else Turn.Status.PROCESSING):
            logger.info("message %s: attempt %s has lost the turn", turn_id, attempt)
            return None
        if taken_over:
            _write_down_what_waits(conversation)
            _keep_draft(conversation, text)
            Turn.objects.filter(pk=turn.pk).update(message=envelope)
            return None
        conversation.clarify_count = clarify_count
        if case is not None:
            if Escalation.unresolved(conversation) is None:
                with override(conversation.language):
                    text = f"{text} {wait_notice(case.priority)}"
            Escalation.open_or_raise(conversation, turn, case)
            _write_down_what_waits(conversation)
            conversation.tell_status()
        if heard is not None and (waiting := Escalation.unresolved(conversation)) is not None:
            waiting.heard(heard)
            conversation.tell_status()
        reply = conversation.add_turn(
            role=Turn.Role.ASSISTANT,
            text=text,
            in_reply_to=turn,
            metadata=metadata,
            customer_email=turn.customer_email,
            verified=turn.verified,
            mail_if_unseen=timezone.now() - turn.created_at > LATE,
            reopens=False,  # the message has, unless it was the last "thanks"
        )
        done = {"status": status, "answered_by": reply, "deadline_at": None, "next_ring_at": None}
        Turn.objects.filter(pk=turn.pk).update(message=envelope, **done)
        turn.together.filter(status__in=Turn.OPEN).update(**done)
        transaction.on_commit(lambda: ring_next(conversation.pk))
    return reply


def _write_down_what_waits(conversation: Conversation) -> None:
    """What a person has to decide, in the trail of the case that it waits in: there is none before this moment."""
    for action in conversation.actions.filter(status__in=UNDECIDED):
        if not AuditEvent.objects.filter(action=action.pk).exists():
            audit(action, what=action.status, who=action.decided_by or "mesh")


def _keep_draft(conversation: Conversation, text: str) -> None:
    """A person took over while the bot was writing: its words are theirs to send, change or throw away."""
    case = Escalation.unresolved(conversation)
    if case is not None:
        case.add_draft(text)
        conversation.tell_status()


HUMAN_NOTICE = gettext_noop(
    "I've asked a colleague to take over. They can see everything you wrote here and will answer in this chat."
)
ALREADY_WAITING = gettext_noop("Your conversation already waits for a colleague, who will answer in this chat.")
HUMAN_HERE = gettext_noop("You are already talking to a colleague: just write here.")


def request_human(*, session_id: uuid.UUID) -> Turn:
    """The customer asks for a person by button or REST: open a case and say so, in one transaction.

    Raises Conversation.DoesNotExist.
    """
    with transaction.atomic():
        conversation = Conversation.locked(session_id)
        with override(conversation.language):
            return _ask_for_person(conversation)


def _ask_for_person(conversation: Conversation) -> Turn:
    if conversation.owner_id is not None:
        return _said_once(conversation, _(HUMAN_HERE))
    if Escalation.unresolved(conversation) is not None:
        return _said_once(conversation, _(ALREADY_WAITING))
    case = EscalationEnrichment(
        outcome="human_handoff",
        reason="customer_request",
        priority="normal",
        signals=("the customer asked for a person",),
        summary=_summary_so_far(conversation),
    )
    parts = (_known_so_far(conversation), _(HUMAN_NOTICE), wait_notice(case.priority))
    text = " ".join(part for part in parts if part)
    notice = conversation.add_turn(role=Turn.Role.SYSTEM, text=text)
    Escalation.open_or_raise(conversation, notice, case, who="customer")
    conversation.tell_status()
    return notice


def _said_once(conversation: Conversation, text: str) -> Turn:
    """The notice; the one that stands there as the last word already, so that a hammered button fills no transcript."""
    last = conversation.turns.order_by("-seq").first()
    if last is not None and (last.role, last.text) == (Turn.Role.SYSTEM, text):
        return last
    return conversation.add_turn(role=Turn.Role.SYSTEM, text=text)


def _summary_so_far(conversation: Conversation) -> str:
    """Of the newest message that the mesh has worked; without one there is nothing to sum up."""
    because = "the customer asked for a person"
    payload = _newest_payload(conversation)
    return written_summary(payload, because) if payload else f"What happened: {because}."


def _known_so_far(conversation: Conversation) -> str:
    """What the data said of the orders in the newest message, and what staff published about it, while that is new."""
    payload = _newest_payload(conversation, since=timezone.now() - STILL_TRUE)
    if payload is None:
        return ""
    return known_facts(payload.model_copy(update={"conversation": conversation_view(conversation)}))


def _newest_payload(conversation: Conversation, *, since: datetime | None = None) -> Payload | None:
    """What the mesh found in the newest message that it has worked."""
    worked = conversation.turns.filter(role=Turn.Role.CUSTOMER, message__isnull=False).order_by("-seq").first()
    if worked is None or not worked.message or (since and worked.created_at < since):
        return None
    try:
        return Payload.model_validate(worked.message["payload"])
    except (KeyError, ValidationError):  # worked by a release that wrote it otherwise
        return None


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
        guest = conversation.customer_email is None
        if not conversation.become(email=customer_email, sub=customer_sub):
            raise WrongCustomer
        conversation.save(update_fields=["customer_email", "customer_sub"])
        if guest and not customer_sub:
            _signed_in(conversation)
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


def _signed_in(conversation: Conversation) -> None:
    """The customer has shown by a code who they are: from here on staff may act for them, before they write again."""
    with override(conversation.language):
        text = _("Signed in with a code sent by e-mail.")
    conversation.add_turn(
        role=Turn.Role.SYSTEM, text=text, customer_email=conversation.customer_email, verified=True, reopens=False
    )
    case = Escalation.unresolved(conversation)
    AuditEvent.objects.create(
        who="customer", what="signed in by code", conversation=conversation.pk, case=case.pk if case else None
    )
    conversation.tell_status()
