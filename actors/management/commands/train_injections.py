import random
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import yaml
from django.core.management.base import BaseCommand
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline

from actors.injection_model import ARTEFACT, EXAMPLES, features, sounds_like_injection
from actors.input_check import injection_cues

_SLOT = re.compile(r"\{(\w+)\}")
_VARIANTS = 6  # of a line with slots
_SEED = 6


class Example(NamedTuple):
    text: str
    attack: bool
    line: int  # variants of one line stay together when scores are cross-validated


def read_examples(path: Path = EXAMPLES) -> list[Example]:
    """All examples, the slots filled in with the words of the file; the same at every call.

    Raises KeyError when a slot has no words.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    words = {name: [word.strip() for word in said.split(",")] for name, said in content["words"].items()}
    chance = random.Random(_SEED)  # noqa: S311 (no secret)
    lines = [
        (line, half == "attacks")
        for half in ("attacks", "harmless")
        for block in content[half].values()
        for line in block.splitlines()
    ]
    return [
        Example(text, attack, number)
        for number, (line, attack) in enumerate(lines)
        for text in dict.fromkeys(_filled(line, words, chance) for _ in range(_VARIANTS if _SLOT.search(line) else 1))
    ]


def _filled(line: str, words: dict[str, list[str]], chance: random.Random) -> str:
    while _SLOT.search(line):
        line = _SLOT.sub(lambda slot: chance.choice(words[slot[1]]), line)
    return line


def pipeline() -> Pipeline:
    """What `injection_model` computes, as scikit-learn trains it."""
    return make_pipeline(
        CountVectorizer(analyzer=features, binary=True, min_df=2),
        TfidfTransformer(),
        LogisticRegression(C=3, max_iter=2000),
    )


class Command(BaseCommand):
    help = "Learns from actors/knowledge/injections.yml what a command to the bot sounds like, and prints how well."

    def handle(self, *args: Any, **options: Any) -> None:
        examples = read_examples()
        texts, attacks = [example.text for example in examples], numpy.array([example.attack for example in examples])
        probabilities = cross_val_predict(
            pipeline(),
            texts,
            attacks,
            groups=[example.line for example in examples],
            cv=StratifiedGroupKFold(5, shuffle=True, random_state=_SEED),
            method="predict_proba",
        )[:, 1]
        found = numpy.array(
            [
                bool(injection_cues(text)) or sounds_like_injection(text, probability=probability)
                for text, probability in zip(texts, probabilities, strict=True)
            ]
        )
        self.stdout.write(
            f"{attacks.sum()} attacks, {(~attacks).sum()} harmless messages. On examples that were left out: "
            f"found {found[attacks].mean():.3f}, false alarms {found[~attacks].mean():.3f}."
        )
        save(pipeline().fit(texts, attacks), ARTEFACT)
        self.stdout.write(f"Written: {ARTEFACT.name}, {ARTEFACT.stat().st_size // 1024} KB.")


def save(trained: Pipeline, path: Path) -> None:
    """The weights as plain arrays: nothing in the file is ever run."""
    counts, tfidf, regression = (step for _, step in trained.steps)
    names = counts.get_feature_names_out()
    with path.open("wb") as file:
        numpy.savez_compressed(
            file,
            features=numpy.frombuffer("\n".join(names).encode(), dtype=numpy.uint8),
            idf=tfidf.idf_.astype(numpy.float32),
            weights=regression.coef_[0].astype(numpy.float32),
            bias=numpy.float32(regression.intercept_[0]),
        )
