"""Faults of processes: workers, sweepers, the web process."""

import os
import signal
import time
from contextlib import suppress

from tests.chaos.load import Load
from tests.chaos.scenario import Scenario
from tests.chaos.world import LEASE, WORKERS, NotFired, World

POINTS = (
    "worker_before_claim",
    "worker_after_claim",
    "worker_before_dispatch",
    "worker_before_effect",
    "worker_after_effect",
    "worker_before_commit",
    "worker_after_commit",
    "worker_before_next_bell",
)
KILLS = 10  # among them MAIN_KILLS: the supervisor waits longer with every death of a child in a minute
MAIN_KILLS = (2, 6)
TERMS = 15
COPIES = 30


def die_at_points(world: World, load: Load) -> str:
    """At each point two pool processes die, while there is load."""
    before = {point: world.fired(point) for point in POINTS}
    for point in POINTS * 2:
        world.arm(point)
        time.sleep(0.3)
    for point in POINTS:
        world.until(lambda point=point: world.fired(point) > before[point], f"nobody died at {point}")
    deaths = sum(world.fired(point) - before[point] for point in POINTS)
    return f"{deaths} deaths at {len(POINTS)} points"


def die_after_claim(world: World, load: Load) -> str:
    """Enough for a control."""
    before = world.fired("worker_after_claim")
    world.arm("worker_after_claim", 3)
    world.until(lambda: world.fired("worker_after_claim") >= before + 3, "nobody died after a claim")
    return "deaths after the claim"


def kill_at_random(world: World, load: Load) -> str:
    """Pool processes mostly, main processes twice."""
    killed = {"main": 0, "pool": 0}
    while sum(killed.values()) < KILLS:
        name = world.dice.choice(WORKERS)
        pool = world.grown_pool_of(name)
        if sum(killed.values()) in MAIN_KILLS and pool:
            world.kill_main(name)
            killed["main"] += 1
        elif pool:
            with suppress(ProcessLookupError):
                os.kill(world.dice.choice(pool), signal.SIGKILL)
                killed["pool"] += 1
        time.sleep(world.dice.uniform(0.3, 1.0))
    return f"{killed['pool']} pool and {killed['main']} main processes killed"


def kill_workers(world: World, load: Load) -> str:
    """Both at once, with what they had fetched."""
    deadline = time.monotonic() + 30
    with world.broker() as broker:
        world.stop_workers()
        while not broker.hlen("unacked"):
            if time.monotonic() > deadline:
                raise NotFired("the workers had nothing in their hands")
            world.go_on()
            time.sleep(0.1)
            world.stop_workers()
    pids = {name: world.kill_main(name) for name in WORKERS}
    for name, pid in pids.items():
        world.wait_for(name, other_than=pid)
    return "both workers killed"


def freeze(world: World, load: Load) -> str:
    """Pool processes stop with a turn in their hands, a whole worker stops too, and all wake up when the leases are
    long over."""
    points = ("stop_worker_before_commit", "stop_worker_after_claim")
    before = {point: world.fired(point) for point in points}
    for point in points:
        world.arm(point)
    for point in points:
        world.until(lambda point=point: world.fired(point) > before[point], f"nobody reached {point}")
    pid = world.send("worker1", signal.SIGSTOP)
    time.sleep(LEASE + 4)
    for name in WORKERS:
        world.send(name, signal.SIGCONT)
    return f"worker1 (pid {pid}) and two pool processes stopped for {LEASE + 4} s with a lease of {LEASE} s"


def redeploy(world: World, load: Load) -> str:
    """Workers and web in turn are asked to end; the next one when the last is back."""
    names = (*WORKERS, "web")
    for number in range(TERMS):
        name = names[number % len(names)]
        pid = world.kill_main(name, signal.SIGTERM)
        world.wait_for(name, other_than=pid)
        time.sleep(0.5)
    return f"{TERMS} TERMs of web and workers"


