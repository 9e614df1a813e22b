"""The tone of a reply, and how it begins and ends."""

import re
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from actors.message import Customer, Intent, IntentName, Sentiment
from actors.wording import talk_to_a_person

Tone = Literal["neutral", "friendly", "empathetic", "apologetic", "formal"]

# The wish as a noun: "about your return". In another language after "about:", so that no case is asked of it.
TOPICS: dict[IntentName, str] = {
    "order_inquiry": gettext_noop("your order"),
    "delivery_issue": gettext_noop("the delivery"),
    "product_complaint": gettext_noop("the item"),
    "billing_question": gettext_noop("the charge"),
    "return_request": gettext_noop("your return"),
    "refund_request": gettext_noop("your refund"),
    "cancellation_request": gettext_noop("the cancellation"),
    "order_change": gettext_noop("the change to your order"),
    "account_issue": gettext_noop("your account"),
    "general_inquiry": gettext_noop("your question"),
    "compliment": gettext_noop("your kind words"),
    "escalation_request": gettext_noop("talking to a person"),
    "confirm": gettext_noop("your yes"),
    "deny": gettext_noop("your no"),
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
    known = len(name) <= 40 and _NAME.fullmatch(name)
    return _("Hello {name},").format(name=name) if known else _("Hello,")


def topic(wish: IntentName) -> str:
    """The wish as a noun."""
    return _(TOPICS[wish])


def opening(tone: Tone, wish: IntentName) -> str:
    """The first sentence after the greeting; none where the answer itself begins that way."""
    if tone == "friendly":
        return "" if wish in PLAIN else _("Thank you for your message.")
    if wish in PLAIN or wish == "product_complaint":
        return ""
    if tone == "apologetic":
        if wish in TROUBLES:
            return _("I'm sorry for the trouble with {topic}.").format(topic=topic(wish))
        return _("I'm sorry for the trouble.")
    if tone == "empathetic":
        return _("I understand that this is not what you hoped for.")
    return ""


def closing(tone: Tone, body: str) -> str:
    """The last sentence; none after a question, or when the way to a person is shown already."""
    if "?" in body or talk_to_a_person() in body:
        return ""
    if tone in ("apologetic", "empathetic"):
        return _("If this does not settle it, {talk}.").format(talk=talk_to_a_person())
    return _("Is there anything else you would like to know?") if tone == "friendly" else ""
