"""Every actor, by name: Celery's convention, our index."""

from celery import shared_task

from actors import dead_letters, ledger
from actors.context_retriever import context_retriever
from actors.decision_router import decision_router
from actors.desk import idle, mail, watch
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
    """The daily job of beat: transcripts, and what was parked of the broker, past their retention go."""
    ledger.purge_expired()
    dead_letters.purge_expired()


@shared_task(name="actors.mail_unseen")
def mail_unseen() -> None:
    """Every minute: who did not see an answer in the chat gets it by mail."""
    mail.mail_unseen()


@shared_task(name="actors.close_idle")
def close_idle() -> None:
    """Every minute: chats with the bot that nobody goes on with are closed."""
    idle.close_idle()


@shared_task(name="actors.watch_desk")
def watch_desk() -> None:
    """Every minute: claims that expire, cases that are late or about to be."""
    watch.watch()
