"""The trained half of the intent analyzer: a linear model over words, pieces of words and the patterns' scores.

`manage.py train_intents` makes the file. It holds numbers and text only, so that loading it runs nothing, and reading
needs numpy alone: no process that answers customers imports scikit-learn.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from actors.intent_features import DIGEST, letter_terms, surest_scores, word_terms, words_of
from actors.message import IntentName

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent / "knowledge" / "intents.npz"
NO_WISH = "off_topic"  # what the model takes gibberish, small talk and unfinished sentences for
PATTERN_WEIGHT = 0.2 / 4  # a pattern's score is up to some 4; chosen by cross-validation

NO_PATTERNS = surest_scores([])  # where no pattern was found

Floats = NDArray[np.floating]


class UnusableModel(Exception):
    """The file is no model, or one of another version."""


class Sample(NamedTuple):
    """What the model reads of one text."""

    words: Counter[str]
    letters: Counter[str]
    scores: tuple[float, ...]  # of the patterns


class Terms(NamedTuple):
    """The terms of one kind that the model knows, and how telling each is."""

    places: dict[str, int]
    idf: Floats

    def vector(self, counts: Counter[str]) -> tuple[NDArray[np.intp], Floats]:
        """Where the known terms stand and their TF-IDF (sublinear, length 1), as scikit-learn's TfidfTransformer has
        it."""
        known = [(self.places[term], count) for term, count in counts.items() if term in self.places]
        if not known:
            return np.empty(0, dtype=np.intp), np.empty(0)
        places, times = (np.array(column) for column in zip(*known, strict=True))
        values = (1 + np.log(times)) * self.idf[places]
        return places, values / np.sqrt(np.dot(values, values))


class IntentModel(NamedTuple):
    """Weights by term (rows) and label (columns); `temperature` makes the probabilities honest."""

    labels: tuple[str, ...]
    words: Terms
    letters: Terms
    weights: tuple[Floats, Floats, Floats]  # of words, of letters, of the patterns
    bias: Floats
    temperature: float

    def read(self, small: str, scores: Mapping[IntentName, float]) -> dict[str, float]:
        """The probability of each intent, and of NO_WISH, for a plain text and what the patterns say of it."""
        words = words_of(small)
        logits = self.logits(Sample(word_terms(words), letter_terms(words), tuple(scores.values())))
        powers = np.exp((logits - logits.max()) / self.temperature)
        return dict(zip(self.labels, (powers / powers.sum()).tolist(), strict=True))

    def logits(self, sample: Sample) -> Floats:
        """How much speaks for each label, before the temperature."""
        word_weights, letter_weights, pattern_weights = self.weights
        words, word_values = self.words.vector(sample.words)
        letters, letter_values = self.letters.vector(sample.letters)
        return (
            self.bias
            + word_values @ word_weights[words]
            + letter_values @ letter_weights[letters]
            + np.array(sample.scores) * PATTERN_WEIGHT @ pattern_weights
        )

    def save(self, path: Path) -> None:
        """Write the file: the same bytes from the same model."""
        text = {
            name: np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
            for name, lines in {
                "digest": [DIGEST],
                "labels": self.labels,
                "words": list(self.words.places),
                "letters": list(self.letters.places),
            }.items()
        }
        np.savez_compressed(
            path,
            allow_pickle=False,
            words_idf=self.words.idf.astype(np.float32),
            letters_idf=self.letters.idf.astype(np.float32),
            words_weights=self.weights[0].astype(np.float16),
            letters_weights=self.weights[1].astype(np.float16),
            patterns_weights=self.weights[2].astype(np.float32),
            bias=self.bias.astype(np.float32),
            temperature=np.float32(self.temperature),
            **text,
        )


def load(path: Path) -> IntentModel:
    """The model in a file; raises UnusableModel when it is none, or was trained for other patterns or features."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        text = {name: arrays[name].tobytes().decode().split("\n") for name in ("digest", "labels", "words", "letters")}
        if text["digest"] != [DIGEST]:
            raise UnusableModel(f"{path} was trained for another version of SupportMesh")
        return IntentModel(
            labels=tuple(text["labels"]),
            words=_terms(text["words"], arrays["words_idf"]),
            letters=_terms(text["letters"], arrays["letters_idf"]),
            weights=(
                arrays["words_weights"].astype(np.float32),
                arrays["letters_weights"].astype(np.float32),
                arrays["patterns_weights"],
            ),
            bias=arrays["bias"],
            temperature=float(arrays["temperature"]),
        )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise UnusableModel(f"{path} is no model of train_intents: {error}") from error


def _terms(names: list[str], idf: Floats) -> Terms:
    return Terms({name: place for place, name in enumerate(names)}, idf)


def own_path() -> Path:
    """Where the model of a shop with utterances of its own lies. It counts instead of the shipped one."""
    return Path(settings.VAR_DIR) / "intents.npz"


@cache
def intent_model() -> IntentModel:
    """The shop's own model, else the shipped one; read once in a process. A shop's model that an update made unusable
    is reported, and the shipped one answers meanwhile."""
    own = own_path()
    if own.exists():
        try:
            return load(own)
        except UnusableModel as error:
            log.error("%s; run `manage.py train_intents --add` again. Until then the shipped model answers.", error)
    return load(SHIPPED)
