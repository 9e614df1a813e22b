"""Every reply: says what is known, invents nothing, drops no wish, and passes the guardrail."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from django.utils import timezone

from actors.actions.registry import Subject
from actors.actions.shop import before_shipping
from actors.guardrail_validator import guardrail_validator
from actors.message import (
    ActionResult,
    Context,
    ConversationView,
    Customer,
    Decision,
    Entity,
    ExecutionResult,
    Intent,
    IntentName,
    Money,
    Order,
    OrderItem,
    Payload,
    Question,
    Response,
    Sentiment,
    Shipment,
)
from actors.response_generator import response_generator

INTENTS = get_args(IntentName)
HOLLOW = ("let me check", "look into", "one moment", "please hold", "get back to you")
SENTIMENTS = {
    "neutral": Sentiment(label="neutral", score=0, intensity=0.1, urgency="low", is_complaint=False),
    "friendly": Sentiment(label="positive", score=0.7, intensity=0.5, urgency="low", is_complaint=False),
    "apologetic": Sentiment(label="negative", score=-0.6, intensity=0.6, urgency="medium", is_complaint=True),
    "empathetic": Sentiment(label="negative", score=-0.4, intensity=0.4, urgency="medium", is_complaint=False),
}
JOHN = Customer(email="john.doe@example.com", first_name="John", last_name="Doe", tier="premium")


def ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def day(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def written(days: int) -> str:
    date = (timezone.now() + timedelta(days=days)).date()
    return f"{date.day} {date:%B %Y}"


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def make_order(number: str, status: str, item: str, price: str, *, placed: int, **fields) -> Order:
    items = (OrderItem(sku=f"SKU-{number[-3:]}", name=item, quantity=1, price=usd(price)),)
    given = {"total": usd(price), "refunded": usd("0"), "placed_at": ago(placed), **fields}
    return Order(number=number, status=status, items=items, **given)


SHIPPED = make_order(
    "ORD-12345678", "shipped", "Wireless Headphones", "199.99", placed=9, tracking_number="TRK123456789"
)
DELIVERED = make_order("ORD-11111111", "delivered", "Running Shoes", "89.50", placed=14, delivered_at=ago(7))
OLD = make_order("ORD-22222222", "delivered", "Desk Lamp", "35.00", placed=90, delivered_at=ago(80))
PENDING = make_order("ORD-33333333", "pending", "Coffee Grinder", "59.00", placed=0, estimated_delivery=day(6))
PROCESSING = make_order("ORD-44444444", "processing", "Yoga Mat", "25.00", placed=2)
CANCELLED = make_order(
    "ORD-55555555", "cancelled", "Tablet 24 Inch 100% Metal", "1299.00", placed=30, refunded=usd("1299.00")
)
RETURNED = make_order("ORD-66666666", "returned", "Rain Jacket", "75.00", placed=40, delivered_at=ago(35))
STUCK = make_order("ORD-77777777", "shipped", "Smart Watch", "249.00", placed=11, tracking_number="TRK777777777")
CONFIRMED = make_order("ORD-88888888", "confirmed", "Backpack", "45.00", placed=1, estimated_delivery=day(-1))
SHIPMENTS = (
    Shipment(
        tracking_number="TRK123456789",
        order_number="ORD-12345678",
        carrier="UPS",
        status="in_transit",
        shipped_at=ago(8),
        estimated_delivery=day(-2),
        last_location="Memphis, TN",
    ),
    Shipment(
        tracking_number="TRK777777777",
        order_number="ORD-77777777",
        carrier="FedEx",
        status="exception",
        shipped_at=ago(10),
        estimated_delivery=day(1),
        exception_reason="Address not found; a new attempt within 2 days",
    ),
)
ALL = (PENDING, CONFIRMED, PROCESSING, SHIPPED, STUCK, DELIVERED, CANCELLED, RETURNED, OLD)


def known(*orders: Order, **fields) -> Context:
    numbers = {order.number for order in orders}
    tracking = tuple(shipment for shipment in SHIPMENTS if shipment.order_number in numbers)
    return Context(**{"customer": JOHN, "orders": orders, "tracking": tracking, "source": "services", **fields})


CONTEXTS = {
    "all": known(*ALL),
    **{order.status + order.number[-1]: known(order) for order in ALL},
    "no_orders": known(),
    "incomplete": Context(complete=False, missing=("customers", "orders", "tracking")),
    "no_tracking": known(*ALL, tracking=(), complete=False, missing=("tracking",)),
    "no_customer": known(*ALL, customer=None, complete=False, missing=("customers",)),
    "none": None,
}


def entity(kind: str, value: str) -> Entity:
    return Entity(type=kind, value=value, span=(0, len(value)))


def make(
    *wishes: str,
    context: Context | None = CONTEXTS["all"],
    outcome: str | None = "answer",
    tone: str = "neutral",
    verified: bool = True,
    entities: tuple[Entity, ...] = (),
    actions: tuple[ActionResult, ...] = (),
    question: Question | None = None,
    waiting: bool = False,
) -> Payload:
    """A payload as it reaches the generator."""
    return Payload(
        customer_message=" ".join(["Hello", *(entity.value for entity in entities)]),
        customer_email="john.doe@example.com",
        verified=verified,
        conversation=ConversationView(waiting=waiting),
        sentiment=SENTIMENTS[tone],
        intent=Intent(category=wishes[0], secondary=wishes[1:], confidence=0.9, entities=entities),
        context=context,
        decision=Decision(rules=(), outcome=outcome) if outcome else None,
        execution_result=ExecutionResult(actions=actions, question=question) if actions or question else None,
    )


def replied(payload: Payload) -> Response:
    """The reply, which must stand as written: what every reply has in common is checked here."""
    response = response_generator(payload)
    text = response.text
    check = guardrail_validator(payload.model_copy(update={"response": response}))
    assert not check.issues, f"{check.issues} in:\n{text}"
    assert check.passed
    assert check.corrected is None
    assert text.strip()
    assert not any(phrase in text.lower() for phrase in HOLLOW), text
    assert "  " not in text
    assert ".." not in text
    for fact in response.facts:
        assert fact.value in text, (fact, text)
    return response


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_a_sound_reply_in_every_tone(intent: str, context: str):
    cases = [("answer", tone, True) for tone in SENTIMENTS]
    cases += [(outcome, "neutral", True) for outcome in ("act", "clarify", "open_question", "fast_path")]
    cases += [(outcome, "apologetic", False) for outcome in ("answer", "verify")]
    for outcome, tone, verified in cases:
        payload = make(intent, context=CONTEXTS[context], tone=tone, outcome=outcome, verified=verified)
        assert len(replied(payload).text.split()) <= 150


@pytest.mark.parametrize("order", [*ALL, None], ids=lambda order: order.number if order else "unknown")
@pytest.mark.parametrize("intent", INTENTS)
def test_a_named_order_is_spoken_of_or_said_not_to_be_found(intent: str, order: Order | None):
    number = order.number if order else "ORD-99999999"
    payload = make(intent, entities=(entity("order_number", number),))
    text = replied(payload).text
    if (
        intent in ("confirm", "deny", "compliment", "escalation_request", "general_inquiry", "account_issue")
        and not order
    ):
        return
    assert number in text
    assert ("can't find" in text) == (order is None)


def test_a_late_order_is_told_with_every_fact():
    response = replied(make("delivery_issue", context=known(SHIPPED), tone="apologetic"))
    for expected in (
        "Hello John,",
        "ORD-12345678 (Wireless Headphones)",
        f"shipped on {written(-8)} with UPS, tracking TRK123456789",
        "in transit",
        "Memphis, TN",
        f"was due on {written(-2)}, so it is late. I'm sorry about that.",
    ):
        assert expected in response.text
    assert {(fact.kind, fact.value) for fact in response.facts} >= {
        ("order_number", "ORD-12345678"),
        ("tracking_number", "TRK123456789"),
        ("carrier", "UPS"),
        ("status", "late"),
        ("date", written(-2)),
    }
    assert response.tone == "apologetic"


def test_the_carriers_reason_is_named():
    assert "Address not found" in replied(make("delivery_issue")).text


@pytest.mark.parametrize("number", ["ORD-99999999", "TRK999999999"])
def test_a_foreign_and_an_unknown_number_read_alike(number: str):
    kind = "order_number" if number.startswith("ORD") else "tracking_number"
    text = replied(make("order_inquiry", entities=(entity(kind, number),))).text
    assert f"I can't find {number} among your orders." in text


def test_nothing_is_said_not_to_exist_when_the_lookup_failed():
    for context in (CONTEXTS["incomplete"], None):
        for entities in ((), (entity("order_number", "ORD-99999999"),)):
            text = replied(make("order_inquiry", context=context, entities=entities)).text
            assert "could not look up" in text
            assert "can't find" not in text
            assert "no orders" not in text


@pytest.mark.parametrize("count", [2, 3, 5, len(INTENTS)])
def test_every_wish_of_a_message_is_named(count: int):
    wishes = INTENTS[:count]
    text = replied(make(*wishes)).text
    assert text.count("About ") == count
    assert len(text) < 4000


def test_several_problems_with_two_orders_are_each_answered():
    entities = (entity("order_number", SHIPPED.number), entity("order_number", DELIVERED.number))
    text = replied(make("delivery_issue", "return_request", "billing_question", entities=entities)).text
    assert "About the delivery: Your order ORD-12345678" in text
    assert f"About your return: Your order ORD-11111111 (Running Shoes) was delivered on {written(-7)}" in text
    assert "About the charge:" in text
    assert "$199.99" in text
    assert "$89.50" in text


def test_a_named_order_that_no_wish_fits_is_not_dropped():
    entities = (entity("order_number", SHIPPED.number), entity("order_number", DELIVERED.number))
    text = replied(make("return_request", entities=entities)).text
    assert SHIPPED.number in text


def action(
    kind: str, status: str = "proposed", order: Order = DELIVERED, *, stored: bool = True, because: str = "policy"
):
    return ActionResult(
        action_id="5f0f0f6e-0000-4000-8000-000000000001" if stored else None,
        kind=kind,
        status=status,
        order=order.number,
        amount=order.total if kind != "update_delivery_address" else None,
        because=because,
    )


KINDS = {
    "process_return": ("return_request", "return"),
    "process_refund": ("refund_request", "refund"),
    "cancel_order": ("cancellation_request", "cancellation"),
    "update_delivery_address": ("order_change", "address change"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_proposed_action_is_named_with_order_item_and_amount(kind: str):
    wish, name = KINDS[kind]
    text = replied(make(wish, outcome="act", actions=(action(kind),))).text
    assert f"I have requested the {name} for your order ORD-11111111 (Running Shoes)" in text
    assert "A colleague will confirm it here." in text
    assert ("$89.50" in text) == (kind != "update_delivery_address")


STATUSES = ("proposed", "awaiting_confirmation", "awaiting_approval", "executing", "executed", "failed", "rejected")


@pytest.mark.parametrize("status", [*STATUSES, "cancelled", "expired"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_end_of_an_action_has_its_words(kind: str, status: str):
    for outcome, wish in (("act", KINDS[kind][0]), ("open_question", "confirm"), ("open_question", "deny")):
        for context in (CONTEXTS["all"], None):
            payload = make(wish, outcome=outcome, actions=(action(kind, status),), context=context)
            assert DELIVERED.number in replied(payload).text


def test_what_the_policy_forbids_is_said_with_the_reason():
    reason = "it is shipped and can only be cancelled before shipping"
    refused = action("cancel_order", "rejected", SHIPPED, stored=False, because=reason)
    text = replied(make("cancellation_request", outcome="act", actions=(refused,))).text
    assert f"is not possible: {reason}." in text
    assert "requested" not in text


def test_a_question_of_the_coordinator_is_asked_once_and_passed_on():
    question = Question(
        text="Which order do you mean?\n- ORD-33333333: Coffee Grinder\n- ORD-44444444: Yoga Mat",
        choices=("ORD-33333333", "ORD-44444444"),
    )
    response = replied(make("cancellation_request", "refund_request", outcome="act", question=question))
    assert response.question == question
    assert response.text.count(question.text) == 1
    assert "About your refund:" in response.text


def test_clarifying_asks_one_question_with_choices():
    response = replied(make("general_inquiry", outcome="clarify"))
    assert response.question
    assert response.question.action_id is None
    assert len(response.question.choices) == 3
    assert response.text.count("?") == 1


def test_a_guest_gets_the_same_words_for_every_address():
    payload = make(
        "order_inquiry", outcome="verify", verified=False, entities=(entity("order_number", SHIPPED.number),)
    )
    other = payload.model_copy(update={"customer_email": "nobody@example.org", "context": None})
    assert replied(payload).text == replied(other).text
    assert "sign in with the e-mail address of your order" in replied(payload).text
    assert "John" not in replied(payload).text
    assert not replied(payload).facts


@pytest.mark.parametrize("topic", ["opening_hours", "shipping", "returns", "warranty", "payment", "contact", "weather"])
def test_topics_say_what_the_settings_say(topic: str, settings):
    settings.SHOP_HOURS = "Monday to Saturday, 8:00 to 20:30"
    settings.RETURN_WINDOW_DAYS = 45
    text = replied(make("general_inquiry", verified=False, context=None, entities=(entity("topic", topic),))).text
    expected = {
        "opening_hours": "Monday to Saturday, 8:00 to 20:30",
        "contact": "Monday to Saturday, 8:00 to 20:30",
        "returns": "45 days",
    }
    assert expected.get(topic, "I don't know the answer to that") in text


def test_the_return_window_is_counted_from_delivery():
    assert f"you can return it until {written(23)}" in replied(make("return_request", context=known(DELIVERED))).text
    late = replied(make("return_request", context=known(OLD))).text
    assert f"ended on {written(-50)}, so it can no longer be returned" in late


def test_dates_stand_in_the_shops_time_zone(settings):
    settings.SHOP_TIME_ZONE = "Pacific/Kiritimati"  # UTC+14: another day than UTC's for most of the day
    moment = timezone.now().replace(year=2020, month=5, day=1, hour=23)
    order = DELIVERED.model_copy(update={"delivered_at": moment})
    assert "2 May 2020" in replied(make("return_request", context=known(order))).text


def test_a_charge_is_found_by_its_amount_or_said_not_to_be():
    found = replied(make("billing_question", entities=(entity("amount", "89.50"),))).text
    assert "$89.50 is the total of your order ORD-11111111 (Running Shoes)" in found
    for written_amount in ("299", "$299.00", "299 USD"):
        missed = replied(make("billing_question", entities=(entity("amount", written_amount),))).text
        assert "None of your orders has that amount." in missed


def test_without_a_decision_the_reply_is_honest():
    payload = make("order_inquiry", outcome=None)
    assert "did not answer just now" in replied(payload).text
    assert "did not answer just now" in replied(payload.model_copy(update={"intent": None})).text


def test_a_waiting_case_is_mentioned():
    for intent in INTENTS:
        assert "colleague" in replied(make(intent, waiting=True)).text


def test_yes_with_nothing_open_is_said_so():
    assert "nothing waiting for a yes" in replied(make("confirm")).text


@pytest.mark.parametrize("name", ["John", "Zoë", "Mary Ann", "O'Neill", "Jean-Luc"])
def test_the_first_name_greets(name: str):
    customer = JOHN.model_copy(update={"first_name": name})
    assert replied(make("order_inquiry", context=known(customer=customer))).text.startswith(f"Hello {name},")


@pytest.mark.parametrize("name", ["", "http://evil.example", "<b>x</b>", "a" * 60, "4111"])
def test_what_is_no_name_does_not_greet(name: str):
    customer = JOHN.model_copy(update={"first_name": name})
    assert replied(make("order_inquiry", context=known(customer=customer))).text.startswith("Hello,")


def said(text: str, payload: Payload, *, confidence: float = 0.9) -> str:
    """The reply when the customer wrote exactly this."""
    intent = payload.intent.model_copy(update={"confidence": confidence})
    return replied(payload.model_copy(update={"customer_message": text, "intent": intent})).text


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("My headphones arrived broken", SHIPPED),
        ("the headphone is broken", SHIPPED),
        ("My desk lamp broke", OLD),
        ("My watch came damaged", STUCK),
        ("It is broken", DELIVERED),
        ("lamplight arrived broken", DELIVERED),
    ],
)
def test_an_item_that_is_named_tells_which_order_is_meant(text: str, order: Order):
    told = said(text, make("product_complaint"))
    assert [one.number for one in ALL if one.number in told] == [order.number]


def test_a_number_counts_more_than_an_item():
    payload = make("product_complaint", entities=(entity("order_number", DELIVERED.number),))
    told = said(f"{DELIVERED.number}: headphones were in it, broken", payload)
    assert DELIVERED.number in told
    assert SHIPPED.number not in told


SPOKEN = ["Please expedite {}", "Add a note to order {}: ring twice", "contact the carrier about {}"]


@pytest.mark.parametrize("asked", SPOKEN)
def test_an_action_that_is_asked_for_is_no_question_without_an_answer(asked: str):
    own, other = (entity("order_number", number) for number in (SHIPPED.number, "ORD-99999999"))
    guest = make("general_inquiry", outcome="verify", verified=False, context=None, entities=(own,))
    stranger = make("general_inquiry", outcome="act", entities=(other,))
    down = make("general_inquiry", outcome="act", context=CONTEXTS["incomplete"], entities=(other,))
    done = make("general_inquiry", outcome="act", entities=(own,), actions=(action("expedite_order", "executing"),))
    for payload, number, words in (
        (guest, SHIPPED.number, "sign in"),
        (stranger, other.value, "can't find ORD-99999999"),
        (down, other.value, "could not look up ORD-99999999"),
        (done, SHIPPED.number, "is being carried out"),
    ):
        told = said(asked.format(number), payload, confidence=0.3)
        assert words in told
        assert "I don't know" not in told


def test_a_paragraph_that_begins_with_its_subject_gets_no_label():
    entities = (entity("order_number", SHIPPED.number),)
    text = replied(make("order_inquiry", "billing_question", entities=entities)).text
    assert "Your order ORD-12345678" in text
    assert "About your order:" not in text
    assert "About the charge:" in text


def test_who_asks_what_an_order_cost_is_told():
    payload = make("order_inquiry", entities=(entity("order_number", SHIPPED.number),))
    assert "It came to $199.99." in said(f"What was the total of {SHIPPED.number}?", payload)
    assert "$199.99" not in said(f"Where is {SHIPPED.number}?", payload)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (CANCELLED, "it is already cancelled"),
        (RETURNED, "it is already returned"),
        (SHIPPED, "it is shipped, and that is possible only before shipping"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "wish"), [("cancel_order", "cancellation_request"), ("expedite_order", "order_change")]
)
def test_the_objection_to_what_is_over_says_just_that(order: Order, why: str, kind: str, wish: str):
    subject = Subject(order=order, shipment=None, context=known(order), return_window_days=30)
    assert before_shipping(subject) == why
    refused = action(kind, "rejected", order, stored=False, because=why)
    assert f"is not possible: {why}." in replied(make(wish, outcome="act", actions=(refused,))).text
