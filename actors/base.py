"""What every actor shares, once: registration, the hop, retry, error routing, dispatch.

An actor is a plain function. `@actor` registers it and returns it unchanged; the Celery task around it opens the
envelope, claims the turn at the first hop, runs the function, and dispatches the message to its next step.
"""

import inspect
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeVar

from celery import Task, current_app, shared_task
from celery.utils.time import get_exponential_backoff_interval
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import Error as DatabaseError
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from actors.current import working_on
from actors.errors import Permanent, Temporary
from actors.message import Hop, Message, Part, StepError
from actors.models import ParkedMessage, Turn
from actors.models.parked import is_redrive
from actors.notify import notify
from actors.routes import ENRICHMENTS, queue_name

logger = logging.getLogger(__name__)

Kind = Literal["processor", "router"]
F = TypeVar("F", bound=Callable[..., Any])

PAST_LEASE = 1  # seconds


class Routing(NamedTuple):
    """What a router returns: the steps that come after it, and its enrichment."""

    ahead: tuple[str, ...]
    enrichment: Part


@dataclass(frozen=True)
class Actor:
    name: str
    kind: Kind
    function: Callable[..., Any]
    takes_message: bool
    task: Task


ACTORS: dict[str, Actor] = {}


class Refused(Exception):
    """An envelope that is not believed or not understood. The text says why, without what was in it."""


def actor(kind: Kind) -> Callable[[F], F]:
    """Register a function as the actor of its name, and return it unchanged.

    A processor takes `payload` (or `message`, when its one parameter is called so) and returns its enrichment; a
    router takes `message` and returns a `Routing`. Raises ValueError for a second actor of the same name, a name no
    route knows, or another parameter.
    """

    def register(function: F) -> F:
        name = function.__name__
        parameters = list(inspect.signature(function).parameters)
        if name in ACTORS:
            raise ValueError(f"two actors are called {name}")
        if name not in ENRICHMENTS:
            raise ValueError(f"actors/routes.py does not know {name}")
        if parameters not in (["payload"], ["message"]) or (kind == "router" and parameters != ["message"]):
            raise ValueError(f"{name} takes `payload` or `message` (a router: `message`), not {parameters}")

        # A hop past its lease has lost its turn: one that hangs must not keep its process for ever.
        @shared_task(name=f"actors.{name}", time_limit=settings.MESH_LEASE + PAST_LEASE)
        def task(envelope: Any = None, *rest: Any, **unknown: Any) -> None:
            receive(name, envelope)

        ACTORS[name] = Actor(name, kind, function, parameters == ["message"], task)
        return function

    return register


# --- the envelope -----------------------------------------------------------------------------


def _signer() -> Signer:
    return Signer(salt="actors.message")


def seal(message: Message) -> dict[str, Any]:
    """The message as it goes over the broker: plain JSON, signed."""
    envelope = message.model_dump(mode="json")
    return {**envelope, "signature": _signer().signature(_canonical(envelope))}


def unseal(envelope: Any) -> Message:
    """The message of an envelope. Raises Refused when it was not signed by us or is not a message."""
    if not isinstance(envelope, dict) or not isinstance(envelope.get("signature"), str):
        raise Refused("not a signed message")
    signature = envelope["signature"]
    body = {key: value for key, value in envelope.items() if key != "signature"}
    try:
        _signer().unsign(f"{_canonical(body)}:{signature}")
        return Message.model_validate(body)
    except BadSignature:
        raise Refused("the signature is not ours") from None
    except ValidationError as error:
        raise Refused("; ".join(f"{_path(e['loc'])}: {e['msg']}" for e in error.errors())) from None


def _canonical(envelope: dict[str, Any]) -> str:
    return json.dumps(envelope, sort_keys=True, separators=(",", ":"))


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "message"


# --- the hop ----------------------------------------------------------------------------------


def dispatch(message: Message, *, countdown: float = 0, patience: int = 3) -> None:
    """Hand the message to the actor of its current step. The only caller of `apply_async`.

    Raises kombu's OperationalError when the broker does not take it, after `patience` further tries 0.2 s apart.
    """
    name = message.route.current
    ACTORS[name].task.apply_async(
        args=[seal(message)],
        argsrepr=message.message_id,
        kwargsrepr="",
        queue=queue_name(name, urgent=message.metadata.urgent),
        countdown=countdown or None,
        retry=True,  # with 0 tries: `retry=False` would wait 6 s for a connection
        retry_policy={"max_retries": patience, "interval_start": 0.2, "interval_step": 0},
    )


def queue_depth(queue: str) -> int:
    """How many messages wait in a queue. Raises kombu's OperationalError when the broker is away."""
    with current_app.connection_for_write() as connection:
        try:
            return int(connection.default_channel.client.llen(queue))
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error


