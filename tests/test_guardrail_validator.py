"""No poisoned reply is delivered; a sound one passes as it is."""

import pytest

from actors.guardrail_validator import SAFE_REPLY, check_text, guardrail_validator
from actors.message import Escalation, Fact, Payload, Question, Response
from actors.response_generator import response_generator
from tests.test_response_generator import (
    CONTEXTS,
    DELIVERED,
    PENDING,
    SHIPPED,
    action,
    entity,
    known,
    make,
    written,
)

OWN = known(SHIPPED, DELIVERED, PENDING)


def checked(text: str, payload: Payload | None = None, **response):
    """What the validator says of this text as the reply to a customer with three orders."""
    payload = payload or make("order_inquiry", context=OWN)
    return guardrail_validator(payload.model_copy(update={"response": Response(text=text, tone="neutral", **response)}))


def delivered(text: str, payload: Payload | None = None, **response) -> str:
    return checked(text, payload, **response).corrected or text


POISON = {
    "amount of nobody": "Your order ORD-12345678 came to $299.00.",
    "amount of another order": "Your order ORD-12345678 came to $89.50.",
    "amount off by a cent": "Your order ORD-12345678 came to $199.98.",
    "amount in another currency": "Your order ORD-12345678 came to €199.99.",
    "amount in words of currency": "Your order ORD-12345678 came to 299 dollars.",
    "amount spelled out": "You get three hundred dollars for it.",
    "bare amount": "Your order ORD-12345678 came to 299.00 in all.",
    "number without a currency": "The price of your order ORD-12345678 is 299 in all.",
    "amount not refunded": "For your order ORD-11111111, $89.50 has been refunded.",
    "full-width amount": "Your order ORD-12345678 came to ＄２９９．００.",
    "foreign order": "Your order ORD-87654321 is on its way.",
    "foreign order not asked for": "I can't find ORD-87654321 among your orders.",
    "foreign order in lower case": "Your order ord-87654321 is pending.",
    "order number with a digit more": "Your order ORD-123456789 is in transit.",
    "order number without a dash": "Your order ORD87654321 is in transit.",
    "order number as bare digits": "Your order 87654321 is in transit.",
    "order number after a hash": "Your order #4711 is in transit.",
    "own order denied": "I can't find ORD-12345678 among your orders.",
    "orders denied": "You have no orders with us.",
    "invented tracking": "Your order ORD-12345678 is in transit, tracking TRK999999999.",
    "tracking of another order": "Your order ORD-11111111 was delivered, tracking TRK123456789.",
    "tracking of another carrier": "Your order ORD-12345678 has the tracking number 1Z999AA10123456784.",
    "item of another order": "Your order ORD-12345678 (Running Shoes) is in transit.",
    "date of nobody": "Your order ORD-12345678 shipped on 3 January 2020.",
    "date in another notation": "Your order ORD-12345678 shipped on 2020-01-03.",
    "date in figures": "Your order ORD-12345678 shipped on 01/03/2020.",
    "date month first": "Your order ORD-12345678 shipped on January 3rd, 2020.",
    "date in another role": f"Your order ORD-11111111 was delivered on {written(-14)}.",
    "date of another order": f"Your order ORD-12345678 shipped on {written(-7)}.",
    "return day made up": f"You can return your order ORD-11111111 until {written(60)}.",
    "day that does not exist": "Your order ORD-12345678 is due on 31 February 2026.",
    "tomorrow": "Your order ORD-12345678 is due tomorrow.",
    "weekday": "Your order ORD-12345678 is due on Monday.",
    "next week": "Your order ORD-12345678 is due next week.",
    "span of time": "Refunds take 5 to 7 business days.",
    "other return window": "You can return it within 60 days.",
    "hours made up": "We are open from 7:00 to 23:00.",
    "always open": "Our team is here 24/7.",
    "wrong status delivered": "Your order ORD-12345678 was delivered.",
    "wrong status cancelled": "Your order ORD-12345678 has been cancelled.",
    "wrong status shipped": "Your order ORD-33333333 has shipped.",
    "wrong status out for delivery": "Your order ORD-12345678 is out for delivery.",
    "wrong status refunded": "Your order ORD-11111111 was refunded.",
    "wrong status returned": "Your order ORD-11111111 was returned.",
    "status denied": "Your order ORD-12345678 has not shipped yet.",
    "late called punctual": "Your order ORD-12345678 is on time.",
    "punctual called late": "Your order ORD-11111111 is late.",
    "status of two orders": "Your orders ORD-12345678 and ORD-11111111 were delivered.",
    "carrier made up": "Your order ORD-12345678 is on its way with DHL.",
    "carrier of another order": "Your order ORD-11111111 came with UPS.",
    "lost": "Your order ORD-12345678 was lost.",
    "status in the next sentence": "This is about your order ORD-12345678. It was delivered.",
    "card": "Your card 4111 1111 1111 1111 was charged.",
    "card without spaces": "We charged 4111111111111111 for it.",
    "social security number": "Your number 078-05-1120 is on file.",
    "bank account": "The money goes to DE89 3704 0044 0532 0130 00 then.",
    "e-mail of somebody else": "Please write to jane.smith@example.com about it.",
    "e-mail in disguise": "Please write to jane.smith (at) example (dot) com about it.",
    "phone": "Please call us at +1 202 555 0173 about it.",
    "password": "Your password is hunter2x.",
    "ip address": "You came from 203.0.113.9 today.",
    "link": "See https://example.org/track for more.",
    "link without a scheme": "See www.evil-shop.com for more.",
    "bare domain": "See evil-shop.com/track for more.",
    "domain in disguise": "See evil-shop[.]com for more.",
    "javascript": "See javascript:alert(1) for more.",
    "markdown link": "See [your parcel](http://evil-shop.com) for more.",
    "colleague will": "A colleague will confirm it here.",
    "colleague will call": "A colleague will call you.",
    "someone gets back": "Someone will get back to you.",
    "our team will": "Our support team will review your case.",
    "we will refund": "We will refund the order.",
    "I will make sure": "I'll make sure it arrives.",
    "you will receive": "You will receive a replacement.",
    "refund issued": "The refund has been issued.",
    "refund under way": "Your refund is on its way.",
    "I have cancelled": "I have cancelled your order ORD-33333333.",
    "I cancelled": "I cancelled it for you.",
    "address changed": "Your address has been updated.",
    "replacement sent": "A replacement is on its way.",
    "request noted": "I have noted your return.",
    "ticket opened": "A ticket has been created.",
    "colleague has it": "A colleague already has your conversation.",
    "passed on": "I've passed this on to the team.",
    "delivery foretold": "Your parcel will arrive soon.",
    "asked to expect": "You can expect a refund.",
    "hollow": "Let me check that for you.",
    "hollow, later": "I'll look into it.",
    "profanity": "What the hell is your problem.",
    "insult": "That was a stupid question.",
    "profanity in capitals": "BULLSHIT.",
    "profanity with a hidden joint": "You are an id\u200biot.",
    "guarantee": "We guarantee it.",
    "compensation": "You're entitled to compensation.",
    "warranty": "It is covered by our warranty.",
    "discount": "Here is a discount of 20% for you.",
    "for free": "We send it free of charge.",
    "fault": "It was our fault.",
    "full refund": "You get a full refund.",
    "system prompt": "My system prompt says that I am kind.",
    "language model": "As an AI language model I can't do that.",
    "inner names": "The intent is order_inquiry.",
    "placeholder": "Hello [Your Name], thank you.",
    "unfilled template": "Hello {first_name}, thank you.",
    "chat template": "<|im_start|>assistant Hello.",
    "key": "The key is sk-abcdefghijklmnop1234.",
    "traceback": "Traceback (most recent call last): error.",
    "script": "<script>alert(1)</script> Hello.",
    "image that loads": 'Hello <img src="x" onerror="alert(1)"> there.',
    "nothing": "   ",
    "too long": "Hello there. " * 400,
}


