"""`security.py`: what `make security` runs, and a table of what held, what did not and what nobody could check."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
CODE = ("supportmesh", "actors", "shop", "customers", "orders", "tracking", "scripts")
AUDIT_SECONDS = 300
HELD, BROKEN, NOT_CHECKED = "held", "BROKEN", "NOT CHECKED"
# An installation as docs/deploy.md asks for it.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "supportmesh.settings",
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "1",
    "ALLOWED_HOSTS": "support.example.com",
    "TRUSTED_PROXIES": "10.0.0.1",
    "DATABASE_URL": "postgres://supportmesh:secret@db.example.com/supportmesh",
    "REDIS_URL": "redis://:secret@redis.example.com:6379/0",
    "EMAIL_URL": "smtp+tls://mail.example.com",
}


class Finding(NamedTuple):
    """How a check ended, and what there is to read about it."""

    state: str
    told: str


def run(*command: str, env: dict[str, str] | None = None, seconds: float | None = None) -> tuple[int, str, str]:
    """The exit code and the two outputs of a Python module."""
    done = subprocess.run(
        (sys.executable, "-m", *command), cwd=ROOT, env=env, capture_output=True, text=True, timeout=seconds
    )
    return done.returncode, done.stdout, done.stderr


def known_vulnerabilities() -> Finding:
    """Ask the advisory database about every release of both lock files.

    Offline, or behind a mirror that has no advisories, pip-audit skips every package and still ends well: that is not
    "none known".
    """
    unknown, found = set(), set()
    for lock in LOCKS:
        options = ("-r", lock, "--require-hashes", "--disable-pip", "-f", "json", "--progress-spinner", "off")
        try:
            _, out, err = run("pip_audit", *options, seconds=AUDIT_SECONDS)
            packages = json.loads(out)["dependencies"]
        except subprocess.TimeoutExpired:
            return Finding(NOT_CHECKED, f"the advisory database did not answer within {AUDIT_SECONDS} s")
        except (ValueError, KeyError):
            return Finding(NOT_CHECKED, f"the advisory database does not answer: {_last_line(err)}")
        unknown |= {package["name"] for package in packages if "skip_reason" in package}
        found |= {
            f"{package['name']} {package['version']}: {vulnerability['id']}"
            for package in packages
            for vulnerability in package.get("vulns", ())
        }
    if found:
        return Finding(BROKEN, "\n".join(sorted(found)))
    if unknown:
        names = ", ".join(sorted(unknown)[:5])
        return Finding(NOT_CHECKED, f"the advisory database knows nothing of {len(unknown)} packages ({names} ...)")
    return Finding(HELD, "no known vulnerability in any release of the lock files")


def code() -> Finding:
    """bandit on our own code: whatever it finds at medium or high severity."""
    status, out, err = run("bandit", "--quiet", "--severity-level", "medium", "--recursive", *CODE)
    return Finding(BROKEN, out + err) if status else Finding(HELD, "bandit finds nothing of medium or high severity")


def deployment() -> Finding:
    """Django's own checks and ours, as for an installation that docs/deploy.md describes."""
    with tempfile.TemporaryDirectory() as var:
        env = os.environ | PRODUCTION | {"VAR_DIR": var}
        status, out, err = run("django", "check", "--deploy", "--fail-level", "WARNING", env=env)
    return Finding(BROKEN, out + err) if status else Finding(HELD, "check --deploy --fail-level WARNING says nothing")


def attacks() -> Finding:
    """The attack tests; they print a table of their own, a row per attack."""
    if not (ROOT / "tests" / "security" / "__main__.py").is_file():
        return Finding(NOT_CHECKED, "there are no attack tests here")
    status = subprocess.run((sys.executable, "-m", "tests.security"), cwd=ROOT).returncode
    return Finding(BROKEN, "see the table above") if status else Finding(HELD, "every guard of the table above held")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"


CHECKS: dict[str, Callable[[], Finding]] = {
    "known vulnerabilities": known_vulnerabilities,
    "our code": code,
    "a deployment's settings": deployment,
    "attacks": attacks,
}


def main() -> int:
    """1 when something is broken, 0 otherwise; what was not checked is said in so many words."""
    found = {name: check() for name, check in CHECKS.items()}
    table = Table(title="make security")
    for column in ("check", "state", "told"):
        table.add_column(column, overflow="fold")
    for name, finding in found.items():
        table.add_row(name, finding.state, finding.told)
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    for name, finding in found.items():
        if finding.state == NOT_CHECKED:
            sys.stderr.write(f"NOT CHECKED: {name}. This is no pass: {finding.told}.\n")
    return int(any(finding.state == BROKEN for finding in found.values()))


if __name__ == "__main__":
    sys.exit(main())
