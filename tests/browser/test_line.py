"""What the page does where no WebSocket comes through, and while an answer grows."""

import re
import uuid

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.conftest import watched
from tests.browser.desk import maria_answers, maria_resolves, shell
from tests.browser.test_chat_page import STATUS_QUESTION, ask, asked, ledger, replies, session_of, visit
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

POLLING = "Online, with a short delay"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"  # Chromium's own words for a request without a network


def no_socket(page: Page) -> None:
    """A network that closes every WebSocket before a word is said."""
    page.route_web_socket(re.compile(r".*/ws.*"), lambda route: route.close())


def visit_by_rest(page: Page, customer: str = "John Doe") -> None:
    no_socket(page)
    page.goto("/")
    page.locator("label.person", has_text=customer).click()
    expect(page.locator("#state-text")).to_have_text(POLLING)


def test_one_tab_too_many_goes_on_over_rest_and_does_not_hammer(page: Page, stack: Stack) -> None:
    tries: list[WebSocketRoute] = []

    def refused(route: WebSocketRoute) -> None:
        tries.append(route)
        route.close(code=4429)

    page.route_web_socket(re.compile(r".*/ws.*"), refused)
    page.goto("/")
    expect(page.locator("#state-text")).to_have_text(POLLING)
    page.wait_for_timeout(3000)
    assert len(tries) == 1


def test_without_a_websocket_the_conversation_goes_on_over_rest(page: Page, stack: Stack) -> None:
    visit_by_rest(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    expect(replies(page)).to_contain_text("ORD-12345678")
    expect(page.locator(".turn--customer .turn__state")).to_contain_text("Sent")
    ask(page, "Cancel my order ORD-12345679")
    page.get_by_role("button", name="No", exact=True).click()
    expect(replies(page)).to_have_count(3)
    maria_answers(stack, session_of(page), "Hello from Maria.")
    expect(page.locator(".turn--agent .turn__text")).to_have_text("Hello from Maria.")
    expect(page.locator("#notice")).to_have_text("Maria from our team is answering now.")
    maria_resolves(stack, session_of(page))
    expect(page.locator("#rating")).to_be_visible()
    page.reload()
    expect(page.locator("#state-text")).to_have_text(POLLING)
    expect(asked(page)).to_have_count(3)
    said = [text for _, text in ledger(page)]
    assert len(said) == len(set(said))


def test_offline_without_a_websocket_is_told_and_what_is_written_is_sent_once(browser: Browser, stack: Stack) -> None:
    with watched(browser, stack, expected=OFFLINE) as page:
        visit_by_rest(page)
        ask(page, STATUS_QUESTION)
        expect(replies(page)).to_have_count(1)
        page.context.set_offline(True)
        expect(page.locator("#state-text")).to_contain_text("You are offline.")
        ask(page, "Which payment methods do you take?")
        expect(page.locator(".turn__state", has_text="Waiting for the connection")).to_be_visible()
        page.context.set_offline(False)
        expect(page.locator("#state-text")).to_have_text(POLLING)
        expect(replies(page)).to_have_count(2)
        expect(asked(page)).to_have_count(2)


def test_the_socket_is_taken_as_soon_as_it_comes_through(page: Page) -> None:
    broken = {"is": True}

    def pass_or_close(route: WebSocketRoute) -> None:
        if broken["is"]:
            route.close()
        else:
            route.connect_to_server()

    page.route_web_socket(re.compile(r".*/ws.*"), pass_or_close)
    page.goto("/")
    page.locator("label.person", has_text="John Doe").click()
    expect(page.locator("#state-text")).to_have_text(POLLING)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    broken["is"] = False
    expect(page.locator("#state-text")).to_have_text("Online", timeout=40_000)
    ask(page, "Which payment methods do you take?")
    expect(replies(page)).to_have_count(2)
    expect(asked(page)).to_have_count(2)


def token(stack: Stack, page: Page, message: str, attempt: int, index: int, delta: str) -> None:
    event = {"type": "mesh.token", "message_id": message, "attempt": attempt, "index": index, "delta": delta}
    shell(stack, f"from actors.notify import notify\nnotify({session_of(page)!r}, {event!r})")


def test_an_answer_grows_is_begun_anew_with_another_attempt_and_replaced_by_the_reply(page: Page, stack: Stack) -> None:
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    message, draft = str(uuid.uuid4()), page.locator("#draft")
    token(stack, page, message, 1, 0, "Your order ")
    token(stack, page, message, 1, 1, "is <b>on</b>")
    expect(draft).to_have_text("Your order is <b>on</b>")
    token(stack, page, message, 1, 3, "a piece too far")
    expect(draft).to_have_text("Your order is <b>on</b>")
    token(stack, page, message, 2, 0, "It ships")
    expect(draft).to_have_text("It ships")
    maria_answers(stack, session_of(page), "I take over.")
    expect(draft).to_be_hidden()


def test_orders_are_drawn_and_chosen_by_their_cards(page: Page) -> None:
    visit(page)
    ask(page, STATUS_QUESTION)
    card = page.locator(".order")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("ORD-12345678")
    expect(card).to_contain_text("Shipped · Delayed")
    expect(card.locator(".order__step[data-done]")).to_have_count(2)
    ask(page, "I want to send something back")
    expect(replies(page)).to_have_count(2)


def test_web_addresses_can_be_followed_and_nothing_else_becomes_markup(page: Page) -> None:
    visit(page)
    ask(page, "See https://example.com/a?b=1. and javascript:alert(1) and http://x.test/<img src=x onerror=alert(1)>")
    links = asked(page).locator("a")
    expect(links).to_have_text(["https://example.com/a?b=1", "http://x.test/"])
    assert links.first.get_attribute("rel") == "noopener noreferrer nofollow"
    assert links.first.get_attribute("target") == "_blank"
    expect(asked(page).locator("img")).to_have_count(0)


def test_who_waits_is_told_the_place_in_the_queue(page: Page, browser: Browser, stack: Stack) -> None:
    visit(page, customer="Bob Wilson")
    ask(page, "I want to talk to a person")
    expect(replies(page)).to_have_count(1)
    expect(page.locator("#notice")).to_contain_text(re.compile(r"You are number \d+ in the queue\."))
