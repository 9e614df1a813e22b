"""What staff do in the shop from a case: decided, edited and started within policy and limit, each once, and told."""

import re
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from actors.actions import ACTIONS
from actors.admin.case_forms import startable
from actors.desk.hours import OpeningHours
from actors.ledger import request_human
from actors.models import Action, AuditEvent, CannedReply, Conversation, Escalation, Policy, PolicyRule, Turn
from customers.models import Customer
from orders.models import Order
from shop.models import IdempotentRequest
from supportmesh import tasks
from supportmesh.models import SignInCode
from tests.bad_shop import BAD, bad_shop
from tests.colleagues import at_desk, done, member, page_of, press, refused, told
from tests.identities import OWN, auth
from tests.test_case_claims import due_in, pass_time, stands, trail, unread
from tests.test_flow import (
    shop,  # noqa: F401  (a fixture)
    travel,
)
from tests.test_identity import say as writes
from tests.test_ledger import JOHN, say
from tracking.models import Shipment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

JANE, BOB = "jane.smith@example.com", "bob.wilson@example.com"
SHIPPED, PROCESSING = "ORD-12345678", "ORD-12345679"  # John's, of the demo shop
PAID, RETURNABLE = "ORD-70000001", "ORD-70000002"  # John's, made here


@pytest.fixture(autouse=True)
def _policy(transactional_db: None) -> None:
    Policy.publish(by="test", levels={name: kind.level for name, kind in ACTIONS.items()})


def opened(customer: str = JOHN, text: str = "Please help me with my order.") -> Escalation:
    """A verified customer who waits for a person."""
    turn = say(text, customer_email=customer)
    request_human(session_id=turn.conversation_id)
    return Escalation.objects.get(conversation=turn.conversation_id)


@pytest.fixture
def case(transactional_db: None) -> Escalation:
    return opened()


@pytest.fixture
def mine(case: Escalation, maria: Client) -> Escalation:
    done(press(maria, case, "claim"))
    return case


def order(number: str = PAID, *, paid: str = "90.00", status: str = "delivered", currency: str = "USD") -> Order:
    row, _ = Order.objects.get_or_create(
        number=number,
        defaults={
            "customer_email": JOHN,
            "status": status,
            "delivered_at": timezone.now(),
            "total": Decimal(paid),
            "paid": Decimal(paid),
            "currency": currency,
        },
    )
    return row


def waits(case: Escalation, *, kind: str = "process_refund", amount: str | None = "30.00", **fields: Any) -> Action:
    """An action that somebody has to decide, on an order that it can be done with."""
    fields.setdefault("order", PAID)
    turn = case.conversation.turns.filter(role="customer").first()
    return Action.objects.create(
        turn=turn,
        position=0,
        conversation=case.conversation,
        kind=kind,
        amount=amount,
        currency=fields.pop("currency", "USD" if amount else ""),
        args={"wish": kind, **fields.pop("args", {})},
        policy_version=Policy.current().pk,
        status=Action.Status.AWAITING_APPROVAL,
        **fields,
    )


def heard(case: Escalation) -> list[str]:
    return list(case.conversation.turns.filter(role=Turn.Role.AGENT).values_list("text", flat=True))


def now(action: Action) -> Action:
    return Action.objects.get(pk=action.pk)


def refunded(number: str = PAID) -> Decimal:
    return Order.objects.get(number=number).refunded


def notices(case: Escalation) -> list[str]:
    return list(case.conversation.turns.filter(role="system").values_list("text", flat=True))


def events(action: Action) -> list[tuple[str, str]]:
    return list(AuditEvent.objects.filter(action=action.pk).order_by("pk").values_list("who", "what"))


# --- approve --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "amount", "currency", "limit"),
    [
        ("agent", "100.00", "USD", ""),
        ("agent", "100.01", "USD", "$100.00"),
        ("agent with a limit of 500", "500.00", "USD", ""),
        ("agent with a limit of 500", "500.01", "USD", "$500.00"),
        ("agent with a limit of 0", "0.01", "USD", "$0.00"),
        ("supervisor", "1000.00", "USD", ""),
        ("supervisor", "1000.01", "USD", "$1,000.00"),
        ("supervisor", "1.00", "EUR", "$1,000.00"),
        ("superuser", "99000.00", "USD", ""),
        ("superuser", "1.00", "EUR", ""),
    ],
)
def test_everybody_approves_up_to_their_own_limit(
    case: Escalation, who: str, amount: str, currency: str, limit: str
) -> None:
    role, _, own = who.partition(" with a limit of ")
    if role == "superuser":
        user = User.objects.create_superuser("maria", first_name="Maria")
    else:
        user = member("maria", role, limit=int(own) if own else None)
    client = at_desk(user)
    order(paid="99999.00", currency=currency)
    action = waits(case, amount=amount, currency=currency)
    page = client.get(page_of(case)).content.decode()
    assert ("beyond your limit" in page) is bool(limit)
    response = press(client, case, "approve", action=action.pk)
    if limit:
        assert f"is beyond your limit of {limit}." in refused(response)
        assert f"is beyond your limit of {limit}." in refused(
            press(client, case, "done", action=action.pk, reference="X")
        )
        assert (now(action).status, refunded(), events(action)) == ("awaiting_approval", 0, [])
    else:
        assert "Executed. The customer was told." in done(response)
        assert (now(action).status, refunded()) == ("executed", Decimal(amount))


