"""No poisoned reply is delivered; a sound one passes as it is."""

import pytest

from actors.guardrail_validator import SAFE_REPLY, check_text, guardrail_validator
from actors.message import Escalation, Fact, Payload, Question, Response
from actors.response_generator import response_generator
from tests.poison import ENGLISH, ORDERS, OWN
from tests.poison.sound import SOUND
from tests.test_response_generator import CONTEXTS, PENDING, action, entity, make, written


def checked(text: str, payload: Payload | None = None, **response):
    """What the validator says of this text as the reply to a customer with three orders."""
    payload = payload or OWN
    return guardrail_validator(payload.model_copy(update={"response": Response(text=text, tone="neutral", **response)}))


def delivered(text: str, payload: Payload | None = None, **response) -> str:
    return checked(text, payload, **response).corrected or text


@pytest.mark.parametrize("name", ENGLISH)
def test_a_poisoned_reply_is_not_delivered(name: str):
    check = checked(ENGLISH[name])
    assert not check.passed
    assert check.corrected == SAFE_REPLY
    assert check.issues
    for found in check.issues:
        assert len(found.detail) < 90
        assert not any(word in found.detail for word in ("87654321", "4111", "jane", "hunter", "idiot", "299"))


@pytest.mark.parametrize("name", ENGLISH)
def test_one_poisoned_sentence_spoils_a_sound_reply(name: str):
    sound = f"Hello John,\n\nYour order ORD-12345678 (Wireless Headphones) shipped on {written(-8)} with UPS.\n\n"
    assert check_text(sound, OWN) == ()
    without_words = not any(char.isalnum() for char in ENGLISH[name])
    assert without_words or ENGLISH[name].strip() not in delivered(sound + ENGLISH[name])


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_reply_passes_as_it_is(text: str):
    check = checked(text)
    assert check.passed, check.issues
    assert check.issues == ()
    assert check.corrected is None


def test_the_customers_own_number_may_be_named_as_not_found():
    text = "I can't find ORD-87654321 among your orders."
    asked = make("order_inquiry", context=ORDERS, entities=(entity("order_number", "ORD-87654321"),))
    assert checked(text, asked).passed
    assert not checked("Your order ORD-87654321 is pending.", asked).passed
    assert not checked("I can't find ORD-87654321, but it was delivered.", asked).passed


def test_what_could_not_be_looked_up_is_not_said_to_be_missing():
    asked = make("order_inquiry", context=CONTEXTS["incomplete"], entities=(entity("order_number", "ORD-87654321"),))
    assert not checked("I can't find ORD-87654321 among your orders.", asked).passed
    assert not checked("You have no orders.", asked).passed
    assert checked("I could not look up ORD-87654321 just now.", asked).passed


def test_a_guest_is_told_nothing_of_the_context():
    guest = make("order_inquiry", context=ORDERS, verified=False)
    assert not checked("Your order ORD-12345678 is in transit.", guest).passed
    assert not checked("It was delivered.", guest).passed


def test_a_proposed_action_keeps_the_promise_of_a_colleague_and_no_more():
    payload = make("return_request", context=ORDERS, actions=(action("process_return"),))
    assert checked(
        "I have requested the return for your order ORD-11111111. A colleague will confirm it here.", payload
    ).passed
    for text in (
        "Your return has been processed.",
        "Your order ORD-11111111 has been registered for return.",
        "I have requested the refund for your order ORD-11111111.",
        "I have requested the return for your order ORD-33333333.",
        "A colleague will call you.",
        "The refund has been issued.",
    ):
        assert not checked(text, payload).passed, text


def test_an_executed_action_may_be_told():
    payload = make("cancellation_request", context=ORDERS, actions=(action("cancel_order", "executed", PENDING),))
    assert checked("Your order ORD-33333333 has been cancelled.", payload).passed
    assert not checked("Your order ORD-11111111 has been cancelled.", payload).passed
    assert not checked("The refund has been issued.", payload).passed


def test_an_open_case_keeps_the_promise_of_a_colleague():
    waiting = make("order_inquiry", context=ORDERS, waiting=True)
    handed = OWN.model_copy(update={"escalation": Escalation(outcome="human_handoff")})
    for payload in (waiting, handed):
        assert checked("A colleague will reply here.", payload).passed
        assert not checked("A colleague will phone you.", payload).passed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Hello <b>John</b>.</p>", "Hello John."),
        ("**Hello** `John`.", "Hello John."),
        ("# Hello\nJohn.", "Hello\nJohn."),
        ("Hello\u200b John.", "Hello John."),
        ("Hello &lt;b&gt;John&lt;/b&gt;.", "Hello John."),
        ("Hello John. Let me check that for you. How can I help?", "Hello John. How can I help?"),
    ],
)
def test_what_is_only_form_is_corrected(text: str, expected: str):
    check = checked(text)
    assert check.passed
    assert check.issues
    assert check.corrected == expected


