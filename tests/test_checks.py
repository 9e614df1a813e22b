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
    ("changes", "told"),
    [
        ({"LLM_API_KEY": "k"}, {"supportmesh.W002"}),
        ({"LLM_MODEL": "gpt-4o", "LLM_API_KEY": "k"}, set()),
        ({"LLM_MODEL": "gpt-4o", "LLM_TIMEOUT": 20}, {"supportmesh.W003"}),
    ],
)
def test_a_model_that_is_half_set_up_is_told_of(changes: dict[str, Any], told: set[str], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    for name, value in changes.items():
        setattr(settings, name, value)
    assert errors() == told


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "shop.example"]}, "E001"),
        ({"ALLOWED_HOSTS": ["*"]}, "E002"),
        ({"DEMO": True, "DEBUG": False}, "E003"),
        ({"SECRET_KEY": "s" * 49}, "E004"),
        ({"SECRET_KEY": "django-insecure-" + "s" * 64}, "E004"),
        ({"SECRET_KEY": "changeme" * 8}, "E004"),
        ({"SECRET_KEY": "a" * 64}, "E004"),
        ({"SECRET_KEY_FALLBACKS": ["an-old-and-short-one"]}, "E004"),
        ({"SERVICE_TOKEN": "short"}, "E005"),
        ({"SERVICE_TOKEN_FALLBACKS": ["short"]}, "E005"),
        ({"IDENTITY_SECRET": ["s3cr3t-k3y-0123456789-012345678"]}, "E006"),
        ({"DEBUG": True, "HTTPS": True}, "E001"),
        ({"DEBUG": True, "TRUSTED_PROXIES": ["10.0.0.1"]}, "E001"),
        ({"REDIS_URL": "redis://redis.example.com:6379/0"}, "E008"),
        ({"REDIS_URL": "redis://10.0.0.7:6379/0"}, "E008"),
    ],
)
def test_a_mistake_is_an_error_with_a_hint(settings: Any, changes: dict[str, Any], error: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert errors() == {f"supportmesh.{error}"}
    assert all(told.hint for told in run_checks() if told.id.startswith("supportmesh."))


@pytest.mark.parametrize(
    "url",
    ["redis://:secret@redis.example.com:6379/0", "rediss://me:secret@10.0.0.7/0", "redis://localhost", "redis://[::1]"],
)
def test_redis_has_a_password_or_is_on_this_machine(url: str, settings: Any) -> None:
    settings.REDIS_URL = url
    assert errors() == set()


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
    "LLM_BASE_URL=localhost:11434": "LLM_BASE_URL must look like",
    "LLM_TEMPERATURE=3": "LLM_TEMPERATURE must be a number from 0 to 2",
    "LLM_TURN_COST=a lot": "LLM_TURN_COST must be a number",
    "LLM_INTENT=sometimes": "LLM_INTENT must be one of",
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
    "SHOP_HOURS=9 to 5": "SHOP_HOURS: '9 to 5' is not of the form 'Monday to Friday, 9:00 to 18:00'.",
    "SHOP_HOURS=Someday, 9:00 to 18:00": "SHOP_HOURS: 'someday' is no day of the week.",
    "SHOP_HOURS=Monday, 18:00 to 9:00": "SHOP_HOURS: 'Monday, 18:00 to 9:00' does not close after it opens.",
    "SLA_FIRST_RESPONSE=900": "SLA_FIRST_RESPONSE must give seconds for each of urgent, high, normal, low: urgent=900,",
    "SLA_FIRST_RESPONSE=urgent=900,high=3600,normal=14400": "SLA_FIRST_RESPONSE must give seconds for each of",
    "SLA_RESOLUTION=urgent=1,high=2,normal=3,low=0": "SLA_RESOLUTION must give seconds for each of",
    "SLA_RESOLUTION=urgent=1,high=2,normal=3,low=1h": "SLA_RESOLUTION must give seconds for each of",
    "SLA_RESOLUTION=urgent=1,high=2,normal=3,low=4,none=5": "SLA_RESOLUTION must give seconds for each of",
    "CLAIM_IDLE=59": "CLAIM_IDLE must be 60 or more, not 59.",
    "AGENT_APPROVAL_LIMIT=-1": "AGENT_APPROVAL_LIMIT must be an amount such as 100.00, not '-1'.",
    "SUPERVISOR_APPROVAL_LIMIT=1,000": "SUPERVISOR_APPROVAL_LIMIT must be an amount such as 100.00, not '1,000'.",
    "CASE_REOPEN_HOURS=-1": "CASE_REOPEN_HOURS must be 0 or more, not -1.",
    "IDLE_CLOSE_MINUTES=0": "IDLE_CLOSE_MINUTES must be 1 or more, not 0.",
    "PUBLIC_URL=shop.example": "PUBLIC_URL must look like https://support.example.com, not 'shop.example'.",
    "PUBLIC_URL=https://example.com/chat": "PUBLIC_URL must look like https://support.example.com, not",
    "WIDGET_ORIGINS=shop.example": "WIDGET_ORIGINS must hold origins such as https://shop.example.com, not",
    "WIDGET_ORIGINS=https://shop.example,https://other.example/": "WIDGET_ORIGINS must hold origins such as https://sh",
    "WIDGET_ORIGINS=https://*.example": "WIDGET_ORIGINS must hold origins such as https://shop.example.com, not",
    "WIDGET_ORIGINS=https://Shop.example": "WIDGET_ORIGINS must hold origins such as https://shop.example.com, not",
    "WIDGET_ORIGINS=https://shop.example:443": "WIDGET_ORIGINS must hold origins such as https://shop.example.com, not",
    "WIDGET_ORIGINS=https://shop.example; script-src *": "WIDGET_ORIGINS must hold origins such as https://shop.e",
    "TRUSTED_PROXIES=proxy.example.com": "TRUSTED_PROXIES must hold addresses or networks such as 127.0.0.1 or",
    "TRUSTED_PROXIES=10.0.0.1,0.0.0.0/0": "TRUSTED_PROXIES must hold addresses or networks such as 127.0.0.1 or",
    "TRUSTED_PROXIES=*": "TRUSTED_PROXIES must hold addresses or networks such as 127.0.0.1 or 10.1.0.0/24, not '*'.",
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
    fine += ["SHOP_HOURS=Monday to Sunday, 0:00 to 24:00", "SLA_FIRST_RESPONSE=urgent=1,high=1,normal=1,low=1"]
    fine += ["CLAIM_IDLE=60", "AGENT_APPROVAL_LIMIT=0", "CASE_REOPEN_HOURS=0", "PUBLIC_URL=https://shop.example:8443/"]
    fine += ["WIDGET_ORIGINS=https://shop.example, http://127.0.0.1:8080,http://[::1]:8080"]
    fine += ["TRUSTED_PROXIES=127.0.0.1, 10.1.0.0/24,2001:db8::/64"]
    fine += ["LLM_BASE_URL=http://127.0.0.1:11434/v1/", "LLM_TEMPERATURE=0", "LLM_DAY_CALLS=0", "LLM_TURN_COST=0.005"]
    assert read_settings(*fine) == ["accepted"] * len(fine)
