"""The model's opinion of an intent, where the offline mind has none that counts.

What would change something in the shop is believed only when the customer's own words speak of it, in a language that
the code reads: a model proposes no refund that nobody asked for.
"""

import re
from typing import Annotated, Literal

from django.conf import settings
from pydantic import Field

from actors import llm
from actors.language import is_foreign
from actors.masking import mask
from actors.memory import remembered
from actors.message import Intent, Part, Payload
from actors.prompts.prompt import fenced, prompt

PROMPT = "intent.v1"
UNSURE = 0.6  # confidence below which the offline mind would have to ask what is meant
# A yes or no to a question is heard by the offline mind alone: no model confirms an action.
Category = Literal[
    "order_inquiry",
    "delivery_issue",
    "product_complaint",
    "billing_question",
    "return_request",
    "refund_request",
    "cancellation_request",
    "order_change",
    "account_issue",
    "general_inquiry",
    "compliment",
    "escalation_request",
]


_SPOKEN: dict[str, re.Pattern[str]] = {
    "cancellation_request": re.compile(
        r"\bcancel|\bstop\b|\bcall\w* (?:\S+ ){0,3}?off\b|want (?:it|this|that|them) any ?more|no longer (?:want|need)"
        r"|\bstorn|abbestell|widerruf|nicht mehr (?:haben|will|brauch)",
        re.I,
    ),
    "return_request": re.compile(
        r"\breturn|\b(?:send|give|bring|take|ship)\w* \S*(?: \S+){0,2} ?back\b|\bback to you\b|\bexchang|\bretour"
        r"|zurück|rücksend|rückgabe|umtausch",
        re.I,
    ),
    "refund_request": re.compile(
        r"refund|money|reimburs|\bpa(?:y|id)\b.*\bback\b|\bcredit|erstatt|\bgeld|rückzahl", re.I
    ),
    "order_change": re.compile(r"chang|address|\bupdat|instead|\bcorrect|änder|adresse|\banders|korrigier", re.I),
}


class Opinion(Part):
    category: Category
    secondary: tuple[Category, ...] = ()
    confidence: float = Field(ge=0, le=1)
    language: Annotated[str, Field(pattern="^[a-z]{2}$")]


def with_llm(payload: Payload, offline: Intent) -> Intent:
    """The intent as the model sees it, with the entities that the code found; the offline one when the model is not to
    be asked (LLM_INTENT), cannot be, or says nothing usable."""
    if not _is_asked(payload, offline):
        return offline
    data = "\n".join(
        (
            fenced("conversation", remembered(payload.conversation)),
            fenced("customer_message", mask(payload.customer_message).text),
        )
    )
    try:
        answered = llm.ask("intent", prompt(PROMPT), data, Opinion)
    except llm.NotAsked:
        return offline
    except llm.Failed as failure:
        return offline.model_copy(update={"calls": (failure.call,)})
    opinion = answered.value
    wishes = (opinion.category, *opinion.secondary)
    if any(not _is_spoken(wish, payload, offline) for wish in wishes):
        return offline.model_copy(update={"calls": (answered.call,)})
    return Intent(
        category=opinion.category,
        confidence=opinion.confidence,
        entities=offline.entities,
        secondary=tuple(wish for wish in dict.fromkeys(opinion.secondary) if wish != opinion.category),
        method="llm",
        language=opinion.language,
        calls=(answered.call,),
    )


def _is_asked(payload: Payload, offline: Intent) -> bool:
    if settings.LLM_INTENT == "never" or not llm.is_on():
        return False
    if payload.conversation.open_question is not None or offline.category in ("confirm", "deny"):
        return False
    unsure = offline.confidence < UNSURE or is_foreign(offline.language)
    return settings.LLM_INTENT == "always" or unsure


def _is_spoken(wish: str, payload: Payload, offline: Intent) -> bool:
    """Whether the wish changes nothing, or the customer's words speak of it."""
    if wish not in _SPOKEN or wish in (offline.category, *offline.secondary):
        return True
    return _SPOKEN[wish].search(payload.customer_message) is not None