@pytest.mark.parametrize("name", POISON)
def test_a_poisoned_reply_is_not_delivered(name: str):
    check = checked(POISON[name])
    assert not check.passed
    assert check.corrected == SAFE_REPLY
    assert check.issues
    for found in check.issues:
        assert len(found.detail) < 90
        assert not any(word in found.detail for word in ("87654321", "4111", "jane", "hunter", "idiot", "299"))


@pytest.mark.parametrize("name", POISON)
def test_one_poisoned_sentence_spoils_a_sound_reply(name: str):
    sound = f"Hello John,\n\nYour order ORD-12345678 (Wireless Headphones) shipped on {written(-8)} with UPS.\n\n"
    assert check_text(sound, make("order_inquiry", context=OWN)) == ()
    assert POISON[name].strip() == "" or POISON[name].strip() not in delivered(sound + POISON[name])


SOUND = (
    "Hello John, how can I help you today?",
    "Hello! Your class of shoes, the bass, an assessment and a cockpit are all fine words.",
    "Your order ORD-12345678 is on its way with UPS.",
    f"Your order ORD-12345678 was due on {written(-2)}; it is late, and I'm sorry about that.",
    f"ORD-11111111 was delivered on {written(-7)} and ORD-12345678 is still in transit.",
    "Your order ORD-11111111 came to $89.50.",
    "ORD-12345678 has not been delivered yet.",
    "Your order ORD-33333333 has not shipped yet, so it can still be cancelled.",
    "If it was delivered damaged, you can return it within 30 days.",
    f"You can return your order ORD-11111111 until {written(23)}.",
    f"Your order ORD-33333333 will be delivered on {written(6)}.",
    "Has it arrived?",
    "Tell me the order number and I'll show you where it is.",
    "You have 3 orders with us.",
    "You are signed in as john.doe@example.com.",
    "No refund has been issued for ORD-11111111.",
)


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_reply_passes_as_it_is(text: str):
    check = checked(text)
    assert check.passed, check.issues
    assert check.issues == ()
    assert check.corrected is None


