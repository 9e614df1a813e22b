"""Proposals: for the right order, within policy, once; what is missing is asked for. Nothing in the shop changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors.execution_coordinator import execution_coordinator
from actors.message import Entity, ExecutionResult, Message, Order
from actors.models import Action
from tests.builders import context, intent, message, order, payload
from tests.test_ledger import say

pytestmark = pytest.mark.django_db(transaction=True)

RECENTLY = datetime.now(UTC) - timedelta(days=6)
LONG_AGO = datetime.now(UTC) - timedelta(days=60)


def entity(kind: str, value: str) -> Entity:
    return Entity(type=kind, value=value, span=(0, len(value)))


def asks(category: str, *orders: Order, named: str = "", address: str = "", **changes: Any) -> Message:
    entities = [entity("order_number", named)] if named else []
    entities += [entity("address", address)] if address else []
    turn = say()
    fields = {
        "intent": intent(category, entities=tuple(entities), secondary=changes.pop("secondary", ())),
        "context": context(orders=orders),
    }
    there = message(at="execution_coordinator", of=payload(**{**fields, **changes}))
    return there.copy_with(message_id=str(turn.pk), session_id=str(turn.conversation_id))


def outcomes(result: ExecutionResult) -> list[tuple[str, str, str | None]]:
    return [(action.kind, action.status, action.order) for action in result.actions]


@pytest.mark.parametrize(
    ("category", "kind", "status", "proposed"),
    [
        ("cancellation_request", "cancel_order", "processing", True),
        ("cancellation_request", "cancel_order", "shipped", False),
        ("return_request", "process_return", "delivered", True),
        ("return_request", "process_return", "shipped", False),
        ("refund_request", "process_refund", "delivered", True),
        ("refund_request", "process_refund", "cancelled", False),
        ("order_change", "update_delivery_address", "confirmed", True),
        ("order_change", "update_delivery_address", "shipped", False),
    ],
)
def test_wish_for_a_named_order_is_proposed_when_its_status_allows(
    category: str, kind: str, status: str, proposed: bool
) -> None:
    mine = order(status=status, delivered_at=RECENTLY if status == "delivered" else None)
    result = execution_coordinator(asks(category, mine, named=mine.number, address="1 New Street, Leeds"))
    assert outcomes(result) == [(kind, "proposed" if proposed else "rejected", mine.number)]
    assert Action.objects.filter(kind=kind, status="proposed", order=mine.number).count() == int(proposed)


def test_proposal_carries_the_amount_that_is_left() -> None:
    mine = order(status="delivered", delivered_at=RECENTLY, refunded={"amount": "9.90", "currency": "USD"})
    execution_coordinator(asks("refund_request", mine, named=mine.number))
    row = Action.objects.get()
    assert (str(row.amount), row.currency) == ("70.00", "USD")


def test_return_past_the_window_is_refused_with_the_reason() -> None:
    old = order(status="delivered", delivered_at=LONG_AGO)
    (action,) = execution_coordinator(asks("return_request", old, named=old.number)).actions
    assert (action.status, action.action_id) == ("rejected", None)
    assert "more than 30 days ago" in action.because


def test_only_eligible_order_is_meant_when_none_is_named() -> None:
    orders = (order("ORD-00000001", "shipped"), order("ORD-00000002", "processing"))
    result = execution_coordinator(asks("cancellation_request", *orders))
    assert outcomes(result) == [("cancel_order", "proposed", "ORD-00000002")]


def test_several_eligible_orders_are_asked_about() -> None:
    orders = (order("ORD-00000001", "pending"), order("ORD-00000002", "processing"))
    result = execution_coordinator(asks("cancellation_request", *orders))
    assert result.actions == ()
    assert result.question.choices == ("ORD-00000001", "ORD-00000002")
    assert not Action.objects.exists()


def test_order_of_somebody_else_is_no_order() -> None:
    result = execution_coordinator(asks("cancellation_request", order(status="processing"), named="ORD-99999999"))
    assert result == ExecutionResult()


def test_new_address_is_asked_for() -> None:
    result = execution_coordinator(asks("order_change", order(status="confirmed")))
    assert "address" in result.question.text
    assert not Action.objects.exists()


def test_every_wish_of_a_message_is_proposed_and_a_retry_reuses_the_rows() -> None:
    mine = order(status="processing")
    there = asks("cancellation_request", mine, secondary=("refund_request", "general_inquiry"))
    first = execution_coordinator(there)
    assert [kind for kind, *_ in outcomes(first)] == ["cancel_order", "process_refund"]
    assert execution_coordinator(there) == first
    assert Action.objects.count() == 2


def test_no_more_than_five_actions_per_message() -> None:
    orders = tuple(order(f"ORD-0000000{n}", "processing") for n in range(7))
    there = asks("cancellation_request", *orders)
    numbers = tuple(entity("order_number", each.number) for each in orders)
    there = there.copy_with(
        payload=there.payload.model_copy(update={"intent": intent("cancellation_request", entities=numbers)})
    )
    assert len(execution_coordinator(there).actions) == 5
    assert Action.objects.count() == 5


def test_unverified_visitor_gets_no_action() -> None:
    there = asks("cancellation_request", order(status="processing"), verified=False, customer_email=None)
    assert execution_coordinator(there) == ExecutionResult()
    assert not Action.objects.exists()
