"""How much a message sounds like an attempt to command the bot: logistic regression over words and letters.

Trained by `python manage.py train_injections` from `knowledge/injections.yml`. Here is the arithmetic alone, so that a
worker needs no scikit-learn. The features are binary, weighed by their idf and scaled to length one, as in
scikit-learn's TfidfTransformer.
"""

import re
from functools import lru_cache
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy

EXAMPLES = Path(__file__).parent / "knowledge" / "injections.yml"
ARTEFACT = Path(__file__).parent / "knowledge" / "injections.npz"
READ = 2000  # characters: a wall of text has said what it is by then
# The probability from which a message counts: of the harmless examples, chosen to look like attacks, three in a hundred
# pass it while they are left out of the training; of ordinary messages fewer than one in a hundred.
FROM = 0.63
_ENOUGH = 3  # words: "no", "hi" and "and?" prove nothing

_WORD = re.compile(r"[^\W_]+|[<>\[\]{}=#|\"`]")
_DIGITS = re.compile(r"\d+")


def features(text: str) -> set[str]:
    """The words, pairs of words and runs of 3 or 4 letters within words of a text; every number is "0"."""
    words = _WORD.findall(_DIGITS.sub("0", text[:READ].lower().replace("’", "'").replace("'", "")))
    found = {*words, *(f"{one} {two}" for one, two in zip(words, words[1:], strict=False))}
    for word in set(words):
        edged = f"_{word}_"
        found.update(edged[at : at + size] for size in (3, 4) for at in range(len(edged) - size + 1))
    if words:
        found.update((f"^{words[0]}", f"^{' '.join(words[:2])}"))  # how it begins: an order or a question
    return found


def sounds_like_injection(text: str, *, probability: float | None = None) -> bool:
    """Whether the message is more like the attacks than like the customers. `probability` replaces the model's own."""
    if len(text.split()) < _ENOUGH:
        return False
    return (injection_probability(text) if probability is None else probability) >= FROM


def injection_probability(text: str) -> float:
    """Between 0 and 1, as the examples have it; nearly half of them are attacks, far fewer messages are."""
    model = _model()
    known = [model.weights[feature] for feature in features(text) if feature in model.weights]
    length = sqrt(sum(idf * idf for idf, _ in known)) or 1.0
    return 1 / (1 + exp(-(sum(idf * weight for idf, weight in known) / length + model.bias)))


class _Model(NamedTuple):
    weights: dict[str, tuple[float, float]]  # feature: idf and weight
    bias: float


@lru_cache(maxsize=1)
def _model() -> _Model:
    with numpy.load(ARTEFACT, allow_pickle=False) as stored:
        names = stored["features"].tobytes().decode().split("\n")
        pairs = zip(stored["idf"].tolist(), stored["weights"].tolist(), strict=True)
        return _Model(weights=dict(zip(names, pairs, strict=True)), bias=float(stored["bias"]))