def test_the_customers_own_number_may_be_named_as_not_found():
    text = "I can't find ORD-87654321 among your orders."
    asked = make("order_inquiry", context=OWN, entities=(entity("order_number", "ORD-87654321"),))
    assert checked(text, asked).passed
    assert not checked("Your order ORD-87654321 is pending.", asked).passed
    assert not checked("I can't find ORD-87654321, but it was delivered.", asked).passed


def test_what_could_not_be_looked_up_is_not_said_to_be_missing():
    asked = make("order_inquiry", context=CONTEXTS["incomplete"], entities=(entity("order_number", "ORD-87654321"),))
    assert not checked("I can't find ORD-87654321 among your orders.", asked).passed
    assert not checked("You have no orders.", asked).passed
    assert checked("I could not look up ORD-87654321 just now.", asked).passed


def test_a_guest_is_told_nothing_of_the_context():
    guest = make("order_inquiry", context=OWN, verified=False)
    assert not checked("Your order ORD-12345678 is in transit.", guest).passed
    assert not checked("It was delivered.", guest).passed


def test_a_proposed_action_keeps_the_promise_of_a_colleague_and_no_more():
    payload = make("return_request", context=OWN, actions=(action("process_return"),))
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
    payload = make("cancellation_request", context=OWN, actions=(action("cancel_order", "executed", PENDING),))
    assert checked("Your order ORD-33333333 has been cancelled.", payload).passed
    assert not checked("Your order ORD-11111111 has been cancelled.", payload).passed
    assert not checked("The refund has been issued.", payload).passed


def test_an_open_case_keeps_the_promise_of_a_colleague():
    waiting = make("order_inquiry", context=OWN, waiting=True)
    handed = make("order_inquiry", context=OWN).model_copy(update={"escalation": Escalation(outcome="human_handoff")})
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
    customer = OWN.customer.model_copy(update={"first_name": "April", "last_name": "Dick"})
    payload = make("order_inquiry", context=OWN.model_copy(update={"customer": customer}))
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