def receive(name: str, envelope: Any) -> None:
    """Work one delivery of an actor's task: never raises, whatever was delivered."""
    try:
        message = unseal(envelope)
        if message.route.current != name:
            raise Refused(f"the message is for {message.route.current}")
    except Refused as refusal:
        _park(name, envelope, reason=str(refusal))
        return
    if message.metadata.deadline_at is None:
        claim = Turn(pk=message.message_id).claim(together=message.covers)
        if claim is None:
            logger.info("%s: message %s is not ours to work", name, message.message_id)
            return
        attempt, deadline_at, epoch = claim
        message = message.claimed(attempt=attempt, deadline_at=deadline_at, epoch=epoch)
    following = work(message)
    if following is not None:
        _send(following)


def work(message: Message) -> tuple[Message, float] | None:
    """Run the current actor on the message. Returns the message to dispatch next and in how many seconds, or None when
    the route has ended or only the sweeper can help."""
    name = message.route.current
    started_at = _now()
    if not is_redrive(message.attempt):  # else the customer has had an outcome, and waits for nothing
        _show_progress(message)
    _leave_trace(message)
    try:
        after = _run(message, started_at=started_at)
    except Temporary as error:
        if _may_retry(message):
            retry = message.metadata.retry_count
            return message.retried(now=_now()), get_exponential_backoff_interval(
                factor=1, retries=retry, maximum=8, full_jitter=True
            ) or 0.2
        return _failed(message, "temporary", error, started_at=started_at)
    except Permanent as error:
        return _failed(message, "permanent", error, started_at=started_at)
    except Exception as error:  # noqa: BLE001  a fault of ours: the error handler answers the customer, the log tells us
        frames = "".join(
            traceback.format_tb(error.__traceback__)
        )  # without the error's text: it may quote the customer
        logger.error("%s failed on message %s: %s\n%s", name, message.message_id, type(error).__name__, frames)
        return _failed(message, "permanent", error, started_at=started_at)
    logger.info("%s: message %s session %s ok", name, message.message_id, message.session_id)
    return None if after is None else (after, 0)


def _run(message: Message, *, started_at: datetime) -> Message | None:
    current = ACTORS[message.route.current]
    with working_on(message):
        returned = current.function(message if current.takes_message else message.payload)
    if not message.route.ahead and current.kind == "processor":
        return None
    hop = _hop(message, "ok", started_at=started_at)
    if current.kind == "router":
        return message.advance(returned.enrichment, hop=hop, ahead=returned.ahead)
    return message.advance(returned, hop=hop)


def _failed(
    message: Message, kind: Literal["temporary", "permanent"], error: Exception, *, started_at: datetime
) -> tuple[Message, float] | None:
    name, handler = message.route.current, message.route.error_handler
    logger.warning("%s gave up on message %s: %s", name, message.message_id, type(error).__name__)
    known = isinstance(error, Temporary | Permanent)
    text = f"{type(error).__name__}: {error}" if known else type(error).__name__
    if name == handler or not message.route.ahead or message.enrichment_of(handler) is not None:
        return None  # nobody left to decide: the sweeper starts the turn again, and answers safely in the end
    failure = StepError(step=name, kind=kind, text=text[:300], at=_now())
    return message.fail(failure, hop=_hop(message, "failed", started_at=started_at)), 0


def _may_retry(message: Message) -> bool:
    deadline = message.metadata.deadline_at
    within_lease = deadline is not None and _now() < deadline
    return within_lease and message.metadata.retry_count < settings.MESH_HOP_RETRIES


def _send(following: tuple[Message, float]) -> None:
    message, countdown = following
    try:
        dispatch(message, countdown=countdown)
    except OperationalError:
        logger.warning("message %s was not passed on: the broker is away; the sweeper will", message.message_id)


def _hop(message: Message, outcome: Literal["ok", "failed"], *, started_at: datetime) -> Hop:
    return Hop(
        actor=message.route.current,
        queued_at=message.metadata.queued_at,
        started_at=started_at,
        finished_at=_now(),
        retries=message.metadata.retry_count,
        outcome=outcome,
    )


def _show_progress(message: Message) -> None:
    event = {
        "type": "mesh.progress",
        "message_id": message.message_id,
        "actor": message.route.current,
        "index": message.route.current_step + 1,
        "total": len(message.route.steps),
    }
    notify(message.session_id, event)


def _leave_trace(message: Message) -> None:
    """Before the last attempt's hops: should it die here too, the sweeper knows where, and what was found out."""
    name = message.route.current
    try:
        if is_redrive(message.attempt):
            ParkedMessage.objects.filter(turn__id=message.message_id, attempt=message.attempt).update(actor=name)
        elif message.attempt >= settings.MESH_MAX_ATTEMPTS:
            rows = Turn.objects.filter(pk=message.message_id, attempt=message.attempt, status=Turn.Status.PROCESSING)
            rows.update(message=seal(message))
    except DatabaseError as error:
        logger.warning("%s: no trace of message %s: %s", name, message.message_id, type(error).__name__)


def _park(name: str, envelope: Any, *, reason: str) -> None:
    logger.warning("%s: a message was parked: %s", name, reason)
    ParkedMessage.keep(task=f"actors.{name}", reason=reason, body=json.dumps(envelope, default=str))


def _now() -> datetime:
    return datetime.now(UTC)
