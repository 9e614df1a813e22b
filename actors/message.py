"""The message that travels the mesh: typed, validated and frozen. Knows neither Django nor Celery.

A message is never changed, only copied with more in it: `advance` for an actor that succeeded, `fail` for one that
did not. Steps up to `current_step` and enrichments once written stay as they are.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from actors.routes import ENRICHMENTS

IntentName = Literal[
    "order_inquiry",
    "delivery_issue",
    "product_complaint",
    "billing_question",
    "return_request",
    "refund_request",
    "cancellation_request",
    "order_change",
    "account_issue",
    "general_inquiry",
    "compliment",
    "escalation_request",
    "confirm",
    "deny",
]
Level = Literal["low", "medium", "high", "critical"]
Priority = Literal["low", "normal", "high", "urgent"]
EscalationReason = Literal[
    "customer_request",
    "angry_customer",
    "legal",
    "vip",
    "low_confidence",
    "approval_needed",
    "guardrail",
    "tool_failure",
    "undeliverable",
]


class Part(BaseModel):
    """Base of everything in a message: frozen, and a field nobody declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what is given at accept ------------------------------------------------------------------


class RecentTurn(Part):
    role: Literal["customer", "assistant", "agent", "system"]
    text: str


class Question(Part):
    """What the customer is asked: a yes or no to one proposed action (`action_id`), or what an action still needs.
    `request` is the wish it serves, `args` what is known of it already: order, address, amount."""

    text: str
    action_id: str | None = None
    choices: tuple[str, ...] = ()
    expires_at: datetime | None = None
    request: str | None = None
    args: dict[str, str] = {}


class ConversationView(Part):
    open_question: Question | None = None  # asked by the last reply; yes and no count only while it waits for one
    clarify_count: int = 0  # clarifying questions asked in a row
    language: str = "en"
    recent_turns: tuple[RecentTurn, ...] = ()  # oldest first, without the message itself
    waiting: bool = False  # an escalation is unresolved: the bot still answers, but does not escalate again


# --- what the actors write --------------------------------------------------------------------


class Sentiment(Part):
    label: Literal["positive", "neutral", "negative"]
    score: float = Field(ge=-1, le=1)
    intensity: float = Field(ge=0, le=1)
    urgency: Level
    is_complaint: bool
    keywords: tuple[str, ...] = ()  # words of the lexicons that were found, lower case
    cues: tuple[Literal["legal_threat", "asks_for_person", "safety"], ...] = ()


class Entity(Part):
    """Something named in the message. `value` is normalized (ORD-12345678), `span` is [start, end) in the text.

    `topic` is what a general question is about (opening_hours, shipping, returns, warranty, payment, contact);
    `greeting` and `thanks` mark courtesy, so that a mere "hello" is told from a question.
    """

    type: Literal[
        "order_number", "tracking_number", "email", "amount", "date", "address", "topic", "greeting", "thanks"
    ]
    value: str
    span: tuple[int, int]


class Intent(Part):
    category: IntentName
    confidence: float = Field(ge=0, le=1)
    entities: tuple[Entity, ...] = ()
    secondary: tuple[IntentName, ...] = ()  # further wishes in the same message, most certain first
    method: Literal["offline", "llm"] = "offline"

    def values(self, kind: str) -> tuple[str, ...]:
        """The distinct values of one kind of entity, in the order of the text."""
        return tuple(dict.fromkeys(entity.value for entity in self.entities if entity.type == kind))


class Money(Part):
    amount: Decimal
    currency: str


class Customer(Part):
    email: str
    first_name: str
    last_name: str
    tier: Literal["standard", "premium", "vip"]
    customer_since: datetime | None = None


class OrderItem(Part):
    sku: str
    name: str
    quantity: int
    price: Money


class Order(Part):
    number: str
    status: Literal["pending", "confirmed", "processing", "shipped", "delivered", "returned", "cancelled"]
    placed_at: datetime
    items: tuple[OrderItem, ...]
    total: Money
    paid: Money | None = None  # None: the shop does not say, so the total counts as paid
    refunded: Money
    tracking_number: str | None = None
    estimated_delivery: str | None = None  # ISO date
    delivered_at: datetime | None = None
    shipping_address: str = ""


