"""Faults of what is underneath: the database, the disk, the clock."""

import ctypes
import errno
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path

from tests.chaos.check import Turn
from tests.chaos.load import Load
from tests.chaos.scenario import Scenario
from tests.chaos.world import LEASE, NotFired, World

DOWN = 10  # seconds
SQLITE_WAITS = 20  # seconds a writer waits for the lock: shorter outages are only slow
FULL = 8  # seconds
DISK = 96  # MB
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x00020000, 16384, 1 << 18
CLOCK = Path(__file__).parent / "hooks" / "clock.c"
HOUR = 3600


def database_down(world: World, load: Load) -> str:
    """Nobody may say "accepted" while nothing can be written."""
    return _down(world, load, seconds=DOWN)


def database_down_long(world: World, load: Load) -> str:
    """Longer than a writer of SQLite waits."""
    return _down(world, load, seconds=DOWN if world.database.kind == "postgres" else SQLITE_WAITS + 4)


def _down(world: World, load: Load, *, seconds: float) -> str:
    waiting = world.pile_up(load)
    going_on = threading.Timer(1, world.go_on)  # so that workers meet tasks without a database, too
    going_on.start()
    try:
        began, ended = world.database.outage(seconds)
    finally:
        going_on.join()
    # An "accepted" that was not true has no row, and is found as lost.
    if any(began < turn.at < ended for turn in Turn.read(world.database)):
        raise NotFired("somebody could write")
    away = load.seen["status 503"] + load.seen["ReadTimeout"]
    if world.database.kind == "postgres" and not away:
        raise NotFired("nobody was told 503")
    told = load.seen["status 503"]
    return f"{seconds:g} s without writes, {waiting} tasks met it, no message written meanwhile, {told} × 503"


def small_disk(world: World) -> dict[str, str]:
    """The stack's folder is a file system of its own, seen by this thread and its children alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(world.var)], check=True)
    world.closing.callback(lambda: subprocess.run(["umount", "--lazy", str(world.var)], check=True))
    return {}


def disk_full(world: World, load: Load) -> str:
    """Not a byte left for a while, neither for the database nor for the broker."""
    filler = world.var / "filler"
    end = time.monotonic() + FULL
    full = 0
    with filler.open("wb", buffering=0) as file:
        while time.monotonic() < end:
            try:
                file.write(b"\0" * (2**20 if not full else 4096))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                full += 1
                time.sleep(0.05)
    filler.unlink()
    if not full or not load.seen:
        raise NotFired(f"nobody was hindered: {full} writes found the disk full")
    return f"disk full for {FULL} s; clients saw {dict(load.seen)}"


def no_small_disk(kind: str) -> str:
    """It takes root and a tmpfs; PostgreSQL has its own disk."""
    if kind == "postgres":
        return "PostgreSQL's disk is not the stack's: a server that stops is the row above"
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    try:
        done = subprocess.run(probe, capture_output=True)
    except OSError as error:
        return f"no unshare ({error.strerror})"
    return "" if done.returncode == 0 else "no right to mount a small file system"


def clocks(world: World) -> dict[str, str]:
    """On one machine with SQLite there is one clock, and it jumps; beside a PostgreSQL each process has its own."""
    library = world.var / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(CLOCK), "-ldl"], check=True)
    for name, shift in (("true", 0), ("ahead", HOUR), ("behind", -HOUR)):
        (world.var / f"clock_{name}").write_bytes(struct.pack("l", shift))
    if world.server.kind == "postgres":
        return {"CHAOS_CLOCKS": "worker1@=ahead,worker2@=behind,uvicorn=ahead"}
    return {"LD_PRELOAD": str(library), "CHAOS_CLOCK_FILE": str(world.var / "clock_true")}


def clock_jumps(world: World, load: Load) -> str:
    """An hour forward and back again, with workers dying in between."""
    if world.server.kind == "postgres":
        return _clocks_differ(world)
    before = world.fired("worker_after_claim")
    for shift in (HOUR, 0, -HOUR, 0):
        world.arm("worker_after_claim")
        with (world.var / "clock_true").open("r+b") as file:  # in place: the processes look into it
            file.write(struct.pack("l", shift))
        time.sleep(LEASE)
    world.until(lambda: world.fired("worker_after_claim") > before + 1, "nobody died meanwhile")
    return f"+1 h, back, -1 h, back; {world.fired('worker_after_claim') - before} deaths meanwhile"


def _clocks_differ(world: World) -> str:
    before = world.fired("worker_after_claim")
    for _ in range(4):
        world.arm("worker_after_claim")
        time.sleep(1)
    with world.broker() as broker:
        broker.flushall()
    world.until(lambda: world.fired("worker_after_claim") > before + 2, "nobody died meanwhile")
    shifted = world.fired("clock_ahead"), world.fired("clock_behind")
    if not all(shifted):
        raise NotFired("the clocks are right")
    return f"{shifted[0]} processes 1 h ahead, {shifted[1]} behind; deaths and a FLUSHALL meanwhile"


def no_compiler(kind: str) -> str:
    """The wrong clock is fifty lines of C."""
    return "" if shutil.which("cc") else "no C compiler"


SCENARIOS = (
    Scenario(name="database", fault=f"database down for {DOWN} s", strike=database_down,
             strike_control=database_down_long,
             load={"seconds": DOWN + 8}, control_load={"seconds": 4, "refunds": 0.0}),
    Scenario(name="disk", fault=f"disk full for {FULL} s", strike=disk_full, env=small_disk, skip=no_small_disk,
             load={"seconds": FULL + 8}, control_load={"seconds": FULL, "refunds": 0.0}, shared=False),
    Scenario(name="clock", fault="clocks an hour off", strike=clock_jumps, env=clocks, skip=no_compiler,
             control_load={"seconds": 3 * LEASE}, shared=False, true_time=False),
)  # fmt: skip
