"""Actions through the whole mesh, against the real services: described, confirmed, within policy, once."""

import json
import threading
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone

from actors.actions import ACTIONS
from actors.actions.decide import approve, done_in_shop, reject
from actors.base import receive, seal, work
from actors.context_retriever import drop_cached
from actors.doorbell import first_message
from actors.errors import Temporary
from actors.ledger import accept
from actors.message import Message
from actors.models import Action, AuditEvent, Conversation, Escalation, Policy, Turn
from actors.recovery import sweep
from orders.models import Order
from tests.identities import staff
from tests.test_flow import shop, travel  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop", "policy")]

JOHN, RITA, JANE = "john.doe@example.com", "returns.customer@example.com", "jane.smith@example.com"
MINE, SHIPPED, DELIVERED = "ORD-12345679", "ORD-12345678", "ORD-11111111"


@pytest.fixture
def policy(transactional_db: None) -> Policy:
    """What the first installation publishes: limits of 100 for whoever it is."""
    version = Policy.publish(by="test", levels={name: kind.level for name, kind in ACTIONS.items()})
    for rule in ("cancel_order", "process_refund"):
        version.rules.filter(action=rule).update(limit_standard=100, limit_premium=100, limit_vip=100)
    version.rules.filter(action="process_return").update(level="confirm")
    return version


def talk(*lines: str, email: str = JOHN, session: uuid.UUID | None = None) -> list[Turn]:
    turns: list[Turn] = []
    for line in lines:
        turns.append(travel(line, email, session_id=turns[-1].conversation_id if turns else session))
    return turns


def status(number: str) -> str:
    return Order.objects.get(number=number).status


def test_cancellation_is_described_exactly_and_nothing_done_before_the_yes() -> None:
    (turn,) = talk(f"Cancel my order {MINE}")
    action = Action.objects.get()
    question = turn.reply.metadata["question"]
    assert turn.reply.metadata["outcome"] == "question"
    assert MINE in question["text"]
    assert "$89.00" in question["text"]
    assert (question["action_id"], question["choices"]) == (str(action.pk), ["Yes", "No"])
    assert (action.status, action.amount, action.policy_version) == (
        "awaiting_confirmation",
        Decimal("89.00"),
        Policy.current().pk,
    )
    assert timedelta(minutes=29) < action.expires_at - timezone.now() <= timedelta(minutes=30)
    assert status(MINE) == "processing"


@pytest.mark.parametrize("yes", ["yes", "Yep, go ahead", "👍", "ok do it"])
def test_yes_carries_it_out_and_leaves_a_trail(yes: str) -> None:
    turns = talk(f"Cancel my order {MINE}", yes)
    assert "has been cancelled" in turns[-1].reply.text
    assert status(MINE) == "cancelled"
    assert Action.objects.get().status == "executed"
    event = AuditEvent.objects.get()
    assert (event.who, event.what, event.order, event.amount) == (
        "customer via chat",
        "action executed",
        MINE,
        Decimal("89.00"),
    )


@pytest.mark.parametrize("no", ["no", "please don't", "never mind", "👎"])
def test_no_cancels_the_question_and_the_customer_is_told(no: str) -> None:
    turns = talk(f"Cancel my order {MINE}", no)
    assert "left your order" in turns[-1].reply.text
    assert (Action.objects.get().status, status(MINE)) == ("cancelled", "processing")


def test_yes_but_another_order_is_no_yes() -> None:
    talk(f"Cancel my order {MINE}", "yes, but the other order")
    assert status(MINE) == "processing"


def test_yes_after_another_topic_still_means_the_question_that_was_repeated() -> None:
    turns = talk(f"Cancel my order {MINE}", "What are your opening hours?", "yes")
    assert "One thing is still open" in turns[1].reply.text
    assert status(MINE) == "cancelled"


def test_new_request_replaces_the_open_question_visibly() -> None:
    turns = talk(f"Cancel my order {MINE}", f"Please expedite my order {SHIPPED}")
    kinds = dict(Action.objects.values_list("kind", "status"))
    assert kinds == {"cancel_order": "cancelled", "expedite_delivery": "awaiting_confirmation"}
    assert f"left your order {MINE}" in turns[-1].reply.text


