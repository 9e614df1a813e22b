"""What the customer wants, and what the message names: patterns and a trained model together, no network."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from actors import cues
from actors.base import actor
from actors.endings import is_ending
from actors.entities import find_entities
from actors.intent_features import clauses_of, pattern_score, pattern_scores, plain, surest_scores
from actors.intent_llm import with_llm
from actors.intent_model import intent_model
from actors.intent_patterns import CLAUSE_BREAK, INSULT, NOTE
from actors.language import UNDECIDED, language_of
from actors.message import Entity, Intent, IntentName, Payload
from actors.spoken_of import asks_for_rule, is_not_wanted
from actors.wording import NO, YES, choice_meant, said_in_any_language
from actors.yes_no import CONFIRM, DENY


@actor("processor")
def intent_analyzer(payload: Payload) -> Intent:
    """The wish that speaks loudest, how sure that is, further wishes, and the entities with their place in the text.

    Below 0.6 nothing really speaks for one intent: somebody should ask, a language model first, where there is one.
    """
    text = choice_meant(payload.customer_message, payload.conversation.language)
    entities = find_entities(text)
    small = plain(text, entities)
    asked = payload.conversation.open_question is not None
    category, confidence, secondary = (
        _pressed(payload) or _answer(small, asked=asked) or _wanted(small, entities, asked=asked)
    )
    offline = Intent(
        category=category,
        confidence=round(confidence, 2),
        entities=entities,
        secondary=secondary,
        language=UNDECIDED if is_ending(small) else language_of(text),  # "Vielen Dank!" is read, too
    )
    return with_llm(payload, offline)


class Clause(NamedTuple):
    """A clause and what the patterns say of it."""

    text: str
    scores: dict[IntentName, float]


class Wish(NamedTuple):
    """What a clause or the whole message asks for, and how probable that is."""

    intent: IntentName
    probability: float


Reading = tuple[IntentName, float, tuple[IntentName, ...]]

SURE = 0.6
_SURE_BESIDE = 0.7  # of a clause, so that it is a wish beside another one, when a pattern says so, too
_SURE_ALONE = 0.9  # when none does
_SURE_PATTERN = 2.0  # a pattern's score that says so
_PLAIN_PATTERN = 3.0  # of one that hardly means anything else
_WORD = re.compile(r"[^\W\d_]{2}")  # without one there are numbers only
_BEGINS_AS_ANSWER = re.compile(r"\W*(?:yes|yep|yeah|ok|okay|sure|no|nope|nah|not)\b")
_YES_BUT = re.compile(r"\W*(?:yes|yep|yeah|ok|okay|sure|fine)\W+(?:but|only|if|as long as|provided|unless|except)\b")
_MOST = 0.97  # nothing that was guessed is more certain
_UNKNOWN: Reading = ("general_inquiry", 0.3, ())
_RULES: Reading = ("general_inquiry", 0.9, ())
_LEFT_AS_IT_IS: Reading = ("order_inquiry", 0.75, ())  # "please don't cancel it": how it stands is the answer


def _pressed(payload: Payload) -> Reading | None:
    """Yes or no by a button, in whatever language it is written."""
    said = payload.customer_message.strip() if payload.answers else ""
    if said in said_in_any_language(YES):
        return "confirm", 0.95, ()
    return ("deny", 0.95, ()) if said in said_in_any_language(NO) else None


def _answer(small: str, *, asked: bool) -> Reading | None:
    """Yes or no, when the message is nothing else. "Ok thanks" is a yes only to somebody who asked."""
    if len(small) > 80:
        return None
    if DENY.fullmatch(small):
        return "deny", 0.95, ()
    if CONFIRM.fullmatch(small) and (asked or "thank" not in small):
        return "confirm", 0.95, ()
    return None


def _wanted(small: str, entities: tuple[Entity, ...], *, asked: bool) -> Reading:
    """The courtesy or the wish. What is not surely one, while a question is open, goes on with the question: an order
    number, an address, or "yes, but the other one"."""
    if asks_for_rule(small):
        return _RULES
    clauses = [Clause(clause, pattern_scores(clause)) for clause in clauses_of(small)]
    rest = _without_insults(clauses)
    if rest and all(is_not_wanted(clause.text) for clause in rest):
        return ("deny", 0.9, ()) if asked else _LEFT_AS_IT_IS
    rest = [clause for clause in rest if not is_not_wanted(clause.text)]
    heard = small if len(rest) == len(clauses) else ". ".join(clause.text for clause in rest)
    whole = _likeliest(heard, surest_scores(clause.scores for clause in rest))
    if courtesy := _courtesy(small, entities, clauses, whole):
        return courtesy
    reading = _strongest(whole, rest)
    if not _WORD.search(small.replace("ord-1", "")) or (asked and _YES_BUT.match(small)):
        return _UNKNOWN  # nothing but numbers, or a yes with a condition, which is none
    goes_on = asked and not any(_has_pattern(clause) for clause in clauses)
    if goes_on and (reading[1] < SURE or _BEGINS_AS_ANSWER.match(small)):
        return _UNKNOWN
    return reading


def _courtesy(small: str, entities: tuple[Entity, ...], clauses: Sequence[Clause], whole: Wish) -> Reading | None:
    """A mere hello, thank-you or goodbye."""
    if is_ending(small):
        return "compliment", 0.92, ()
    kinds = {entity.type for entity in entities}
    if not kinds & {"greeting", "thanks"}:
        return None
    if any(score for clause in clauses for intent, score in clause.scores.items() if intent != "compliment"):
        return None
    words = len(small.split())
    if whole.probability >= SURE and whole.intent not in ("compliment", "general_inquiry"):
        return None
    if "thanks" in kinds and words <= 12 and not small.endswith("?"):
        return "compliment", 0.92, ()
    if "greeting" in kinds and words <= 4 and not any(clause.scores["compliment"] for clause in clauses):
        return "general_inquiry", 0.9, ()
    return None


def _without_insults(clauses: Sequence[Clause]) -> list[Clause]:
    """An insult beside a wish is no complaint about an item."""
    rest = [clause for clause in clauses if not _only_insults(clause.text)]
    return rest if any(_has_pattern(clause) for clause in rest) else list(clauses)


def _has_pattern(clause: Clause) -> bool:
    return max(clause.scores.values()) >= _SURE_PATTERN


def _only_insults(clause: str) -> bool:
    without = INSULT.sub(" ", clause)
    return without != clause and not pattern_score(without, "product_complaint")


def _strongest(whole: Wish, clauses: Sequence[Clause]) -> Reading:
    """The message as a whole counts when it is sure, else its surest clause; what further clauses surely want stands
    beside it. Praise beside a wish is politeness."""
    wishes = [(clause, _likeliest(clause.text, clause.scores)) for clause in clauses] if len(clauses) > 1 else []
    readings = [whole, *(wish for _, wish in wishes)]
    wanted = [wish for wish in readings if wish.intent != "compliment" and wish.probability >= SURE] or readings
    first = whole if whole in wanted else max(wanted, key=lambda wish: wish.probability)
    beside = dict.fromkeys(
        wish.intent
        for clause, wish in sorted(wishes, key=lambda read: -read[1].probability)
        if wish.intent not in (first.intent, "compliment")
        and wish.probability >= (_SURE_BESIDE if clause.scores[wish.intent] >= _SURE_PATTERN else _SURE_ALONE)
    )
    return first.intent, min(_MOST, first.probability), tuple(beside)


def _likeliest(small: str, scores: dict[IntentName, float]) -> Wish:
    """Yes and no are read by the patterns alone: a guess must not be a yes to an action. Nor does a mere guess call a
    person. Where a pattern finds a wish in so many words, there is one."""
    read = intent_model().read(small, scores)
    probabilities = {intent: read[intent] for intent in scores}
    if NOTE.search(small):
        probabilities["order_change"] = 0.0
    if cues.names_problem(small):
        probabilities["compliment"] = 0.0  # "Great, broken again"
    if probabilities["escalation_request"] < SURE and not scores["escalation_request"]:
        probabilities["escalation_request"] = 0.0
    intent = max(probabilities, key=lambda intent: probabilities[intent])
    if max(scores.values()) >= _PLAIN_PATTERN:
        return Wish(intent, probabilities[intent] / max(sum(probabilities.values()), 1e-9))
    return Wish(intent, probabilities[intent])


def orders_by_intent(text: str) -> dict[IntentName, tuple[str, ...]]:
    """The order numbers that each wish of a message is about: those of its own clause, else of the last clause before
    it that named one ("the pan in ORD-1 is bad and I want a refund for it"). A wish before any number has none"""
    found: dict[IntentName, tuple[str, ...]] = {}
    last: tuple[str, ...] = ()
    for clause in CLAUSE_BREAK.split(text.lower()):
        entities = find_entities(clause)
        numbers = tuple(entity.value for entity in entities if entity.type == "order_number")
        last = numbers or last
        small = plain(clause, entities)
        if last and len(small) > 2:
            wish = _likeliest(small, pattern_scores(small)).intent
            found[wish] = tuple(dict.fromkeys((*found.get(wish, ()), *last)))
    return found
