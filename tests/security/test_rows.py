"""The table of attacks names tests that there are."""

import re
from pathlib import Path

import pytest

from tests.security.__main__ import ROOT, verdict
from tests.security.rows import ROWS

TESTS = sorted({test for row in ROWS for test in row.tests})


@pytest.mark.parametrize("test", TESTS)
def test_every_test_of_the_table_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"^(?:async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), test


def test_every_test_of_this_folder_stands_in_the_table() -> None:
    files = [*Path(__file__).parent.glob("test_*.py"), ROOT / "tests" / "browser" / "test_attacks.py"]
    for file in files:
        if file.name != Path(__file__).name:
            path = file.relative_to(ROOT).as_posix()
            assert any(test.startswith(f"{path}::") for test in TESTS), path


def test_a_row_holds_only_when_all_of_its_tests_passed() -> None:
    row = ROWS[0]
    passed = dict.fromkeys(row.tests, {"passed"})
    assert verdict(row, passed) == "yes"
    assert verdict(row, {**passed, row.tests[0]: {"passed", "failed"}}) == "NO"
    assert verdict(row, {**passed, row.tests[0]: {"skipped"}}) == "in part"
    assert verdict(row, {}) == "not tried"