def test_question_expires_and_the_customer_is_told() -> None:
    (turn,) = talk(f"Cancel my order {MINE}")
    Action.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    assert Action.objects.get().status == "expired"
    notice = turn.conversation.turns.last()
    assert (notice.role, "has expired" in notice.text) == ("system", True)
    talk("yes", session=turn.conversation_id)
    assert status(MINE) == "processing"


def test_button_of_an_older_question_confirms_nothing() -> None:
    first, _ = talk(f"Cancel my order {MINE}", f"Please expedite my order {SHIPPED}")
    stale = first.reply.metadata["question"]["action_id"]
    turn = travel("Yes", JOHN, session_id=first.conversation_id, action_id=uuid.UUID(stale))
    assert f"left your order {MINE}" in turn.reply.text
    assert status(MINE) == "processing"
    assert not Action.objects.filter(status="executed").exists()


def test_button_of_somebody_elses_question_confirms_nothing() -> None:
    (johns,) = talk(f"Cancel my order {MINE}")
    stolen = uuid.UUID(johns.reply.metadata["question"]["action_id"])
    travel("Yes", JANE, action_id=stolen)
    assert (Action.objects.get().status, status(MINE)) == ("awaiting_confirmation", "processing")


def test_refund_beyond_the_limit_waits_for_a_person_and_within_is_done() -> None:
    talk(f"Please refund {SHIPPED}", "yes")  # $149.97
    assert Action.objects.get().status == "awaiting_approval"
    assert Order.objects.get(number=SHIPPED).refunded == 0
    assert Escalation.objects.get().reason == "approval_needed"
    turns = talk(f"Please refund $20 for {SHIPPED}", "yes")
    assert "has been refunded, $20.00" in turns[-1].reply.text
    assert Order.objects.get(number=SHIPPED).refunded == 20


def test_what_waits_for_a_decision_is_not_requested_twice() -> None:
    talk(f"Please refund {SHIPPED}", "yes")
    (again,) = talk(f"Please refund {SHIPPED}")
    assert "requested already" in again.reply.text
    assert Action.objects.count() == 1


def test_refund_of_more_than_was_paid_is_refused() -> None:
    (turn,) = talk(f"Please refund $900 for {SHIPPED}")
    assert "only $149.97" in turn.reply.text
    assert not Action.objects.exists()


def test_policy_of_nothing_published_approves_no_amount() -> None:
    Policy.objects.all().delete()
    talk(f"Cancel my order {MINE}", "yes")
    assert (Action.objects.get().status, status(MINE)) == ("awaiting_approval", "processing")


@pytest.mark.parametrize(
    ("level", "lines", "expected", "cancelled"),
    [
        ("off", [f"Cancel my order {MINE}"], [], False),
        ("draft", [f"Cancel my order {MINE}"], ["proposed"], False),
        ("confirm", [f"Cancel my order {MINE}"], ["awaiting_confirmation"], False),
        ("auto", [f"Cancel my order {MINE}"], ["executed"], True),
    ],
)
def test_level_of_the_policy_says_how_far_it_goes(
    level: str, lines: list[str], expected: list[str], cancelled: bool
) -> None:
    Policy.current().rules.filter(action="cancel_order").update(level=level)
    talk(*lines)
    assert [action.status for action in Action.objects.all()] == expected
    assert (status(MINE) == "cancelled") is cancelled


def test_no_more_actions_per_message_than_the_policy_allows() -> None:
    Policy.publish(by="test", levels={"add_order_note": "auto"}, max_actions=1)
    talk(f"Cancel my order {MINE}. Add a note: ring twice, {MINE}")
    assert Action.objects.count() == 1


def test_stranger_and_guest_get_nothing_done_and_learn_nothing() -> None:
    (real,) = talk(f"Cancel my order {MINE}", email=JANE)
    (made_up,) = talk("Cancel my order ORD-00000000", email=JANE)
    assert real.reply.text.replace(MINE, "ORD-00000000") == made_up.reply.text
    assert travel(f"Cancel my order {MINE}").reply.metadata["outcome"] == "verify"
    assert not Action.objects.exists()