def test_an_approval_is_done_and_told_once_with_the_name_of_who_decided(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine)
    done(press(maria, mine, "approve", action=action.pk))
    assert "It was decided already: Executed." in done(press(maria, mine, "approve", action=action.pk))
    reference = now(action).result["reference"]
    heard = f"Your order {PAID} has been refunded: $30.00. Reference: {reference}. Decided by Maria from support."
    assert notices(mine).count(heard) == 1
    assert [entry.by for entry in order().history.all()] == ["staff maria"]
    assert IdempotentRequest.objects.get(service="orders").key == action.pk


def test_a_colleagues_case_is_decided_by_nobody_else(mine: Escalation, susan: Client) -> None:
    order()
    action = waits(mine)
    for button, given in (("approve", {}), ("reject", {"reason": "no"}), ("edit", {"amount": "1"})):
        assert "Maria has this" in refused(press(susan, mine, button, action=action.pk, **given))
    assert (now(action).status, now(action).amount, refunded()) == ("awaiting_approval", Decimal("30.00"), 0)


def test_the_action_of_another_conversation_is_none_of_this_case(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(opened(JANE))
    assert "no action of this conversation" in refused(press(maria, mine, "approve", action=action.pk), 400)
    assert now(action).status == "awaiting_approval"


# --- reject ---------------------------------------------------------------------------------------


def test_a_rejection_needs_a_reason_and_the_customer_reads_it(mine: Escalation, maria: Client) -> None:
    order(paid="5000.00")
    action = waits(mine, amount="5000.00")  # no limit stands against a no
    for nothing in ("", "  "):
        assert "Say why" in refused(press(maria, mine, "reject", action=action.pk, reason=nothing), 400)
    done(press(maria, mine, "reject", action=action.pk, reason="the parcel arrives tomorrow"))
    assert notices(mine)[-1] == (
        f"The refund for your order {PAID} was not carried out: the parcel arrives tomorrow."
        " Decided by Maria from support."
    )
    assert (now(action).status, refunded(), events(action)) == ("rejected", 0, [("staff maria", "action rejected")])


# --- edit -----------------------------------------------------------------------------------------


def test_an_edit_is_checked_against_the_policy_now_and_says_what_changed(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine)
    newer = Policy.publish(by="test")
    said = done(press(maria, mine, "edit", action=action.pk, amount="20"))
    assert f"Changed: amount: 30.00 → 20.00. Checked against policy version {newer.pk}." in said
    assert (now(action).amount, now(action).policy_version) == (Decimal("20.00"), newer.pk)
    event = AuditEvent.objects.get(what="action edited")
    assert (event.who, event.fields, event.amount, event.policy_version) == ("staff maria", "amount", 20, newer.pk)
    assert notices(mine)[-1].startswith("Maria from our team"), "nothing is decided yet"
    done(press(maria, mine, "approve", action=action.pk))
    assert refunded() == Decimal("20.00")


def shown(client: Client, case: Escalation) -> str:
    """The actions on the case's page, without the markup."""
    page = client.get(page_of(case)).content.decode()
    part = page[page.index('id="part-actions"') : page.index("<h2>Summary</h2>")]
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


@pytest.mark.parametrize(
    ("edits", "heard"),
    [
        (["20"], "has been refunded: $20.00 of the $30.00 you asked for. Reference"),
        (["20", "25.50"], "has been refunded: $25.50 of the $30.00 you asked for. Reference"),
        (["50"], "has been refunded: $50.00. Reference"),
        (["20", "30"], "has been refunded: $30.00. Reference"),
    ],
)
def test_who_gets_another_amount_than_they_asked_for_reads_both(
    mine: Escalation, maria: Client, edits: list[str], heard: str
) -> None:
    order()
    action = waits(mine)
    for amount in edits:
        done(press(maria, mine, "edit", action=action.pk, amount=amount))
    stands_there = shown(maria, mine)
    assert f"Amount {Decimal(edits[-1]):.2f} USD" in stands_there
    assert "Amount asked 30.00 USD" in stands_there
    done(press(maria, mine, "approve", action=action.pk))
    assert heard in notices(mine)[-1]
    assert refunded() == Decimal(edits[-1])


def test_of_what_a_colleague_started_nobody_is_told_that_they_asked_for_it(
    mine: Escalation, maria: Client, susan: Client
) -> None:
    order(paid="149.97")
    start(maria, mine, "process_refund", order=PAID)
    press(maria, mine, "reassign", to=User.objects.get(username="susan").pk)
    action = Action.objects.get()
    done(press(susan, mine, "edit", action=action.pk, amount="120"))
    assert "Amount before 149.97 USD" in shown(susan, mine)
    done(press(susan, mine, "done", action=action.pk, reference="R-7"))
    assert notices(mine)[-1].startswith(f"Your order {PAID} has been refunded: $120.00. Reference: R-7.")


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("90.01", "at most $90.00"),
        ("0", "more than 0"),
        ("-5", "more than 0"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(mine: Escalation, maria: Client, amount: str, why: str) -> None:
    order()
    action = waits(mine)
    assert why in refused(press(maria, mine, "edit", action=action.pk, amount=amount))
    assert now(action).amount == Decimal("30.00")


@pytest.mark.parametrize("amount", ["a lot", "1.999", "NaN"])
def test_what_is_no_amount_is_refused(mine: Escalation, maria: Client, amount: str) -> None:
    order()
    action = waits(mine)
    refused(press(maria, mine, "edit", action=action.pk, amount=amount), 400)
    assert now(action).amount == Decimal("30.00")


def test_an_edit_under_a_policy_that_switches_it_off_is_refused(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine)
    off = Policy.publish(by="test", levels={"process_refund": "off"})
    assert f"The policy (version {off.pk}) switches this off." in refused(
        press(maria, mine, "edit", action=action.pk, amount="20")
    )
    assert now(action).amount == Decimal("30.00")


def test_an_edit_sees_the_shop_as_it_is_now(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine)
    maria.get(f"/admin/actors/escalation/{mine.pk}/customer/")  # what the page shows is remembered for a minute
    Order.objects.filter(number=PAID).update(refunded=Decimal("80.00"))
    assert "at most $10.00" in refused(press(maria, mine, "edit", action=action.pk, amount="20"))


def test_only_a_refund_can_be_of_a_part(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine, kind="process_return", amount="90.00")
    assert "The amount of a return is what is left of it: $90.00." in refused(
        press(maria, mine, "edit", action=action.pk, amount="20")
    )
    assert now(action).amount == Decimal("90.00")


@pytest.mark.parametrize("given", [{}, {"amount": ""}, {"amount": "30.00"}])
def test_an_edit_that_changes_nothing_leaves_no_trace(mine: Escalation, maria: Client, given: dict[str, str]) -> None:
    order()
    action = waits(mine)
    assert "Nothing was changed." in done(press(maria, mine, "edit", action=action.pk, **given))
    assert (now(action).amount, events(action)) == (Decimal("30.00"), [])


def test_the_trail_names_what_was_edited_and_never_its_words(mine: Escalation, maria: Client) -> None:
    action = waits(
        mine, kind="update_delivery_address", amount=None, order=PROCESSING, args={"address": "1 Old Road, Salem"}
    )
    said = done(press(maria, mine, "edit", action=action.pk, address="5 New Road, Salem"))
    assert "address: 1 Old Road, Salem → 5 New Road, Salem" in said
    assert now(action).args == {"wish": "update_delivery_address", "address": "5 New Road, Salem"}
    assert AuditEvent.objects.get(what="action edited").fields == "address"
    assert not any("Road" in str(row) or JOHN in str(row) for row in AuditEvent.objects.values())
    done(press(maria, mine, "approve", action=action.pk))
    assert Order.objects.get(number=PROCESSING).shipping_address == "5 New Road, Salem"


def test_what_is_decided_is_edited_no_more(mine: Escalation, maria: Client) -> None:
    order()
    action = waits(mine)
    press(maria, mine, "reject", action=action.pk, reason="no")
    assert "decided already: Rejected" in refused(press(maria, mine, "edit", action=action.pk, amount="20"))


# --- start ----------------------------------------------------------------------------------------

# What is given with it, and what the shop has in its history afterwards (of whom: see `histories`).
STARTED: dict[str, tuple[dict[str, str], str]] = {
    "cancel_order": ({"order": PROCESSING}, "orders"),
    "process_return": ({"order": RETURNABLE}, "orders"),
    "process_refund": ({"order": SHIPPED, "amount": "20.00"}, "orders"),
    "update_delivery_address": ({"order": PROCESSING, "address": "5 New Road, Salem"}, "orders"),
    "expedite_order": ({"order": PROCESSING}, "orders"),
    "generate_return_label": ({"order": RETURNABLE}, "orders"),
    "add_order_note": ({"order": SHIPPED, "text": "Ring twice."}, "orders"),
    "expedite_delivery": ({"order": SHIPPED}, "tracking"),
    "contact_carrier": ({"order": SHIPPED}, "tracking"),
    "add_customer_note": ({"text": "Prefers mornings."}, "customers"),
    "update_customer_tier": ({"tier": "vip"}, "customers"),  # a supervisor's to approve
    "schedule_callback": ({"phone": "+1 555 0100"}, ""),
    "escalate_to_supervisor": ({}, ""),
}


def histories() -> dict[str, int]:
    """How many changes the shop has written down of John and his, by service."""
    return {
        "orders": sum(row.history.count() for row in Order.objects.filter(customer_email=JOHN)),
        "tracking": sum(row.history.count() for row in Shipment.objects.filter(customer_email=JOHN)),
        "customers": Customer.objects.get(email=JOHN).history.count(),
    }


def start(client: Client, case: Escalation, kind: str, **given: Any) -> Any:
    return press(client, case, "start", **{"kind": kind, "key": str(uuid.uuid4()), **given})


def test_every_action_that_can_be_started_is_tried() -> None:
    assert set(STARTED) == {name for name, _ in startable()}


AT_ONCE = [name for name in STARTED if not (ACTIONS[name].by_hand or ACTIONS[name].for_supervisor)]


@pytest.mark.parametrize("kind", AT_ONCE)
def test_an_action_that_staff_start_is_done_once_and_told(mine: Escalation, maria: Client, kind: str) -> None:
    given, service = STARTED[kind]
    order(RETURNABLE, paid="40.00")
    before, heard = histories(), len(notices(mine))
    key = str(uuid.uuid4())
    for _ in range(2):  # pressed twice
        said = done(start(maria, mine, kind, key=key, **given))
        assert "Executed." in said
    action = Action.objects.get()
    assert (str(action.pk), action.status, action.decided_by) == (key, "executed", "staff maria")
    assert histories() == before | ({service: before[service] + 1} if service else {})
    new = notices(mine)[heard:]
    if ACTIONS[kind].done:
        (text,) = new
        assert ACTIONS[kind].done in text
        assert text.endswith("Decided by Maria from support.")
        assert "The customer was told." in said
    else:
        assert new == []
        assert "The customer does not hear of it." in said


def test_a_call_waits_until_somebody_has_called(mine: Escalation, maria: Client) -> None:
    given, _ = STARTED["schedule_callback"]
    heard = len(notices(mine))
    assert "Approve it when it is done" in done(start(maria, mine, "schedule_callback", **given))
    action = Action.objects.get()
    assert (action.status, len(notices(mine))) == ("awaiting_approval", heard)
    assert "Executed. The customer was told." in done(press(maria, mine, "approve", action=str(action.pk)))
    assert "has been dealt with by phone" in notices(mine)[-1]


def test_a_supervisor_who_is_asked_for_finds_the_case_urgent_in_the_queue(
    mine: Escalation, maria: Client, susan: Client
) -> None:
    heard = len(notices(mine))
    done(start(maria, mine, "escalate_to_supervisor"))
    assert stands(mine) == ("open", None, "waiting", None)
    mine.refresh_from_db()
    assert (mine.priority, mine.signals[-1]) == ("urgent", "a supervisor is asked for")
    assert notices(mine)[heard:] == ["Your request has been passed to a supervisor. Decided by Maria from support."]
    assert trail(mine)[-3:] == [
        ("staff maria", "priority raised"),
        ("staff maria", "passed to a supervisor"),
        ("staff maria", "action executed"),
    ]
    assert "a supervisor is asked for" in susan.get(page_of(mine)).content.decode()
    assert 'do/claim/"' in susan.get(page_of(mine)).content.decode()
    assert 'do/claim/"' not in maria.get(page_of(mine)).content.decode()


def test_only_a_supervisor_claims_a_case_that_was_passed_to_one(mine: Escalation, maria: Client, susan: Client) -> None:
    tom = at_desk(member("tom"))
    done(start(maria, mine, "escalate_to_supervisor"))
    for client in (maria, tom):
        assert "only a supervisor can claim this case" in refused(press(client, mine, "claim"))
        chosen = {"action": "claim_selected", "_selected_action": [mine.pk]}
        page = client.post("/admin/actors/escalation/", chosen, follow=True)
        assert "only a supervisor can claim this case" in told(page)
    assert stands(mine)[0] == "open"
    done(press(susan, mine, "claim"))
    done(press(susan, mine, "release"))
    refused(press(tom, mine, "claim"))
    done(press(susan, mine, "reassign", to=User.objects.get(username="tom").pk))
    done(press(tom, mine, "release"))
    done(press(maria, mine, "claim"))


def test_once_a_supervisor_has_solved_it_it_is_a_case_like_any_other(
    mine: Escalation, maria: Client, susan: Client
) -> None:
    done(start(maria, mine, "escalate_to_supervisor"))
    done(press(susan, mine, "resolve"))
    say("It still has not arrived.", session_id=mine.conversation_id)
    done(press(maria, mine, "claim"))


@pytest.fixture
def _never_closed(settings: Any) -> None:
    settings.SHOP_OPENING_HOURS = OpeningHours.parse("Monday to Sunday, 0:00 to 24:00", ZoneInfo("UTC"))


@pytest.mark.usefixtures("_never_closed")
def test_the_supervisors_clock_begins_when_they_are_asked(mine: Escalation, maria: Client) -> None:
    pass_time(minutes=100)
    done(start(maria, mine, "escalate_to_supervisor"))
    assert 14 <= due_in(mine) <= 15
    assert not Escalation.objects.get(pk=mine.pk).breached


@pytest.mark.usefixtures("_never_closed")
def test_a_case_that_waits_for_its_customer_is_due_once_a_supervisor_is_asked(mine: Escalation, maria: Client) -> None:
    press(maria, mine, "reply", text="I ask my supervisor.", key=uuid.uuid4())
    assert due_in(mine) is None
    done(start(maria, mine, "escalate_to_supervisor"))
    assert due_in(mine) == 240


def test_passing_on_a_case_for_an_approval_does_not_solve_it(maria: Client) -> None:
    case = opened()
    Escalation.objects.filter(pk=case.pk).update(reason="approval_needed")
    done(press(maria, case, "claim"))
    done(start(maria, case, "escalate_to_supervisor"))
    assert stands(case)[0] == "open"


def test_what_the_bot_still_writes_down_for_the_same_message_gets_in_nobodys_way(
    mine: Escalation, maria: Client
) -> None:
    waits(mine, kind="add_order_note", amount=None, order=SHIPPED)
    Action.objects.update(position=1)  # the first one's place is free, as far as a count of them tells
    for text in ("Ring twice.", "Ring once."):
        assert "Executed." in done(start(maria, mine, "add_customer_note", text=text))
    turn = mine.conversation.turns.filter(role="customer").first()
    Action.objects.create(turn=turn, position=0, conversation=mine.conversation, kind="add_order_note")
    assert Action.objects.count() == 4


def test_what_waits_for_approval_has_its_case_in_the_trail(susan: Client) -> None:
    """The customer's yes comes before the case."""
    Policy.publish(by="test", levels={"process_refund": "confirm"})
    PolicyRule.objects.update(limit_standard=1, limit_premium=1, limit_vip=1)
    order()
    session_id = travel(f"I want a refund for {PAID}", JOHN).conversation_id
    travel("yes", JOHN, session_id=session_id)
    case, action = Escalation.objects.get(), Action.objects.get()
    assert (action.status, case.reason) == ("awaiting_approval", "approval_needed")
    rows = AuditEvent.objects.order_by("pk").values_list("who", "what", "case", "action", "amount")
    assert list(rows) == [
        ("mesh", "case opened", case.pk, None, None),
        ("customer", "action awaiting_approval", case.pk, action.pk, Decimal("90.00")),
    ]


def test_all_that_is_left_is_refunded_where_no_amount_is_given(mine: Escalation, maria: Client) -> None:
    order()
    key = str(uuid.uuid4())
    for _ in range(2):  # nothing is left by the second time, and it is the same refund
        assert "Executed. The customer was told." in done(start(maria, mine, "process_refund", key=key, order=PAID))
    assert refunded() == Decimal("90.00")
    assert "nothing that was paid for it is left" in refused(start(maria, mine, "process_refund", order=PAID))


def test_a_part_that_staff_refund_is_told_with_its_amount(mine: Escalation, maria: Client) -> None:
    order()
    done(start(maria, mine, "process_refund", order=PAID, amount="12.50"))
    assert notices(mine)[-1].startswith(f"Your order {PAID} has been refunded: $12.50. Reference: ")


@pytest.mark.parametrize("kind", ["generate_return_label", "process_return"])
def test_a_return_label_reaches_the_customer_and_stands_on_the_page(
    mine: Escalation, maria: Client, settings: Any, kind: str
) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    order(RETURNABLE)
    done(start(maria, mine, kind, order=RETURNABLE))
    label = Action.objects.get().result["return_label"]
    number, url = label["number"], f"https://chat.example{label['url']}"
    assert f" Your return label is {number}; print it at {url}." in notices(mine)[-1]
    assert f"Return label {number}" in shown(maria, mine)
    assert f'href="{url}"' in maria.get(page_of(mine)).content.decode()


def test_what_is_beyond_their_limit_waits_for_a_supervisor_who_approves_it(
    mine: Escalation, maria: Client, susan: Client
) -> None:
    order(paid="149.97")
    said = done(start(maria, mine, "process_refund", order=PAID))
    assert "waits for a supervisor, who can decide once you release the case or reassign it to them." in said
    assert "beyond your limit of 100.00 USD: release the case, or reassign it to a supervisor" in shown(maria, mine)
    action = Action.objects.get()
    assert (action.status, refunded()) == ("awaiting_approval", 0)
    assert "beyond your limit of $100.00" in refused(press(maria, mine, "approve", action=action.pk))
    assert "Decide first" in refused(press(maria, mine, "resolve"))
    assert "is requested already" in refused(start(maria, mine, "process_refund", order=PAID, amount="20"))
    done(press(maria, mine, "reassign", to=User.objects.get(username="susan").pk))
    assert "Executed. The customer was told." in done(press(susan, mine, "approve", action=action.pk))
    assert refunded() == Decimal("149.97")
    assert notices(mine)[-1].endswith("Decided by Susan from support.")


def test_a_tier_waits_for_a_supervisor_however_high_the_agents_limit(case: Escalation, susan: Client) -> None:
    """It lifts the limits of all that the customer asks for later."""
    tom = at_desk(member("tom", limit=10_000))
    done(press(tom, case, "claim"))
    assert "waits for a supervisor" in done(start(tom, case, "update_customer_tier", tier="vip"))
    action = Action.objects.get()
    for button, given in (("approve", {}), ("done", {"reference": "X"})):
        refusal = refused(press(tom, case, button, action=action.pk, **given))
        assert "The tier is a supervisor's to approve." in refusal
    assert (now(action).status, events(action)) == ("awaiting_approval", [("staff tom", "action started")])
    assert Customer.objects.get(email=JOHN).tier != "vip"
    assert "for a supervisor to approve: release the case, or reassign it to a supervisor" in shown(tom, case)
    done(press(tom, case, "release"))
    assert "for a supervisor to approve" not in shown(susan, case)
    assert "Executed. The customer was told." in done(press(susan, case, "approve", action=action.pk))
    assert Customer.objects.get(email=JOHN).tier == "vip"


def test_a_supervisor_gives_a_tier_at_once(case: Escalation, susan: Client) -> None:
    done(press(susan, case, "claim"))
    assert "Executed." in done(start(susan, case, "update_customer_tier", tier="vip"))
    assert Customer.objects.get(email=JOHN).tier == "vip"


def test_what_the_policy_switches_off_staff_do_not_start(mine: Escalation, maria: Client) -> None:
    off = Policy.publish(by="test", levels={"cancel_order": "off"})
    assert f"The policy (version {off.pk}) switches this off." in refused(
        start(maria, mine, "cancel_order", order=PROCESSING)
    )
    assert (Order.objects.get(number=PROCESSING).status, Action.objects.count()) == ("processing", 0)


@pytest.mark.parametrize("number", ["ORD-22222221", "ORD-00000000"])
def test_nothing_is_started_on_an_order_of_somebody_else(mine: Escalation, maria: Client, number: str) -> None:
    before = Order.objects.filter(number=number).values().first()
    assert "none of the customer's orders" in refused(start(maria, mine, "cancel_order", order=number))
    assert Order.objects.filter(number=number).values().first() == before
    assert not Action.objects.exists()


def test_what_the_shop_does_not_allow_is_said(mine: Escalation, maria: Client) -> None:
    assert "Not possible: it is shipped" in refused(start(maria, mine, "cancel_order", order=SHIPPED))
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"kind": ""}, "Choose what is to be done."),
        ({"kind": "rob_the_bank"}, "There is no such action."),
        ({"kind": "check_order_status", "order": SHIPPED}, "There is no such action."),
        ({"kind": "cancel_order"}, "needs an order"),
        ({"kind": "update_delivery_address", "order": PROCESSING}, "needs: address"),
        ({"kind": "update_customer_tier", "tier": "emperor"}, "emperor"),
        ({"kind": "escalate_to_supervisor", "key": "no"}, "valid UUID"),
    ],
)
def test_what_is_missing_is_asked_for(mine: Escalation, maria: Client, given: dict[str, str], why: str) -> None:
    assert why in refused(press(maria, mine, "start", **{"key": str(uuid.uuid4()), **given}), 400)
    assert not Action.objects.exists()


