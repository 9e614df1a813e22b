"""An unsafe installation does not start."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import run_checks

from tests.stack import ROOT


def errors() -> set[str]:
    return {error.id for error in run_checks() if error.id.startswith("supportmesh.")}


def test_a_safe_installation_has_nothing_to_say(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert errors() == set()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "shop.example"]}, "E001"),
        ({"ALLOWED_HOSTS": ["*"]}, "E002"),
        ({"DEMO": True, "DEBUG": False}, "E003"),
        ({"SECRET_KEY": "s" * 49}, "E004"),
        ({"SECRET_KEY": "django-insecure-" + "s" * 64}, "E004"),
        ({"SECRET_KEY": "changeme" * 8}, "E004"),
        ({"SERVICE_TOKEN": "short"}, "E005"),
    ],
)
def test_a_mistake_is_an_error_with_a_hint(settings: Any, changes: dict[str, Any], error: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert errors() == {f"supportmesh.{error}"}
    assert all(told.hint for told in run_checks() if told.id.startswith("supportmesh."))


@pytest.mark.parametrize("hosts", [["localhost"], ["127.0.0.1", "[::1]"]])
def test_debug_on_this_machine_is_fine(settings: Any, hosts: list[str]) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, hosts
    assert errors() == set()


def test_the_web_process_ends_with_one_sentence_per_mistake() -> None:
    env = {**os.environ, "DEMO": "1", "DEBUG": "0", "SERVICE_TOKEN": "short"}
    command = [sys.executable, "-c", "import supportmesh.asgi"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    told = [line for line in done.stderr.splitlines() if line]
    assert len(told) == 2
    assert told[0].startswith("DEMO is on without DEBUG.") or told[1].startswith("DEMO is on without DEBUG.")
    assert "Traceback" not in done.stderr
