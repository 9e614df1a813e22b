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

ERROR_HANDLER = "escalation_router"

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
