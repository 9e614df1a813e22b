"""A real stack, a real Chromium, and a page whose every console error or breach of its policy fails the test."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.stack import Stack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# In every page and frame: what its Content-Security-Policy kept from being loaded or run.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, documentURI }) => {
  console.error(`Content Security Policy kept away: ${effectiveDirective} ${blockedURI} in ${documentURI}`);
});"""

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium. CI must have one; a user's machine may do without."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        assert os.environ.get("CI") != "true", "no Chromium on the CI machine"
        pytest.skip("no Chromium on this machine: apt install chromium")
    return found


@pytest.fixture(scope="session")
def stack(chromium: str) -> Iterator[Stack]:
    with Stack(DEMO="1", DEBUG="1") as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@contextmanager
def watched(browser: Browser, stack: Stack, *, expected: str = "", locale: str = "en-US") -> Iterator[Page]:
    """A page of a browser nobody has seen before, whose every console error and every breach of its policy fails the
    test but the `expected` one."""
    size = {"width": 1280, "height": 800}
    context = browser.new_context(base_url=stack.url, viewport=size, locale=locale)
    problems: list[str] = []
    context.add_init_script(TELL_VIOLATIONS)
    context.on("console", lambda message: _note(problems, message))
    context.on("weberror", lambda error: problems.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert [problem for problem in problems if not (expected and expected in problem)] == []


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page of a visitor. A line that breaks may be logged by Chromium itself."""
    with watched(browser, stack) as opened:
        yield opened


def _note(problems: list[str], message: ConsoleMessage) -> None:
    """What Chromium says of a line that broke, or of a form that was refused, is no fault of the page."""
    broken = "net::ERR_(CONN|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|SOCKET_NOT)"
    known = rf"WebSocket connection to '[^']+' failed|Failed to load resource: (.* status of 400 |{broken})"
    if message.type in ("error", "warning") and not re.match(known, message.text):
        problems.append(message.text)
