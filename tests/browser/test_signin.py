"""Signing in inside the chat: a real Chromium, a real stack, and nothing typed twice."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chat_page import STATUS_QUESTION, ask, asked, everything_said, ledger, online, replies, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

JOHN = "john.doe@example.com"


def ask_for_code(page: Page, email: str = JOHN) -> None:
    page.get_by_label("E-mail address of your account").fill(email)
    page.get_by_role("button", name="Send me a code").click()


def sign_in(page: Page) -> None:
    ask_for_code(page)
    expect(page.get_by_label("Code from the mail")).to_have_value(re.compile(r"^\d{8}$"))  # the demo says it
    page.get_by_role("button", name="Sign in", exact=True).click()


def guest_asks(page: Page) -> None:
    visit(page, customer="Guest")
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    expect(page.get_by_label("E-mail address of your account")).to_be_visible()


def test_guest_signs_in_and_the_question_is_answered_by_itself(page):
    guest_asks(page)
    expect(replies(page)).not_to_contain_text("shipped")
    sign_in(page)
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text("ORD-12345678")
    expect(asked(page)).to_have_text([STATUS_QUESTION] * 2)
    expect(page.locator(".signin")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out")).to_have_attribute("title", f"Signed in as {JOHN}")
    assert everything_said(page) == [text for _, text in ledger(page)], "the guest's transcript is kept"


def test_reload_and_the_next_question_stay_signed_in(page):
    guest_asks(page)
    sign_in(page)
    expect(replies(page)).to_have_count(2)
    page.reload()
    expect(replies(page)).to_have_count(2)
    expect(page.locator(".signin")).to_have_count(0)
    ask(page, "Where is my order ORD-12345679?")
    expect(replies(page).last).to_contain_text("ORD-12345679")


def test_signing_out_begins_a_guests_conversation(page):
    guest_asks(page)
    sign_in(page)
    expect(replies(page)).to_have_count(2)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    online(page)
    ask(page, STATUS_QUESTION)
    expect(page.get_by_label("E-mail address of your account")).to_be_visible()


def test_wrong_code_is_told_and_can_be_corrected(page):
    guest_asks(page)
    ask_for_code(page)
    code = page.get_by_label("Code from the mail")
    expect(code).not_to_have_value("")
    right = code.input_value()
    code.fill(f"{(int(right) + 1) % 10**8:08}")
    with page.expect_response("**/api/auth/verify"):
        page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".signin__told")).to_have_text("The code is wrong or has expired.")
    code.fill(f"{right[:4]} {right[4:]}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(replies(page)).to_have_count(2)


def test_address_without_a_customer_can_be_replaced(page):
    guest_asks(page)
    ask_for_code(page, "nobody@example.com")
    expect(page.locator(".signin__told")).to_contain_text("No customer of the demo has this address.")
    page.get_by_role("button", name="Use another address").click()
    sign_in(page)
    expect(replies(page)).to_have_count(2)


def test_second_tab_becomes_the_customers_too(page):
    guest_asks(page)
    other = page.context.new_page()
    other.goto("/")
    expect(other.locator(".signin")).to_have_count(1)
    sign_in(page)
    expect(replies(page)).to_have_count(2)
    expect(replies(other)).to_have_count(2)
    expect(other.locator(".signin")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    for tab in (page, other):
        expect(tab.locator(".turn")).to_have_count(0)
        expect(tab.get_by_role("button", name="Sign out")).to_be_hidden()


def test_form_is_usable_on_a_phone_with_the_keyboard_alone(page):
    page.set_viewport_size({"width": 360, "height": 640})
    guest_asks(page)
    page.get_by_label("E-mail address of your account").focus()
    page.keyboard.type(JOHN)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code from the mail")).to_be_focused()
    expect(page.get_by_label("Code from the mail")).not_to_have_value("")
    page.keyboard.press("Enter")
    expect(replies(page)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
