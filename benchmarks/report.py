"""The benchmark's report, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import Any

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

DESK = """## The desk

How fast the pages of the desk answer a busy shop's staff, measured with `make bench-desk`.

- **Machine:** {machine}; the pages and PostgreSQL share it
- **Its load before the run:** {load:.1f} processes
- **Date:** {day}
- **Command:** `{command}`
- **Database:** {database}, made up by `manage.py fill_desk`
- **A page:** from the request to the whole response, in one process, without a network: one time to count its
  queries, then {times} times for the clock; the times are the median and the worst of those
- **Who asks:** a supervisor sees every case; an agent their own and those that nobody has

| page | queries | supervisor ms | worst | agent ms | worst |
| :--- | ---: | ---: | ---: | ---: | ---: |
{rows}
"""

SOCKETS = """## Open sockets

What {sockets} open sockets cost the others of the same web process, measured with `make bench-sockets`.

- **Machine:** {machine}; client, web, services, workers and broker share it
- **Its load before the run:** {load:.1f} processes
- **Date:** {day}
- **Command:** `{command}`
- **The sockets:** each of a guest, in a conversation of its own whose question was answered; these answers
  took {answered_in:.0f} seconds
- **One customer:** asks, pings and loads the page, first alone, then beside them

| one customer | alone p50 ms | p95 | beside {sockets} p50 ms | p95 | p50 |
| :--- | ---: | ---: | ---: | ---: | ---: |
{rows}

| the web process | alone | beside {sockets} |
| :--- | ---: | ---: |
| memory, MB | {memory[0]:.0f} | {memory[1]:.0f} |
| CPU while nobody says anything, of one core | {still[0]:.1%} | {still[1]:.1%} |
"""
BEGIN = {"desk": DESK.partition("\n")[0], "sockets": SOCKETS.lstrip().partition("\n")[0]}


@dataclass(frozen=True)
class Page:
    """One page of the desk: its queries, and what it took, in rising milliseconds."""

    name: str
    queries: int
    times: Sequence[float]

    @property
    def middle(self) -> float:
        return median(self.times)

    @property
    def worst(self) -> float:
        return self.times[-1]


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


def desk(told: Mapping[str, Sequence[Page]], **run: object) -> str:
    """The desk's part of the report. `told`: the same pages as they answer a supervisor and an agent."""
    rows = (
        (seen.name, _queries(seen, own), *(f"{ms:.0f}" for page in (seen, own) for ms in (page.middle, page.worst)))
        for seen, own in zip(told["supervisor"], told["agent"], strict=True)
    )
    return DESK.format(rows="\n".join(f"| {' | '.join(row)} |" for row in rows), **run)


def _queries(seen: Page, own: Page) -> str:
    return str(seen.queries) if seen.queries == own.queries else f"{seen.queries}, {own.queries}"


def sockets(told: Mapping[str, Any], **run: object) -> str:
    """The part of the report about open sockets. `told["felt"]`: what one customer felt alone and beside them, in
    rising milliseconds."""
    alone, beside = told["felt"]
    rows = (
        (what, *(f"{_at(times, share):.1f}" for times in (one, beside[what]) for share in (0.5, 0.95)),
         _ratio(_at(beside[what], 0.5), _at(one, 0.5)))
        for what, one in alone.items()
    )  # fmt: skip
    return SOCKETS.format(rows="\n".join(f"| {' | '.join(row)} |" for row in rows), **told, **run)


def _at(rising: Sequence[float], share: float) -> float:
    return rising[int(share * (len(rising) - 1))]


def put(path: Path, **new: str) -> None:
    """Write a part of the report (`turns`, `desk`, `sockets`) into a file; the others stay as they are there."""
    rest = path.read_text() if path.exists() else ""
    parts = {}
    for name, begin in reversed(BEGIN.items()):
        rest, _, text = rest.partition(begin)
        parts[name] = begin + text if text else ""
    parts = {"turns": rest, **{name: parts[name] for name in BEGIN}} | new
    path.write_text("\n\n".join(part.strip() for part in parts.values() if part.strip()) + "\n")
