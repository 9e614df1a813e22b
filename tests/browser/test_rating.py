"""A person answers, is named, and in the end is rated: once, and never against the customer's will."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import kept, maria_answers, maria_resolves
from tests.browser.test_chat_page import ask, replies, session_of, visit
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HIDE = """hidden => {
  Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def closed(page: Page, stack: Stack) -> str:
    """A conversation that Maria answered and closed, open in the page."""
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    session_id = session_of(page)
    maria_answers(stack, session_id, "Hello, I am Maria.")
    maria_resolves(stack, session_id)
    expect(page.locator("#notice")).to_have_text("This conversation is closed. Write again to reopen it.")
    return session_id


def rating(page: Page):
    return page.locator("#rating")


def test_person_is_named_while_they_answer(page, stack):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    maria_answers(stack, session_of(page), "I look at your order.")
    expect(page.locator("#notice")).to_have_text("Maria from our team is answering now.")
    expect(page.locator(".turn--agent .turn__name")).to_have_text("Maria")
    expect(page.locator(".turn--agent .turn__text")).to_have_text("I look at your order.")
    page.reload()
    expect(page.locator("#notice")).to_have_text("Maria from our team is answering now.")
    expect(page.locator(".turn--agent .turn__name")).to_have_text("Maria")


def test_what_stands_on_a_page_in_the_background_is_seen_when_it_comes_to_the_front(page, stack):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.wait_for_timeout(1000)
    session_id = session_of(page)
    assert kept(stack, session_id, "seen_seq") == ["2"]
    page.evaluate(HIDE, True)
    maria_answers(stack, session_id, "I look at your order.")
    expect(page.locator(".turn--agent")).to_have_count(1)
    page.wait_for_timeout(1000)
    assert kept(stack, session_id, "seen_seq") == ["2"]
    page.evaluate(HIDE, False)
    page.wait_for_timeout(1000)
    seen, last = kept(stack, session_id, "seen_seq", "last_seq")
    assert seen == last


def test_closed_conversation_is_rated_once(page, stack):
    session_id = closed(page, stack)
    page.get_by_label("4 stars").check()
    page.get_by_label("A word about it").fill("Quick & kind")
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("#rating-told")).to_have_text("Thank you for your rating.")
    expect(rating(page)).to_be_hidden()
    assert kept(stack, session_id, "rating", "rating_comment", "status") == ["4", "Quick & kind", "closed"]
    page.reload()
    expect(page.locator("#notice")).to_contain_text("closed")
    expect(rating(page)).to_be_hidden()


def test_rating_without_a_star_is_not_sent(page, stack):
    session_id = closed(page, stack)
    page.get_by_role("button", name="Send rating").click()
    expect(rating(page)).to_be_visible()
    assert kept(stack, session_id, "rating") == ["None"]


def test_customer_who_would_rather_not_is_not_asked_again(page, stack):
    session_id = closed(page, stack)
    page.get_by_role("button", name="Not now").click()
    expect(rating(page)).to_be_hidden()
    page.reload()
    expect(page.locator("#notice")).to_contain_text("closed")
    expect(rating(page)).to_be_hidden()
    assert kept(stack, session_id, "rating") == ["None"]


def test_message_after_the_rating_opens_the_conversation_again(page, stack):
    closed(page, stack)
    page.get_by_label("5 stars").check()
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("#rating-told")).not_to_be_empty()
    ask(page, "Where is my order?")
    expect(page.locator("#notice")).to_contain_text("You are number")  # Maria never said that she is available
    expect(page.locator("#rating-told")).to_be_empty()


def test_message_instead_of_a_rating_takes_the_form_away(page, stack):
    closed(page, stack)
    expect(rating(page)).to_be_visible()
    ask(page, "Where is my order?")
    expect(rating(page)).to_be_hidden()


def test_a_last_thanks_leaves_the_form_where_it_is(page, stack):
    session_id = closed(page, stack)
    ask(page, "Ok, thank you!")
    expect(replies(page).last).to_contain_text("You're welcome")
    expect(rating(page)).to_be_visible()
    page.get_by_label("5 stars").check()
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("#rating-told")).to_have_text("Thank you for your rating.")
    assert kept(stack, session_id, "rating", "status") == ["5", "closed"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rating_fits_a_phone_and_needs_no_mouse(page, stack, scheme):
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme=scheme)
    session_id = closed(page, stack)
    expect(page.get_by_role("button", name="Send rating")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.getElementById('scroll').scrollWidth") <= 360
    page.get_by_label("1 star:").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name=re.compile("^3 stars"))).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#rating-told")).to_have_text("Thank you for your rating.")
    expect(page.get_by_role("region", name="Conversation")).to_be_focused()
    assert kept(stack, session_id, "rating") == ["3"]