def test_a_key_of_another_case_starts_nothing_here(mine: Escalation, maria: Client) -> None:
    key = str(uuid.uuid4())
    done(start(maria, mine, "escalate_to_supervisor", key=key))
    other = opened(JANE)
    assert "Load the page again" in refused(start(maria, other, "escalate_to_supervisor", key=key))
    assert Action.objects.count() == 1


def test_a_shop_that_is_silent_is_not_said_to_know_no_such_order(
    mine: Escalation, maria: Client, settings: Any
) -> None:
    order()
    action = waits(mine)
    with bad_shop(settings) as down:
        down.answers["orders"] = BAD["hung up"]
        for response in (
            start(maria, mine, "cancel_order", order=PROCESSING),
            press(maria, mine, "edit", action=action.pk, amount="20"),
        ):
            assert "The shop does not answer (orders): nothing was done." in refused(response)
    assert (Action.objects.get(), now(action).amount) == (action, Decimal("30.00"))


# --- the trail ------------------------------------------------------------------------------------


def test_the_whole_trail_of_a_case_can_be_followed(mine: Escalation, maria: Client, susan: Client) -> None:
    order(paid="149.97")
    start(maria, mine, "process_refund", order=PAID)
    press(maria, mine, "reassign", to=User.objects.get(username="susan").pk)
    action = Action.objects.get()
    press(susan, mine, "edit", action=action.pk, amount="120.00")
    press(susan, mine, "approve", action=action.pk)
    press(susan, mine, "reply-and-resolve", text="Done.", key=uuid.uuid4())
    rows = AuditEvent.objects.filter(case=mine.pk).order_by("pk")
    assert {row.conversation for row in rows} == {mine.conversation_id}
    assert [(row.who, row.what) for row in rows] == [
        ("customer", "case opened"),
        ("staff maria", "case claimed"),
        ("staff maria", "action started"),
        ("staff maria", "case reassigned"),
        ("staff susan", "action edited"),
        ("staff susan", "action approved"),
        ("staff susan", "action executed"),
        ("staff susan", "reply sent"),
        ("staff susan", "case resolved"),
    ]
    version = Policy.current().pk
    for row, amount in zip(rows.filter(what__startswith="action"), ["149.97", *["120.00"] * 3], strict=True):
        assert (row.action, row.order, row.amount, row.currency) == (action.pk, PAID, Decimal(amount), "USD")
        assert row.policy_version == version


