"""What is there to be stolen, and a running production-mode system to steal it from."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from actors import services
from actors.ledger import request_human
from actors.models import Action, Conversation, Turn
from supportmesh.gateway.credentials import key_of
from tests.builders import context, customer, decision, intent, message, payload, sentiment
from tests.identities import SECRET
from tests.llm_server import LLMServer, evil, llm_server
from tests.stack import ROOT, Stack, own_database
from tests.test_api_chat import answer
from tests.test_ledger import say

JOHN, SARAH = "john.doe@example.com", "sarah.wilson@example.com"
OWNER, STRANGER = "o" * 43, "s" * 43  # guests' tokens


@dataclass(frozen=True)
class Loot:
    """John's things. `ids` and `unknown`: by the name that a parameter or a field has in the API's schema."""

    conversation: Conversation
    turn: Turn
    ids: dict[str, Any]

    @property
    def unknown(self) -> dict[str, Any]:
        return {
            "session_id": uuid.UUID(int=7),
            "message_id": uuid.UUID(int=8),
            "number": "ORD-00000000",
            "tracking_number": "TRK000000000",
            "email": "nobody@example.com",
            "key": uuid.UUID(int=9),
        }


@pytest.fixture
def loot(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Loot:
    """A customer with orders, a conversation with a reply, a case and an action, and a write the shop remembers."""
    settings.IDENTITY_SECRET = [SECRET]
    monkeypatch.setattr(services, "customer", lambda email: customer(email=email))
    call_command("seed_demo", verbosity=0)
    turn = say("My secret is zebra.", guest_key=key_of(OWNER))
    conversation = turn.conversation
    answer(turn, "Your zebra is on its way.")
    found = {"sentiment": sentiment(), "intent": intent(), "context": context(summary="Zebra."), "decision": decision()}
    envelope = message(at="response_aggregator", of=payload("My secret is zebra.", **found)).model_dump(mode="json")
    Turn.objects.filter(pk=turn.pk).update(message=envelope)
    request_human(session_id=conversation.pk)
    Action.objects.create(
        turn=turn,
        position=0,
        conversation=conversation,
        kind="schedule_callback",
        args={"phone": "+1 555 0100", "due": "2031-01-01T10:00Z", "wish": "schedule_callback"},
        status="awaiting_approval",
    )
    key = uuid.uuid4()
    shop = Client(headers={"Authorization": f"Bearer {settings.SERVICE_TOKEN}", "Idempotency-Key": str(key)})
    note = {"text": "Likes horses.", "requested_by": "test"}
    done = shop.post("/api/orders/ORD-12345678/notes/", note, content_type="application/json")
    assert done.status_code == 200, done.content
    ids = {
        "session_id": conversation.pk,
        "message_id": turn.pk,
        "number": "ORD-12345678",
        "tracking_number": "TRK123456789",
        "email": JOHN,
        "key": key,
    }
    return Loot(conversation, turn, ids)


@pytest.fixture(scope="module")
def turned() -> Iterator[LLMServer]:
    """A language model that obeys the attacker."""
    with llm_server(script=evil) as server:
        yield server


@pytest.fixture(scope="module")
def production(turned: LLMServer) -> Iterator[Stack]:
    """A whole system as it is run for real, with that model and the demo shop's data."""
    env = {
        "DEBUG": "0",
        "DEMO": "0",
        "IDENTITY_SECRET": SECRET,
        "LLM_MODEL": "openai/test-model",
        "LLM_BASE_URL": turned.url,
        "LLM_INTENT": "always",
        "LLM_TIMEOUT": "20",
        "MESH_LEASE": "60",
    }
    with own_database() as database, Stack(seconds=200, **env, **database) as running:
        subprocess.run(
            [sys.executable, "manage.py", "seed_demo"], cwd=ROOT, env=running._env, check=True, capture_output=True
        )
        yield running