def test_only_eligible_order_is_proposed_when_none_is_named() -> None:
    talk("Please cancel my order")
    assert Action.objects.get().order == MINE


def test_several_eligible_orders_are_asked_about_and_the_answer_goes_on() -> None:
    Order.objects.filter(number=SHIPPED).update(status="processing")
    first, second = talk("Please cancel my order", SHIPPED)
    assert set(first.reply.metadata["question"]["choices"]) >= {MINE, SHIPPED}
    action = Action.objects.get()
    assert (action.kind, action.order, action.status) == ("cancel_order", SHIPPED, "awaiting_confirmation")
    assert "Shall I do that?" in second.reply.text


def test_new_address_is_asked_for_and_the_answer_goes_on() -> None:
    turns = talk(f"I want to change the delivery address of {MINE}", "12 New Street, Leeds LS1 4AB", "yes")
    assert "What is the new delivery address?" in turns[0].reply.text
    assert Action.objects.get().status == "executed"
    assert "12 New Street" in Order.objects.get(number=MINE).shipping_address


def test_callback_needs_a_number_and_becomes_a_case() -> None:
    (turn,) = talk(f"Please call me back at +1 555 123 4567 about {SHIPPED}")
    case = Escalation.objects.get()
    assert "+1 555 123 4567" in case.summary
    assert "A colleague will" in turn.reply.text


def test_shop_that_moved_on_since_the_question_is_asked_again() -> None:
    (turn,) = talk(f"Cancel my order {MINE}")
    Order.objects.filter(number=MINE).update(status="shipped")
    drop_cached(JOHN)
    (answer,) = talk("yes", session=turn.conversation_id)
    assert "is not possible" in answer.reply.text
    assert (Action.objects.get().status, status(MINE)) == ("rejected", "shipped")


def test_write_whose_answer_was_lost_is_asked_about_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    (turn,) = talk(f"Please refund $20 for {SHIPPED}")
    sent = []
    original = requests.Session.request

    def losing(self: requests.Session, method: str, url: str, **kwargs: object) -> requests.Response:
        response = original(self, method, url, **kwargs)
        sent.append((method, url.rsplit("/orders/", 1)[-1]))
        if method == "POST" and len([m for m, _ in sent if m == "POST"]) == 1:
            raise requests.ConnectionError("the line is cut")
        return response

    monkeypatch.setattr(requests.Session, "request", losing)
    (answer,) = talk("yes", session=turn.conversation_id)
    assert "has been refunded" in answer.reply.text
    assert Order.objects.get(number=SHIPPED).refunded == 20
    action = Action.objects.get()
    writes = [(method, path) for method, path in sent if "refund" in path or "requests" in path]
    assert writes == [("POST", f"{SHIPPED}/refund/"), ("GET", f"requests/{action.pk}/")]


def test_action_whose_worker_died_is_finished_by_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    (turn,) = talk(f"Please refund $20 for {SHIPPED}")
    Action.objects.update(status="executing", decided_by="customer via chat")
    Action.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    assert sweep() == 1
    assert (Action.objects.get().status, Order.objects.get(number=SHIPPED).refunded) == ("executed", 20)
    assert "has been refunded" in turn.conversation.turns.last().text
    assert sweep() == 0


