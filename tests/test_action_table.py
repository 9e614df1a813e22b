"""Every order status × action × who asks × within and beyond the limit: the outcome, and what stands in the shop after.

The tables are what the shop promises, written down; nothing here is computed by the code that is tested.
"""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from actors.actions import ACTIONS
from actors.actions.decide import approve, reject
from actors.context_retriever import drop_cached
from actors.models import Action, Escalation, Policy, Turn
from customers.models import Customer
from orders.models import Order, OrderItem
from tests.identities import staff
from tests.test_flow import travel
from tracking.models import Shipment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

OWNER, STRANGER = "owner@example.com", "stranger@example.com"
OLD, NEW = "12 Maple Street, Portland, OR 97205", "480 Lakeview Drive, Madison, WI 53703"
STATUSES = ("pending", "confirmed", "processing", "shipped", "delivered", "returned", "cancelled")
SIZES = {"within": Decimal("40.00"), "beyond": Decimal("400.00")}  # of a limit of 100
MADE_UP = "ORD-00000000"

SAYINGS = {
    "cancel_order": "Cancel my order {}",
    "process_refund": "Please refund {}",
    "process_return": "I want to return {}",
    "update_delivery_address": f"Please change the delivery address of {{}} to {NEW}",
    "expedite_order": "Please expedite my order {}",
    "expedite_delivery": "Please expedite my order {}",
    "generate_return_label": "Please send me a return label for {}",
    "add_order_note": "Please add a note to {}: ring twice",
    "contact_carrier": "Please ask the carrier where {} is",
}

# What the owner gets by chat after a yes. done · wait: for a person's approval · no: refused, and nothing stored.
# For the two that hurry an order, "no" says that it is not that one which is done (see the other's row).
BY_CHAT = """
                                 pending confirmed processing shipped delivered returned cancelled
cancel_order            within   done    done      done       no      no        no       no
cancel_order            beyond   wait    wait      wait       no      no        no       no
process_refund          within   no      no        no         done    done      done     no
process_refund          beyond   no      no        no         wait    wait      wait     no
process_return          within   no      no        no         no      done      no       no
process_return          beyond   no      no        no         no      done      no       no
update_delivery_address within   done    done      done       no      no        no       no
update_delivery_address beyond   done    done      done       no      no        no       no
expedite_order          within   done    done      done       no      no        no       no
expedite_order          beyond   done    done      done       no      no        no       no
expedite_delivery       within   no      no        no         done    no        no       no
expedite_delivery       beyond   no      no        no         done    no        no       no
generate_return_label   within   no      no        no         no      done      no       no
generate_return_label   beyond   no      no        no         no      done      no       no
add_order_note          within   done    done      done       done    done      done     done
add_order_note          beyond   done    done      done       done    done      done     done
contact_carrier         within   no      no        no         done    done      done     no
contact_carrier         beyond   no      no        no         done    done      done     no
"""

# What staff's approval of a draft comes to, when the order has moved on to that status since the customer asked. Staff
# have no limit; the shop itself still refuses what cannot be.
BY_STAFF = """
                                 pending confirmed processing shipped delivered returned cancelled
cancel_order            within   done    done      done       failed  failed    failed   failed
cancel_order            beyond   done    done      done       failed  failed    failed   failed
process_refund          within   done    done      done       done    done      done     done
process_refund          beyond   done    done      done       done    done      done     done
process_return          within   failed  failed    failed     failed  done      failed   failed
process_return          beyond   failed  failed    failed     failed  done      failed   failed
update_delivery_address within   done    done      done       failed  failed    failed   failed
update_delivery_address beyond   done    done      done       failed  failed    failed   failed
expedite_order          within   done    done      done       failed  failed    failed   failed
expedite_order          beyond   done    done      done       failed  failed    failed   failed
expedite_delivery       within   done    done      done       done    failed    failed   done
expedite_delivery       beyond   done    done      done       done    failed    failed   done
generate_return_label   within   failed  failed    failed     failed  done      failed   failed
generate_return_label   beyond   failed  failed    failed     failed  done      failed   failed
add_order_note          within   done    done      done       done    done      done     done
add_order_note          beyond   done    done      done       done    done      done     done
contact_carrier         within   done    done      done       done    done      done     done
contact_carrier         beyond   done    done      done       done    done      done     done
"""

# What changes in the shop when it is done; {total} is the order's. All else stays as it was.
EFFECTS: dict[str, dict[str, Any]] = {
    "cancel_order": {"status": "cancelled", "refunded": "{total}", "history": ["cancelled"]},
    "process_refund": {"refunded": "{total}", "history": ["refunded"]},
    "process_return": {"history": ["return opened"], "open_returns": 1},
    "update_delivery_address": {"address": NEW, "history": ["address changed"]},
    "expedite_order": {"expedited": True, "history": ["expedited"]},
    "expedite_delivery": {"parcel": ["expedited"]},
    "generate_return_label": {"history": ["return opened"], "open_returns": 1},
    "add_order_note": {"notes": ["ring twice"], "history": ["note added"]},
    "contact_carrier": {"parcel": ["issue reported"]},
}
DRAFTED_IN = {  # a status in which the customer can ask for it
    "cancel_order": "processing",
    "process_refund": "shipped",
    "process_return": "delivered",
    "update_delivery_address": "processing",
    "expedite_order": "processing",
    "expedite_delivery": "shipped",
    "generate_return_label": "delivered",
    "add_order_note": "processing",
    "contact_carrier": "shipped",
}
PARCELS = {"shipped": "in_transit", "delivered": "delivered", "returned": "delivered"}


