"""What REST and the socket have in common: taking a message, finding a conversation, telling a reply."""

import hashlib
import json
import logging
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors import ledger
from actors.backlog import Delay, delay_of
from actors.desk.queue import Place, place_of
from actors.models import Conversation, Turn, public_name
from supportmesh.gateway import limits
from supportmesh.gateway.credentials import Credentials, key_of, new_guest_token
from supportmesh.gateway.identity import Identity, identify, may_access, speaks_for
from supportmesh.gateway.problems import DATABASE_AWAY, NotFound, Problem

logger = logging.getLogger(__name__)

CONFLICT = "This client_msg_id was used for another message."
FULL = gettext_noop("This conversation is full. Please start a new one.")
TURNS_AT_ONCE = 100  # read for a socket: what waits for a slow one is in the table, not in memory
TOO_FAST = gettext_noop("Too many messages in a short time. Please wait a moment.")


@dataclass(frozen=True)
class Standing:
    """How a conversation stands, as its customer reads it. `agent` is who of the team has it, `waiting` the place in
    the queue while nobody has."""

    status: str | None = None
    agent: str = ""
    rated: bool = False
    waiting: Place | None = None

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        """Reads the database when a person has the conversation, or is waited for."""
        place = place_of(conversation) if conversation.status == Conversation.Status.WAITING else None
        return cls(conversation.status, public_name(conversation.owner), conversation.rating is not None, place)


@dataclass(frozen=True)
class Accepted:
    """A message that is in the ledger and will be answered, and whose it is. `guest_token` is one that was made for
    this guest, `delay` there when the answer takes longer than usual."""

    turn: Turn
    identity: Identity
    standing: Standing
    guest_token: str | None = None
    delay: Delay | None = None
    allowed: list[limits.Allowance] = field(default_factory=list)  # what the sender still has

    def receipt(self) -> dict[str, Any]:
        """What both lines tell at once: the message is in the ledger, and when it is answered late."""
        told = {
            "session_id": str(self.turn.conversation_id),
            "message_id": str(self.turn.pk),
            "status": self.turn.status,
        }
        if self.delay is None:
            return told
        metadata = {"outcome": "delayed", "intent": None, "confidence": None, "sources": []}
        with override(self.turn.conversation.language):
            detail = self.delay.words()
        return {**told, "detail": detail, "metadata": {**metadata, "expected_seconds": self.delay.seconds}}


class News(NamedTuple):
    """What there is to tell, and whether more is to be expected: a message is open, or a person may write."""

    turns: list[Turn]
    more: bool
    standing: Standing


def accept(
    credentials: Credentials,
    data: dict[str, Any],
    *,
    channel: str,
    session_id: uuid.UUID | None = None,
    opens: uuid.UUID | None = None,
) -> Accepted:
    """Take a validated message (a ChatSerializer's data) from whoever the credentials are.

    `session_id` is the conversation when the message names none: a socket's. It is no part of the body, so that a
    message sent again on the next connection is still the same message. `opens` is the id of the conversation that
    the message opens, when neither is given.
    Raises AuthenticationFailed, NotFound when the conversation is not theirs, Problem 409 when the client_msg_id was
    used for another message or the conversation is full, Problem 429 when they send too many.
    """
    identity = identify(credentials, email=data["customer_email"])
    allowed = _count(identity, credentials, data, session_id)
    guest_token = None
    if not identity.caller:
        guest_token = new_guest_token()
        guest_key = key_of(guest_token)
        identity = replace(identity, guest_key=guest_key, caller=f"guest:{guest_key}")
    if channel == Conversation.Channel.PROBE and identity.caller != "service":
        channel = Conversation.Channel.API
    try:
        with transaction.atomic():  # the permission is checked on the row that the message is then added to
            session_id = data["session_id"] or session_id
            conversation = find(identity, session_id, lock=True) if session_id else None
            speaker = speaks_for(identity, conversation)
            turn = ledger.accept(
                session_id=session_id,
                opens=opens,
                text=data["message"],
                customer_email=speaker.email,
                verified=speaker.verified,
                customer_sub=speaker.sub,
                caller=identity.caller,
                client_msg_id=data["client_msg_id"],
                body_hash=_body_hash(data),
                channel=Conversation.Channel.API if identity.kind == "server" and channel == "web" else channel,
                guest_key=identity.guest_key,
                language=credentials.language,
                action_id=data["action_id"],
            )
            turn.conversation.seen(turn.seq)  # who writes has read what stands above
            standing = Standing.of(turn.conversation)
    except ledger.Conflict:
        raise Problem(409, CONFLICT, errors=[{"field": "client_msg_id", "detail": CONFLICT}]) from None
    except ledger.WrongCustomer:
        raise NotFound from None
    except ledger.Full:
        raise Problem(409, _(FULL), errors=[{"field": "session_id", "detail": _(FULL)}]) from None
    return Accepted(turn, identity, standing, guest_token, delay_of(turn), allowed)


def _count(
    identity: Identity, credentials: Credentials, data: dict[str, Any], session_id: uuid.UUID | None
) -> list[limits.Allowance]:
    """One more message of this caller; of the network, when a guest has no name yet. Problem 429 when it is one too
    many. One that was accepted before is never refused: its sender did not hear that it arrived."""
    counted = limits.of_message(identity, credentials.client, data["session_id"] or session_id)
    try:
        return limits.spend(counted, words=TOO_FAST)
    except Problem:
        sent_again = {"caller": identity.caller, "client_msg_id": data["client_msg_id"]}
        if data["client_msg_id"] is None or not Turn.objects.filter(**sent_again).exists():
            raise
        return []


