"""A real stack, a real Chromium, and a page whose every console error fails the test."""

import os
import re
import shutil
from collections.abc import Iterator

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


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page of a visitor nobody has seen before. A line that breaks may be logged by Chromium itself."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1280, "height": 800})
    problems: list[str] = []
    context.on("console", lambda message: _note(problems, message))
    context.on("weberror", lambda error: problems.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert problems == []


def _note(problems: list[str], message: ConsoleMessage) -> None:
    """What Chromium says of a line that broke, or of a form that was refused, is no fault of the page."""
    known = r"WebSocket connection to '[^']+' failed|Failed to load resource: .* status of 400 "
    if message.type in ("error", "warning") and not re.match(known, message.text):
        problems.append(message.text)
