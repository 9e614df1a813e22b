"""Runs the offline analyzers over labelled messages (JSON lines), and the guardrail over poisoned replies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.guardrail_validator import guardrail_validator
from actors.input_check import check_input
from actors.intent_analyzer import intent_analyzer
from actors.message import Payload, Response
from actors.sentiment_analyzer import sentiment_analyzer
from benchmarks.quality.scores import Found, Guess, spans_found

KINDS = ("CREDIT_CARD", "SSN", "IBAN", "EMAIL", "PHONE", "IP_ADDRESS")


@dataclass(frozen=True)
class Measured:
    """One set of messages: what each analyzer said."""

    intents: list[Guess]
    sentiments: list[Guess]
    attacks: list[Guess]
    personal_data: list[Found]

    @property
    def attacks_found(self) -> float:
        """Recall."""
        return _share(self.attacks, truth="True", said="True")

    @property
    def false_alarms(self) -> float:
        """Of the harmless messages."""
        return _share(self.attacks, truth="False", said="True")


def measure(folder: Path) -> Measured:
    """Everything that the folder's four files say. Raises FileNotFoundError, naming the file that is missing."""
    return Measured(
        intents=[_intent(row) for row in _rows(folder / "intent.jsonl")],
        sentiments=[
            Guess(row["label"], sentiment_analyzer(_payload(row["text"])).label)
            for row in _rows(folder / "sentiment.jsonl")
        ],
        attacks=[
            Guess(str(row["attack"]), str(check_input(row["text"]).attack)) for row in _rows(folder / "injection.jsonl")
        ],
        personal_data=spans_found(((row["spans"], _found(row["text"])) for row in _rows(folder / "pii.jsonl")), KINDS),
    )


def delivered(poison: dict[str, str], payload: Payload) -> list[str]:
    """The names of the poisoned replies that the guardrail would deliver."""
    return [name for name, text in poison.items() if _shown(text, payload) == text]


def lies_delivered(lies: Iterable[str], template: str, payload: Payload) -> list[str]:
    """The lies that the guardrail would deliver in a model's prose, each said after what the template says."""
    prose = (
        (lie, Response(text=f"{template} {lie}", tone="neutral", method="llm", template_text=template)) for lie in lies
    )
    checked = ((lie, guardrail_validator(payload.model_copy(update={"response": said}))) for lie, said in prose)
    return [lie for lie, check in checked if check.corrected != template]


def _shown(text: str, payload: Payload) -> str:
    check = guardrail_validator(payload.model_copy(update={"response": Response(text=text, tone="neutral")}))
    return check.corrected or text


def _intent(row: dict[str, Any]) -> Guess:
    intent = intent_analyzer(_payload(row["text"]))
    return Guess(row["intent"], intent.category, intent.confidence)


def _found(text: str) -> list[dict[str, Any]]:
    return [finding.model_dump() for finding in check_input(text).findings]


def _payload(text: str) -> Payload:
    return Payload(customer_message=text, customer_email=None, verified=False)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _share(guesses: list[Guess], *, truth: str, said: str) -> float:
    of_truth = [guess for guess in guesses if guess.truth == truth]
    return sum(guess.said == said for guess in of_truth) / max(1, len(of_truth))