def _body_hash(data: dict[str, Any]) -> str:
    body = [data["message"], str(data["session_id"]), data["customer_email"], str(data["action_id"])]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def find(identity: Identity, session_id: uuid.UUID | str, *, reading: bool = False, lock: bool = False) -> Conversation:
    """The conversation, when the identity may read it or speak in it. NotFound otherwise, whatever the reason."""
    rows = Conversation.objects.select_for_update() if lock else Conversation.objects
    conversation = rows.filter(pk=session_id).first()
    if conversation is None or not may_access(identity, conversation, reading=reading):
        raise NotFound
    return conversation


def opened(identity: Identity, session_id: uuid.UUID) -> tuple[Conversation, Standing]:
    """The conversation to read, and how it stands. NotFound as in `find`."""
    conversation = find(identity, session_id, reading=True)
    return conversation, Standing.of(conversation)


def told(identity: Identity, conversation: Conversation, seq: int) -> None:
    """The turns up to `seq` were told to this identity: who may speak here has seen them, staff who read have not.

    What is told is told: a database that goes away now costs a mail too many at worst.
    """
    if not may_access(identity, conversation):
        return
    try:
        conversation.seen(seq)
    except DATABASE_AWAY as error:
        logger.warning("session %s: %s while noting what was seen", conversation.pk, type(error).__name__)


def seen(credentials: Credentials, session_id: uuid.UUID, seq: int) -> None:
    """A page shows the turns up to `seq`. NotFound, AuthenticationFailed as in `find_again`."""
    identity = identify(credentials)
    told(identity, find(identity, session_id, reading=True), seq)


def ask_again(identity: Identity, session_id: uuid.UUID) -> Turn | None:
    """A verified customer goes on in the conversation they began as a guest: see ledger.ask_again. NotFound when it is
    not theirs."""
    with transaction.atomic():
        find(identity, session_id, lock=True)
        try:
            return ledger.ask_again(
                session_id=session_id,
                customer_email=identity.email,
                customer_sub=identity.sub,
                caller=identity.caller,
            )
        except ledger.WrongCustomer:
            raise NotFound from None


def reply_of(turn: Turn) -> Turn | None:
    """The reply that covers a customer's turn, if it stands."""
    return getattr(turn, "reply", None) or turn.answered_by


def asked_before(turn: Turn) -> Turn | None:
    """The customer's newest message above a turn."""
    asked = Turn.objects.filter(conversation_id=turn.conversation_id, role=Turn.Role.CUSTOMER, seq__lt=turn.seq)
    return asked.order_by("-seq").first()


def seconds_between(turn: Turn, reply: Turn) -> float:
    """How long the customer waited for the reply."""
    return round((reply.created_at - turn.created_at).total_seconds(), 3)


def covered(turn: Turn, reply: Turn) -> list[str]:
    """The messages that the reply to `turn` answers besides."""
    return [str(other.pk) for other in reply.covers.all() if other.pk != turn.pk]


def answer(turn: Turn, reply: Turn) -> dict[str, Any]:
    """The reply as REST and the socket tell it."""
    return {
        "response": reply.text,
        "session_id": str(turn.conversation_id),
        "message_id": str(turn.pk),
        "processing_time": seconds_between(turn, reply),
        "metadata": reply.metadata,
    }


def find_again(credentials: Credentials, session_id: uuid.UUID, *, reading: bool = False) -> Conversation:
    """`find` with the identity read again: a token may have been revoked, a session ended."""
    return find(identify(credentials), session_id, reading=reading)


def called(credentials: Credentials, session_id: uuid.UUID, *, reading: bool = False) -> Conversation:
    """`find_again`, counted as the same call by REST is. Problem 429 when it is one too many."""
    identity = identify(credentials)
    limits.spend(limits.of_call(identity, credentials.client, reading=reading), open_while_away=reading)
    return find(identity, session_id, reading=reading)


def reply_to(message_id: uuid.UUID) -> Turn | None:
    """The reply to a message by its id."""
    turn = Turn.objects.select_related("reply__in_reply_to", "answered_by__in_reply_to").get(pk=message_id)
    return reply_of(turn)


def news(credentials: Credentials, session_id: uuid.UUID, seq: int, *, standing: Standing) -> News:
    """The next TURNS_AT_ONCE turns beyond `seq`, and how the conversation stands after they were told that it stands at
    `standing`.

    What there is to tell is told to whom it belongs now: NotFound, AuthenticationFailed as in `find_again`.
    """
    conversation = Conversation.objects.get(pk=session_id)
    talking = conversation.status in (Conversation.Status.WAITING, Conversation.Status.HUMAN)
    # Asked before the turns are read: a reply committed in between is then among them.
    more = talking or conversation.turns.filter(status__in=Turn.OPEN).exists()
    rows = conversation.turns.filter(seq__gt=seq).select_related("in_reply_to").prefetch_related("covers")
    turns = list(rows.order_by("seq")[:TURNS_AT_ONCE])
    now = Standing.of(conversation)
    if turns or now != standing:
        find_again(credentials, session_id, reading=True)
    return News(turns, more, now)
