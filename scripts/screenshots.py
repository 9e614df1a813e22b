"""Plays short conversations on a running SupportMesh (with the demo on) and takes the pictures of the documentation.

make run &  .venv/bin/python scripts/screenshots.py --url http://127.0.0.1:8000
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 860}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://127.0.0.1:8000", help="of the running stack (%(default)s)")
    arguments.add_argument("--to", type=Path, default=IMAGES, help="folder of the pictures (docs/images)")
    options = arguments.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        order(browser, options.url, options.to / "chat.png")
        angry_customer(browser, options.url, options.to / "chat-dark.png")
        status(browser, options.url, options.to / "chat-phone.png", path="/", customer="Sarah Wilson", size=PHONE)
        widget = {"width": 400, "height": 640}
        status(browser, options.url, options.to / "widget.png", path="/widget", customer="Sarah Wilson", size=widget)
        browser.close()


def order(browser: Browser, url: str, picture: Path) -> None:
    page = visit(browser, url, customer="John Doe", size=DESKTOP)
    ask(page, "Where is my order ORD-12345678?")
    page.locator(".how summary").click()
    page.locator(".how__steps").scroll_into_view_if_needed()
    take(page, picture)


def angry_customer(browser: Browser, url: str, picture: Path) -> None:
    page = visit(browser, url, customer="John Doe", size=DESKTOP, scheme="dark")
    ask(page, "What are your opening hours?")
    ask(page, "My order ORD-12345678 is late again, this is unacceptable! I want it now or my money back!")
    take(page, picture)


def status(browser: Browser, url: str, picture: Path, *, path: str, customer: str, size: dict[str, int]) -> None:
    page = visit(browser, url + path, customer=customer, size=size)
    ask(page, "Could you tell me the status of ORD-87654321, please?")
    take(page, picture)


def visit(browser: Browser, url: str, *, customer: str, size: dict[str, int], scheme: str = "light") -> Page:
    page = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2, locale="en-US").new_page()
    page.goto(url)
    if page.locator("#demo:not([open])").count():
        page.locator("#demo summary").click()
    page.locator("label.person", has_text=customer).click()
    expect(page.locator("#state")).to_have_attribute("data-state", "open")
    return page


def ask(page: Page, text: str) -> None:
    """Ask, and wait for the answer."""
    answers = page.locator(".turn--assistant")
    before = answers.count()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")
    expect(answers).to_have_count(before + 1, timeout=30_000)


def take(page: Page, picture: Path) -> None:
    page.wait_for_timeout(500)  # what moves has arrived
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
