"""How the customer feels and how soon somebody must act: a lexicon, no model, no network."""

import re
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from typing import Literal, NamedTuple

from actors import cues, lexicon
from actors.base import actor
from actors.message import Level, Payload, Sentiment

Cue = Literal["legal_threat", "asks_for_person", "safety"]


@actor("processor")
def sentiment_analyzer(payload: Payload) -> Sentiment:
    """Label, score and intensity of the customer's message, its urgency, and cues that call for a person.

    `intensity` is the strength of the feeling: past 0.8 the customer is beside himself (or delighted).
    """
    text = payload.customer_message.replace("’", "'").strip()
    small = text.lower()
    hits = _hits(text)
    problem = cues.names_problem(small)
    score = _score(hits)
    if problem:
        score = min(score, _CHEERFUL_PROBLEM)
    label = _label(score)
    is_complaint = label != "positive" and (
        problem or (label == "negative" and min(hit.value for hit in hits) <= _GRAVE)
    )
    intensity = _intensity(text, label=label, hits=hits)
    said = _cues(small)
    return Sentiment(
        label=label,
        score=round(score, 3),
        intensity=round(intensity, 3),
        urgency=_urgency(text, small, said=said, angry=is_complaint and label == "negative" and intensity > 0.6),
        is_complaint=is_complaint,
        keywords=tuple(dict.fromkeys(hit.word for hit in hits))[:20],
        cues=said,
    )


class Hit(NamedTuple):
    """A word or phrase of the lexicon, with its value where it stands: negated, boosted, shouted."""

    word: str
    value: float
    start: int


_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
_SENTENCE_END = re.compile(r"[.!?\n]")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b(?!-?\d)")
_TURN = re.compile(r"\b(?:but|however|unfortunately|although)\b", re.IGNORECASE)
_NEGATION_REACH = 3  # words
_CLAUSE_REACH = 5  # words
_SENTENCE_REACH = 200  # characters
_UNREAL = 0.4  # what is left of praise that is only wished for, and of thanks that only close a request
_EMOJI_REACH = 1000  # characters: a wall of emoji says no more than a row of them
# Of the score; a weaker one is neutral. One mild word of praise is no delight, one of blame is already a complaint.
_POSITIVE_FROM, _NEGATIVE_FROM = 0.3, -0.2
_CHEERFUL_PROBLEM = 0.1  # the best score of who names a problem: "Great, broken again" is not cheerful
_GRAVE = -2  # a word this bad is a complaint, whatever it is about
# Written large without shouting.
_ACRONYM_WORDS = (
    "USD EUR GBP VIP ORD TRK UPS DHL USPS FAQ PDF SMS CEO USA LED SKU IBAN VAT DVD USB SIM ATM APP HDMI PIN URL NYC"
)
_ACRONYMS = frozenset(_ACRONYM_WORDS.split())


def _hits(text: str) -> list[Hit]:
    found = list(_WORD.finditer(text))
    words = [match[0].lower() for match in found]
    telling = {word for word in set(words) if word in lexicon.PHRASES_BY_FIRST or _valence(word)}
    requested = lexicon.REQUEST.search(text) is not None
    hits: list[Hit] = []
    after = 0
    for at, word in enumerate(words):
        if word not in telling or at < after:
            continue
        size, value = _value_at(words, at)
        after = at + size
        if value:
            before = _same_clause(text, found, at)
            value = _in_context(before, value=value, phrase=size > 1)
            if word in lexicon.COURTESY:
                value *= _UNREAL if requested else 1
            elif value > 0 and _is_unreal(text, before, found[at].start()):
                value *= _UNREAL
            if _is_shouted(found[at][0], text):
                value *= 1.25
            hits.append(Hit(" ".join(words[at:after]), value, found[at].start()))
    hits += [Hit(m[0], lexicon.EMOJI[m[0]], m.start()) for m in lexicon.EMOJI_CHAR.finditer(text[:_EMOJI_REACH])]
    hits += [Hit(m[0], 1.5 if m["good"] else -1.5, m.start()) for m in lexicon.EMOTICON.finditer(text)]
    hits += _failures(text, hits)
    return _weighed_by_but(text, hits)


def _failures(text: str, hits: list[Hit]) -> list[Hit]:
    """What a thing does not do, or will not: a mild fault in whatever words, where no word of the lexicon says more."""
    told = [hit.start for hit in hits]
    return [
        Hit(match[0].lower(), lexicon.FAILURE_VALUE, match.start())
        for match in lexicon.FAILURE.finditer(text)
        if not any(match.start() - 20 <= start < match.end() + 20 for start in told)
        and not _is_asked(text, match.start())
    ]


