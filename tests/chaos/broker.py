"""Faults of the broker: it forgets everything, stops, or answers nobody."""

import shutil
import signal
import subprocess
import time
from contextlib import suppress

import redis

from supportmesh.preflight import HOST, free_port
from supportmesh.stack import broker_command
from tests.chaos.load import Load
from tests.chaos.proxies import SwallowingProxy
from tests.chaos.scenario import Scenario
from tests.chaos.world import NotFired, World

AWAY = 12  # seconds; the longest timeout towards the broker is 10


def flushed(world: World, load: Load) -> str:
    """FLUSHALL, three times, with tasks waiting."""
    forgotten = 0
    with world.broker() as broker:
        for _ in range(3):
            forgotten += world.pile_up(load)
            broker.flushall()
            world.go_on()
            time.sleep(1)
    _must(forgotten)
    return f"3 × FLUSHALL, {forgotten} waiting tasks forgotten"


def restarted_empty(world: World, load: Load) -> str:
    """Killed with tasks waiting, its files gone before it is there again; twice."""
    forgotten = 0
    for _ in range(2):
        forgotten += world.pile_up(load)
        pid = world.kill_main("broker")
        for entry in (world.var / "valkey").iterdir():
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
        world.go_on()
        world.wait_for("broker", other_than=pid)
        time.sleep(2)
    _must(forgotten)
    return f"2 restarts, {forgotten} waiting tasks forgotten"


def stopped(world: World, load: Load) -> str:
    """SIGSTOP: it takes connections and says nothing."""
    began = time.time()
    pid = world.send("broker", signal.SIGSTOP)
    time.sleep(AWAY)
    world.send("broker", signal.SIGCONT)
    return f"pid {pid} stopped for {AWAY} s, {_accepted_since(load, began)} messages accepted meanwhile"


def half_open(world: World, load: Load) -> str:
    """The connections stand, and what is sent on them vanishes."""
    proxy: SwallowingProxy = world.parts["broker"]
    began, before = time.time(), proxy.swallowed
    proxy.swallowing.set()
    time.sleep(AWAY)
    proxy.swallowing.clear()
    accepted = _accepted_since(load, began)
    if proxy.swallowed == before:
        raise NotFired("nothing was swallowed")
    return f"{proxy.swallowed - before} bytes swallowed in {AWAY} s, {accepted} messages accepted meanwhile"


def own_broker(world: World) -> dict[str, str]:
    """A broker with the proxy before it."""
    port = free_port()
    process = subprocess.Popen(broker_command(world.var, port), stdout=subprocess.DEVNULL, start_new_session=True)

    def end() -> None:
        process.kill()
        process.wait()

    world.closing.callback(end)
    with redis.Redis(host=HOST, port=port) as client:
        world.until(lambda: _answers(client), "the broker did not answer")
    proxy = world.parts["broker"] = SwallowingProxy(port)
    world.closing.callback(proxy.close)
    return {"REDIS_URL": f"redis://{HOST}:{proxy.port}/0"}


def _answers(client: redis.Redis) -> bool:
    with suppress(redis.RedisError):
        return bool(client.ping())
    return False


def _accepted_since(load: Load, began: float) -> int:
    accepted = sum(sent.at > began for sent in load.sent)
    if not accepted:
        raise NotFired("nothing was accepted while the broker was away")
    return accepted


def _must(forgotten: int) -> None:
    if not forgotten:
        raise NotFired("no task was waiting when the broker forgot")


SCENARIOS = (
    Scenario(name="empty", fault="Redis killed, restarted empty", strike=restarted_empty),
    Scenario(name="flush", fault="Redis FLUSHALL", strike=flushed),
    Scenario(name="stop", fault=f"Redis SIGSTOP for {AWAY} s", strike=stopped,
             load={"seconds": AWAY + 6}, control_load={"seconds": AWAY, "refunds": 0.0}),
    Scenario(name="halfopen", fault=f"Redis half open for {AWAY} s", strike=half_open, env=own_broker,
             load={"seconds": AWAY + 6}, control_load={"seconds": AWAY, "refunds": 0.0}, shared=False),
)  # fmt: skip
