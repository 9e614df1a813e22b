"""The tone of a reply, and how it begins and ends."""

import re
from typing import Literal

from actors.message import Customer, Intent, IntentName, Sentiment
from actors.response_generator.case import TALK

Tone = Literal["neutral", "friendly", "empathetic", "apologetic", "formal"]

# The wish as a noun: "about your return".
TOPICS: dict[IntentName, str] = {
    "order_inquiry": "your order",
    "delivery_issue": "the delivery",
    "product_complaint": "the item",
    "billing_question": "the charge",
    "return_request": "your return",
    "refund_request": "your refund",
    "cancellation_request": "the cancellation",
    "order_change": "the change to your order",
    "account_issue": "your account",
    "general_inquiry": "your question",
    "compliment": "your kind words",
    "escalation_request": "talking to a person",
    "confirm": "your yes",
    "deny": "your no",
}
# Answered without an opening: it would only stand in the way.
PLAIN: tuple[IntentName, ...] = ("compliment", "escalation_request", "confirm", "deny")
TROUBLES: tuple[IntentName, ...] = ("order_inquiry", "delivery_issue", "billing_question", "account_issue")
_NAME = re.compile(r"[^\W\d_][^\W\d_'’ .-]*(?:[-'’ ][^\W\d_]+){0,3}")


def reply_tone(sentiment: Sentiment | None, intent: Intent | None) -> Tone:
    """Apologetic for a complaint, empathetic for other bad news, friendly for good, else neutral."""
    if sentiment is None:
        return "neutral"
    complains = intent is not None and intent.category in ("delivery_issue", "product_complaint")
    if sentiment.is_complaint or (sentiment.label == "negative" and complains):
        return "apologetic"
    if sentiment.label == "negative":
        return "empathetic"
    return "friendly" if sentiment.label == "positive" else "neutral"


def greeting(customer: Customer | None) -> str:
    """`Hello Jane,` when the first name is known and looks like one."""
    name = customer.first_name.strip() if customer else ""
    return f"Hello {name}," if len(name) <= 40 and _NAME.fullmatch(name) else "Hello,"


def opening(tone: Tone, wish: IntentName) -> str:
    """The first sentence after the greeting; none where the answer itself begins that way."""
    if tone == "friendly":
        return "" if wish in PLAIN else "Thank you for your message."
    if wish in PLAIN or wish == "product_complaint":
        return ""
    if tone == "apologetic":
        return f"I'm sorry for the trouble with {TOPICS[wish]}." if wish in TROUBLES else "I'm sorry for the trouble."
    if tone == "empathetic":
        return "I understand that this is not what you hoped for."
    return ""


def closing(tone: Tone, body: str) -> str:
    """The last sentence; none after a question, or when the way to a person is shown already."""
    if "?" in body or TALK in body:
        return ""
    if tone in ("apologetic", "empathetic"):
        return f"If this does not settle it, {TALK}."
    return "Is there anything else you would like to know?" if tone == "friendly" else ""
