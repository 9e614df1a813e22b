"""The ledger: conversations, turns, actions, cases. The table is the truth; broker, cache and sockets are hints."""

from actors.models.action import Action, AuditEvent, Policy, PolicyRule
from actors.models.conversation import Conversation, Turn
from actors.models.escalation import Escalation
from actors.models.parked import ParkedMessage

__all__ = [
    "Action",
    "AuditEvent",
    "Conversation",
    "Escalation",
    "ParkedMessage",
    "Policy",
    "PolicyRule",
    "Turn",
]
