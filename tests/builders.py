"""Messages for tests, built through the real types."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from actors.message import (
    Context,
    Customer,
    Decision,
    Hop,
    Intent,
    Message,
    Metadata,
    Money,
    Order,
    OrderItem,
    Payload,
    Route,
    Sentiment,
    Shipment,
)
from actors.routes import FULL_PROCESSING_PIPELINE

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def sentiment(**changes: Any) -> Sentiment:
    return Sentiment(
        **{"label": "neutral", "score": 0, "intensity": 0.1, "urgency": "low", "is_complaint": False, **changes}
    )


def intent(category: str = "general_inquiry", confidence: float = 0.9, **changes: Any) -> Intent:
    return Intent(category=category, confidence=confidence, **changes)


def customer(tier: str = "standard", email: str = "john.doe@example.com") -> Customer:
    return Customer(email=email, first_name="John", last_name="Doe", tier=tier)


def order(number: str = "ORD-12345678", status: str = "shipped", **changes: Any) -> Order:
    fields = {
        "number": number,
        "status": status,
        "placed_at": NOW - timedelta(days=10),
        "items": (OrderItem(sku="HP-1", name="Headphones", quantity=1, price=usd("79.90")),),
        "total": usd("79.90"),
        "refunded": usd("0.00"),
    }
    return Order(**{**fields, **changes})


def shipment(number: str = "TRK123456789", order_number: str = "ORD-12345678", **changes: Any) -> Shipment:
    fields = {"tracking_number": number, "order_number": order_number, "carrier": "UPS", "status": "in_transit"}
    return Shipment(**{**fields, **changes})


def usd(amount: str) -> Money:
    return Money(amount=amount, currency="USD")


def context(tier: str = "standard", **changes: Any) -> Context:
    return Context(**{"customer": customer(tier), "source": "services", **changes})


def payload(text: str = "Hello", *, verified: bool = True, **changes: Any) -> Payload:
    email = "john.doe@example.com" if verified else None
    return Payload(**{"customer_message": text, "customer_email": email, "verified": verified, **changes})


def message(*, at: str = "sentiment_analyzer", of: Payload | None = None, **changes: Any) -> Message:
    """A message whose current step is `at` on the full pipeline (with `at` put in, when it is not part of it)."""
    steps = FULL_PROCESSING_PIPELINE
    if at not in steps:
        before = steps.index("decision_router") + 1
        steps = (*steps[:before], at, *steps[before:])
    fields = {
        "message_id": str(uuid.uuid4()),
        "session_id": str(uuid.uuid4()),
        "attempt": 1,
        "epoch": 0,
        "route": Route(steps=steps, current_step=steps.index(at)),
        "payload": of or payload(),
        "metadata": Metadata(created_at=NOW, queued_at=NOW, deadline_at=datetime.now(UTC) + timedelta(seconds=20)),
    }
    return Message(**{**fields, **changes})


def hop(actor: str, outcome: str = "ok") -> Hop:
    return Hop(actor=actor, queued_at=NOW, started_at=NOW, finished_at=NOW, retries=0, outcome=outcome)


def decision(outcome: str = "answer", **changes: Any) -> Decision:
    return Decision(**{"rules": (), "outcome": outcome, **changes})
