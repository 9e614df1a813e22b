"""`manage.py demo` against a real stack: every scenario behaves, and one that does not is told."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from supportmesh.management.commands import demo
from supportmesh.scenarios import SCENARIOS, Expected, one
from tests.stack import ROOT, Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(DEMO="1", DEBUG="1") as running:
        yield running


def test_every_scenario_behaves(stack: Stack) -> None:
    command = (sys.executable, "manage.py", "demo", "--url", stack.url)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"All {len(SCENARIOS)} scenarios behaved." in done.stdout
    for scenario in SCENARIOS:
        assert scenario.name in done.stdout


WRONG = {
    "outcome is answered, not escalated": Expected(outcome=("escalated",)),
    "intent is general_inquiry, not refund_request": Expected(outcome=("answered",), intent=("refund_request",)),
    'the reply does not say "pancakes"': Expected(outcome=("answered",), says=("pancakes",)),
    'the reply says "our team"': Expected(outcome=("answered",), never=("our team",)),
    "rule escalate_now did not hit": Expected(outcome=("answered",), hit=("escalate_now",)),
    "the route leaves out execution_coordinator": Expected(outcome=("answered",), through=("execution_coordinator",)),
    "the route goes through response_generator": Expected(outcome=("answered",), around=("response_generator",)),
    "escalated because of None, not vip": Expected(outcome=("answered",), reason=("vip",)),
    "urgent is False, not True": Expected(outcome=("answered",), urgent=True),
}


def test_what_is_not_as_expected_fails_and_is_named(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tuple(one(fault, "Hello, what are your opening hours?", expected=WRONG[fault]) for fault in WRONG)
    right = one("right", "Hello, what are your opening hours?", expected=Expected(outcome=("answered",)))
    monkeypatch.setattr(demo, "SCENARIOS", (*wrong, right))
    with pytest.raises(CommandError, match=f"^{len(wrong)} of {len(wrong) + 1} scenarios misbehaved"):
        call_command("demo", url=stack.url)
    told = capsys.readouterr().out
    for fault in WRONG:
        assert f"✗ {fault}" in told


def test_nobody_at_the_address_is_one_sentence() -> None:
    with pytest.raises(CommandError, match=r"does not answer.*127\.0\.0\.1:9"):
        call_command("demo", url="http://127.0.0.1:9")
