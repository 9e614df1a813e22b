"""`python -m tests.chaos`: every fault under load, its control, and the table. Not 0 when a row fails."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence

from tests.chaos import broker, edges, report, storage, workers
from tests.chaos.databases import Server, serving
from tests.chaos.scenario import Row, Scenario, Size, play
from tests.chaos.world import BASE_ENV, NOWHERE, World
from tests.stack import clean_env

SCENARIOS: tuple[Scenario, ...] = (*workers.SCENARIOS, *broker.SCENARIOS, *storage.SCENARIOS, *edges.SCENARIOS)
FULL = Size(conversations=200, seconds=20, control_conversations=30, control_seconds=2)
SHORT = Size(conversations=40, seconds=6, control_conversations=16, control_seconds=1)
# The short form plays the most telling half on each database, in one stack.
SHORT_FORM = {
    "sqlite": ("points", "freeze", "empty", "thrice", "cut", "web"),
    "postgres": ("kills", "flush", "service", "database", "sweepers"),
}


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--form", choices=("short", "full"), default="full", help="short: half of the rows, less load")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of customers and faults; it is printed")
    parser.add_argument("--only", help=f"names, separated by commas: {', '.join(s.name for s in SCENARIOS)}")
    parser.add_argument("--conversations", type=int, help="for each row (full 200, short 40)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/reliability.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every stack is stopped
    size = FULL if options.form == "full" else SHORT
    if options.conversations:
        size = Size(options.conversations, size.seconds, size.control_conversations, size.control_seconds)
    kinds = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    load, began, rows = os.getloadavg()[0], time.monotonic(), []
    command = " ".join(["python -m tests.chaos", *sys.argv[1:]])
    tell(f"seed {options.seed}")
    for kind in kinds:
        chosen = choose(kind, form=options.form, only=options.only.split(",") if options.only else ())
        with serving(kind, clean_env(NOWHERE, **BASE_ENV)) as server:
            run = one_stack if options.form == "short" else own_stacks
            these = list(run(server, chosen, size, seed=options.seed))
        rows += these
        text = f"{report.facts(command, seed=options.seed, load=load)}\n\n{report.table(these)}"
        tell(f"\n{report.NAMES[kind]}: {text}\n")
        if options.write:
            report.put(kind, text)
    failed = [row for row in rows if not row.passed]
    tell(f"{len(rows) - len(failed)} of {len(rows)} rows passed in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def choose(kind: str, *, form: str, only: Sequence[str]) -> list[Scenario]:
    """The scenarios that were asked for."""
    known = {scenario.name: scenario for scenario in SCENARIOS}
    if unknown := set(only) - set(known):
        sys.exit(f"No fault is called {', '.join(sorted(unknown))}.")
    return [known[name] for name in only or (SHORT_FORM[kind] if form == "short" else known)]


def own_stacks(server: Server, scenarios: Sequence[Scenario], size: Size, *, seed: int) -> Iterator[Row]:
    """Each scenario in a stack of its own."""
    for scenario in scenarios:
        row = in_own_world(server, scenario, size, seed=seed)
        tell(report.line(row))
        yield row


def in_own_world(server: Server, scenario: Scenario, size: Size, *, seed: int) -> Row:
    """Play it in a new stack; one that does not start, or not stop, is the row's failure."""
    if reason := scenario.skip(server.kind):
        return Row(scenario, server.kind, skipped=reason)
    try:
        with World(server, seed=seed, make_env=scenario.env) as world:
            return play(scenario, world, size)
    except Exception as error:
        return Row(scenario, server.kind, error=f"{type(error).__name__}: {error}")


def one_stack(server: Server, scenarios: Sequence[Scenario], size: Size, *, seed: int) -> Iterator[Row]:
    """All of them in one stack, one after the other."""

    def env(world: World) -> dict[str, str]:
        found: dict[str, str] = {}
        for scenario in scenarios:
            found |= scenario.env(world)
        return found

    with World(server, seed=seed, make_env=env) as world:
        for scenario in scenarios:
            row = play(scenario, world, size)
            tell(report.line(row))
            yield row


def tell(line: str) -> None:
    """On the screen, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
