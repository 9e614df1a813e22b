"""`python -m tests.chaos.long`: hundreds of random kills under steady load, then everything is counted."""

import argparse
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress

from tests.chaos import report
from tests.chaos.check import Before, open_rows, verdict
from tests.chaos.databases import Server, serving
from tests.chaos.scenario import SETTLE_WITHIN, Row, Scenario
from tests.chaos.world import BASE_ENV, NOWHERE, WORKERS, World
from tests.stack import clean_env

PAUSE = (1.0, 2.6)  # seconds between two kills
RATE = 4  # conversations a second
MAIN_SHARE = 0.2  # of the kills; the others hit processes of the pools
MAINS = (*WORKERS, "sweeper", "web", "broker")
A_MINUTE = 4  # deaths of one main process: the supervisor waits longer with each
PROGRESS = 25  # kills


def main() -> int:
    """Kill, judge, and write the row."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.long", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="on each database (500)")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--write", action="store_true", help="write the rows into docs/reliability.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load = os.getloadavg()[0]
    command = " ".join(["python -m tests.chaos.long", *sys.argv[1:]])
    tell(f"seed {options.seed}")
    rows = []
    for kind in ("sqlite", "postgres") if options.database == "both" else (options.database,):
        with serving(kind, clean_env(NOWHERE, **BASE_ENV)) as server:
            rows.append(run(server, kills=options.kills, seed=options.seed))
    text = f"{report.facts(command, seed=options.seed, load=load)}\n\n{table(rows)}"
    tell(text)
    if options.write:
        report.put("long", text)
    return 0 if all(row.verdict and row.verdict.good for row in rows) else 1


def run(server: Server, *, kills: int, seed: int) -> Row:
    """One database."""
    row = Row(Scenario(name="long", fault="random kills", strike=lambda world, load: ""), server.kind)
    seconds = kills * sum(PAUSE) / 2
    with World(server, seed=seed) as world:
        before, began = Before.read(world.database), time.monotonic()
        load = world.load(conversations=int(seconds * RATE), seconds=seconds).start()
        killed, recent = Counter[str](), defaultdict[str, list[float]](list)
        while killed.total() < kills:
            if victim := kill(world, recent):
                killed[victim] += 1
                if killed.total() % PROGRESS == 0:
                    left = open_rows(world.database)
                    tell(f"{killed.total():4} kills, {len(load.sent)} accepted, {left} open, {dict(killed)}")
            time.sleep(world.dice.uniform(*PAUSE))
        healed = time.time()
        world.finish(load, within=seconds + SETTLE_WITHIN)
        world.settle(within=SETTLE_WITHIN)
        row.verdict = verdict(world.database, load, before, healed=healed, true_time=True)
        row.proof = ", ".join(f"{count} × {name}" for name, count in killed.most_common())
        row.client = str(dict(load.seen))
        row.seconds = time.monotonic() - began
    tell(f"{row.proof}\n{row.verdict}\nclients saw {row.client}")
    return row


def kill(world: World, recent: dict[str, list[float]]) -> str:
    """One process at random; its name, "" when that one has died too often lately."""
    now = time.monotonic()
    if world.dice.random() < MAIN_SHARE:
        name = world.dice.choice(MAINS)
        recent[name] = [then for then in recent[name] if now - then < 70]
        pid = world.stack.pids().get(name)
        if pid is None or len(recent[name]) >= A_MINUTE:
            return ""
        recent[name].append(now)
        what = name
    else:
        pool = world.grown_pool_of(world.dice.choice(WORKERS))
        if not pool:
            return ""
        pid, what = world.dice.choice(pool), "pool process"
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return what
    return ""


def table(rows: list[Row]) -> str:
    """Markdown."""
    head = "| database | kills | accepted | answered once | lost | doubled | effects expected/done | longest wait s |"
    lines = [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        found = row.verdict
        assert found is not None
        lines.append(
            f"| {report.NAMES[row.database]} | {row.proof} | {found.accepted} | {found.answered_once} | {found.lost} "
            f"| {found.doubled} | {found.expected}/{found.done} ({found.handed_over} handed over) "
            f"| {found.longest:.1f} |"
        )
    return "\n".join(lines)


def tell(line: str) -> None:
    """On the screen, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
