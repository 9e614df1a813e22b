"""The figures of `make eval`: what counts as worse, and that the scores are what their names say."""

import pytest

from benchmarks.quality import report, scores
from benchmarks.quality.scores import Guess

RIGHT, WRONG = Guess("a", "a", 0.9), Guess("a", "b", 0.3)


def test_macro_f1_counts_each_class_of_the_messages_alike() -> None:
    guesses = [*[Guess("a", "a")] * 8, Guess("b", "b"), Guess("b", "c")]
    assert scores.macro_f1(guesses) == pytest.approx((1 + 2 / 3) / 2)


def test_surest_messages_are_those_with_the_highest_confidence() -> None:
    assert scores.accuracy_of_surest([WRONG, RIGHT, RIGHT, RIGHT], 0.75) == 1
    assert scores.accuracy([WRONG, RIGHT, RIGHT, RIGHT]) == 0.75


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    assert scores.calibration_error([Guess("a", "a", 0.8), Guess("a", "b", 0.8)]) == pytest.approx(0.3)


def test_span_is_found_by_an_overlapping_one_of_its_kind_only() -> None:
    def span(kind: str, start: int, end: int) -> dict[str, object]:
        return {"type": kind, "start": start, "end": end}

    true = [span("PHONE", 0, 10), span("EMAIL", 20, 30)]
    phone, email, both = scores.spans_found([(true, [span("PHONE", 2, 12), span("PHONE", 20, 30)])], ["PHONE", "EMAIL"])
    assert (phone.recall, phone.precision, email.recall, both.recall) == (1, 0.5, 0, 0.5)


def test_more_than_two_points_worse_is_a_regression_and_less_is_none() -> None:
    before = {"data": {"intent macro-F1": 0.80, "injection false alarms": 0.01}}
    assert report.worse({"data": {"intent macro-F1": 0.785, "injection false alarms": 0.02}}, before) == []
    assert report.worse({"data": {"intent macro-F1": 0.77, "injection false alarms": 0.04}}, before) == [
        "data: intent macro-F1 was 0.800 and is 0.770",
        "data: injection false alarms was 0.010 and is 0.040",
    ]
    assert report.worse({"data": {"intent macro-F1": 0.8}}, before) == [
        "data: injection false alarms is no longer measured"
    ]
    assert report.worse({}, before) == [], "a set that was not measured is not compared"


def test_small_steps_down_are_held_against_the_best_figure() -> None:
    first = {"data": {"intent macro-F1": 0.80, "injection false alarms": 0.01}}
    accepted = report.best({"data": {"intent macro-F1": 0.785, "injection false alarms": 0.00}}, first)
    assert accepted == {"data": {"intent macro-F1": 0.80, "injection false alarms": 0.00}}
    assert report.worse({"data": {"intent macro-F1": 0.77, "injection false alarms": 0.00}}, accepted)
    assert report.best({}, first) == first, "a set that was not measured keeps its figures"