# --- no customer reads a variable -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["Hello {{ customer.first_name }}", "Hello {{customer}}", "Hello {{ first name }}"])
@pytest.mark.parametrize("button", ["reply", "reply-and-resolve", "send-draft"])
def test_no_reply_goes_out_with_a_variable(mine: Escalation, maria: Client, button: str, text: str) -> None:
    response = press(maria, mine, button, text=text, key=str(uuid.uuid4()))
    assert "first: the customer would read it." in refused(response, 400)
    assert text in response.content.decode()
    assert heard(mine) == []


@pytest.mark.parametrize(("button", "field"), [("reject", "reason"), ("done", "reference")])
def test_no_decision_is_told_with_a_variable(mine: Escalation, maria: Client, button: str, field: str) -> None:
    order()
    action = waits(mine)
    response = press(maria, mine, button, action=str(action.pk), **{field: "Sorry, {{ customer.first_name }}"})
    assert "Fill in {{ customer.first_name }} first: the customer would read it." in refused(response, 400)
    assert 'aria-label="Your text, not used">Sorry, {{ customer.first_name }}</textarea>' in response.content.decode()
    assert now(action).status == Action.Status.AWAITING_APPROVAL
    assert not Turn.objects.filter(text__contains="{{").exists()


# --- a visitor who has not shown who they are -------------------------------------------------------


