"""What the customer wants, and what the message names: weighted patterns, one clause at a time, no network."""

import re
from typing import NamedTuple

from actors import cues
from actors.base import actor
from actors.entities import find_entities
from actors.intent_patterns import CLAUSE_BREAK, INSULT, PATTERNS
from actors.message import Entity, Intent, IntentName, Payload
from actors.yes_no import CONFIRM, DENY


@actor("processor")
def intent_analyzer(payload: Payload) -> Intent:
    """The wish that speaks loudest, how sure that is, further wishes, and the entities with their place in the text.

    Below 0.6 nothing really speaks for one intent: somebody should ask.
    """
    text = payload.customer_message
    entities = find_entities(text)
    small = _plain(text, entities)
    wishes = _wishes(small)
    category, confidence, secondary = (
        _answer(small, asked=payload.conversation.open_question is not None)
        or _courtesy(small, entities, wishes)
        or _strongest(wishes)
    )
    return Intent(category=category, confidence=round(confidence, 2), entities=entities, secondary=secondary)


class Wish(NamedTuple):
    """What one clause asks for, how strongly, and how far the next best reading is behind."""

    intent: IntentName
    score: float
    lead: float


Reading = tuple[IntentName, float, tuple[IntentName, ...]]

_WISH_FROM = 2.0  # of the score: a mere hint is no wish
_PER_EXTRA_PATTERN = 0.4
_UNKNOWN: Reading = ("general_inquiry", 0.3, ())


def _plain(text: str, entities: tuple[Entity, ...]) -> str:
    """What the patterns are written for: small letters, straight apostrophes, single spaces, one name for numbers."""
    for entity in reversed(entities):
        if entity.type in ("order_number", "tracking_number"):
            start, end = entity.span
            text = f"{text[:start]}ord-1{text[end:]}"
    return re.sub(r"[ \t\r\xa0]+", " ", text.lower().replace("’", "'")).strip()


def _answer(small: str, *, asked: bool) -> Reading | None:
    """Yes or no, when the message is nothing else. "Ok thanks" is a yes only to somebody who asked."""
    if len(small) > 80:
        return None
    if DENY.fullmatch(small):
        return "deny", 0.95, ()
    if CONFIRM.fullmatch(small) and (asked or "thank" not in small):
        return "confirm", 0.95, ()
    return None


def _courtesy(small: str, entities: tuple[Entity, ...], wishes: list[Wish]) -> Reading | None:
    """A mere hello or thank-you."""
    if any(wish.intent != "compliment" for wish in wishes):
        return None
    kinds = {entity.type for entity in entities}
    words = len(small.split())
    if "thanks" in kinds and words <= 12 and not small.endswith("?"):
        return "compliment", 0.92, ()
    if "greeting" in kinds and words <= 4 and not wishes:
        return "general_inquiry", 0.9, ()
    return None


def _wishes(small: str) -> list[Wish]:
    """One per clause that asks for something, in the order of the text; what is said twice counts once. An insult
    beside a wish is no complaint about an item."""
    clauses = [clause for clause in dict.fromkeys(CLAUSE_BREAK.split(small)) if len(clause.strip()) > 2]
    read = [(wish, clause) for clause in clauses if (wish := _wish(clause))]
    rest = [wish for wish, clause in read if wish.intent != "product_complaint" or not _only_insults(clause)]
    return rest if any(wish.score >= _WISH_FROM for wish in rest) else [wish for wish, _ in read]


def _only_insults(clause: str) -> bool:
    without = INSULT.sub(" ", clause)
    return without != clause and not _score(without, "product_complaint")


def orders_by_intent(text: str) -> dict[IntentName, tuple[str, ...]]:
    """The order numbers that each wish of a message is about: those of its own clause, else of the last clause before
    it that named one ("the pan in ORD-1 is bad and I want a refund for it"). A wish before any number has none"""
    found: dict[IntentName, tuple[str, ...]] = {}
    last: tuple[str, ...] = ()
    for clause in CLAUSE_BREAK.split(text.lower()):
        numbers = tuple(entity.value for entity in find_entities(clause) if entity.type == "order_number")
        last = numbers or last
        wish = _wish(clause)
        if wish and last:
            found[wish.intent] = tuple(dict.fromkeys((*found.get(wish.intent, ()), *last)))
    return found


def _wish(clause: str) -> Wish | None:
    scores = sorted(((_score(clause, intent), intent) for intent in PATTERNS), reverse=True)
    if cues.ASKS_FOR_PERSON.search(clause.strip()):
        scores.insert(0, (4.5, "escalation_request"))
    (best, intent), (second, _) = scores[:2]
    return Wish(intent, best, best - second) if best else None


def _score(clause: str, intent: IntentName) -> float:
    """The weight of the surest pattern, a little more for each further one."""
    weights = sorted((weight for weight, pattern in PATTERNS[intent] if pattern.found_in(clause)), reverse=True)
    return weights[0] + _PER_EXTRA_PATTERN * (len(weights) - 1) if weights else 0.0


def _strongest(wishes: list[Wish]) -> Reading:
    """The surest wish first; among equals the one said first. Praise beside a wish is politeness."""
    wanted = [wish for wish in wishes if wish.intent != "compliment" and wish.score >= _WISH_FROM] or wishes
    if not wanted:
        return _UNKNOWN
    ranked = sorted(wanted, key=lambda wish: -wish.score)
    first = ranked[0]
    further = dict.fromkeys(
        wish.intent for wish in ranked[1:] if wish.score >= _WISH_FROM and wish.intent != first.intent
    )
    return first.intent, _confidence(first, support=sum(wish.intent == first.intent for wish in wishes)), tuple(further)


def _confidence(wish: Wish, *, support: int) -> float:
    if wish.score < _WISH_FROM:
        return 0.45
    sure = min(0.95, 0.45 + 0.13 * wish.score) + 0.02 * (support - 1)
    if wish.lead < 0.05 and support == 1:
        return 0.55  # two readings of the same words
    return min(0.97, sure - (0.05 if wish.lead < 0.5 else 0))
