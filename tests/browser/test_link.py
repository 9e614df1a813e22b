"""The link of a mail: it leads back into the conversation, after signing in where the browser is not the customer's."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.desk import maria_answers, shell
from tests.browser.test_chat_page import ask, asked, everything_said, online, replies, session_of, visit
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

JOHN, SARAH = "john.doe@example.com", "sarah.wilson@example.com"
FIRST = "Sign in to go on with your conversation."
NOWHERE = "/?session_id=13037cb0-b5ae-4fab-8858-95c1d133ac39"


@pytest.fixture(scope="module")
def shop(chromium: str) -> Iterator[Stack]:
    """A stack that believes no typed address, with the demo's customers in its shop."""
    with Stack(DEBUG="1") as running:
        shell(running, "from django.core.management import call_command\ncall_command('seed_demo', verbosity=0)")
        yield running


@pytest.fixture
def visitor(browser: Browser, shop: Stack) -> Iterator[Page]:
    """Somebody's browser, at the shop."""
    with watched(browser, shop) as page:
        yield page


def mailed_link(shop: Stack, *, to: str = JOHN) -> str:
    """Maria answered this customer, who was away and gets a mail: its link."""
    session_id = shell(
        shop,
        "from actors.ledger import accept\n"
        f"print(accept(session_id=None, text='I want to talk to a person.', customer_email={to!r}, verified=True,"
        " caller='test').conversation_id)",
    )
    maria_answers(shop, session_id, "Your parcel arrives tomorrow.")
    mail = shell(
        shop,
        "from actors.desk.mail import mail_unseen\n"
        f"Turn.objects.filter(conversation={session_id!r}).exclude(mail_due_at=None).update(mail_due_at=Turn.objects"
        ".earliest('created_at').created_at)\nmail_unseen()",
    )
    assert "Your parcel arrives tomorrow." in mail
    link = re.search(r"^http\S+$", mail, re.MULTILINE)[0]
    assert link == f"{shop.url}/?session_id={session_id}"
    return link


def sign_in(page: Page, shop: Stack, email: str = JOHN) -> None:
    """With the code that the worker mails, here into its log."""
    page.get_by_label("E-mail address of your account").fill(email)
    before = len(shop.log("worker1"))
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code from the mail")).to_be_visible()
    deadline = time.monotonic() + 20
    while not (code := re.search(r"^(\d{4} \d{4})$", shop.log("worker1")[before:], re.MULTILINE)):
        assert time.monotonic() < deadline, "no code was mailed"
        page.wait_for_timeout(200)
    page.get_by_label("Code from the mail").fill(code[1])
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_link_leads_back_after_signing_in_and_what_was_written_meanwhile_goes_there(visitor, shop):
    link = mailed_link(shop)
    visitor.goto(link)
    expect(visitor.get_by_role("heading", name=FIRST)).to_be_visible()
    ask(visitor, "Thank you, Maria!")
    expect(visitor.locator(".turn__state")).to_have_text("Will be sent when you have signed in")
    visitor.reload()
    expect(visitor.get_by_role("heading", name=FIRST)).to_be_visible()
    sign_in(visitor, shop)
    expect(visitor.locator(".turn--agent .turn__text")).to_have_text("Your parcel arrives tomorrow.")
    expect(asked(visitor)).to_have_text(["I want to talk to a person.", "Thank you, Maria!"])
    expect(visitor.locator(".turn__state", has_text="Sent")).to_have_count(2)
    expect(visitor.get_by_role("heading", name=FIRST)).to_have_count(0)
    assert visitor.url == f"{shop.url}/"
    visitor.reload()
    expect(visitor.locator(".turn--agent")).to_have_count(1)
    assert link.endswith(session_of(visitor))


def test_link_of_somebody_elses_conversation_is_told_and_ones_own_stays_open(visitor, shop):
    own = mailed_link(shop, to=SARAH)
    visitor.goto(own)
    sign_in(visitor, shop, SARAH)
    expect(visitor.locator(".turn--agent")).to_have_count(1)
    visitor.goto(mailed_link(shop, to=JOHN))
    expect(visitor.locator(".turn--system", has_text="not available to you")).to_have_count(1)
    expect(visitor.locator(".turn--agent")).to_have_count(1)
    assert own.endswith(session_of(visitor))
    assert visitor.url == f"{shop.url}/"


def test_who_does_not_sign_in_can_start_over(visitor, shop):
    visitor.goto(NOWHERE)
    expect(visitor.get_by_role("heading", name=FIRST)).to_be_visible()
    visitor.get_by_role("button", name="Start over").click()
    visitor.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(visitor.get_by_role("heading", name=FIRST)).to_have_count(0)
    assert visitor.url == f"{shop.url}/"
    online(visitor)
    ask(visitor, "Hello")
    expect(replies(visitor)).to_have_count(1)


def test_link_of_ones_own_conversation_opens_it_at_once(page):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    session_id = session_of(page)
    before = everything_said(page)
    for storage in ("kept", "empty"):
        if storage == "empty":
            page.evaluate("localStorage.clear()")
        page.goto(f"/?session_id={session_id}")
        expect(replies(page)).to_have_count(1)
        assert everything_said(page) == before
        assert "session_id" not in page.url
        assert session_of(page) == session_id
    ask(page, "Where is my order ORD-12345678?")
    expect(replies(page).last).to_contain_text("ORD-12345678")


def test_link_that_names_nothing_is_ignored(page):
    page.goto("/?session_id=%3Cscript%3E")
    online(page)
    expect(page.locator("#welcome")).to_be_visible()
    assert "session_id" not in page.url


def test_prompt_to_sign_in_fits_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(NOWHERE)
    expect(page.get_by_role("heading", name=FIRST)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send me a code")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
