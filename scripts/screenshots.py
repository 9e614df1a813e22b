"""Plays short conversations on a running SupportMesh (with the demo on) and takes the pictures of the documentation.

WIDGET_ORIGINS=http://localhost:8080 make run &
DEBUG=1 .venv/bin/python manage.py fill_desk --cases 120 --turns 2400
.venv/bin/python scripts/screenshots.py --url http://127.0.0.1:8000
"""

import argparse
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, expect, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
IMAGES = DOCS / "images"
SHOP = "http://localhost:8080"  # one of WIDGET_ORIGINS; this script answers there
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
WIDE = {"width": 1440, "height": 1000}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://127.0.0.1:8000", help="of the running stack (%(default)s)")
    arguments.add_argument("--to", type=Path, default=IMAGES, help="folder of the pictures (docs/images)")
    options = arguments.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        supervisor = browser.new_context(viewport=WIDE, device_scale_factor=2, locale="en-US").new_page()
        log_in(supervisor, options.url, "supervisor")
        supervisor.goto(f"{options.url}/admin/actors/escalation/")
        supervisor.get_by_role("button", name="Be available").click()
        order(browser, options.url, options.to / "chat.png")
        angry_customer(browser, options.url, options.to / "chat-dark.png")
        status(browser, options.url, options.to / "chat-phone.png", path="/", customer="Sarah Wilson", size=PHONE)
        widget(browser, options.url, options.to / "widget.png", size=DESKTOP)
        desk(browser, supervisor, options.url, options.to)
        browser.close()


def desk(browser: Browser, page: Page, url: str, to: Path) -> None:
    """The queue, a case and the dashboard, with a customer on the other side."""
    customer = visit(browser, url, customer="John Doe", size=DESKTOP)
    ask(customer, "Please refund ORD-12345678, it arrived late again and I am quite annoyed")
    ask(customer, "Yes, please")
    page.goto(f"{url}/admin/actors/escalation/")
    take(page, to / "queue.png")
    page.goto(f"{url}/admin/actors/escalation/?show=free&q=quite+annoyed")
    page.locator(".case-cell").first.click()
    page.get_by_role("button", name="Claim").click()
    reply = page.get_by_role("textbox", name="Reply as the customer reads it")
    reply.fill("Hello John, this is Sam. I am sorry for the trouble; I am looking at your refund right now.")
    page.get_by_role("button", name="Send reply").click()
    expect(customer.locator(".turn--agent")).to_have_count(1, timeout=30_000)
    customer.get_by_label("Your message").fill("Thank you, that is kind. It goes back to my card, right?")
    customer.get_by_label("Your message").press("Enter")
    expect(page.locator("#part-transcript")).to_contain_text("It goes back to my card", timeout=30_000)
    expect(page.locator("#part-customer")).to_contain_text("ORD-12345678", timeout=30_000)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    take(page, to / "case.png")
    page.goto(f"{url}/admin/")
    take(page, to / "dashboard.png")


def log_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(name)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"{url}/admin/")


def order(browser: Browser, url: str, picture: Path) -> None:
    page = visit(browser, url, customer="John Doe", size=DESKTOP)
    ask(page, "Where is my order ORD-12345678?")
    page.locator(".how summary").click()
    page.wait_for_timeout(1000)  # the times of the steps are asked for, and replace what stood there
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


def widget(browser: Browser, url: str, picture: Path, *, size: dict[str, int], scheme: str = "light") -> None:
    """The chat in a page of a made-up shop."""
    page = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2, locale="en-US").new_page()
    html = (DOCS / "widget.html").read_text().replace("http://127.0.0.1:8000", url)

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 8080), Shop) as shop:
        Thread(target=shop.serve_forever, daemon=True).start()
        page.goto(SHOP)
        page.get_by_role("button", name="Open the chat").click()
        shop.shutdown()
    chat = page.frame_locator("supportmesh-chat iframe")
    chat.locator("#demo[data-ready] summary").click()
    chat.locator("label.person", has_text="Sarah Wilson").click()
    chat.locator("#state[data-state=open]").wait_for()
    chat.get_by_label("Your message").fill("Could you tell me the status of ORD-87654321, please?")
    chat.get_by_label("Your message").press("Enter")
    expect(chat.locator(".turn--assistant")).to_have_count(1, timeout=30_000)
    take(page, picture)


def visit(browser: Browser, url: str, *, customer: str, size: dict[str, int], scheme: str = "light") -> Page:
    page = browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2, locale="en-US").new_page()
    page.goto(url)
    page.locator("#demo[data-ready]").wait_for(state="attached")
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
