"""Trains the intent model and measures it. Only the command imports this: scikit-learn is nothing for a worker."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from actors.entities import find_entities
from actors.intent_features import (
    clauses_of,
    letter_terms,
    pattern_scores,
    plain,
    surest_scores,
    word_terms,
    words_of,
)
from actors.intent_model import PATTERN_WEIGHT, Floats, IntentModel, Sample, Terms
from actors.management.utterances import Utterance

FOLDS = 5
_SEED = 0
_INVERSE_REGULARISATION = 10.0  # C of the logistic regression; chosen by cross-validation
_RARE = 2  # a term must occur in that many utterances
_BINS = 10  # of the calibration error


class Scores(NamedTuple):
    """How good the model is on utterances that it was not trained on."""

    accuracy: float
    macro_f1: float
    f1: dict[str, float]
    calibration_error: float  # expected: the mean distance of confidence and accuracy, over ten bins
    sure: float  # the share of confidence 0.6 and more
    accuracy_when_sure: float
    confusions: list[tuple[str, str, int]]  # (meant, read as, how often), the most frequent first


def train(utterances: Sequence[Utterance]) -> tuple[IntentModel, Scores]:
    """The model of all utterances, and its scores by cross-validation. The temperature comes from there, too: of the
    probabilities for unseen utterances, the one that makes them likeliest (Guo et al. 2017)."""
    samples = [_sample(text) for text, _ in utterances]
    intents = np.array([intent for _, intent in utterances])
    labels, logits = _out_of_fold(samples, intents)
    meant = np.searchsorted(labels, intents)
    temperature = _temperature(logits, meant)
    model = _fit(samples, intents)._replace(temperature=temperature)
    return model, _scores(labels, _softmax(logits / temperature), meant)


def fit(utterances: Sequence[Utterance]) -> IntentModel:
    """The model of these utterances, its confidence not yet calibrated."""
    return _fit([_sample(text) for text, _ in utterances], np.array([intent for _, intent in utterances]))


def _sample(text: str) -> Sample:
    small = plain(text, find_entities(text))
    words = words_of(small)
    scores = surest_scores(pattern_scores(clause) for clause in clauses_of(small))
    return Sample(word_terms(words), letter_terms(words), tuple(scores.values()))


def _fit(samples: Sequence[Sample], intents: np.ndarray) -> IntentModel:
    words, word_rows = _vectors([sample.words for sample in samples])
    letters, letter_rows = _vectors([sample.letters for sample in samples])
    patterns = csr_matrix(np.array([sample.scores for sample in samples]) * PATTERN_WEIGHT)
    regression = LogisticRegression(C=_INVERSE_REGULARISATION, class_weight="balanced", max_iter=1000, tol=1e-3)
    regression.fit(hstack([word_rows, letter_rows, patterns]).tocsr(), intents)
    ends = np.cumsum([word_rows.shape[1], letter_rows.shape[1]])
    by_words, by_letters, by_patterns = np.split(regression.coef_.T, ends)
    labels = tuple(str(label) for label in regression.classes_)
    return IntentModel(labels, words, letters, (by_words, by_letters, by_patterns), regression.intercept_, 1.0)


def _vectors(counts: Sequence[Counter[str]]) -> tuple[Terms, csr_matrix]:
    occurrences = Counter(term for each in counts for term in each)
    common = [
        {term: count for term, count in each.items() if occurrences[term] >= _RARE}
        for each in counts
    ]  # fmt: skip
    dictionary, weighting = DictVectorizer(), TfidfTransformer(sublinear_tf=True)
    rows = weighting.fit_transform(dictionary.fit_transform(common))
    return Terms({str(term): place for place, term in enumerate(dictionary.feature_names_)}, weighting.idf_), rows


def _out_of_fold(samples: Sequence[Sample], intents: np.ndarray) -> tuple[np.ndarray, Floats]:
    """The labels in order, and for each sample their logits by a model that has not seen it."""
    labels = np.unique(intents)
    logits = np.zeros((len(samples), len(labels)))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED).split(samples, intents):
        model = _fit([samples[place] for place in seen], intents[seen])
        logits[unseen] = [model.logits(samples[place]) for place in unseen]
    return labels, logits


def _temperature(logits: Floats, meant: np.ndarray) -> float:
    rows = np.arange(len(meant))

    def unlikeliness(temperature: float) -> float:
        return -float(np.log(_softmax(logits / temperature)[rows, meant] + 1e-12).mean())

    return float(minimize_scalar(unlikeliness, bounds=(0.2, 5.0), method="bounded").x)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _scores(labels: np.ndarray, probabilities: Floats, meant: np.ndarray) -> Scores:
    read, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = read == meant
    sure = confidence >= 0.6
    each = f1_score(meant, read, average=None)
    wrong = Counter(zip(labels[meant[~right]], labels[read[~right]], strict=True))
    return Scores(
        accuracy=float(right.mean()),
        macro_f1=float(each.mean()),
        f1={str(label): float(score) for label, score in zip(labels, each, strict=True)},
        calibration_error=calibration_error(confidence, right),
        sure=float(sure.mean()),
        accuracy_when_sure=float(right[sure].mean()) if sure.any() else 0.0,
        confusions=[(str(meant), str(read), count) for (meant, read), count in wrong.most_common(12)],
    )


def calibration_error(confidence: Iterable[float], right: Iterable[bool]) -> float:
    """The expected calibration error over ten bins of equal width (Naeini et al. 2015): 0 when of the answers given at
    confidence 0.8 just 80 % are right, and so on."""
    sure, correct = np.array(list(confidence)), np.array(list(right), dtype=float)
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [abs(correct[bins == place].sum() - sure[bins == place].sum()) for place in range(_BINS)]
    return float(sum(gaps) / len(sure))
