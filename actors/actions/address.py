"""The delivery address that a message gives, whole: a parcel with half an address goes astray."""

import re

from actors.message import Payload

LONGEST = 200  # characters
_BEFORE = re.compile(
    r"(?:^|[\s,:])((?:flat|apt\.?|apartment|unit|suite|room|floor|c/o|p\.? ?o\.? box)\b[^.!?:]{0,40})$", re.I
)
# Every run of blanks is tried from its beginning alone: a message of nothing but blanks takes no longer than another.
_AFTER = re.compile(
    r"\n\s*\n|[!?]|[.;]\s+(?=(?:i|i'm|my|the|please|thanks|thank|it|and|also|can|could|do|what|where|when)\b)"
    r"|(?<![\s,])[\s,]+(?=(?:please|pls|thanks|thank you|asap|instead|but|because)\b)"
    r"|(?<![\s,])[\s,]+(?=and (?:also|please|cancel|refund|return|can|i)\b)"
    r"|(?<!\s)\s+(?=(?:for|on|of) (?:my |the )?order\b)|(?<!\s)\s+(?=(?:for|on|of) \S{0,20}\d{5})",
    re.I,
)
_GIVEN_AFTER = re.compile(r"\b(?:to|is)\b:?\s+", re.I)
# A postcode, or a town behind a comma; without either it is a street somewhere.
_LOOKS = re.compile(
    r"(?=.*\d)(?=.*[^\W\d_]{3})"
    r"(?=.*(?:\d{4}|\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b"
    r"|[,\n]\s*(?!flat|apt|apartment|unit|suite|room|floor|c/o)[^\W\d_]{2}))"
    r"[^?]{8,}",
    re.S | re.I,
)


def address_in(payload: Payload) -> str | None:
    """The new address in a message that asks for one, or answers the question for it; None when there is none.

    From the house on, or the flat before it, to the end of the sentence: town and postcode in whatever order.
    """
    text = payload.customer_message
    entity = next((e for e in payload.intent.entities if e.type == "address"), None) if payload.intent else None
    if entity is not None:
        start, end = entity.span
        before = _BEFORE.search(text[:start])
        address = _trimmed(text[before.start(1) if before else start : end] + _until_sentence_ends(text[end:]))
        return address if _LOOKS.fullmatch(address) else None
    given = _given(text)
    if given and payload.intent is not None and payload.intent.category == "order_change":
        address = _trimmed(_until_sentence_ends(given))
        return address if _LOOKS.fullmatch(address) else None
    question = payload.conversation.open_question
    asked = question is not None and question.action_id is None and question.request == "update_delivery_address"
    numbers = payload.intent.values("order_number") if payload.intent else ()
    if (
        asked
        and not numbers
        and "address" not in (question.args if question else {})
        and _LOOKS.fullmatch(text.strip())
    ):
        return _trimmed(text)
    return None


def _given(text: str) -> str:
    """What the last line says behind its last "to" or "is" that a number follows; empty when nothing does."""
    text = text.rstrip()
    line = max(text.rfind("\n"), text.rfind("?")) + 1
    number = max((index for index in range(line, len(text)) if text[index].isdigit()), default=-1)
    starts = [match.end() for match in _GIVEN_AFTER.finditer(text) if line <= match.end() <= number]
    return text[starts[-1] :] if starts else ""


def _until_sentence_ends(text: str) -> str:
    end = _AFTER.search(text)
    return text[: end.start()] if end else text


def _trimmed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,.;:")[:LONGEST]
