"""What a message carries: what is given at accept, and what each actor adds. Types only."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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
    "bot_paused",
]


# Letters that nobody sees, and those that turn the words after them around. Joiners are not among them: names need
# them.
_HIDDEN = dict.fromkeys(
    [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)


def plain_name(name: str) -> str:
    """A name as people see it, so that none looks like another one or like the words around it."""
    return name.translate(_HIDDEN)


Name = Annotated[str, AfterValidator(plain_name)]


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


class Notice(Part):
    """What staff published for customers, such as a carrier's strike: told, word for word, to who writes about one of
    `intents`; with a carrier only to those whose parcel it carries."""

    id: int
    text: str
    carrier: str = ""
    intents: tuple[str, ...]  # a name that is no intent fits nothing: no row of staff's stops a message


class ConversationView(Part):
    open_question: Question | None = None  # asked by the last reply; yes and no count only while it waits for one
    clarify_count: int = 0  # clarifying questions asked in a row
    language: str = "en"
    recent_turns: tuple[RecentTurn, ...] = ()  # oldest first, without the message itself
    waiting: bool = False  # an escalation is unresolved: the bot still answers, but does not escalate again
    notices: tuple[Notice, ...] = ()  # those that count now


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


class LLMCall(Part):
    """One call of a language model, whatever became of it.

    `outcome` says how the call went, not whether its words were used. Tokens are None when the provider did not say,
    `cost` (USD) when tokens or price are unknown: never 0 for want of knowing.
    """

    purpose: Literal["intent", "reply", "check"]
    model: str
    prompt: str  # the file in actors/prompts, version included
    outcome: Literal["ok", "stopped", "timeout", "rate_limited", "refused", "error", "empty", "malformed", "cut"]
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    seconds: float


class Intent(Part):
    category: IntentName
    confidence: float = Field(ge=0, le=1)
    entities: tuple[Entity, ...] = ()
    secondary: tuple[IntentName, ...] = ()  # further wishes in the same message, most certain first
    method: Literal["offline", "llm"] = "offline"
    language: str = "en"  # of the message: ISO 639-1, "und" when too little of it tells
    calls: tuple[LLMCall, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """The distinct values of one kind of entity, in the order of the text."""
        return tuple(dict.fromkeys(entity.value for entity in self.entities if entity.type == kind))


class Money(Part):
    amount: Decimal
    currency: str


class Customer(Part):
    email: str
    first_name: Name
    last_name: Name
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


class Article(Part):
    """What the shop tells everybody about something: quoted word for word, with its title."""

    id: int
    title: str
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
    articles: tuple[Article, ...] = ()  # that answer a general question of this message, a guest's too


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
    """What is answered. Prose of the LLM (method `llm`) brings the template's text along, which takes its place when
    the guardrail finds something in it; a template that stands in for prose says why in `offline_because`."""

    text: str
    tone: Literal["neutral", "friendly", "empathetic", "apologetic", "formal"]
    method: Literal["template", "llm"] = "template"
    facts: tuple[Fact, ...] = ()
    question: Question | None = None
    template_text: str | None = None
    offline_because: str | None = None
    calls: tuple[LLMCall, ...] = ()


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
    calls: tuple[LLMCall, ...] = ()

    @model_validator(mode="after")
    def _blocked_means_replaced(self) -> Self:
        if not self.passed and self.corrected is None:
            raise ValueError("a reply that did not pass needs a corrected text to deliver")
        return self


class Escalation(Part):
    outcome: Literal["retry", "error_recovery", "human_handoff", "fallback_response", "no_escalation"]
    reason: EscalationReason | None = None
    priority: Priority = "normal"
    signals: tuple[str, ...] = ()  # what raised the priority
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