@pytest.fixture
def guest(transactional_db: None) -> Client:
    """A browser on our own page that asked for an order, and then for a person."""
    client = Client()
    client.get("/")
    session_id = writes(OWN, client, message=f"Where is {SHIPPED}? I am {JOHN}").json()["session_id"]
    request_human(session_id=session_id)
    return client


@pytest.fixture
def theirs(guest: Client, maria: Client) -> Escalation:
    case = Escalation.objects.get()
    done(press(maria, case, "claim"))
    return case


def send_code(client: Client, case: Escalation, email: str) -> str:
    address = f"/admin/actors/escalation/{case.pk}/send-code/"
    return done(client.post(address, {"email": email}, follow=True))


def test_of_an_unverified_visitor_no_orders_and_no_actions_show(theirs: Escalation, maria: Client) -> None:
    page = maria.get(page_of(theirs)).content.decode()
    assert "This customer is not verified." in page
    assert "Not shown: the customer is not verified." in page
    assert "Send them a sign-in code" in page
    assert 'id="part-customer"' not in page
    part = maria.get(f"/admin/actors/escalation/{theirs.pk}/customer/").content.decode()
    assert "Not verified." in part
    assert "ORD-" not in part
    assert 'name="kind"' not in part
    assert "Headphones" not in page


