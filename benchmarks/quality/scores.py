"""What a list of labelled messages says of an analyzer. Rates are 0 to 1."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

CONFIDENT_SHARE = 0.7
BINS = 10


class Guess(NamedTuple):
    """One message: what it is, what was said of it, and how sure that was."""

    truth: str
    said: str
    confidence: float = 1.0


@dataclass(frozen=True)
class OfClass:
    name: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True)
class Found:
    """How much of what is there was found, and how much of what was found is there."""

    name: str
    count: int
    recall: float
    precision: float


def accuracy(guesses: Sequence[Guess]) -> float:
    return float(accuracy_score([g.truth for g in guesses], [g.said for g in guesses]))


def macro_f1(guesses: Sequence[Guess]) -> float:
    """The mean F1 of the classes that the messages have; one that is only said costs the others their precision."""
    truth = [g.truth for g in guesses]
    said = [g.said for g in guesses]
    return float(f1_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0))


def by_class(guesses: Sequence[Guess]) -> list[OfClass]:
    names = sorted({g.truth for g in guesses})
    truth, said = [g.truth for g in guesses], [g.said for g in guesses]
    columns = precision_recall_fscore_support(truth, said, labels=names, zero_division=0)
    rows = zip(names, *columns, strict=True)
    return [OfClass(name, float(p), float(r), float(f), int(count)) for name, p, r, f, count in rows]


def accuracy_of_surest(guesses: Sequence[Guess], share: float = CONFIDENT_SHARE) -> float:
    """Of the most confident `share` of the messages."""
    surest = sorted(guesses, key=lambda g: -g.confidence)[: max(1, round(len(guesses) * share))]
    return accuracy(surest)


def coverage_curve(guesses: Sequence[Guess]) -> list[tuple[float, float]]:
    """(share of messages, accuracy on the surest so many), from a twentieth to all."""
    return [(step / 20, accuracy_of_surest(guesses, step / 20)) for step in range(1, 21)]


def calibration(guesses: Sequence[Guess]) -> list[tuple[float, float, int]]:
    """(mean confidence, accuracy, messages) of each tenth of the confidence that has any."""
    bins: dict[int, list[Guess]] = {}
    for guess in guesses:
        bins.setdefault(min(BINS - 1, int(guess.confidence * BINS)), []).append(guess)
    return [
        (sum(g.confidence for g in kept) / len(kept), accuracy(kept), len(kept)) for _, kept in sorted(bins.items())
    ]


def calibration_error(guesses: Sequence[Guess]) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy, weighed by messages (Naeini et al.,
    "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015)."""
    return sum(abs(sure - right) * count for sure, right, count in calibration(guesses)) / len(guesses)


def confusions(guesses: Sequence[Guess], most: int = 8) -> list[tuple[str, str, int]]:
    """(what it is, what was said, how often), the most frequent first."""
    wrong = Counter((g.truth, g.said) for g in guesses if g.truth != g.said)
    return [(truth, said, count) for (truth, said), count in wrong.most_common(most)]


def spans_found(rows: Iterable[tuple[list[dict[str, Any]], list[dict[str, Any]]]], kinds: Sequence[str]) -> list[Found]:
    """Of each kind, and of all. A span counts as found by one of its kind that overlaps it; rows are (true, found)."""
    rows = list(rows)
    return [_spans(rows, [kind], kind) for kind in kinds] + [_spans(rows, kinds, "all")]


def _spans(rows: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]], kinds: Sequence[str], name: str) -> Found:
    there = found = right = hit = 0
    for true, said in rows:
        true = [span for span in true if span["type"] in kinds]
        said = [span for span in said if span["type"] in kinds]
        there += len(true)
        found += len(said)
        hit += sum(any(_same(one, other) for other in said) for one in true)
        right += sum(any(_same(one, other) for other in true) for one in said)
    return Found(name, there, hit / there if there else 1.0, right / found if found else 1.0)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["type"] == other["type"] and one["start"] < other["end"] and other["start"] < one["end"])
