"""What the trained model reads of a message: its words, pairs of words, pieces of words, and what the patterns say.

Training and reading share this file. Whatever changes here or in the patterns needs `manage.py train_intents` again; a
model that was trained for something else is refused, by DIGEST.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from actors import cues
from actors.intent_patterns import CLAUSE_BREAK, PATTERNS, SOURCES
from actors.intent_words import kind_of
from actors.message import Entity, IntentName

_VERSION = 2
_SHORTEST, _LONGEST = 2, 5  # letters of a piece of a word, its two edges included
_LONG_WORD = 30  # letters; of a longer one only the beginning is read
_SURELY_A_PERSON = 4.5  # the score of a plain wish for a person, above every weight of a pattern
_PER_EXTRA_PATTERN = 0.4

_NAMED = re.compile(
    r"(?P<xorder>ord-1)|(?P<xemail>\S{1,64}@\S{1,64})|(?P<xlink>https?://\S+|www\.\S+)"
    r"|(?P<xamount>[$€£] ?\d[\d.,]*|\d[\d.,]* ?[$€£])|(?P<x0>\d+)"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[^\w\s]")

_READ_WITH = (_VERSION, _PER_EXTRA_PATTERN, SOURCES, cues.ASKS_FOR_PERSON.pattern)
DIGEST = hashlib.sha256(repr(_READ_WITH).encode()).hexdigest()


def plain(text: str, entities: tuple[Entity, ...]) -> str:
    """What patterns and model are written for: small letters, straight apostrophes, single spaces, one name for order
    and tracking numbers."""
    for entity in reversed(entities):
        if entity.type in ("order_number", "tracking_number"):
            start, end = entity.span
            text = f"{text[:start]}ord-1{text[end:]}"
    return re.sub(r"[ \t\r\xa0]+", " ", text.lower().replace("’", "'")).strip()


def clauses_of(small: str) -> list[str]:
    """The clauses of a plain text in their order; what is said twice counts once."""
    return [clause for clause in dict.fromkeys(CLAUSE_BREAK.split(small)) if len(clause.strip()) > 2]


def words_of(small: str) -> list[str]:
    """The words and marks of a plain text; e-mails, links, amounts and numbers all alike."""
    return _WORD.findall(_NAMED.sub(lambda match: f" {match.lastgroup} ", small))


def word_terms(words: list[str]) -> Counter[str]:
    """How often each word, each kind of word, and each pair of neighbours occurs; in pairs the kind stands for the
    word, and the edges of the text are neighbours, too."""
    kinds = [kind_of(word) or word for word in words]
    edged = ["^", *kinds, "$"]
    pairs = (f"{left} {right}" for left, right in zip(edged, edged[1:], strict=False))
    return Counter((*words, *(kind for kind, word in zip(kinds, words, strict=True) if kind != word), *pairs))


def letter_terms(words: Iterable[str]) -> Counter[str]:
    """How often each piece of a word occurs: what a typo leaves whole."""
    return Counter(piece for word in words for piece in _pieces(word[:_LONG_WORD]))


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[str, ...]:
    return tuple(_all_pieces(f" {word} "))


def _all_pieces(edged: str) -> Iterator[str]:
    for size in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(edged) - size + 1):
            yield edged[start : start + size]


def pattern_scores(clause: str) -> dict[IntentName, float]:
    """What the patterns say of one clause, in the order of PATTERNS, a wish for a person last."""
    scores = {intent: pattern_score(clause, intent) for intent in PATTERNS}
    person = _SURELY_A_PERSON if cues.ASKS_FOR_PERSON.search(clause.strip()) else 0.0
    return {**scores, "escalation_request": person}


def pattern_score(clause: str, intent: IntentName) -> float:
    """The weight of the surest pattern, a little more for each further one; 0 when none is found."""
    weights = sorted((weight for weight, pattern in PATTERNS[intent] if pattern.found_in(clause)), reverse=True)
    return weights[0] + _PER_EXTRA_PATTERN * (len(weights) - 1) if weights else 0.0


def surest_scores(scores: Iterable[dict[IntentName, float]]) -> dict[IntentName, float]:
    """Those of a whole text: of each intent the score of its surest clause."""
    surest: dict[IntentName, float] = dict.fromkeys((*PATTERNS, "escalation_request"), 0.0)
    for clause in scores:
        surest = {intent: max(score, clause[intent]) for intent, score in surest.items()}
    return surest
