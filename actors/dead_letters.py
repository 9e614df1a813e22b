"""What happens to messages that nobody could work: a customer's message that ran out of attempts is parked beside its
safe reply, and can be driven again.

The customer has had the message's one outcome by then: the safe reply, and a case. So what a redrive brings is no
second reply, but a draft on that case, for a person to send, change or throw away. A redrive never acts in the shop.
"""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from actors import pauses
from actors.base import dispatch
from actors.desk.summary import written_summary
from actors.doorbell import first_message
from actors.message import Message, Payload
from actors.models import AuditEvent, Conversation, Escalation, ParkedMessage, Turn
from actors.models.parked import FIRST_REDRIVE

logger = logging.getLogger(__name__)

Status = ParkedMessage.Status


class NotRedriven(Exception):
    """It is not driven again. The text says why, for staff."""


# --- parking --------------------------------------------------------------------------------------


def park(turn: Turn) -> None:
    """Park a customer's message that ran out of attempts. Call it in the transaction of its safe reply."""
    where = _last_actor(turn)
    reason = f"not worked in {turn.attempt} attempts; the last one ended in {where or 'an actor that is not known'}"
    ParkedMessage.objects.get_or_create(
        turn=turn, defaults={"task": f"actors.{where}" if where else "", "actor": where, "reason": reason}
    )


def purge_expired() -> int:
    """Delete broker messages past the retention of guests: nobody knows whose words are in them, and whoever was not
    answered for it was by the sweeper. Returns how many went; a customer's message goes with its transcript."""
    retention = timedelta(days=settings.GUEST_RETENTION_DAYS)
    expired = ParkedMessage.objects.filter(turn__isnull=True, created_at__lt=Now() - retention)
    return expired.delete()[0]


def known_of(turn: Turn) -> str:
    """What the attempts found out before they died, for the person who takes over."""
    because = f"the message could not be worked in {turn.attempt} attempts"
    try:
        return written_summary(Payload.model_validate((turn.message or {})["payload"]), because)
    except (KeyError, ValidationError):  # the last attempt left nothing, or another release wrote it
        return f"What happened: {because}."


def _last_actor(turn: Turn) -> str:
    route = (turn.message or {}).get("route", {})
    steps, current = route.get("steps", []), route.get("current_step", 0)
    return steps[current] if current < len(steps) else ""


# --- what staff decide ----------------------------------------------------------------------------


def redrive(parked: ParkedMessage, *, who: str) -> None:
    """Work a parked message once more, with a fresh set of attempts. Its answer becomes a draft on its case.

    Raises NotRedriven for what was never believed, when its case is resolved, and when somebody decided before.
    """
    turn = parked.turn
    if turn is None:
        raise NotRedriven(
            "A broker message that was not believed is never worked: anybody could have written it. If a customer's "
            "message was in it, that was started again from the ledger by itself."
        )
    if pauses.is_paused("bot"):
        raise NotRedriven("The bot is paused. Resume it first.")
    with transaction.atomic():
        conversation = Conversation.locked(turn.conversation_id)
        case = Escalation.unresolved(conversation)
        if case is None:
            raise NotRedriven("Its case is resolved: a person has answered, and nobody would read a draft.")
        mine = ParkedMessage.objects.filter(
            pk=parked.pk, status__in=(Status.PARKED, Status.REDRIVEN)
        ).update(
            status=Status.REDRIVING,
            attempt=FIRST_REDRIVE,
            deadline_at=Now(),  # due at once
            decided_by=who[:150],
            decided_at=timezone.now(),
        )
        if not mine:
            raise NotRedriven("Somebody has decided about it already. Load the page again.")
        _audit(parked, "redriven", who=who, case=case)
        transaction.on_commit(restart_redrives)


def discard(parked: ParkedMessage, *, who: str) -> bool:
    """It needs nobody any more. False when somebody decided before. The case of a customer's message stays."""
    with transaction.atomic():
        mine = ParkedMessage.objects.filter(pk=parked.pk, status=Status.PARKED).update(
            status=Status.DISCARDED, decided_by=who[:150], decided_at=timezone.now()
        )
        if mine:
            _audit(parked, "discarded", who=who)
    return bool(mine)


def _audit(parked: ParkedMessage, what: str, *, who: str, case: Escalation | None = None) -> None:
    AuditEvent.objects.create(
        who=who[:150],
        what=f"parked message {what}",
        fields=f"parked message {parked.pk}",
        conversation=parked.turn.conversation_id if parked.turn else None,
        case=case.pk if case else None,
    )


# --- a redrive under way --------------------------------------------------------------------------


def restart_redrives() -> int:
    """Redrives that are due: sent off, each time counted before the work; out of attempts they are parked again.
    Returns how many it touched. The sweeper calls it; two at a time are harmless."""
    due = ParkedMessage.objects.filter(status=Status.REDRIVING, deadline_at__lte=Now())
    touched = 0
    for parked in due.select_related("turn__conversation")[:20]:
        rows = ParkedMessage.objects.filter(pk=parked.pk, status=Status.REDRIVING, attempt=parked.attempt)
        if parked.attempt >= FIRST_REDRIVE + settings.MESH_MAX_ATTEMPTS:
            touched += rows.update(status=Status.PARKED, deadline_at=None, reason=_again(parked))
        elif rows.update(attempt=F("attempt") + 1, deadline_at=Now() + timedelta(seconds=settings.MESH_LEASE)):
            touched += 1
            if not _send(parked, attempt=parked.attempt + 1):  # it was no attempt
                ParkedMessage.objects.filter(pk=parked.pk, attempt=parked.attempt + 1).update(attempt=parked.attempt)
    return touched


def _send(parked: ParkedMessage, *, attempt: int) -> bool:
    """Whether the broker took it."""
    turn = parked.turn
    assert turn is not None  # who redrives a broker message is refused
    message = first_message(turn)
    # The draft is the words of whoever has the case: they are not waited for.
    view = message.payload.conversation.model_copy(update={"waiting": False})
    message = message.copy_with(payload=message.payload.model_copy(update={"conversation": view})).claimed(
        attempt=attempt,
        deadline_at=datetime.now(UTC) + timedelta(seconds=settings.MESH_LEASE),
        epoch=turn.conversation.epoch,
    )
    try:
        dispatch(message, patience=0)
    except OperationalError:
        logger.warning("message %s is not redriven yet: the broker is away", turn.pk)
        return False
    return True


def _again(parked: ParkedMessage) -> str:
    return f"not worked in {parked.attempt - FIRST_REDRIVE} attempts of a redrive either"


def keep_draft(message: Message, text: str | None) -> None:
    """The end of a redrive: its words are a draft on the case, once; without any it is parked again."""
    with transaction.atomic():
        conversation = Conversation.locked(UUID(message.session_id))
        rows = ParkedMessage.objects.filter(
            turn__id=message.message_id, status=Status.REDRIVING, attempt=message.attempt
        )
        if text is None:
            rows.update(status=Status.PARKED, deadline_at=None, reason="a redrive had no answer but a hand-over")
            return
        if not rows.update(status=Status.REDRIVEN, deadline_at=None):
            logger.info("message %s: attempt %s has lost the redrive", message.message_id, message.attempt)
            return
        case = Escalation.unresolved(conversation)
        if case is not None:  # else it was resolved meanwhile, and nobody would read it
            case.add_draft(text)
            conversation.tell_status()
