"""The benchmark's report, as Markdown."""

from collections.abc import Iterable, Sequence
from textwrap import fill

from benchmarks.closed_loop import Level

TEXT = """# Benchmarks

How many messages a second SupportMesh answers, and how fast, measured with `make bench`.

- **Machine:** {machine}; client, web, services, workers and broker share it
- **Its load before the run:** {load:.1f} processes; beyond 1 the machine was busy with something else,
  and rates and times are worse than its own
- **Date:** {day}
- **Command:** `{command}`
- **Stack:** {database}; the embedded Valkey, every write kept; {workers} Celery workers of two processes each
- **A turn:** `POST /api/chat` by a server with an API token for a customer of the demo data, a new conversation each,
  until the reply is in the response. The message takes the full pipeline of {hops}
  actors: {route}.
- **The floor:** a bare Celery chain of {hops} no-op tasks on {hops} queues of the same broker, with the same Celery
  settings and worker flags, in the same run. It reads no database, calls no service and holds no HTTP request.

A closed loop: each client asks again as soon as it is answered, so beyond what the machine can do, more clients only
wait longer.

## Turns

{turns}

CPU seconds:

{cpu}

## The floor

{floor}

What a turn costs more than the floor:

{ratios}
"""


def markdown(
    *,
    turns: Sequence[Level],
    chains: Sequence[Level],
    route: Sequence[str],
    machine: str,
    load: float,
    day: str,
    command: str,
    database: str,
    workers: int,
) -> str:
    """The whole report."""
    groups = list(turns[0].cpu)
    cpu = ((str(level.clients), *(f"{level.cpu[group]:.1f}" for group in groups)) for level in turns)
    ratios = (
        (
            str(turn.clients),
            _ratio(chain.rate, turn.rate),
            _ratio(turn.percentile(0.5), chain.percentile(0.5)),
            _ratio(turn.cpu_each, chain.cpu_each),
        )
        for turn, chain in zip(turns, chains, strict=True)
    )
    return TEXT.format(
        machine=machine,
        load=load,
        day=day,
        command=command,
        database=database,
        workers=workers,
        hops=len(route),
        route=fill(", ".join(route), width=108, subsequent_indent="  "),
        turns=_levels("replies/s", "CPU ms per reply", turns),
        cpu=_table(("clients", *groups), cpu),
        floor=_levels("chains/s", "CPU ms per chain", chains),
        ratios=_table(("clients", "fewer per second", "longer (p50)", "more CPU each"), ratios),
    )


def _levels(rate: str, cpu: str, levels: Sequence[Level]) -> str:
    return _table(("clients", rate, "p50 ms", "p95 ms", "p99 ms", "errors", cpu), map(_row, levels))


def _row(level: Level) -> tuple[str, ...]:
    times = (f"{level.percentile(share) * 1000:.0f}" for share in (0.5, 0.95, 0.99))
    return (str(level.clients), f"{level.rate:.1f}", *times, str(level.failed), f"{level.cpu_each * 1000:.1f}")


def _ratio(one: float, other: float) -> str:
    return f"× {one / other:.1f}" if other else "–"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---:"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
