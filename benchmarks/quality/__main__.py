"""`make eval`: measures, writes docs/quality.md, and fails when something got worse."""

import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")

import django  # noqa: E402

django.setup()

from actors.intent_analyzer import intent_analyzer  # noqa: E402
from actors.message import Payload  # noqa: E402
from benchmarks.quality import plots, report  # noqa: E402
from benchmarks.quality.measure import delivered, lies_delivered, measure  # noqa: E402
from tests import scripts  # noqa: E402
from tests.llm_server import Answer, Asked, good, llm_server  # noqa: E402
from tests.poison import OWN, POISON  # noqa: E402
from tests.poison.lies import FREE_LIES, TRUE  # noqa: E402

SAMPLE = ROOT / "benchmarks" / "sample"
ACCEPTED = ROOT / "benchmarks" / "quality" / "accepted.json"
DOCS = ROOT / "docs"


def main() -> int:
    """0 when nothing is worse than accepted and no poisoned reply is delivered, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with intent, sentiment, injection and pii .jsonl")
    parser.add_argument("--repeat", type=int, default=3, help="how often each conversation is held; 0: not at all")
    options = parser.parse_args()
    folders = {"own sample": SAMPLE, **({"data": options.data} if options.data else {})}
    try:
        sets = {name: measure(folder) for name, folder in folders.items()}
    except FileNotFoundError as error:
        parser.error(f"there is no {error.filename}")
    now = {name: report.figures(measured) for name, measured in sets.items()}
    through = [*delivered(POISON, OWN), *_free_lies_delivered()]
    held = _held(options.repeat) if options.repeat else []
    plots.draw_coverage({name: m.intents for name, m in sets.items()}, DOCS / "images" / "quality-coverage.svg")
    plots.draw_calibration({name: m.intents for name, m in sets.items()}, DOCS / "images" / "quality-calibration.svg")
    command = "make eval" + (" DATA=…" if options.data else "")
    lies = sum(len(told) for told in FREE_LIES.values())
    written = report.text(
        command=command, sets=sets, now=now, poisoned=len(POISON), lies=lies, delivered=through, held=held
    )
    (DOCS / "quality.md").write_text(written)
    print(written)
    return _verdict(now, through)


def _free_lies_delivered() -> list[str]:
    through = []
    for language, lies in FREE_LIES.items():
        spoken = OWN.conversation.model_copy(update={"language": language})
        through += lies_delivered(lies, TRUE[language], OWN.model_copy(update={"conversation": spoken}))
    return through


def _verdict(now: dict[str, dict[str, float]], through: list[str]) -> int:
    before = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {}
    faults = [*report.worse(now, before), *(f"delivered: {name}" for name in through)]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    ACCEPTED.write_text(json.dumps(report.best(now, before), indent=2, sort_keys=True) + "\n")
    return 0


def _held(times: int) -> list[report.Held]:
    """The scripted conversations without an LLM, and with one that LiteLLM calls on this machine."""
    held = [_in_mode("without an LLM", times, {})]
    with llm_server(script=_understands_as_we_do) as server:
        env = {"LLM_MODEL": "openai/test-model", "LLM_BASE_URL": server.url, "LLM_API_KEY": "test"}
        held.append(_in_mode("with an LLM", times, env))
    return held


def _understands_as_we_do(asked: Asked) -> Answer:
    """The test's model writes the replies; what it cannot do is read, so it says what the offline mind says."""
    if asked.purpose != "intent":
        return good(asked)
    intent = intent_analyzer(
        Payload(customer_message=asked.part("customer_message"), customer_email=None, verified=False)
    )
    fields = {"category": intent.category, "secondary": intent.secondary, "confidence": intent.confidence}
    return Answer(json.dumps({**fields, "language": intent.language}))


def _in_mode(mode: str, times: int, env: dict[str, str]) -> report.Held:
    runs = [scripts.held_by_a_stack(**env) for _ in range(times)]
    names = runs[0].keys()
    faulty = {name: next((run[name] for run in runs if run[name]), []) for name in names}
    for name, faults in faulty.items():
        if faults:
            print(f"{mode}: {name}: {faults[0][:300]}", file=sys.stderr)
    return report.Held(mode, len(names), times, sum(not faults for faults in faulty.values()))


if __name__ == "__main__":
    sys.exit(main())
