"""What a message asks to have done: from intents, and from words that no intent stands for."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from actors.actions.address import address_in
from actors.intent_analyzer import orders_by_intent
from actors.intent_features import clauses_of, plain
from actors.intent_patterns import CLAUSE_BREAK
from actors.items import orders_by_item
from actors.message import IntentName, Payload
from actors.spoken_of import asks_for


class Wish(NamedTuple):
    """One action that is asked for, and what the message says about it."""

    action: str
    args: dict[str, Any]
    orders: tuple[str, ...] = ()  # the numbers this wish names; empty: whatever the message names


_BY_INTENT: dict[IntentName, str] = {
    "cancellation_request": "cancel_order",
    "return_request": "process_return",
    "refund_request": "process_refund",
    "order_change": "update_delivery_address",
}
_FASTER = re.compile(
    r"\b(?:expedite|speed (?:it |this |my order )?up|rush (?:it|this|my)|faster (?:shipping|delivery)"
    r"|(?:ship|send|deliver) (?:it |this |my \w+ )?(?:faster|sooner|earlier)|prioriti[sz]e)\b",
    re.I,
)
_LABEL = re.compile(r"\breturn label\b", re.I)
_CARRIER = re.compile(
    r"\b(?:contact|call|ask|chase) (?:the |your )?(?:carrier|courier|ups|fedex|dhl|usps)\b"
    r"|\b(?:trace|investigate|search for|look for) (?:the |my )?(?:parcel|package|shipment)\b",
    re.I,
)
_CALL = re.compile(r"\b(?:call|phone|ring) me\b|\bcall[- ]?back\b|\bgive me a (?:call|ring)\b", re.I)
_PHONE = re.compile(r"(?<!\w)(?:\+|00)?\d[\d ()./-]{6,18}\d(?!\w)")
_NOTE = re.compile(r"\b(?:add|put|leave|make) (?:a |this )?note\b[^:]*:?\s*(?P<text>.*)", re.I | re.S)

_CHANGES = ("expedite", "add_order_note")  # of an order, besides its address

CALLBACK_WITHIN = timedelta(hours=24)
NAME_LENGTH = 5  # words
UNSURE = 0.6  # confidence below which a message is not understood by itself


def wishes_of(payload: Payload) -> tuple[Wish, ...]:
    """The actions a message asks for, the surest first, each once. Not what it only speaks of: what the customer does
    not want, or asks what became of it."""
    if payload.intent is None:
        return ()
    found: list[Wish] = []
    spoken = spoken_wishes(payload)
    clauses = clauses_of(plain(payload.customer_message, payload.intent.entities))
    orders = orders_by_intent(payload.customer_message) if payload.intent.secondary else {}
    for category in (payload.intent.category, *payload.intent.secondary):
        if not asks_for(category, clauses):
            continue
        if category == "return_request" and _LABEL.search(payload.customer_message):
            found.append(Wish("generate_return_label", {}, orders.get(category, ())))
        elif category in _BY_INTENT:
            arguments = _arguments(category, payload)
            if category == "order_change" and not arguments and any(wish.action in _CHANGES for wish in spoken):
                continue  # that is the change
            found.append(Wish(_BY_INTENT[category], arguments, orders.get(category, ())))
    found += spoken
    if not found and (continued := continued_wish(payload)) is not None:
        return (continued,)
    return tuple({wish.action: wish for wish in found}.values())


def spoken_wishes(payload: Payload) -> tuple[Wish, ...]:
    """Those that the words themselves ask for, however sure the intent is."""
    text = payload.customer_message
    found: list[Wish] = []
    if faster := _FASTER.search(text):
        found.append(Wish("expedite", {}, _beside(faster, payload)))
    if carrier := _CARRIER.search(text):
        found.append(Wish("contact_carrier", {}, _beside(carrier, payload)))
    if _CALL.search(text):
        found.append(Wish("schedule_callback", _phone(payload)))
    note = _NOTE.search(text)
    if note is not None and note["text"].strip():
        found.append(Wish("add_order_note", {"text": note["text"].strip()[:500]}, _beside(note, payload)))
    return tuple(found)


def _beside(words: re.Match[str], payload: Payload) -> tuple[str, ...]:
    """The order numbers in the clause where these words begin."""
    breaks = [match.span() for match in CLAUSE_BREAK.finditer(payload.customer_message.lower())]
    start = max((end for _, end in breaks if end <= words.start()), default=0)
    end = min((begin for begin, _ in breaks if begin >= words.start()), default=len(payload.customer_message))
    entities = payload.intent.entities if payload.intent else ()
    return tuple(e.value for e in entities if e.type == "order_number" and start <= e.span[0] < end)


def continued_wish(payload: Payload) -> Wish | None:
    """The wish of an earlier message, when this one gives what it was asked for: an order, an address, a number. Or
    when it is no plain yes or no to a proposal, but names what is meant instead: "no, I meant ORD-2"."""
    question = payload.conversation.open_question
    if question is None or question.request is None or payload.intent is None:
        return None
    known = dict(question.args)
    order = known.pop("order", "")
    given = {**_arguments("order_change", payload), **_phone(payload)}
    named = payload.intent.values("order_number")
    if question.action_id is not None:
        another = payload.intent.confidence < UNSURE or payload.intent.category in ("confirm", "deny")
        if not another or not (set(named) - {order} or ("address" in known and "address" in given)):
            return None
        named = tuple(number for number in named if number != order)
    elif not named and not order and _names_only(payload) and payload.context is not None:
        named = tuple(order.number for order in orders_by_item(payload.customer_message, payload.context.orders))
    if not given and not named:
        return None
    return Wish(question.request, {**known, **given}, named or ((order,) if order else ()))


def _names_only(payload: Payload) -> bool:
    """Whether a message may be nothing but the name of a thing: "the mugs, please"."""
    text = payload.customer_message.strip()
    unsure = payload.intent is None or payload.intent.confidence < UNSURE
    return unsure or (len(text.split()) <= NAME_LENGTH and not text.endswith("?"))


def _arguments(category: IntentName, payload: Payload) -> dict[str, Any]:
    values = payload.intent.values if payload.intent else (lambda kind: ())
    if category == "order_change":
        address = address_in(payload)
        return {"address": address} if address else {}
    if category == "refund_request":
        amounts = values("amount")
        return {"amount": amounts[0]} if amounts else {}
    return {}


def _phone(payload: Payload) -> dict[str, Any]:
    text = payload.customer_message
    for entity in payload.intent.entities if payload.intent else ():
        if entity.type.endswith("_number"):
            text = text.replace(payload.customer_message[slice(*entity.span)], " ")
    phone = _PHONE.search(text)
    due = (datetime.now(UTC) + CALLBACK_WITHIN).isoformat(timespec="minutes")
    return {"phone": phone[0].strip(), "due": due} if phone else {}