def _is_unreal(text: str, before: list[str], at: int) -> bool:
    """Praise of what is not there (yet): "if it were good", "I am looking for a nice lamp", "is it sturdy?"."""
    said = any(word in lexicon.SAYING for word in before)
    return (not said and any(word in lexicon.UNREAL for word in before)) or _is_asked(text, at)


def _is_asked(text: str, at: int) -> bool:
    end = _SENTENCE_END.search(text, at, at + _SENTENCE_REACH)
    return end is not None and end[0] == "?"


def _same_clause(text: str, found: list[re.Match[str]], at: int) -> list[str]:
    """The few words before this one in its clause, the nearest first."""
    words: list[str] = []
    for one, two in pairwise(reversed(found[max(0, at - _CLAUSE_REACH) : at + 1])):
        if _CLAUSE_END.search(text, two.end(), one.start()):
            break
        words.append(two[0].lower())
    return words


def _is_shouted(word: str, text: str) -> bool:
    return len(word) > 2 and word.isupper() and word not in _ACRONYMS and not text.isupper()


def _value_at(words: list[str], at: int) -> tuple[int, float]:
    """How many words belong together here, and what they are worth."""
    for phrase, value in lexicon.PHRASES_BY_FIRST.get(words[at], ()):
        if words[at : at + len(phrase)] == phrase:
            return len(phrase), value
    return 1, _valence(words[at])


@lru_cache(maxsize=4096)
def _valence(word: str) -> float:
    for stem in _stems(word):
        if stem in lexicon.VALENCE:
            return lexicon.VALENCE[stem]
    return 0.0


def _stems(word: str) -> list[str]:
    stems = [word, re.sub(r"(.)\1{2,}", r"\1\1", word), re.sub(r"(.)\1{2,}", r"\1", word)]  # "sooo gooood"
    for ending, replacements in (
        ("ies", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
        ("ly", ("",)),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stems += [word[: -len(ending)] + replacement for replacement in replacements]
    return stems


def _in_context(before: list[str], *, value: float, phrase: bool) -> float:
    """The value after the words before it: "not", "very", "slightly"."""
    for word in before[:2]:
        value *= lexicon.BOOSTS.get(word, 1)
    near = before[:_NEGATION_REACH]
    negated = any(word in lexicon.NEGATIONS or word.endswith("n't") for word in near)
    if negated and not phrase and "only" not in near:
        value *= -0.7 if value > 0 else -0.4
    return value


def _weighed_by_but(text: str, hits: list[Hit]) -> list[Hit]:
    """What follows the last "but" counts more than what came before it."""
    turns = [match.start() for match in _TURN.finditer(text)]
    if not turns:
        return hits
    return [hit._replace(value=hit.value * (0.5 if hit.start < turns[-1] else 1.3)) for hit in hits]


def _score(hits: list[Hit]) -> float:
    total = sum(hit.value for hit in hits)
    return total / sqrt(total * total + 12)


def _label(score: float) -> Literal["positive", "neutral", "negative"]:
    if score >= _POSITIVE_FROM:
        return "positive"
    return "negative" if score <= _NEGATIVE_FROM else "neutral"


def _intensity(text: str, *, label: str, hits: list[Hit]) -> float:
    """The strongest word on the side of the label, raised by more of them, by capitals and exclamation marks."""
    sign = -1 if label == "negative" else 1
    strengths = sorted((hit.value * sign for hit in hits if hit.value * sign > 0), reverse=True)
    if label == "neutral" or not strengths:
        return min(0.3, 0.1 * len(strengths))
    shouted = sum(_is_shouted(word, text) for word in _SHOUTED.findall(text)[:5])
    shout = 0.2 if text.isupper() and len(text) > 12 else min(0.2, 0.1 * shouted)
    exclaimed = min(0.15, 0.05 * text.count("!"))
    more = min(0.15, 0.06 * (len(strengths) - 1))
    return min(1.0, 0.22 * strengths[0] + more + shout + exclaimed)


def _cues(text: str) -> tuple[Cue, ...]:
    patterns: tuple[tuple[Cue, re.Pattern[str]], ...] = (
        ("legal_threat", cues.LEGAL_THREAT),
        ("asks_for_person", cues.ASKS_FOR_PERSON),
        ("safety", cues.SAFETY),
    )
    return tuple(cue for cue, pattern in patterns if pattern.search(text))


def _urgency(text: str, small: str, *, said: tuple[Cue, ...], angry: bool) -> Level:
    if "safety" in said:
        return "critical"
    if cues.NO_HURRY.search(small):
        return "low"
    if cues.URGENT.search(small) or re.search(r"\bNOW\b|\bTODAY\b", text):
        return "high"
    return "medium" if angry or cues.PRESSING.search(small) else "low"