class Shipment(Part):
    tracking_number: str
    order_number: str
    carrier: str
    status: Literal["label_created", "in_transit", "out_for_delivery", "delivered", "exception"]
    shipped_at: datetime | None = None
    estimated_delivery: str | None = None  # ISO date
    delivered_at: datetime | None = None
    last_location: str = ""
    exception_reason: str = ""


class HistoryEntry(Part):
    at: datetime
    text: str


class Context(Part):
    """What the shop knows of a verified customer. `complete` is False when a service did not answer: then what is
    absent is unknown, and no reply may say that it does not exist."""

    customer: Customer | None = None
    orders: tuple[Order, ...] = ()  # newest first, at most 20
    tracking: tuple[Shipment, ...] = ()
    history: tuple[HistoryEntry, ...] = ()  # the customer's earlier notes, newest first
    summary: str = ""
    source: Literal["services", "cache", "none"] = "none"
    complete: bool = True
    missing: tuple[Literal["customers", "orders", "tracking"], ...] = ()


class Rule(Part):
    rule: str
    hit: bool
    because: str


class Decision(Part):
    rules: tuple[Rule, ...]
    outcome: Literal["open_question", "escalate", "fast_path", "clarify", "verify", "act", "answer"]
    reason: EscalationReason | None = None  # why it escalates
    urgent: bool = False  # for the desk


class ActionResult(Part):
    action_id: str | None  # None: nothing was stored, `because` says why
    kind: str
    status: Literal[
        "proposed",
        "awaiting_confirmation",
        "awaiting_approval",
        "executing",
        "executed",
        "failed",
        "rejected",
        "cancelled",
        "expired",
    ]
    order: str | None = None
    amount: Money | None = None
    because: str


class ExecutionResult(Part):
    actions: tuple[ActionResult, ...] = ()
    question: Question | None = None


class Fact(Part):
    """One thing a reply states, and where it stands: `source` names the order, shipment, action or article."""

    kind: Literal["order_number", "tracking_number", "amount", "date", "status", "carrier", "item", "action", "policy"]
    value: str
    source: str


class Response(Part):
    text: str
    tone: Literal["neutral", "friendly", "empathetic", "apologetic", "formal"]
    method: Literal["template", "llm"] = "template"
    facts: tuple[Fact, ...] = ()
    question: Question | None = None


class GuardrailIssue(Part):
    kind: str
    severity: Level
    detail: str  # which check and what kind of thing, never the thing itself


class GuardrailCheck(Part):
    """`corrected` is the text to deliver instead of the response's. Not passed: it is the safe reply, and the
    aggregator opens an escalation with it."""

    passed: bool
    issues: tuple[GuardrailIssue, ...] = ()
    corrected: str | None = None

    @model_validator(mode="after")
    def _blocked_means_replaced(self) -> Self:
        if not self.passed and self.corrected is None:
            raise ValueError("a reply that did not pass needs a corrected text to deliver")
        return self


class Escalation(Part):
    outcome: Literal["retry", "error_recovery", "human_handoff", "fallback_response", "no_escalation"]
    reason: EscalationReason | None = None
    priority: Priority = "normal"
    notice: str | None = None  # the text delivered, when the route ends here
    summary: str = ""  # for the person who takes over


class StepError(Part):
    """A step that failed, as the base saw it. `text` names the error, never the customer's words."""

    step: str
    kind: Literal["temporary", "permanent"]
    text: str
    at: datetime


class Recovery(Part):
    step: str
    error: str
    outcome: Literal["retry", "error_recovery"]
    at: datetime


class Payload(Part):
    customer_message: str
    customer_email: str | None
    verified: bool
    conversation: ConversationView = ConversationView()
    answers: str | None = None  # the action whose question a button answered

    sentiment: Sentiment | None = None
    intent: Intent | None = None
    context: Context | None = None
    decision: Decision | None = None
    execution_result: ExecutionResult | None = None
    response: Response | None = None
    guardrail_check: GuardrailCheck | None = None
    escalation: Escalation | None = None

    error: StepError | None = None
    recovery_log: tuple[Recovery, ...] = ()


# --- the envelope -----------------------------------------------------------------------------


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
    """One customer turn under way. `message_id` is the Turn, `session_id` the Conversation."""

    version: Literal[1] = 1
    message_id: str
    session_id: str
    attempt: int = Field(ge=0)
    epoch: int = Field(ge=0)
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
