"""The named routes, as data: which actors work a message, in which order, and what each of them writes."""

# Actor -> the field of the payload that it, and nobody else, writes. The aggregator writes to the ledger.
ENRICHMENTS: dict[str, str | None] = {
    "sentiment_analyzer": "sentiment",
    "intent_analyzer": "intent",
    "context_retriever": "context",
    "decision_router": "decision",
    "execution_coordinator": "execution_result",
    "response_generator": "response",
    "guardrail_validator": "guardrail_check",
    "escalation_router": "escalation",
    "response_aggregator": None,
}

FULL_PROCESSING_PIPELINE = (
    "sentiment_analyzer",
    "intent_analyzer",
    "context_retriever",
    "decision_router",
    "response_generator",
    "guardrail_validator",
    "response_aggregator",
)

# What the decision router may put ahead of itself.
ANSWER = ("response_generator", "guardrail_validator", "response_aggregator")
ACT_AND_ANSWER = ("execution_coordinator", *ANSWER)
ESCALATE = ("escalation_router", "response_aggregator")
DELIVER = ("response_aggregator",)

# Where somebody who asks for an account or an order has to be known.
NEEDS_CUSTOMER = frozenset(
    {
        "order_inquiry",
        "delivery_issue",
        "product_complaint",
        "billing_question",
        "return_request",
        "refund_request",
        "cancellation_request",
        "order_change",
        "account_issue",
    }
)
ACTIONABLE = frozenset({"return_request", "refund_request", "cancellation_request", "order_change"})

MAINTENANCE_QUEUE = "support.maintenance"


def queue_name(actor: str, *, urgent: bool = False) -> str:
    """The one place where the queue names of the mesh are made; only a first step has an urgent queue."""
    return f"support.{actor}.urgent" if urgent and actor == FULL_PROCESSING_PIPELINE[0] else f"support.{actor}"


def queue_names() -> tuple[str, ...]:
    """Every queue a worker serves, later steps before earlier ones: finish what is begun."""
    first = FULL_PROCESSING_PIPELINE[0]
    later = [queue_name(actor) for actor in reversed(ENRICHMENTS) if actor != first]
    return (*later, queue_name(first, urgent=True), queue_name(first), MAINTENANCE_QUEUE)