def sweeper_away(world: World, load: Load) -> str:
    """It is stopped while workers die, then killed, and its successor has to find what was left."""
    pid = world.send("sweeper", signal.SIGSTOP)
    before = world.fired("worker_after_claim")
    world.arm("worker_after_claim", 2)
    world.until(lambda: world.fired("worker_after_claim") >= before + 2, "nobody died after a claim")
    time.sleep(2 * LEASE)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    world.wait_for("sweeper", other_than=pid)
    return f"sweeper (pid {pid}) away for {2 * LEASE} s with 2 deaths to find"


def second_sweeper(world: World) -> None:
    """One more beside the first."""
    world.parts["second sweeper"] = world.manage("manage.py", "sweep")
    with world.broker() as broker:
        world.until(lambda: len(broker.keys("supportmesh:sweeper:*")) == 2, "there was no second sweeper", within=90)


def two_sweepers(world: World, load: Load) -> str:
    """Lost bells and dead workers for both to find."""
    second = world.parts["second sweeper"]
    before = world.fired("worker_after_claim")
    with world.broker() as broker:
        for number in range(3):
            world.arm("worker_after_claim")
            world.until(lambda n=number: world.fired("worker_after_claim") > before + n, "nobody died after a claim")
            broker.flushall()
    load.reach(1)
    time.sleep(LEASE + 2)
    second.terminate()
    second.wait(timeout=20)
    return f"pid {second.pid} swept too, with 3 deaths and 3 FLUSHALLs to find"


def thrice(world: World, load: Load) -> str:
    """Every task is published three times."""
    before = world.fired("copy")
    world.switch("thrice", on=True)
    load.reach(1)
    time.sleep(2)
    world.switch("thrice", on=False)
    copies = world.fired("copy") - before
    if copies < COPIES:
        raise NotFired(f"only {copies} copies")
    return f"{copies} copies delivered"


def fence_off(world: World) -> None:
    """Claim and commit believe everybody."""
    world.switch("no_fence", on=True)


def fence_on(world: World) -> None:
    """As it should be."""
    world.switch("no_fence", on=False)


def poisoned(world: World, load: Load) -> str:
    """The load has the poison in it."""
    kinds = ("poisonraise", "poisonexit", "poisonhang", "poisoneat")
    load.reach(1)
    for kind in kinds:
        world.until(lambda kind=kind: world.fired(kind) > 0, f"nobody met {kind}")
    return ", ".join(f"{kind.removeprefix('poison')} {world.fired(kind)}" for kind in kinds)


SCENARIOS = (
    Scenario(
        name="points",
        fault="pool process `kill -9` at 8 named points",
        strike=die_at_points,
        strike_control=die_after_claim,
    ),
    Scenario(
        name="kills",
        fault="workers and pool processes `kill -9` at random",
        strike=kill_at_random,
        strike_control=kill_workers,
        control_load={"refunds": 0.0},
    ),
    Scenario(
        name="freeze",
        fault="worker SIGSTOP longer than its lease, then CONT",
        guard="attempt and claim compared",
        strike=freeze,
        guard_off=fence_off,
        guard_on=fence_on,
    ),
    Scenario(
        name="redeploy",
        fault=f"{TERMS} redeploys (TERM) of web and workers",
        guard="the sweeper, KILL instead of TERM",
        strike=redeploy,
        strike_control=kill_workers,
        control_load={"refunds": 0.0},
        shared=False,
    ),
    Scenario(
        name="thrice",
        fault="every task delivered three times, shuffled",
        guard="attempt and claim compared",
        strike=thrice,
        guard_off=fence_off,
        guard_on=fence_on,
    ),
    Scenario(
        name="poison",
        fault="poison: raises, exits, never returns, eats memory",
        strike=poisoned,
        load={"poison_every": 10},
        control_load={"poison_every": 5},
        shared=False,
    ),
    Scenario(name="sweeper", fault="sweeper dead for a while", guard="the sweeper, for good", strike=sweeper_away,
             strike_control=die_after_claim),
    Scenario(name="sweepers", fault="two sweepers", guard="both sweepers", strike=two_sweepers,
        ready=second_sweeper,
             strike_control=die_after_claim),
)  # fmt: skip