def test_in_the_name_of_an_unverified_visitor_nothing_is_started(theirs: Escalation, maria: Client) -> None:
    for kind in ("add_customer_note", "escalate_to_supervisor", "cancel_order"):
        given = {"text": "x", "order": PROCESSING}
        assert "The customer is not verified" in refused(start(maria, theirs, kind, **given))
    assert not Action.objects.exists()


def test_a_canned_reply_tells_an_unverified_visitor_nothing(theirs: Escalation, maria: Client) -> None:
    row = CannedReply.objects.create(title="x", text="{{ customer.first_name }} {{ order.number }}")
    filled = maria.get(f"/admin/actors/escalation/{theirs.pk}/canned/{row.pk}/").json()["text"]
    assert filled == row.text


def test_a_code_shows_who_it_is_and_counts_in_the_visitors_own_browser_alone(
    theirs: Escalation, guest: Client, maria: Client
) -> None:
    assert "Asked for in the chat." in send_code(maria, theirs, f" {JOHN.title()} ")
    asked = theirs.conversation.turns.last()
    assert asked.text.startswith("Maria has sent a code to the address you gave, if we know it.")
    assert (asked.agent, asked.metadata["outcome"], asked.metadata["email"]) == ("Maria", "verify", JOHN)
    assert trail(theirs)[-1] == ("staff maria", "sign-in code sent")
    tasks.send_code(str(SignInCode.objects.get().pk))
    (message,) = mail.outbox
    assert message.to == [JOHN]
    code = "".join(message.subject.split()[:2])
    body = {"email": JOHN, "code": code, "session_id": str(theirs.conversation_id)}
    stranger = Client()
    stranger.get("/")
    for browser in (stranger, maria):
        assert auth(browser, "verify", **body).status_code == 400
    assert Conversation.objects.get().customer_email is None
    assert auth(guest, "verify", **body).status_code == 200
    assert Conversation.objects.get().customer_email == JOHN
    page = maria.get(page_of(theirs)).content.decode()
    assert "This customer is not verified." not in page
    assert 'id="part-customer"' in page
    assert SHIPPED in maria.get(f"/admin/actors/escalation/{theirs.pk}/customer/").content.decode()


