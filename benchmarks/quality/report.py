"""The report, as Markdown, and what counts as a regression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from benchmarks.quality import scores
from benchmarks.quality.measure import Measured

POINT = 0.01
ALLOWED = 2 * POINT  # a figure may be so much worse than the best accepted one

TEXT = """# Quality

How well SupportMesh understands, guards and answers without any LLM, measured with `make eval`. It fails when a figure
is more than two points worse than the best one so far (`benchmarks/quality/accepted.json`).

- **Date:** {day}
- **Command:** `{command}`
- **Messages:** {sets}. The analyzers were never trained on any of them.

| | {names} |
| :--- | {rule} |
{figures}

Of personal data, a span counts as found when a finding of its kind overlaps it.

## Intents

![Accuracy over coverage](images/quality-coverage.svg) ![Accuracy over confidence](images/quality-calibration.svg)

Left: the accuracy on the surest part of the messages. Right: how often an intent is right, over how sure it says it is.
Below a confidence of 0.6 the customer is asked, not answered.

{classes}

## Guardrail

{poisoned} kinds of poisoned replies (wrong amounts, other people's orders, leaked cards, promises nobody keeps) were
put where the reply stands. {lies} lies without a figure ("the courier has misplaced your box"), written by a language
model that did not know the checks, were put behind a true sentence of a model's prose. **{delivered}** of them would
have been delivered. The checks were written with the table of poisoned replies at hand: it shows that nothing they held
back gets through again, not how many lies in other words would. What the bot says without a language model comes from
templates and the data alone; a model's words pass these checks, bring no word that is neither the template's nor plain,
have to hold every fact of the template, and are read a second time.

## Conversations

{conversations}
"""


@dataclass(frozen=True)
class Held:
    """The scripted conversations, held `times` times: how many there are, and how many went as written every time."""

    mode: str
    count: int
    times: int
    every_time: int


def figures(measured: Measured) -> dict[str, float]:
    """What one set of messages says, higher is better (false alarms aside)."""
    found = {of.name: of for of in measured.personal_data}
    return {
        "intent accuracy": scores.accuracy(measured.intents),
        "intent macro-F1": scores.macro_f1(measured.intents),
        "intent accuracy, surest 70 %": scores.accuracy_of_surest(measured.intents),
        "intent calibration error": scores.calibration_error(measured.intents),
        "sentiment macro-F1": scores.macro_f1(measured.sentiments),
        "injection found": measured.attacks_found,
        "injection false alarms": measured.false_alarms,
        **{f"{name} recall": of.recall for name, of in found.items()},
        **{f"{name} precision": of.precision for name, of in found.items()},
    }


LOWER_IS_BETTER = ("intent calibration error", "injection false alarms")


def worse(now: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]) -> list[str]:
    """In words: what is more than two points worse than before. A set that was not measured is not compared."""
    found = []
    for name in sorted(set(now) & set(before)):
        for figure, old in before[name].items():
            new = now[name].get(figure)
            if new is None:
                found.append(f"{name}: {figure} is no longer measured")
            elif (new - old if figure in LOWER_IS_BETTER else old - new) > ALLOWED:
                found.append(f"{name}: {figure} was {old:.3f} and is {new:.3f}")
    return found


def best(now: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The better of each figure: many small steps down are held against the best there was, not against the last."""
    accepted: dict[str, Any] = {name: dict(of) for name, of in before.items()}
    for name, of in now.items():
        known = accepted.setdefault(name, {})
        for figure, new in of.items():
            better = min if figure in LOWER_IS_BETTER else max
            known[figure] = better(new, known.get(figure, new))
    return accepted


def text(
    *,
    command: str,
    sets: Mapping[str, Measured],
    now: Mapping[str, Mapping[str, float]],
    poisoned: int,
    lies: int,
    delivered: Sequence[str],
    held: Sequence[Held],
) -> str:
    """docs/quality.md."""
    names = list(sets)
    rows = [
        f"| {figure} | " + " | ".join(f"{now[name][figure]:.3f}" for name in names) + " |" for figure in now[names[0]]
    ]
    told = (
        f"{name}: {len(m.intents)} intents, {len(m.sentiments)} sentiments, {len(m.attacks)} of injection"
        for name, m in sets.items()
    )
    return TEXT.format(
        day=date.today().isoformat(),
        command=command,
        sets="; ".join(told),
        names=" | ".join(names),
        rule=" | ".join("---:" for _ in names),
        figures="\n".join(rows),
        classes="\n\n".join(_classes(name, measured) for name, measured in sets.items()),
        poisoned=poisoned,
        lies=lies,
        delivered=len(delivered) or "None",
        conversations=_conversations(held),
    )


def _classes(name: str, measured: Measured) -> str:
    rows = [
        f"| {of.name} | {of.count} | {of.precision:.2f} | {of.recall:.2f} | {of.f1:.2f} |"
        for of in scores.by_class(measured.intents)
    ]
    mixed = ", ".join(f"{truth} read as {said} ({n})" for truth, said, n in scores.confusions(measured.intents))
    head = "| intent | messages | precision | recall | F1 |\n| :--- | ---: | ---: | ---: | ---: |"
    return "\n".join([f"### {name.capitalize()}", "", head, *rows, "", f"Most often mixed up: {mixed or 'nothing'}."])


def _conversations(held: Sequence[Held]) -> str:
    if not held:
        return "Not held in this run."
    lines = [
        f"- **{one.mode}**: {one.every_time} of {one.count} went as written in each of {one.times} runs "
        f"(pass^{one.times} = {one.every_time / one.count:.3f})"
        for one in held
    ]
    intro = (
        "Whole scripted conversations (`tests/conversations`), each with a real stack; after every line orders, actions"
    )
    return "\n".join([f"{intro}\nand cases are compared.", "", *lines])
