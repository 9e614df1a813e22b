"""`make security`: what nobody could check is never told as held."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import security

CLEAN = {"name": "django", "version": "5.2", "vulns": []}
HOLED = {"name": "django", "version": "5.2", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED = {"name": "django", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def audited(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> security.Finding:
    """What is said of a pip-audit that behaves like this program."""
    (folder / "pip_audit").mkdir()
    (folder / "pip_audit" / "__init__.py").touch()
    (folder / "pip_audit" / "__main__.py").write_text(program)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return security.known_vulnerabilities()


@pytest.mark.parametrize(
    ("packages", "state", "told"),
    [
        ([CLEAN], security.HELD, "no known vulnerability"),
        ([CLEAN, HOLED], security.BROKEN, "django 5.2: PYSEC-1"),
        ([HOLED, SKIPPED], security.BROKEN, "django 5.2: PYSEC-1"),
        ([CLEAN, SKIPPED], security.NOT_CHECKED, "knows nothing of 1 packages"),
    ],
)
def test_packages_nobody_knows_are_not_safe_packages(
    packages: list[Any], state: str, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = audited(monkeypatch, tmp_path, f"print('''{json.dumps({'dependencies': packages})}''')")
    assert found.state == state
    assert told in found.told


def test_a_database_that_does_not_answer_has_found_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = audited(monkeypatch, tmp_path, "raise SystemExit('ERROR: connection refused')")
    assert found.state == security.NOT_CHECKED
    assert "connection refused" in found.told


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_release_is_pinned_with_its_hashes_and_no_address(lock: str) -> None:
    text = (security.ROOT / lock).read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    releases = [line for line in lines if not line.startswith("    --hash=sha256:")]
    assert len(releases) > 100
    assert [line for line in releases if not re.match(r"[\w.-]+==[\w.]+ .*\\$", line)] == [], "the hashes follow"
    assert "://" not in text
    assert "--index" not in text


def test_what_production_installs_is_what_the_tests_ran_with() -> None:
    def pins(lock: str) -> set[str]:
        lines = (security.ROOT / lock).read_text().splitlines()
        return {line.strip(" \\") for line in lines if "==" in line and not line.startswith("#")}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