@pytest.mark.timeout(300)
def test_two_hundred_deliveries_of_one_confirmed_refund_refund_once() -> None:
    (asked,) = talk(f"Please refund $20 for {SHIPPED}")
    yes = accept(session_id=asked.conversation_id, text="yes", customer_email=JOHN, verified=True, caller="server:shop")
    attempt, deadline_at, epoch = yes.claim()
    message: Message = first_message(yes).claimed(attempt=attempt, deadline_at=deadline_at, epoch=epoch)
    while message.route.current != "execution_coordinator":
        message, _ = work(message)
    envelope = json.loads(json.dumps(seal(message)))

    def deliver() -> None:
        following = work(message)
        while following is not None:
            final, _ = following
            following = work(final)
        connections.close_all()

    receive("execution_coordinator", envelope)  # one over the real path, the rest at the same time
    threads = [threading.Thread(target=deliver) for _ in range(200)]
    for start in range(0, 200, 20):
        batch = threads[start : start + 20]
        [thread.start() for thread in batch]
        [thread.join() for thread in batch]
    assert Order.objects.get(number=SHIPPED).refunded == 20
    history = requests.get(
        f"{django_settings.ORDERS_API_URL}/{SHIPPED}/history/",
        headers={"Authorization": f"Bearer {django_settings.SERVICE_TOKEN}"},
        timeout=10,
    ).json()
    rows = history["results"] if isinstance(history, dict) else history
    assert len([row for row in rows if "refund" in json.dumps(row)]) == 1
    assert Turn.objects.filter(in_reply_to=yes).count() == 1
    assert AuditEvent.objects.filter(what="action executed").count() == 1


def test_staff_approve_once_however_often_they_press() -> None:
    (_, turn) = talk(f"Please refund {SHIPPED}", "yes")
    action = Action.objects.select_related("turn").get()
    assert [approve(action, by=staff("maria")) for _ in range(3)] == [True, False, False]
    assert action.status == "executed"
    assert Order.objects.get(number=SHIPPED).refunded == Decimal("149.97")
    told = turn.conversation.turns.filter(role="system")
    assert [t.text.startswith(f"Your order {SHIPPED} has been refunded") for t in told] == [True]
    assert Escalation.objects.get().status == "resolved"
    assert Conversation.objects.get().status == "bot"


def test_staff_reject_with_a_reason_the_customer_reads() -> None:
    (_, turn) = talk(f"Please refund {SHIPPED}", "yes")
    action = Action.objects.select_related("turn").get()
    assert reject(action, by=staff("maria"), reason="the parcel arrives tomorrow")
    assert not reject(action, by=staff("tom"), reason="no")
    assert not done_in_shop(action, by=staff("tom"), reference="X")
    assert "the parcel arrives tomorrow" in turn.conversation.turns.last().text
    assert Order.objects.get(number=SHIPPED).refunded == 0


def test_draft_done_in_the_shop_is_told_with_its_reference() -> None:
    Policy.current().rules.filter(action="cancel_order").update(level="draft")
    (turn,) = talk(f"Cancel my order {MINE}")
    assert done_in_shop(Action.objects.select_related("turn").get(), by=staff("maria"), reference="SHOP-77")
    assert "SHOP-77" in turn.conversation.turns.last().text
    assert status(MINE) == "processing"  # ours is only a copy


def test_every_action_is_told_apart_by_level_need_and_undo() -> None:
    assert set(ACTIONS) >= {
        "check_order_status", "provide_tracking_info", "expedite_order", "expedite_delivery", "process_return",
        "process_refund", "cancel_order", "update_delivery_address", "add_customer_note", "add_order_note",
        "update_customer_tier", "generate_return_label", "contact_carrier", "schedule_callback",
        "escalate_to_supervisor",
    }  # fmt: skip
    assert all(kind.undo for kind in ACTIONS.values())
    assert not ACTIONS["update_customer_tier"].by_chat


def test_unknown_whether_done_is_not_told_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    (turn,) = talk(f"Please refund $20 for {SHIPPED}")

    def away(*_: object, **__: object) -> None:
        raise Temporary("orders did not answer")

    monkeypatch.setattr("actors.actions.shop.write", away)
    monkeypatch.setattr("actors.actions.carry_out.result_of", away)
    (answer,) = talk("yes", session=turn.conversation_id)
    assert "has been refunded" not in answer.reply.text
    assert answer.status == "escalated"
    assert Action.objects.get().status == "executing"


def test_nothing_is_done_for_an_order_when_the_parcel_that_was_named_is_somebody_elses() -> None:
    turn = travel("Contact the carrier for TRK123456789", "sarah.wilson@example.com")
    assert not Action.objects.exists()
    assert "TRK123456789" in turn.reply.text


def test_a_parcel_that_is_named_means_its_order() -> None:
    travel("Contact the carrier for TRK123456789", JOHN)
    assert Action.objects.get().order == SHIPPED
