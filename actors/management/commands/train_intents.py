"""Trains the intent analyzer from utterances: the project's own, and a shop's."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actors.intent_model import SHIPPED, own_path
from actors.management.intent_training import FOLDS, Scores, train
from actors.management.utterances import OURS, BadUtterances, Utterance, contradictions, read_utterances


class Command(BaseCommand):
    help = "Train the intent analyzer and say how good it is on utterances it has not seen (docs/intents.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--add",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="utterances of your own beside ours; the model is then kept in VAR_DIR and counts instead of ours",
        )

    def handle(self, *args: Any, add: list[Path], **options: Any) -> None:
        utterances = _all_utterances(add)
        self.stdout.write(f"{len(utterances)} utterances; training takes a minute.")
        model, scores = train(utterances)
        path = own_path() if add else SHIPPED
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
        self.stdout.write(_report(scores))
        self.stdout.write(f"Written to {path}. Workers and web read it when they start again.")
        if not add and own_path().exists():
            self.stdout.write(f"{own_path()} still counts instead of it: delete it, or train it again with --add.")


def _all_utterances(added: list[Path]) -> list[Utterance]:
    try:
        utterances = [utterance for path in (OURS, *added) for utterance in read_utterances(path)]
    except BadUtterances as error:
        raise CommandError(str(error)) from None
    utterances = list(dict.fromkeys(utterances))
    if twice := contradictions(utterances):
        raise CommandError("An utterance can mean one thing only:\n  " + "\n  ".join(twice))
    return utterances


def _report(scores: Scores) -> str:
    lines = [
        "",
        f"Cross-validated ({FOLDS} folds):",
        f"  accuracy           {scores.accuracy:.3f}",
        f"  macro-F1           {scores.macro_f1:.3f}",
        f"  calibration error  {scores.calibration_error:.3f}",
        f"  sure (>= 0.6)      {scores.sure:.0%} of the utterances, {scores.accuracy_when_sure:.1%} of them right",
        "",
        "F1 by intent:",
        *(f"  {intent:22} {score:.2f}" for intent, score in sorted(scores.f1.items(), key=lambda item: item[1])),
        "",
        "Most often confused (meant, read as, times):",
        *(f"  {meant:22} {read:22} {count}" for meant, read, count in scores.confusions),
        "",
    ]
    return "\n".join(lines)
