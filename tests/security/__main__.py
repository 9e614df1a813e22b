"""`python -m tests.security`: try every attack of rows.py, print what held. Options go to pytest: `-m "not browser"`.

Exit code 1 when one did not hold. What was left out or could not be tried is said, and is no success of its row.
"""

import itertools
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # of our own pytest
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.security.rows import ROWS, Row

ROOT = Path(__file__).resolve().parent.parent.parent
# Everything, also what is slow. Playwright's event loop runs as long as its browser does, and no test that needs a loop
# of its own can run after it in the same process.
RUNS = ("not browser", "browser")


def main(options: list[str]) -> int:
    """Run the tests, print the table; 0 when every row that was tried held."""
    tests = sorted({test for row in ROWS for test in row.tests})
    codes = set()
    with tempfile.TemporaryDirectory() as folder:
        reports = []
        for marks in [[]] if "-m" in options else [["-m", marks] for marks in RUNS]:
            reports.append(Path(folder, f"report{len(reports)}.xml"))
            command = [sys.executable, "-m", "pytest", *marks, *options, f"--junitxml={reports[-1]}", *tests]
            codes.add(subprocess.run(command, cwd=ROOT, check=False).returncode)
            if not reports[-1].exists():
                return 1
        outcomes = read(reports)
    held = [verdict(row, outcomes) for row in ROWS]
    print(table(held))  # noqa: T201
    return int(not codes <= {0, 5} or "NO" in held)


def read(reports: Iterable[Path]) -> dict[str, set[str]]:
    """What became of each test's cases: passed, failed, skipped."""
    outcomes: dict[str, set[str]] = defaultdict(set)
    for case in itertools.chain.from_iterable(ET.parse(report).iter("testcase") for report in reports):
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = case.get("name", "").partition("[")[0]
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcomes[f"{file}::{name}"] |= {"skipped" if kinds == {"skipped"} else "failed"} if kinds else {"passed"}
    return outcomes


def verdict(row: Row, outcomes: dict[str, set[str]]) -> str:
    """Whether the guard held."""
    found = set().union(*(outcomes.get(test, {"left out"}) for test in row.tests))
    if "failed" in found:
        return "NO"
    return "yes" if found == {"passed"} else "in part" if "passed" in found else "not tried"


def table(held: list[str]) -> str:
    """Attack, guard, tests, held."""
    lines = []
    for row, answer in zip(ROWS, held, strict=True):
        first, *others = row.tests
        lines.append(f"{answer:9}  {row.attack}\n{'':11}by {row.guard}")
        lines += [f"{'':11}{test.removeprefix('tests/')}" for test in (first, *others)]
    counts = ", ".join(f"{held.count(answer)} {answer}" for answer in ("yes", "in part", "not tried", "NO"))
    return "\n".join(["", f"{'held':9}  attack, guard, tests", *lines, "", f"{len(held)} attacks: {counts}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
