"""Every reply in German says the same as in English and passes the guardrail, which reads German as well."""

import itertools

import pytest
from django.utils import translation

from actors.guardrail_validator import SAFE_REPLY, check_text, guardrail_validator
from actors.message import Escalation, Payload, Response
from actors.response_generator import response_generator
from actors.wording import written_money
from tests.poison import ORDERS, OWN
from tests.poison.german import GERMAN, day
from tests.poison.sound import GERMAN_SOUND
from tests.test_guardrail_validator import PENDING, checked, forgeries
from tests.test_response_generator import (
    ALL,
    CONTEXTS,
    INTENTS,
    KINDS,
    SENTIMENTS,
    STATUSES,
    action,
    entity,
    known,
    make,
    usd,
)

SAME = ("order_number", "tracking_number", "carrier", "item")  # facts that no language changes


def in_german(payload: Payload) -> Payload:
    return payload.model_copy(update={"conversation": payload.conversation.model_copy(update={"language": "de"})})


def said(payload: Payload) -> Response:
    """The German reply, which must hold what the English one holds, and stand as written."""
    english, german = response_generator(payload), response_generator(in_german(payload))
    check = guardrail_validator(in_german(payload).model_copy(update={"response": german}))
    assert not check.issues, f"{check.issues} in:\n{german.text}"
    assert {(fact.kind, fact.source) for fact in german.facts} == {(fact.kind, fact.source) for fact in english.facts}
    for kind in SAME:
        assert values(german, kind) == values(english, kind)
    for fact in german.facts:
        assert fact.value in german.text
    assert "  " not in german.text
    assert ".." not in german.text
    assert "{" not in german.text
    assert german.text.count("\n\n") == english.text.count("\n\n")
    return german


def values(response: Response, kind: str) -> set[str]:
    return {fact.value for fact in response.facts if fact.kind == kind}


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_reply_stands_in_german(context: str) -> None:
    ways = [("answer", tone, True) for tone in SENTIMENTS]
    ways += [(outcome, "neutral", True) for outcome in ("act", "clarify", "open_question", "fast_path")]
    ways += [(outcome, "apologetic", False) for outcome in ("answer", "verify")]
    for intent, (outcome, tone, verified) in itertools.product(INTENTS, ways):
        said(make(intent, context=CONTEXTS[context], outcome=outcome, tone=tone, verified=verified))


@pytest.mark.parametrize("order", [*ALL, None], ids=lambda order: order.number if order else "unknown")
def test_a_named_order_stands_in_german(order) -> None:
    named = (entity("order_number", order.number if order else "ORD-99999999"),)
    for intent in INTENTS:
        said(make(intent, entities=named))
        said(make(intent, entities=named, waiting=True))


