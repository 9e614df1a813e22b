"""What REST and the socket have in common: taking a message, finding a conversation, telling a reply."""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from actors import ledger
from actors.models import Conversation, Turn
from supportmesh.gateway.credentials import Credentials, key_of, new_guest_token
from supportmesh.gateway.identity import Identity, identify, may_access, speaks_for
from supportmesh.gateway.problems import NotFound, Problem

CONFLICT = "This client_msg_id was used for another message."


@dataclass(frozen=True)
class Accepted:
    """A message that is in the ledger and will be answered. `guest_token` is one that was made for this guest."""

    turn: Turn
    guest_token: str | None = None


def accept(
    credentials: Credentials, data: dict[str, Any], *, channel: str, session_id: uuid.UUID | None = None
) -> Accepted:
    """Take a validated message (a ChatSerializer's data) from whoever the credentials are.

    `session_id` is the conversation when the message names none: a socket's. It is no part of the body, so that a
    message sent again on the next connection is still the same message.
    Raises AuthenticationFailed, NotFound when the conversation is not theirs, Problem 409 when the client_msg_id was
    used for another message.
    """
    identity = identify(credentials, email=data["customer_email"])
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
                text=data["message"],
                customer_email=speaker.email,
                verified=speaker.verified,
                customer_sub=speaker.sub,
                caller=identity.caller,
                client_msg_id=data["client_msg_id"],
                body_hash=_body_hash(data),
                channel=Conversation.Channel.API if identity.kind == "server" and channel == "web" else channel,
                guest_key=identity.guest_key,
                action_id=data["action_id"],
            )
    except ledger.Conflict:
        raise Problem(409, CONFLICT, errors=[{"field": "client_msg_id", "detail": CONFLICT}]) from None
    except ledger.WrongCustomer:
        raise NotFound from None
    return Accepted(turn, guest_token)


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


def seconds_between(turn: Turn, reply: Turn) -> float:
    """How long the customer waited for the reply."""
    return round((reply.created_at - turn.created_at).total_seconds(), 3)


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


def reply_to(message_id: uuid.UUID) -> Turn | None:
    """The reply to a message by its id."""
    turn = Turn.objects.select_related("reply__in_reply_to", "answered_by__in_reply_to").get(pk=message_id)
    return reply_of(turn)


def news(credentials: Credentials, session_id: uuid.UUID, seq: int) -> tuple[list[Turn], bool]:
    """The turns beyond `seq`, and whether more is to be expected: a message is open, or a person may write.

    What there is to tell is told to whom it belongs now: NotFound, AuthenticationFailed as in `find_again`.
    """
    conversation = Conversation.objects.get(pk=session_id)
    talking = conversation.status in (Conversation.Status.WAITING, Conversation.Status.HUMAN)
    # Asked before the turns are read: a reply committed in between is then among them.
    more = talking or conversation.turns.filter(status__in=Turn.OPEN).exists()
    turns = list(conversation.turns.filter(seq__gt=seq).select_related("in_reply_to").order_by("seq"))
    if turns:
        find_again(credentials, session_id, reading=True)
    return turns, more