@pytest.mark.parametrize("writes_on", [False, True])
def test_once_the_visitor_has_signed_in_staff_act_for_them(
    theirs: Escalation, guest: Client, maria: Client, writes_on: bool
) -> None:
    send_code(maria, theirs, JOHN)
    tasks.send_code(str(SignInCode.objects.get().pk))
    code = "".join(mail.outbox[0].subject.split()[:2])
    auth(guest, "verify", email=JOHN, code=code, session_id=str(theirs.conversation_id))
    assert notices(theirs)[-1] == "Signed in with a code sent by e-mail."
    assert "Signed in with a code sent by e-mail." in maria.get(page_of(theirs)).content.decode()
    assert trail(theirs)[-1] == ("customer", "signed in by code")
    if writes_on:
        writes(OWN, guest, message="It is me.", session_id=str(theirs.conversation_id))
        assert unread(maria) == 1
    assert "Executed." in done(start(maria, theirs, "add_order_note", order=SHIPPED, text="Ring twice."))
    action = Action.objects.get()
    assert (action.turn.text == "It is me.", action.turn.customer_email) == (writes_on, JOHN)
    assert Order.objects.get(number=SHIPPED).history.get().by == "staff maria"
    assert "none of the customer's orders" in refused(start(maria, theirs, "cancel_order", order="ORD-22222221"))


