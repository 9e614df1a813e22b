"""The envelope: the route, the hops, and the message with its two ways on, `advance` and `fail`."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from actors.message.payload import Escalation, Part, Payload, Recovery, StepError
from actors.routes import ENRICHMENTS


class Route(Part):
    steps: tuple[str, ...] = Field(min_length=1)
    current_step: int = Field(default=0, ge=0)
    error_handler: Literal["escalation_router"] = "escalation_router"

    @model_validator(mode="after")
    def _known_steps(self) -> Self:
        unknown = [step for step in self.steps if step not in ENRICHMENTS]
        if unknown:
            raise ValueError(f"no such actor: {', '.join(unknown)}")
        if self.current_step >= len(self.steps):
            raise ValueError(f"current_step {self.current_step} is past the last of {len(self.steps)} steps")
        if self.steps[-1] != "response_aggregator":
            raise ValueError("a route ends in response_aggregator: else nobody is answered")
        return self

    @property
    def behind(self) -> tuple[str, ...]:
        return self.steps[: self.current_step]

    @property
    def current(self) -> str:
        return self.steps[self.current_step]

    @property
    def ahead(self) -> tuple[str, ...]:
        return self.steps[self.current_step + 1 :]


class Hop(Part):
    actor: str
    queued_at: datetime
    started_at: datetime
    finished_at: datetime
    retries: int
    outcome: Literal["ok", "failed"]


class Metadata(Part):
    created_at: datetime
    queued_at: datetime
    deadline_at: datetime | None = None  # None: not claimed yet
    retry_count: int = 0  # of the current hop
    urgent: bool = False  # its first step has a queue of its own
    hops: tuple[Hop, ...] = ()


class Message(Part):
    """One customer turn under way. `message_id` is the Turn, `session_id` the Conversation, `covers` the later turns
    that its reply answers, too."""

    version: Literal[1] = 1
    message_id: str
    session_id: str
    attempt: int = Field(ge=0)
    epoch: int = Field(ge=0)
    covers: tuple[str, ...] = ()
    route: Route
    payload: Payload
    metadata: Metadata

    @model_validator(mode="after")
    def _no_enrichment_twice(self) -> Self:
        coming = (self.route.current, *self.route.ahead)
        if len(set(coming)) != len(coming):
            raise ValueError("a route visits an actor twice")
        for step in coming:
            if self.enrichment_of(step) is not None:
                raise ValueError(f"the route repeats {step}, whose enrichment exists")
        return self

    def enrichment_of(self, actor: str) -> Any:
        field = ENRICHMENTS[actor]
        return getattr(self.payload, field) if field else None

    def copy_with(self, **changes: Any) -> "Message":
        """A copy with these fields replaced, validated like any other message."""
        return Message(**{**_fields(self), **changes})

    def claimed(self, *, attempt: int, deadline_at: datetime, epoch: int) -> "Message":
        """The message as its first hop works it: attempt counted, lease running."""
        metadata = Metadata(**{**_fields(self.metadata), "deadline_at": deadline_at})
        return self.copy_with(attempt=attempt, epoch=epoch, metadata=metadata)

    def retried(self, *, now: datetime) -> "Message":
        """The same hop once more."""
        changes = {"retry_count": self.metadata.retry_count + 1, "queued_at": now}
        return self.copy_with(metadata=Metadata(**{**_fields(self.metadata), **changes}))

    def advance(self, enrichment: Part | None, *, hop: Hop, ahead: tuple[str, ...] | None = None) -> "Message":
        """The message after its current actor succeeded, at the next step.

        `ahead` replaces the steps that are left (routers only). A retry or a way round an error goes to the recovery
        log instead of `escalation`, so that a later failure can still be escalated.
        """
        current = self.route.current
        payload = _fields(self.payload)
        recovering = isinstance(enrichment, Escalation) and enrichment.outcome in ("retry", "error_recovery")
        if isinstance(enrichment, Escalation) and recovering:
            error = self.payload.error
            if error is None:
                raise ValueError(f"{current} recovers from an error that is not there")
            entry = Recovery(step=error.step, error=error.text, outcome=enrichment.outcome, at=hop.finished_at)  # type: ignore[arg-type]
            payload |= {"error": None, "recovery_log": (*self.payload.recovery_log, entry)}
        elif enrichment is not None:
            field = ENRICHMENTS[current]
            if field is None:
                raise ValueError(f"{current} writes no enrichment")
            payload[field] = enrichment
        return self._at_next_step(payload, hop=hop, ahead=self.route.ahead if ahead is None else ahead)

    def fail(self, error: StepError, *, hop: Hop) -> "Message":
        """The message after its current actor failed for good: the error handler comes next."""
        handler = self.route.error_handler
        ahead = tuple(step for step in self.route.ahead if step != handler)
        payload = {**_fields(self.payload), "error": error}
        return self._at_next_step(payload, hop=hop, ahead=(handler, *ahead))

    def _at_next_step(self, payload: dict[str, Any], *, hop: Hop, ahead: tuple[str, ...]) -> "Message":
        steps = (*self.route.behind, self.route.current, *ahead)
        metadata = {"hops": (*self.metadata.hops, hop), "retry_count": 0, "queued_at": hop.finished_at}
        return self.copy_with(
            route=Route(steps=steps, current_step=self.route.current_step + 1),
            payload=Payload(**payload),
            metadata=Metadata(**{**_fields(self.metadata), **metadata}),
        )


def _fields(part: BaseModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}
