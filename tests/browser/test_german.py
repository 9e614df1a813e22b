"""The chat in a German browser, and the choice of English in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.test_chat_page import online, replies
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WISH = "Wo ist meine Bestellung? Ich möchte mit einem Menschen sprechen"


@pytest.fixture
def german(browser: Browser, stack: Stack) -> Iterator[Page]:
    with watched(browser, stack, locale="de-DE") as page:
        yield page


def write(page: Page, text: str) -> None:
    page.get_by_label("Ihre Nachricht").fill(text)
    page.get_by_role("button", name="Senden", exact=True).click()


def test_german_browser_reads_german_and_is_handed_over_in_german(german: Page) -> None:
    german.goto("/")
    online(german)
    expect(german.locator("html")).to_have_attribute("lang", "de")
    expect(german.get_by_role("heading", name="Wie können wir helfen?")).to_be_visible()
    write(german, WISH)
    expect(replies(german).last).to_contain_text("Ich selbst kann nur Englisch lesen")
    expect(replies(german).last).to_contain_text("eine Kollegin oder einen Kollegen")
    expect(german.locator("#notice")).to_contain_text("An unser Team übergeben.")
    assert "colleague" not in german.locator("#log").inner_text()


def test_english_is_a_click_away_and_stays(german: Page) -> None:
    german.goto("/")
    online(german)
    german.get_by_role("link", name="English").click()
    expect(german.locator("html")).to_have_attribute("lang", "en")
    expect(german.get_by_role("heading", name="How can we help?")).to_be_visible()
    german.goto("/")
    expect(german.locator("#state-text")).to_have_text("Online")
    expect(german.get_by_role("link", name="Deutsch")).to_be_visible()


def test_refund_is_asked_and_confirmed_with_german_buttons(german: Page) -> None:
    german.goto("/")
    german.locator("#demo[data-ready]").wait_for(state="attached")
    if german.locator("#demo:not([open])").count():
        german.locator("#demo summary").click()
    german.locator("label.person", has_text="John Doe").click()
    online(german)
    write(german, "cancel ORD-12345679")
    expect(replies(german).last).to_contain_text("Soll ich das tun?")
    german.get_by_role("button", name="Nein", exact=True).click()
    expect(replies(german).last).to_contain_text("In Ordnung: Ihre Bestellung ORD-12345679")