def cells(table: str) -> dict[tuple[str, str, str], str]:
    """(action, size, status) -> what is expected."""
    rows = [line.split() for line in table.strip().splitlines()]
    assert tuple(rows[0]) == STATUSES
    return {
        (action, size, status): expected
        for action, size, *row in rows[1:]
        for status, expected in zip(STATUSES, row, strict=True)
    }


def number(status: str, size: str) -> str:
    return f"ORD-{80000000 + 10 * STATUSES.index(status) + list(SIZES).index(size)}"


@pytest.fixture
def shop(live_server: Any, settings: Any) -> None:
    """One order of each status and size, all paid, all of one customer; the services over real HTTP."""
    for name in ("CUSTOMERS", "ORDERS", "TRACKING"):
        setattr(settings, f"{name}_API_URL", f"{live_server.url}/api/{name.lower()}")
    Customer.objects.bulk_create(
        Customer(email=email, first_name="Robin", last_name="Roe") for email in (OWNER, STRANGER)
    )
    rows = [the_order(status, size) for status in STATUSES for size in SIZES]
    made = Order.objects.bulk_create(rows)
    OrderItem.objects.bulk_create(
        OrderItem(order=row, sku="X-1", name="Desk Lamp", quantity=1, price=row.total) for row in made
    )
    Shipment.objects.bulk_create(
        Shipment(
            tracking_number=row.tracking_number,
            order_number=row.number,
            customer_email=OWNER,
            carrier="UPS",
            status=PARCELS[row.status],
            delivered_at=row.delivered_at,
        )
        for row in made
        if row.status in PARCELS
    )


def the_order(status: str, size: str) -> Order:
    return Order(
        number=number(status, size),
        customer_email=OWNER,
        status=status,
        total=SIZES[size],
        paid=SIZES[size],
        shipping_address=OLD,
        delivered_at=arrival(status),
        tracking_number=tracking(number(status, size)) if status in PARCELS else "",
    )


def arrival(status: str) -> datetime | None:
    return timezone.now() - timedelta(days=3) if PARCELS.get(status) == "delivered" else None


def tracking(order: str) -> str:
    return order.replace("ORD-", "TRK9")


def publish(level: Callable[[str], str]) -> None:
    version = Policy.publish(by="test", levels={name: level(name) for name in ACTIONS})
    limits = {f"limit_{tier}": 100 for tier in ("standard", "premium", "vip")}
    version.rules.filter(action__in=("cancel_order", "process_refund")).update(**limits)


def stands(order: str) -> dict[str, Any]:
    """All that an action could have changed."""
    row = Order.objects.get(number=order)
    parcel = Shipment.objects.filter(tracking_number=tracking(order)).first()
    return {
        "status": row.status,
        "refunded": str(row.refunded),
        "address": row.shipping_address,
        "expedited": row.expedited,
        "notes": [note.text for note in row.notes.all()],
        "open_returns": row.returns.filter(closed_at=None).count(),
        "history": [entry.what for entry in row.history.all()],
        "parcel": [entry.what for entry in parcel.history.all()] if parcel else [],
    }


def expected_stand(before: dict[str, Any], action: str, size: str, outcome: str) -> dict[str, Any]:
    if outcome != "done":
        return before
    change = EFFECTS[action]
    total = {"refunded": str(SIZES[size])} if change.get("refunded") else {}
    return before | change | total


