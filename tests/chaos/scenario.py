"""A row of the table: a fault, how it is brought about, and the guard without which the same fault does harm."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.check import Before, Verdict, verdict
from tests.chaos.load import Load
from tests.chaos.world import NotFired, World

Strike = Callable[[World, Load], str]  # brings the fault about and heals it; says what shows that it happened
SETTLE_WITHIN = 240  # seconds until nothing may be open
BEGIN_AT = 0.2  # of the load
AFTERWARDS = 2  # seconds in which a second reply may still come
UNTOLD = 20  # seconds that recovering takes at most where the tables' clocks cannot tell
CONTROL_MARGIN = 6  # seconds that a control gets on top of what the run itself needed to recover


def sweeper_off(world: World) -> None:
    """The usual guard."""
    world.freeze_sweeper()


def sweeper_on(world: World) -> None:
    """Back again."""
    world.thaw_sweeper()


def nothing(_: World) -> None:
    """No guard to switch."""


def never(_: str) -> str:
    """Nothing stands against running it."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`guard` says what the control runs without; its fault is `strike_control` where the same one would not do."""

    name: str
    fault: str
    guard: str = "the sweeper"
    strike: Strike
    ready: Callable[[World], None] = nothing  # what takes its time, before the load begins
    guard_off: Callable[[World], None] = sweeper_off
    guard_on: Callable[[World], None] = sweeper_on
    strike_control: Strike | None = None
    env: Callable[[World], dict[str, str]] = lambda world: {}
    load: dict[str, Any] = field(default_factory=dict)
    control_load: dict[str, Any] = field(default_factory=dict)
    skip: Callable[[str], str] = never  # why it cannot run here on this kind of database; "" when it can
    shared: bool = True  # whether it can run in a stack that other scenarios use too
    true_time: bool = True  # off when the clocks in the tables are not right


@dataclass(frozen=True)
class Size:
    """How much load a trial has."""

    conversations: int
    seconds: float
    control_conversations: int
    control_seconds: float


@dataclass
class Row:
    """What came of a scenario."""

    scenario: Scenario
    database: str
    verdict: Verdict | None = None
    control: Verdict | None = None
    proof: str = ""
    skipped: str = ""
    error: str = ""
    client: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything was kept, and the control was not."""
        if self.skipped:
            return True
        return not self.error and bool(self.verdict and self.verdict.good and self.control and self.control.broken)

    @property
    def proves_nothing(self) -> bool:
        """Whether no promise was broken, but the fault did not come about, met nothing, or its control did no harm."""
        found = self.verdict
        return not self.passed and not (found and (found.broken or found.open_rows or found.unsent))


def play(scenario: Scenario, world: World, size: Size) -> Row:
    """The fault, then its control, in a stack that runs. What proved nothing, for or against, is played once more."""
    row = _once(scenario, world, size)
    if row.proves_nothing and world.runs():
        why = row.error or "its control did no harm"
        sys.stderr.write(f"        {scenario.name} once more, because it proved nothing: {why}\n")
        row = _once(scenario, world, size)
    return row


def _once(scenario: Scenario, world: World, size: Size) -> Row:
    row, began = Row(scenario, world.server.kind), time.monotonic()
    try:
        row.verdict, row.proof, row.client = trial(scenario, world, size)
        patience = (row.verdict.recovered if scenario.true_time else UNTOLD) + CONTROL_MARGIN
        row.control = control(scenario, world, size, patience=patience)
    except Exception as error:  # one row must not end the others
        row.error = f"{type(error).__name__}: {error}"
    row.seconds = time.monotonic() - began
    return row


def trial(scenario: Scenario, world: World, size: Size) -> tuple[Verdict, str, str]:
    """The fault under load, healed, waited for, judged. NotFired when something is still open before it."""
    if not world.settle(within=SETTLE_WITHIN):
        raise NotFired("what happened before left something open")
    scenario.ready(world)
    before = Before.read(world.database)
    load = world.load(conversations=size.conversations, **{"seconds": size.seconds} | scenario.load)
    proof, healed = under(load, scenario.strike, world)
    world.finish(load, within=load.seconds + SETTLE_WITHIN)
    world.settle(within=SETTLE_WITHIN)
    found = verdict(world.database, load, before, healed=healed, true_time=scenario.true_time)
    return found, proof, str(dict(load.seen))


def control(scenario: Scenario, world: World, size: Size, *, patience: float) -> Verdict:
    """The same without the guard: it has to break a promise."""
    world.settle(within=SETTLE_WITHIN)
    before = Before.read(world.database)
    given = {"seconds": size.control_seconds, "answer_within": patience} | scenario.load | scenario.control_load
    load = world.load(conversations=size.control_conversations, **given)
    scenario.guard_off(world)
    try:
        _, healed = under(load, scenario.strike_control or scenario.strike, world)
        world.finish(load, within=load.seconds + load.answer_within + patience)
        world.settle(within=patience)
        time.sleep(AFTERWARDS)
        return verdict(world.database, load, before, healed=healed, true_time=scenario.true_time)
    finally:
        scenario.guard_on(world)


def under(load: Load, strike: Strike, world: World) -> tuple[str, float]:
    """Strike in the middle of the load: what shows that it happened, and when it was healed."""
    load.start()
    try:
        load.reach(BEGIN_AT)
        return strike(world, load), time.time()
    except BaseException:
        load.end()
        raise
    finally:
        world.disarm()
