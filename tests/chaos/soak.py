"""`python -m tests.chaos.soak`: steady load for a long time, one random fault a minute, memory of every process."""

import argparse
import os
import signal
import statistics
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import report
from tests.chaos.check import TURNS, Before, Turn, verdict
from tests.chaos.databases import serving
from tests.chaos.load import Load
from tests.chaos.scenario import SETTLE_WITHIN
from tests.chaos.world import BASE_ENV, NOWHERE, WORKERS, NotFired, World
from tests.stack import clean_env

RATE = 2  # conversations a second
FAULT_EVERY = 60  # seconds
SAMPLE_EVERY = 5  # seconds
BACK_WITHIN = 45  # seconds until what was accepted before the fault was healed is answered
GROWTH, SLACK = 1.10, 8.0  # a process may grow by a tenth and 8 MB between the second and the last quarter
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Struck:
    """A fault and how long it took until nothing of before was open."""

    what: str
    back_after: float | None
    oldest: float = 0.0


class Memory(threading.Thread):
    """Samples the resident memory of every process of a stack, in MB."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self.samples: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        self.ended = threading.Event()
        self._world = world

    def run(self) -> None:
        """Until `ended` is set."""
        while not self.ended.wait(SAMPLE_EVERY):
            now = time.monotonic()
            for name, pid in self._world.stack.pids().items():
                if (own := resident(pid)) is not None:
                    self.samples[name].append((now, own))
                if name in WORKERS:
                    pool = [size for child in self._world.pool_of(name) if (size := resident(child)) is not None]
                    if pool:
                        self.samples[f"{name} pool, each"].append((now, statistics.mean(pool)))

    def quarters(self, name: str, *, began: float, ended: float) -> tuple[float, float]:
        """The medians of the second and the last quarter."""
        quarter = (ended - began) / 4
        second = [size for at, size in self.samples[name] if began + quarter <= at < began + 2 * quarter]
        last = [size for at, size in self.samples[name] if at >= began + 3 * quarter]
        return statistics.median(second), statistics.median(last)


def resident(pid: int) -> float | None:
    """MB; None when it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    return None


def main() -> int:
    """Soak, judge, and write the part."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=22)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command = " ".join(["python -m tests.chaos.soak", *sys.argv[1:]])
    facts = report.facts(command, seed=options.seed, load=os.getloadavg()[0])
    tell(f"seed {options.seed}")
    env = clean_env(NOWHERE, **BASE_ENV)
    with serving(options.database, env) as server, World(server, seed=options.seed) as world:
        text, good = run(world, seconds=options.minutes * 60)
    text = f"{facts}; {report.NAMES[options.database]}, {options.minutes:g} minutes\n\n{text}"
    tell(text)
    if options.write:
        report.put("soak", text)
    return 0 if good else 1


def run(world: World, *, seconds: float) -> tuple[str, bool]:
    """The figures, and whether they are what they should be."""
    before, began = Before.read(world.database), time.monotonic()
    memory = Memory(world)
    memory.start()
    load = world.load(conversations=int(seconds * RATE), seconds=seconds).start()
    struck = []
    while time.monotonic() < began + seconds - FAULT_EVERY:
        time.sleep(max(0.0, began + FAULT_EVERY * (len(struck) + 0.5) - time.monotonic()))
        struck.append(strike(world))
        tell(f"{time.monotonic() - began:5.0f} s: {struck[-1]}, {len(load.sent)} accepted")
    healed = time.time()
    world.finish(load, within=seconds + SETTLE_WITHIN)
    memory.ended.set()
    ended = time.monotonic()
    world.settle(within=SETTLE_WITHIN)
    return judge(world, load, before, struck, memory, healed=healed, began=began, ended=ended)


def strike(world: World) -> Struck:
    """One fault at random, healed; then wait until nothing that was accepted before is open."""
    faults = {
        "a pool process killed": lambda: os.kill(world.dice.choice(world.pool_of("worker1")), signal.SIGKILL),
        "a worker killed": lambda: world.kill_main(world.dice.choice(WORKERS)),
        "the sweeper killed": lambda: world.kill_main("sweeper"),
        "the web killed": lambda: world.kill_main("web"),
        "the services killed": lambda: world.kill_main("services"),
        "the broker killed": lambda: world.kill_main("broker"),
        "FLUSHALL": lambda: flush(world),
        "a worker stopped for 10 s": lambda: pause(world, "worker2", 10),
        "the broker stopped for 5 s": lambda: pause(world, "broker", 5),
        "the database down for 5 s": lambda: world.database.outage(5),
    }
    while True:
        what = world.dice.choice(sorted(faults))
        with suppress(NotFired, IndexError, ProcessLookupError):  # who was to be struck is just not there
            faults[what]()
            break
    healed, deadline, oldest = time.time(), time.monotonic() + BACK_WITHIN, 0.0
    while time.monotonic() < deadline:
        with suppress(Exception):  # the database may still be on its way back
            left = [turn.at for turn in open_turns(world) if turn.at < healed]
            if not left:
                return Struck(what, round(time.time() - healed, 1), round(oldest, 1))
            oldest = max(oldest, time.time() - min(left))
        time.sleep(0.5)
    return Struck(what, None, round(oldest, 1))


def open_turns(world: World) -> list[Turn]:
    """Messages that wait for their outcome."""
    where = f"{TURNS} AND t.status IN ('accepted', 'processing')"
    return [Turn.of(row) for row in world.database.rows(where)]


def flush(world: World) -> None:
    """The broker forgets everything."""
    with world.broker() as broker:
        broker.flushall()


def pause(world: World, name: str, seconds: float) -> None:
    """Stop a child and let it go on."""
    world.send(name, signal.SIGSTOP)
    time.sleep(seconds)
    world.send(name, signal.SIGCONT)


def judge(
    world: World,
    load: Load,
    before: Before,
    struck: list[Struck],
    memory: Memory,
    *,
    healed: float,
    began: float,
    ended: float,
) -> tuple[str, bool]:
    """The report."""
    found = verdict(world.database, load, before, healed=healed, true_time=True)
    good = found.good and all(each.back_after is not None for each in struck)
    late = [each.what for each in struck if each.back_after is None]
    slowest = max((each.back_after for each in struck if each.back_after is not None), default=0.0)
    lines = [
        f"{found.accepted} messages accepted, {found.answered_once} answered once, {found.lost} lost, "
        f"{found.doubled} doubled, effects {found.expected}/{found.done} ({found.handed_over} handed over), open rows "
        f"at the end {found.open_rows}. "
        f"{len(struck)} faults, one a minute; after {len(struck) - len(late)} of them no message from before was open "
        f"any more at the latest {slowest:.1f} s later, after {', '.join(late) or 'none'} not within {BACK_WITHIN} s.",
        *(f"- {wrong}" for wrong in found.wrong),
        "",
        "| process | MB, second quarter | MB, last quarter | flat |",
        "| --- | ---: | ---: | --- |",
    ]
    for name in sorted(memory.samples):
        second, last = memory.quarters(name, began=began, ended=ended)
        flat = last <= second * GROWTH + SLACK
        good = good and flat
        lines.append(f"| {name} | {second:.0f} | {last:.0f} | {'yes' if flat else 'NO'} |")
    lines += ["", f"Flat: the last quarter's median is at most {GROWTH:g} × the second's, plus {SLACK:g} MB."]
    return "\n".join(lines), good


def tell(line: str) -> None:
    """On the screen, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
