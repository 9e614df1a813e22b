"""Finds the article of the shop that answers a general question."""

import re
from collections.abc import Iterable
from math import log
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import QuerySet

from actors.message import Article
from actors.models import KnowledgeArticle
from actors.stems import SNOWBALL, stem

QUOTED = 2  # articles in one reply
_COVERED = 0.4  # of a question's telling words, by weight: less is another question
_IN_TEXT = 0.4  # what a word is worth that only the text has: an article is about its title and keywords
_SENTENCE_END = re.compile(r"[.!?;\n]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Words that tell nothing of what a question is about.
_STOP_WORDS = """
a able about all also am an and any anyone are as ask at be because been but by can could customer customers did do does
doing don done for from get getting give got had has have hello help hey hi how if in info information into is it its
just know like ll long looking many may me more much my need no not of offer off on one only or our out people please
possible question re shop so some someone something store tell than thank thanks that the their them there these they
thing things this those to too up us use ve want wanted was we were what when where whether which who why will with
wonder wondering would you your yours
ab aber alle als am an auch auf aus bei bin bitte das dass dein dem den der des die dies dir du ein eine einem einen
einer er es euch euer fragen für gern gibt haben habt hallo hat ich ihr ihre ihren ihnen im in ist ja kann kannst können
könnt man mein meine mich mir mit möchte nach nicht noch nur ob oder on sich sie sind so über um und uns unser viel vom
von wann war was welche welchen welcher wenn wer werden wie will wir wird wo zu zum zur
"""
_STOP = frozenset(_STOP_WORDS.split())


class _Words(NamedTuple):
    """An article's words, by their stems: what it is about, and what else its text says."""

    about: frozenset[str]
    text: frozenset[str]


def articles_for(message: str, *, language: str) -> tuple[Article, ...]:
    """The published articles that answer a message in this language (ISO 639-1), the best of each of its sentences
    first; none when nothing fits. Never more than `QUOTED`.

    PostgreSQL picks the candidates by full text; they are ranked here, as on SQLite, by how much of the question's
    words they cover, each word weighed by how few articles have it (inverse document frequency).
    """
    articles = KnowledgeArticle.objects.filter(published=True, language=language)
    found: dict[int, tuple[float, Article]] = {}
    known = {article.pk: _words_of(article) for article in articles}
    if not known:
        return ()
    for sentence in _SENTENCE_END.split(message):
        words = _telling(sentence)
        weights = {each: _weight(each, known.values()) for each in _stems(words, language)}
        candidates = _candidates(articles, words, language) if words else ()
        ranked = [(_covered(weights, known[article.pk]), article) for article in candidates]
        score, best = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
        if best is not None and score >= _COVERED and score > found.get(best.pk, (0.0, None))[0]:
            found[best.pk] = score, Article(id=best.pk, title=best.title, text=best.text)
    return tuple(article for _, article in sorted(found.values(), key=lambda pair: -pair[0])[:QUOTED])


def _candidates(articles: QuerySet[KnowledgeArticle], words: list[str], language: str) -> Iterable[KnowledgeArticle]:
    if connection.vendor != "postgresql":
        return articles
    config = SNOWBALL.get(language, "simple")
    query = SearchQuery(" or ".join(words), config=config, search_type="websearch")
    return articles.annotate(words=SearchVector("title", "keywords", "text", config=config)).filter(words=query)


def _covered(weights: dict[str, float], words: _Words) -> float:
    """How much of a question an article answers, 0 to 1; 0 for one that is about something else."""
    if not words.about.intersection(weights):
        return 0.0
    got = sum(
        weight * (1 if stem in words.about else _IN_TEXT * (stem in words.text)) for stem, weight in weights.items()
    )
    return got / sum(weights.values())


def _weight(stem: str, known: Iterable[_Words]) -> float:
    articles = list(known)
    having = sum(stem in words.about or stem in words.text for words in articles)
    return log(1 + len(articles) / (1 + having))


def _words_of(article: KnowledgeArticle) -> _Words:
    about = f"{article.title} {article.keywords}"
    return _Words(_stems(_telling(about), article.language), _stems(_telling(article.text), article.language))


def _telling(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _STOP]


def _stems(words: list[str], language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words)
