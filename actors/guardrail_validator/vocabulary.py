"""Prose says what its template says in other words, not other things.

What a carrier, a warehouse or a bank is said to have done without any figure cannot be compared with the data. So the
words themselves are: prose of a model may use those of its template and of its facts, words for the same things, and
plain ones (`plain_words`). "UPS lost the parcel" has a word that no template and no fact brought. The customer's own
words may come back in a sentence that only says how sorry we are.
"""

import re
from collections.abc import Iterable
from functools import cache

from actors.guardrail_validator.plain_words import MEANINGS, PLAIN
from actors.message import Fact
from actors.stems import stem

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SYMPATHY = re.compile(
    r"\b(?:sorry|apologi[sz]e|apologies|understand|thank(?:s| you)|tut mir (?:sehr |wirklich )?leid|entschuldig\w*"
    r"|bedaure|verstehe|verständlich|nachvollziehen|danke)\b",
    re.IGNORECASE,
)


def new_words(text: str, template: str, facts: Iterable[Fact], *, customer: str, language: str) -> frozenset[str]:
    """The words of prose in this language (ISO 639-1) that neither its template, nor the facts it states, nor, where it
    is sorry, the customer's message account for. In a language without lists that is every word but theirs."""
    plain, meanings = _lists(language)
    allowed = _stems(" ".join([template, *(fact.value for fact in facts)]), language)
    told = [meaning for meaning in meanings if not meaning.isdisjoint(allowed)]
    allowed = plain.union(allowed, *told)
    sorry = allowed | _stems(customer, language)
    return frozenset(
        word
        for sentence in _SENTENCE.split(text)
        for word in _words(sentence)
        if stem(word, language) not in (sorry if _SYMPATHY.search(sentence) else allowed)
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _stems(text: str, language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in _words(text))


@cache
def _lists(language: str) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    lines = MEANINGS.get(language, "").strip().splitlines()
    return _stems(PLAIN.get(language, ""), language), tuple(_stems(line, language) for line in lines)
