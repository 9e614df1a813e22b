"""`python -m tests.security`: try every attack of rows.py, print what held. Options go to pytest: `-m "not browser"`.

Exit code 1 when one did not hold. What was left out or could not be tried is said, and is no success of its row.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # of our own pytest
from collections import defaultdict
from pathlib import Path

from tests.security.rows import ROWS, Row

ROOT = Path(__file__).resolve().parent.parent.parent


def main(options: list[str]) -> int:
    """Run the tests, print the table; 0 when every row that was tried held."""
    tests = sorted({test for row in ROWS for test in row.tests})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        # Everything, also what is slow or needs a browser, unless the options say otherwise.
        command = [sys.executable, "-m", "pytest", "-m", "", *options, f"--junitxml={report}", *tests]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if not report.exists():
            return code or 1
        outcomes = read(report)
    held = [verdict(row, outcomes) for row in ROWS]
    print(table(held))  # noqa: T201
    return int(code not in (0, 5) or "NO" in held)


def read(report: Path) -> dict[str, set[str]]:
    """What became of each test's cases: passed, failed, skipped."""
    outcomes: dict[str, set[str]] = defaultdict(set)
    for case in ET.parse(report).iter("testcase"):
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
