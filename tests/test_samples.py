"""The labelled messages of benchmarks/sample have the form that an evaluation reads, and were never trained on."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from actors.message.payload import IntentName

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "benchmarks" / "sample"
TRAINING = ("intents.yml", "injections.yml")
KINDS = ("CREDIT_CARD", "IBAN", "SSN", "EMAIL", "PHONE", "IP_ADDRESS")
NAMES = ("intent", "sentiment", "injection", "pii")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    """The text without what makes no other message of it: case, spaces, the last sign."""
    return " ".join(text.casefold().split()).rstrip(" .!?")


def strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from strings(part)


@pytest.fixture(scope="module")
def trained() -> set[str]:
    files = [ROOT / "actors" / "knowledge" / name for name in TRAINING]
    return {plain(text) for path in files for text in strings(yaml.safe_load(path.read_text(encoding="utf-8")))}


@pytest.mark.parametrize("name", NAMES)
def test_no_message_stands_twice_or_in_the_training_examples(name: str, trained: set[str]) -> None:
    texts = [plain(row["text"]) for row in rows(name)]
    assert all(texts)
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert sorted(set(texts) & trained) == []


def test_every_intent_is_known_and_has_its_messages() -> None:
    counts = Counter(row["intent"] for row in rows("intent"))
    assert all(set(row) == {"text", "intent"} for row in rows("intent"))
    assert set(counts) == set(get_args(IntentName))
    for intent, count in counts.items():
        assert count >= (10 if intent in ("confirm", "deny") else 20), intent


def test_every_sentiment_is_known_and_has_its_messages() -> None:
    counts = Counter(row["label"] for row in rows("sentiment"))
    assert all(set(row) == {"text", "label"} for row in rows("sentiment"))
    assert set(counts) == {"positive", "neutral", "negative"}
    assert min(counts.values()) >= 40


def test_attacks_and_harmless_messages_are_both_there() -> None:
    counts = Counter(row["attack"] for row in rows("injection"))
    assert all(set(row) == {"text", "attack"} for row in rows("injection"))
    assert set(counts) == {True, False}
    assert counts[True] >= 60
    assert counts[False] >= 120


def test_every_span_is_what_stands_in_its_text() -> None:
    found: Counter[str] = Counter()
    for row in rows("pii"):
        assert set(row) == {"text", "spans"}
        end = 0
        for span in row["spans"]:
            assert set(span) == {"type", "value", "start", "end"}
            assert row["text"][span["start"] : span["end"]] == span["value"] != ""
            assert span["start"] >= end, "spans stand in order and apart"
            end = span["end"]
            found[span["type"]] += 1
    assert set(found) == set(KINDS)
    assert min(found.values()) >= 10
    assert sum(not row["spans"] for row in rows("pii")) >= 40


def test_cards_and_accounts_have_true_check_digits() -> None:
    spans = [span for row in rows("pii") for span in row["spans"]]
    for span in spans:
        characters = [character for character in span["value"] if character.isalnum()]
        if span["type"] == "CREDIT_CARD":
            assert luhn([int(digit) for digit in characters]) == 0, span
        if span["type"] == "IBAN":
            moved = "".join(characters[4:] + characters[:4])
            assert int("".join(str(int(character, 36)) for character in moved)) % 97 == 1, span


def luhn(digits: list[int]) -> int:
    """ISO/IEC 7812-1: every second digit from the right doubled, the digits of all added, modulo ten."""
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10