@pytest.mark.parametrize("status", [*STATUSES, "cancelled", "expired"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_end_of_an_action_stands_in_german(kind: str, status: str) -> None:
    for outcome, wish in (("act", KINDS[kind][0]), ("open_question", "confirm")):
        for context in (CONTEXTS["all"], None):
            said(make(wish, outcome=outcome, actions=(action(kind, status),), context=context))


def test_several_wishes_charges_and_topics_stand_in_german() -> None:
    for count in (2, 3, 5, len(INTENTS)):
        said(make(*INTENTS[:count]))
    for amount in ("$89.50", "$1,299.00", "$3.00"):
        said(make("billing_question", entities=(entity("amount", amount),)))
    for topic in ("opening_hours", "shipping", "returns", "warranty", "payment", "contact", "weather"):
        said(make("general_inquiry", verified=False, context=None, entities=(entity("topic", topic),)))


def test_dates_amounts_and_hours_are_written_as_germans_write_them(settings) -> None:
    settings.SHOP_HOURS = "Monday to Friday, 9:00 to 18:00; Saturday, 10:00 to 14:00"
    hours = said(make("general_inquiry", context=None, entities=(entity("topic", "opening_hours"),))).text
    assert "Montag bis Freitag, 9:00 bis 18:00; Samstag, 10:00 bis 14:00" in hours
    late = said(make("delivery_issue", context=known(ALL[3]), tone="apologetic")).text
    assert f"verschickt am {day(-8)} mit UPS, Sendungsnummer TRK123456789; sie ist unterwegs" in late
    assert f"Sie wurde am {day(-2)} erwartet, ist also verspätet." in late
    with translation.override("de"):
        assert (written_money(usd("1299")), written_money(usd("89.5"))) == ("1.299,00 $", "89,50 $")


@pytest.mark.parametrize("name", GERMAN)
def test_an_invention_in_german_is_not_delivered(name: str) -> None:
    check = checked(GERMAN[name], in_german(OWN))
    assert not check.passed
    with translation.override("de"):
        assert check.corrected == translation.gettext(SAFE_REPLY)
    assert check.corrected != SAFE_REPLY


@pytest.mark.parametrize("text", GERMAN_SOUND)
def test_a_sound_german_reply_passes_as_it_is(text: str) -> None:
    check = checked(text, in_german(OWN))
    assert (check.passed, check.issues, check.corrected) == (True, (), None)


@pytest.mark.parametrize("intent", ["order_inquiry", "delivery_issue", "billing_question", "return_request"])
def test_any_fact_of_a_german_reply_falsified_is_not_delivered(intent: str) -> None:
    tried = 0
    for name, context in CONTEXTS.items():
        payload = in_german(make(intent, context=context))
        response = response_generator(payload)
        for fact in response.facts:
            for forged in german_forgeries(fact.kind, fact.value):
                text = response.text.replace(fact.value, forged)
                if forged not in " ".join(other.value for other in response.facts):
                    assert not checked(text, payload).passed, (name, fact, text)
                    tried += 1
    assert tried > 20


def german_forgeries(kind: str, value: str) -> tuple[str, ...]:
    if kind == "amount":
        return ("777,77 $", "0,01 $")
    if kind == "date":
        return ("1. Februar 2020", "01.02.2020")
    return () if kind == "status" else forgeries(kind, value)


STATUS_WORDS = {
    "delivered": "zugestellt",
    "cancelled": "storniert",
    "returned": "zurückgeschickt",
    "refunded": "erstattet",
    "in transit": "unterwegs",
    "out for delivery": "in Zustellung",
    "pending": "offen",
    "confirmed": "bestätigt",
}


@pytest.mark.parametrize("context", [name for name in CONTEXTS if name[-1].isdigit()])
def test_any_other_status_than_the_orders_is_not_delivered_in_german(context: str) -> None:
    payload = in_german(make("order_inquiry", context=CONTEXTS[context]))
    order = CONTEXTS[context].orders[0]
    told = {fact.value for fact in response_generator(payload).facts if fact.kind == "status"}
    true = {order.status, "refunded" if order.refunded.amount else "", "delivered" if order.delivered_at else ""}
    for status, word in STATUS_WORDS.items():
        if status not in true and word not in told:
            for text in (f"Ihre Bestellung {order.number} ist {word}.", f"{order.number} wurde {word}."):
                assert not checked(text, payload).passed, text


def test_a_promise_in_german_is_kept_by_what_stands_behind_it() -> None:
    proposed = in_german(make("return_request", context=ORDERS, actions=(action("process_return"),)))
    text = "Ich habe die Rücksendung für Ihre Bestellung ORD-11111111 angefragt. Ein Kollege bestätigt es hier."
    assert checked(text, proposed).passed
    for text in (
        "Ihre Rücksendung wurde genehmigt.",
        "Ihre Bestellung ORD-11111111 wurde zur Rücksendung angemeldet.",
        "Ich habe die Erstattung für Ihre Bestellung ORD-11111111 angefragt.",
        "Ein Kollege ruft Sie an.",
    ):
        assert not checked(text, proposed).passed, text
    done = in_german(
        make("cancellation_request", context=ORDERS, actions=(action("cancel_order", "executed", PENDING),))
    )
    assert checked("Ihre Bestellung ORD-33333333 wurde storniert.", done).passed
    assert not checked("Ihre Bestellung ORD-11111111 wurde storniert.", done).passed


def test_an_open_case_keeps_a_colleagues_promise_in_german() -> None:
    handed = make("order_inquiry", context=ORDERS).model_copy(
        update={"escalation": Escalation(outcome="human_handoff")}
    )
    for payload in (in_german(make("order_inquiry", context=ORDERS, waiting=True)), in_german(handed)):
        assert checked("Eine Kollegin antwortet hier.", payload).passed
        assert not checked("Eine Kollegin ruft Sie an.", payload).passed


def test_the_safe_reply_is_sound_in_german_where_a_case_is_open() -> None:
    with translation.override("de"):
        text = translation.gettext(SAFE_REPLY)
    assert check_text(text, in_german(make("order_inquiry", waiting=True))) == ()