def test_a_stranger_to_the_shop_looks_alike_and_gets_no_mail(theirs: Escalation, maria: Client) -> None:
    known = send_code(maria, theirs, JOHN)
    first = theirs.conversation.turns.last().text
    assert send_code(maria, theirs, "nobody@example.com") == known
    assert theirs.conversation.turns.last().text == first
    tasks.send_code(str(SignInCode.objects.get().pk))
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["", "john", "john@", "a@b.example, c@d.example"])
def test_a_code_goes_to_an_address_only(theirs: Escalation, maria: Client, email: str) -> None:
    before = theirs.conversation.turns.count()
    assert "That is no e-mail address." in send_code(maria, theirs, email)
    assert (theirs.conversation.turns.count(), SignInCode.objects.count()) == (before, 0)


def test_a_customer_who_is_known_needs_no_code(mine: Escalation, maria: Client) -> None:
    assert "nobody in this conversation who could enter a code" in send_code(maria, mine, JOHN)
    assert "Send them a sign-in code" not in maria.get(page_of(mine)).content.decode()
    assert not SignInCode.objects.exists()


def test_an_amount_in_two_halves_is_one_amount_to_the_limit(mine: Escalation, maria: Client) -> None:
    order(paid="150.00")
    assert "Executed." in done(start(maria, mine, "process_refund", order=PAID, amount="60.00"))
    assert "waits for a supervisor" in done(start(maria, mine, "process_refund", order=PAID, amount="60.00"))
    assert refunded() == Decimal("60.00")


@pytest.mark.parametrize("said_since", [True, False])
def test_a_decision_solves_the_case_only_when_nobody_has_said_anything_since(said_since: bool, susan: Client) -> None:
    case = opened()
    Escalation.objects.filter(pk=case.pk).update(reason="approval_needed", turn=case.conversation.turns.first())
    order()
    action = waits(case)
    if said_since:
        say("Somebody used my account, I want a person", session_id=case.conversation_id, customer_email=JOHN)
    done(press(susan, case, "approve", action=str(action.pk)))
    case.refresh_from_db()
    assert case.status == ("open" if said_since else "resolved")
