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


SENSELESS = {
    "SHOP_TIME_ZONE=Mars": "SHOP_TIME_ZONE must be a time zone such as Europe/Berlin, not 'Mars'.",
    "SHOP_TIME_ZONE=Europe": "SHOP_TIME_ZONE must be a time zone such as Europe/Berlin, not 'Europe'.",
    "SHOP_TIME_ZONE=../UTC": "SHOP_TIME_ZONE must be a time zone such as Europe/Berlin, not '../UTC'.",
    "SHOP_CURRENCY=ZZZZ": "SHOP_CURRENCY must be three capital letters such as EUR, not 'ZZZZ'.",
    "SHOP_CURRENCY=usd": "SHOP_CURRENCY must be three capital letters such as EUR, not 'usd'.",
    "MESH_MAX_ATTEMPTS=0": "MESH_MAX_ATTEMPTS must be 1 or more, not 0.",
    "MESH_LEASE=0": "MESH_LEASE must be 1 or more, not 0.",
    "MESSAGE_MAX_LENGTH=0": "MESSAGE_MAX_LENGTH must be 1 or more, not 0.",
    "GUEST_RETENTION_DAYS=-1": "GUEST_RETENTION_DAYS must be 1 or more, not -1.",
    "RETURN_WINDOW_DAYS=-1": "RETURN_WINDOW_DAYS must be 0 or more, not -1.",
    "RETURN_WINDOW_DAYS=month": "RETURN_WINDOW_DAYS must be a whole number, not 'month'.",
    "ORDER_NUMBER_PATTERN=(": "ORDER_NUMBER_PATTERN is no regular expression: missing )",
    "TRACKING_NUMBER_PATTERN=(?i)x": "TRACKING_NUMBER_PATTERN is no regular expression: global flags not at the start",
    "DATABASE_URL=mysql://x": "DATABASE_URL must begin with postgres:// or sqlite://.",
    "REDIS_URL=foo": "REDIS_URL must look like redis://host:port/0.",
    "LOG_LEVEL=loud": "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'loud'.",
}
READ_THEM = """
import os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
for given in sys.argv[1:]:
    name, _, value = given.partition("=")
    before = os.environ.pop(name, None)
    os.environ[name] = value
    try:
        runpy.run_path("supportmesh/settings.py")
        print("accepted")
    except ImproperlyConfigured as error:
        print(error)
    del os.environ[name]
    if before is not None:
        os.environ[name] = before
"""


def read_settings(*given: str) -> list[str]:
    """What settings.py says to each NAME=value."""
    done = subprocess.run(
        [sys.executable, "-c", READ_THEM, *given], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_setting_that_makes_no_sense_stops_the_start_with_a_sentence() -> None:
    told = dict(zip(SENSELESS, read_settings(*SENSELESS), strict=True))
    assert {given: said for given, said in told.items() if not said.startswith(SENSELESS[given])} == {}


def test_settings_at_their_limits_are_taken() -> None:
    fine = ["MESH_LEASE=1", "RETURN_WINDOW_DAYS=0", "SHOP_TIME_ZONE=Asia/Tokyo", "SHOP_CURRENCY=EUR"]
    fine += ["REDIS_URL=rediss://:secret@redis.example:6380/1", "DATABASE_URL=postgres://me:secret@db.example/shop"]
    fine += ["DATABASE_URL=sqlite:////tmp/shop.sqlite3", r"ORDER_NUMBER_PATTERN=(?:SO|PO)-\d{5}"]
    assert read_settings(*fine) == ["accepted"] * len(fine)
