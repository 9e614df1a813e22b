"""CPU seconds of a stack's processes, from /proc."""

import os
from collections.abc import Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def leaders(run: Path) -> dict[int, str]:
    """The children of a stack by their pid, each with the name of its group. `run` is the folder of its pid files."""
    return {int(path.read_text()): _group(path.stem) for path in run.glob("*.pid")}


def cpu_seconds(groups: Mapping[int, str]) -> dict[str, float]:
    """CPU seconds so far by group, and of this process ("client"). Each pid leads a process group of its own."""
    used = dict.fromkeys(sorted(set(groups.values())), 0.0)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended at this moment
        leader = int(fields[2])
        if leader in groups:
            used[groups[leader]] += sum(map(int, fields[11:15])) / TICKS  # user and system, own and reaped children
    times = os.times()
    return used | {"client": times.user + times.system}


def _group(name: str) -> str:
    return "workers" if name.startswith("worker") else name


def command(pid: int) -> list[str]:
    """The command line of a running process."""
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
