"""The ledger: conversations, turns, actions, cases. The table is the truth; broker, cache and sockets are hints."""

from actors.models.action import Action, AuditEvent, Policy, PolicyRule
from actors.models.conversation import Conversation, Turn
from actors.models.desk import CannedReply, Incident, Note
from actors.models.escalation import Escalation
from actors.models.knowledge import KnowledgeArticle
from actors.models.parked import ParkedMessage
from actors.models.pause import Pause
from actors.models.people import Agent, approval_limit, public_name

__all__ = [
    "Action",
    "Agent",
    "AuditEvent",
    "CannedReply",
    "Conversation",
    "Escalation",
    "Incident",
    "KnowledgeArticle",
    "Note",
    "ParkedMessage",
    "Pause",
    "Policy",
    "PolicyRule",
    "Turn",
    "approval_limit",
    "public_name",
]
