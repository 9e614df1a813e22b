"""The whole REST API, as its own schema describes it, against a real stack: whatever is sent, the answer is one that
the schema promises. Schemathesis runs as its command: it tries every border of every field first, then at random."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.stack import Stack, own_database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PROMISED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with own_database() as database, Stack(DEMO="1", DEBUG="1", **database) as running:
        yield running


@pytest.fixture(scope="module")
def server(stack: Stack) -> dict[str, str]:
    """May do everything: the services' writes, and speak for any customer."""
    return {"Authorization": f"Bearer {(stack.var / 'service_token').read_text()}", "Origin": stack.url}


@pytest.fixture(scope="module")
def existing(stack: Stack, server: dict[str, str]) -> str:
    """Schemathesis' settings for calls about what exists: a made-up name finds a 404 and nothing more."""
    body = {"message": "Where is ORD-12345678?", "customer_email": "john.doe@example.com"}
    said = requests.post(f"{stack.url}/api/chat", json=body, headers=server, timeout=40).json()
    return f"""
        [parameters]
        "path.number" = "ORD-12345679"
        "path.tracking_number" = "TRK123456789"
        "path.email" = "john.doe@example.com"
        "path.session_id" = "{said["session_id"]}"
        "path.message_id" = "{said["message_id"]}"
        [[operations]]
        include-path-regex = "/return"
        parameters = {{ "path.number" = "ORD-11111111" }}
    """


def fuzz(stack: Stack, folder: Path, headers: dict[str, str], settings: str = "") -> None:
    """Fails with the whole report when an answer is not as promised."""
    (folder / "schemathesis.toml").write_text(settings)
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{stack.url}/api/schema/"]
    command += ["--checks", ",".join(PROMISED), "--phases", "coverage,fuzzing", "--continue-on-failure"]
    # One worker: with two, Python 3.11 sometimes fails to parse source in two threads at a time.
    command += ["--max-examples", "12", "--seed", "1", "--workers", "1", "--request-timeout", "60", "--no-color"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_server_gets_what_the_schema_promises(
    stack: Stack, server: dict[str, str], existing: str, tmp_path: Path
) -> None:
    fuzz(stack, tmp_path, server, existing)


def test_a_server_gets_what_the_schema_promises_about_what_there_is_not(
    stack: Stack, server: dict[str, str], tmp_path: Path
) -> None:
    fuzz(stack, tmp_path, server)


def test_a_visitor_of_our_page_gets_what_the_schema_promises(stack: Stack, existing: str, tmp_path: Path) -> None:
    fuzz(stack, tmp_path, {"Origin": stack.url}, existing)
