"""The table, on the screen and in docs/reliability.md."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.chaos.databases import ROOT
from tests.chaos.scenario import Row

PAGE = ROOT / "docs" / "reliability.md"
HEAD = (
    "fault", "accepted", "answered once", "lost", "doubled", "effects expected/done", "longest wait s",
    "recovered after s", "control fails (without)",
)  # fmt: skip
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def cells(row: Row) -> tuple[str, ...]:
    """One row as the table says it."""
    fault = row.scenario.fault
    if row.skipped:
        return (fault, f"skipped: {row.skipped}", *[""] * (len(HEAD) - 2))
    found, control = row.verdict, row.control
    if found is None:
        return (fault, f"FAILED: {row.error}", *[""] * (len(HEAD) - 2))
    handed = f" ({found.handed_over} handed over)" if found.handed_over else ""
    if control is None:
        failing = f"NOT RUN: {row.error}"
    else:
        harm = f"{control.lost} lost, {control.doubled} doubled, effects {control.expected}/{control.done}"
        failing = f"{'yes' if control.broken else 'NO'} ({row.scenario.guard}): {harm}"
    times = (f"{found.longest:.1f}", f"{found.recovered:.1f}") if row.scenario.true_time else ("–", "–")
    return (
        fault,
        str(found.accepted),
        str(found.answered_once),
        str(found.lost),
        str(found.doubled),
        f"{found.expected}/{found.done}{handed}",
        *times,
        failing,
    )


def table(rows: Sequence[Row]) -> str:
    """Markdown."""
    lines = [" | ".join(HEAD), " | ".join(["---"] + ["---:"] * (len(HEAD) - 2) + ["---"])]
    lines += [" | ".join(cells(row)) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def line(row: Row) -> str:
    """One row for the screen, with what shows that the fault happened."""
    state = "skipped" if row.skipped else "ok" if row.passed else "FAILED"
    text = f"{state:7} {row.database:8} {row.scenario.name:9} {' | '.join(cells(row)[1:])} [{row.seconds:.0f} s]"
    more = [text, f"        {row.proof}"] if row.proof else [text]
    if not row.passed and row.verdict:
        found = row.verdict
        more.append(f"        open rows {found.open_rows}, unsent {found.unsent}, clients saw {row.client}")
        more += [f"        {wrong}" for wrong in found.wrong[:10]]
    if row.error:
        more.append(f"        {row.error}")
    return "\n".join(more)


def machine() -> str:
    """Where it was measured."""
    name = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def facts(command: str, *, seed: int, load: float) -> str:
    """What a table must say beside its figures."""
    return (
        f"`{command}`, seed {seed}, {date.today().isoformat()}; {machine()}; "
        f"load of the machine before the run: {load:.1f} processes"
    )


def put(part: str, text: str, *, page: Path = PAGE) -> None:
    """Write one part of the page, between its two marks; the rest stays."""
    before = page.read_text()
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end of {part} -->)", re.S)
    if not pattern.search(before):
        raise ValueError(f"{page} has no part {part}")
    page.write_text(pattern.sub(lambda found: f"{found[1]}{text.strip()}\n{found[2]}", before))
