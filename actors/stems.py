"""The stem of a word: what its inflected forms have in common."""

from functools import cache, lru_cache

import snowballstemmer

SNOWBALL = {"en": "english", "de": "german"}  # Snowball's, and PostgreSQL's, name of a language


@lru_cache(maxsize=50_000)  # articles are read for every question, replies twice
def stem(word: str, language: str) -> str:
    """By Snowball's rules for the language (ISO 639-1); the word itself in a language that has none here."""
    stemmer = _stemmer(language)
    return str(stemmer.stemWord(word)) if stemmer else word


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(SNOWBALL[language]) if language in SNOWBALL else None