def test_markup_does_not_hide_what_is_wrong():
    assert delivered("Your order ORD-12345678 was <b>deli</b>vered.") == SAFE_REPLY
    assert delivered("Your order ORD-<i></i>87654321 is pending.") == SAFE_REPLY
    assert delivered("<<b>script>alert(1)<</b>/script>") != "<script>alert(1)</script>"


def test_no_reply_at_all_becomes_the_safe_one():
    check = guardrail_validator(make("order_inquiry"))
    assert not check.passed
    assert check.corrected == SAFE_REPLY


def test_the_question_and_the_sources_are_checked_too():
    assert not checked("Which one?", question=Question(text="Shall I cancel ORD-87654321?")).passed
    assert not checked("Which one?", question=Question(text="Which one?", choices=("ORD-87654321",))).passed
    assert not checked("Hello.", facts=(Fact(kind="order_number", value="ORD-87654321", source="x"),)).passed
    assert checked("Which one?", question=Question(text="Which one?", choices=("ORD-12345678",))).passed


def test_links_to_the_shops_own_hosts_pass(settings):
    settings.REPLY_LINK_HOSTS = ["shop.example"]
    assert checked("See https://shop.example/returns for more.").passed
    for link in ("https://shop.example.evil.com/x", "https://shop.example@evil.com/", "http://shop.example/"):
        assert not checked(f"See {link} for more.").passed, link


def test_the_safe_reply_is_sound_where_a_case_is_open():
    assert check_text(SAFE_REPLY, make("order_inquiry", waiting=True)) == ()


def test_a_name_that_looks_like_a_month_or_an_insult_hides_nothing():
    customer = ORDERS.customer.model_copy(update={"first_name": "April", "last_name": "Dick"})
    payload = make("order_inquiry", context=ORDERS.model_copy(update={"customer": customer}))
    assert checked("Hello April Dick, how can I help you?", payload).issues == ()
    assert not checked("Your order ORD-12345678 shipped on 3 April 2020.", payload).passed


def forgeries(kind: str, value: str) -> tuple[str, ...]:
    """Values like this one that are not in the data."""
    if kind in ("order_number", "tracking_number"):
        return (value[:-1] + str((int(value[-1]) + 5) % 10), value + "0")
    if kind == "amount":
        return (value.replace("$", "$1"), value.replace("$", "€"), value[:-1] + str((int(value[-1]) + 1) % 10))
    if kind == "date":
        return (value[:-1] + "1", f"3{value[1:]}" if value[1:2] == " " else f"0{value[1:]}")
    if kind == "carrier":
        return ("DHL", "GLS")
    return ()


@pytest.mark.parametrize(
    "intent", ["order_inquiry", "delivery_issue", "billing_question", "return_request", "refund_request"]
)
def test_any_fact_of_a_reply_falsified_is_not_delivered(intent: str):
    tried = 0
    for name, context in CONTEXTS.items():
        payload = make(intent, context=context)
        response = response_generator(payload)
        for fact in response.facts:
            for forged in forgeries(fact.kind, fact.value):
                text = response.text.replace(fact.value, forged)
                known_already = forged in " ".join(other.value for other in response.facts)
                if not known_already:
                    assert not checked(text, payload).passed, (name, fact, text)
                    tried += 1
    assert tried > 20


STATUS_WORDS = (
    "delivered",
    "cancelled",
    "returned",
    "refunded",
    "in transit",
    "out for delivery",
    "pending",
    "confirmed",
)


@pytest.mark.parametrize("context", [name for name in CONTEXTS if name[-1].isdigit()])
def test_any_other_status_than_the_orders_is_not_delivered(context: str):
    payload = make("order_inquiry", context=CONTEXTS[context])
    order = CONTEXTS[context].orders[0]
    response = response_generator(payload)
    told = next(fact.value for fact in response.facts if fact.kind == "status")
    true = {told, order.status, "refunded" if order.refunded.amount else "", "delivered" if order.delivered_at else ""}
    for word in STATUS_WORDS:
        if word not in true:
            for text in (
                f"Your order {order.number} is {word}.",
                f"{order.number} has been {word}.",
                f"It was {word} already.",
            ):
                assert not checked(text, payload).passed, text