@pytest.mark.parametrize("action", SAYINGS)
def test_owner_gets_what_the_table_says(action: str) -> None:
    publish(lambda name: ACTIONS[name].level)
    wrong = []
    for (kind, size, status), expected in cells(BY_CHAT).items():
        if kind != action:
            continue
        order = number(status, size)
        before = stands(order)
        turn = travel(SAYINGS[action].format(order), OWNER)
        asked = turn.reply.metadata["outcome"] == "question"
        if asked and Action.objects.get(turn=turn).kind == action:
            assert stands(order) == before, f"{order} was touched before the yes"
            turn = travel("yes", OWNER, session_id=turn.conversation_id)
        stored = list(Action.objects.filter(order=order, kind=action).values_list("status", flat=True))
        should = {"done": ["executed"], "wait": ["awaiting_approval"], "no": []}[expected]
        cases = Escalation.objects.filter(conversation=turn.conversation, reason="approval_needed").count()
        told = turn.reply.text
        said = {
            "done": "colleague" not in told and "not possible" not in told,
            "wait": "A colleague will confirm it here" in told,
            "no": action.startswith("expedite") or "is not possible" in told,
        }[expected]
        after = stands(order)
        if (stored, after, cases, said) != (
            should,
            expected_stand(before, action, size, expected),
            1 if expected == "wait" else 0,
            True,
        ):
            wrong.append(f"{size} {status}: {stored}, {after}, {cases} cases, {told!r}; not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("action", SAYINGS)
def test_staff_get_what_the_table_says(action: str) -> None:
    publish(lambda name: "draft")
    wrong = []
    for (kind, size, status), expected in cells(BY_STAFF).items():
        if kind != action:
            continue
        order = number(status, size)
        before = stands(order)
        draft = drafted(action, order)
        moved_to(order, status)
        assert stands(order) == before, f"{order} was touched by a draft"
        for _ in range(2):  # pressed twice
            approve(draft, by=staff("maria"))
        after = stands(order)
        draft.refresh_from_db()
        should = {"done": "executed", "failed": "failed"}[expected]
        told = draft.conversation.turns.filter(role="system").count()
        if (draft.status, after, told) != (should, expected_stand(before, action, size, expected), 1):
            wrong.append(f"{size} {status}: {draft.status} {draft.result}, {after}, told {told} times; not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("action", SAYINGS)
def test_what_staff_reject_changes_nothing(action: str) -> None:
    publish(lambda name: "draft")
    order = number(DRAFTED_IN[action], "within")
    before = stands(order)
    draft = drafted(action, order)
    assert reject(draft, by=staff("maria"), reason="not this time")
    assert not approve(draft, by=staff("tom"))
    assert draft.status == "rejected"
    assert stands(order) == before
    assert "not this time" in draft.conversation.turns.last().text


def drafted(action: str, order: str) -> Action:
    """The customer asks while it is possible; the draft that staff find."""
    moved_to(order, DRAFTED_IN[action])
    turn = travel(SAYINGS[action].format(order), OWNER)
    assert "A colleague will confirm it here" in turn.reply.text
    draft = Action.objects.select_related("turn", "conversation").get(turn=turn)
    assert (draft.kind, draft.status) == (action, "proposed")
    return draft


def moved_to(order: str, status: str) -> None:
    arrived = arrival(status)
    Order.objects.filter(number=order).update(status=status, delivered_at=arrived)
    Shipment.objects.update_or_create(
        tracking_number=tracking(order),
        defaults={
            "order_number": order,
            "customer_email": OWNER,
            "carrier": "UPS",
            "status": PARCELS.get(status, "label_created"),
            "delivered_at": arrived,
        },
    )
    drop_cached(OWNER)


@pytest.mark.parametrize("email", [STRANGER, None], ids=["stranger", "guest"])
@pytest.mark.parametrize("action", SAYINGS)
def test_stranger_and_guest_change_nothing_and_learn_nothing(
    action: str, email: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish(lambda name: ACTIONS[name].level)
    caplog.set_level(logging.INFO)
    frames: list[dict[str, Any]] = []
    monkeypatch.setattr("actors.base.notify", lambda session_id, event: frames.append(event))

    def learnt(order: str) -> dict[str, Any]:
        """All that leaves the mesh about one request, without what differs from message to message."""
        frames.clear()
        caplog.clear()
        turn = travel(SAYINGS[action].format(order), email)
        lines = sorted(record.getMessage() for record in caplog.records)
        assert not any(order in line for line in lines), "a log names the order"
        logs = [line.replace(str(turn.pk), "M").replace(str(turn.conversation_id), "S") for line in lines]
        return {
            "reply": turn.reply.text.replace(order, "N"),
            "metadata": strip(turn.reply.metadata, order),
            "frames": [(frame["actor"], frame["index"], frame["total"]) for frame in frames],
            "logs": [re.sub(r"[0-9.]+", "#", line) for line in logs],
            "status": turn.status,
            "conversation": turn.conversation.status,
        }

    nobodys = learnt(MADE_UP)
    assert nobodys["metadata"]["outcome"] == ("answered" if email else "verify")
    assert len(nobodys["frames"]) > 4
    assert nobodys["logs"]
    before = {number(status, size): stands(number(status, size)) for status in STATUSES for size in SIZES}
    for order in before:
        assert learnt(order) == nobodys, order
    assert {order: stands(order) for order in before} == before
    assert not Action.objects.exists()
    assert not Escalation.objects.exists()
    assert Turn.objects.filter(role="customer").count() == 15


def strip(metadata: dict[str, Any], order: str) -> dict[str, Any]:
    return {name: value.replace(order, "N") if isinstance(value, str) else value for name, value in metadata.items()}


def test_tables_hold_every_action_size_and_status() -> None:
    every = {(action, size, status) for action in SAYINGS for size in SIZES for status in STATUSES}
    assert set(cells(BY_CHAT)) == every
    assert set(cells(BY_STAFF)) == every
    assert len(every) == 126
