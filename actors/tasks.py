"""Every actor, by name: Celery's convention, our index."""

from celery import shared_task

from actors import ledger
from actors.context_retriever import context_retriever
from actors.decision_router import decision_router
from actors.escalation_router import escalation_router
from actors.execution_coordinator import execution_coordinator
from actors.guardrail_validator import guardrail_validator
from actors.intent_analyzer import intent_analyzer
from actors.response_aggregator import response_aggregator
from actors.response_generator import response_generator
from actors.sentiment_analyzer import sentiment_analyzer

__all__ = [
    "context_retriever",
    "decision_router",
    "escalation_router",
    "execution_coordinator",
    "guardrail_validator",
    "intent_analyzer",
    "response_aggregator",
    "response_generator",
    "sentiment_analyzer",
]


@shared_task(name="actors.purge_transcripts")
def purge_transcripts() -> None:
    """The daily job of beat: transcripts past their retention go."""
    ledger.purge_expired()
