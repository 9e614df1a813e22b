"""The chat without a mouse, with a screen reader, with less motion, and at 200 % zoom."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import maria_answers, maria_resolves
from tests.browser.test_chat_page import STATUS_QUESTION, Line, ask, online, replies, session_of, visit
from tests.browser.test_line import token
from tests.browser.test_signin import JOHN, guest_asks
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# What has the focus: its name, and whether one sees it there: by an outline of its own or of the label that draws it,
# and the message's by the shadow of the box around it, which has none otherwise.
FOCUSED = """() => {
  const node = document.activeElement;
  const outlined = [node, node.closest("label")].filter(Boolean).some((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  const shown = outlined || (node.id === "message" && getComputedStyle(node.parentElement).boxShadow !== "none");
  const name = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent;
  return { name: name.replace(/\\s+/g, " ").trim(), shown };
}"""


def focused(page: Page) -> str:
    """The name of what has the focus, which can be seen to have it."""
    now = page.evaluate(FOCUSED)
    assert now["shown"], f"nobody sees that the focus is on {now['name']!r}"
    return now["name"]


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Tab on until the control of this name has the focus; every stop on the way must be visible."""
    passed = []
    for _ in range(40):
        page.keyboard.press(key)
        passed.append(focused(page))
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"no {name!r} among {passed}")


def say(page: Page, text: str) -> None:
    """Type it and send it, from wherever the focus is."""
    if page.evaluate("document.activeElement.id") != "message":
        tab_to(page, "Your message")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_tab_goes_through_the_page_from_top_to_bottom(page: Page) -> None:
    visit(page)
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
    stops: list[str] = []
    while "Deutsch" not in stops:
        page.keyboard.press("Tab")
        stops.append(focused(page))
    asked_for = [stops.index(name) for name in ("Talk to a person", "Start over", "Conversation", "Your message")]
    assert asked_for == sorted(asked_for), stops
    assert stops[0].startswith("John Doe"), stops


def test_whole_conversation_without_a_mouse(page: Page, stack: Stack) -> None:
    visit(page)
    page.get_by_label("Your message").focus()
    say(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    tab_to(page, "How this was answered", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".how li").first).to_be_visible()
    say(page, "I want a refund")
    expect(page.locator("button.order")).to_have_count(2)
    tab_to(page, "ORD-", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".quick button")).to_have_count(2)
    tab_to(page, "No", "Tab" if page.evaluate("document.activeElement.id") != "message" else "Shift+Tab")
    page.keyboard.press("Space")
    expect(replies(page)).to_have_count(4)
    focused(page)
    tab_to(page, "Talk to a person", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You are number")
    focused(page)
    maria_answers(stack, session_of(page), "Hello, I am Maria.")
    expect(page.locator(".turn--agent")).to_be_visible()
    maria_resolves(stack, session_of(page))
    expect(page.locator("#rating")).to_be_visible()
    page.get_by_label("Your message").focus()
    tab_to(page, "Not now", "Shift+Tab")
    tab_to(page, "5 stars", "Shift+Tab")
    page.keyboard.press("ArrowLeft")
    focused(page)
    page.keyboard.press("Enter")
    expect(page.locator("#rating-told")).to_have_text("Thank you for your rating.")
    assert focused(page) == "Conversation"


def test_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="Start over").focus()
    page.keyboard.press("Enter")
    stops = {focused(page)}
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):  # after the last: the browser's own bars
            stops.add(focused(page))
    assert stops == {"Keep this one", "Start over"}
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#restart")).to_be_focused()


# Notes every turn that comes into the log, and whatever else changes in there.
LISTEN = """() => {
  window.heard = [];
  const log = document.getElementById("log");
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) window.heard.push(node.textContent);
  }).observe(log, { childList: true, subtree: true, characterData: true });
}"""


def test_reply_is_read_out_once_and_a_growing_one_not_at_all(page: Page, stack: Stack) -> None:
    visit(page)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    page.wait_for_timeout(500)
    page.evaluate(LISTEN)
    message, draft = str(uuid.uuid4()), page.locator("#draft")
    token(stack, page, message, 1, 0, "Hello ")
    expect(draft).to_be_visible()
    expect(draft).to_have_attribute("aria-hidden", "true")
    assert page.evaluate("document.getElementById('draft').closest('[aria-live], [role=log], [role=status]')") is None
    assert page.evaluate("window.heard") == []
    maria_answers(stack, session_of(page), "I look at your order.")
    expect(page.locator(".turn--agent")).to_be_visible()
    page.wait_for_timeout(500)
    heard = page.evaluate("window.heard")
    assert len([text for text in heard if "I look at your order." in text]) == 1, heard


def test_nothing_moves_for_who_wants_less_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    line = Line(page)
    visit(page)
    line.swallow = {"chat_response"}
    ask(page, STATUS_QUESTION)
    expect(page.locator("#working")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
    line.swallow.clear()
    line.cut()
    expect(replies(page)).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0


# Text that its box cuts off, and controls that stand outside of the window sideways. What only screen readers read is
# cut off by intention; a conversation scrolls.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const style = getComputedStyle(node);
  const { left, right, width, height } = node.getBoundingClientRect();
  if (!width || !height || style.clipPath !== "none" || style.visibility === "hidden") return false;
  if (node.closest(".hidden, .button__text, .turn--customer .turn__head") || style.opacity === "0") return false;
  const hides = style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1 && style.display !== "inline";
  return left < -1 || right > innerWidth + 1 || (hides && node.tagName !== "INPUT");
}).map((node) => node.tagName + "." + node.className)"""


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 640)], ids=["200 % of 1280 x 800", "320 wide"])
@pytest.mark.parametrize("path", ["/", "/widget"])
def test_nothing_is_cut_off_when_enlarged(page: Page, path: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path)
    online(page)
    composer = page.get_by_label("Your message")
    for question in ("Which payment methods do you take?", STATUS_QUESTION):
        assert page.evaluate(CUT_OFF) == []
        expect(composer).to_be_in_viewport(ratio=1)
        ask(page, question)
        expect(replies(page).last).to_be_visible()
    expect(replies(page)).to_have_count(2)
    expect(page.locator(".signin")).to_be_visible()
    page.locator(".how summary").first.click()
    expect(page.locator(".how li").first).to_be_attached()
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.getElementById('scroll').clientHeight") > 80, "room to read in"
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Keep this one")).to_be_in_viewport(ratio=1)
    assert page.evaluate(CUT_OFF) == []


def test_sign_in_without_a_mouse_goes_on_after_a_wrong_code(page: Page) -> None:
    guest_asks(page)
    tab_to(page, "E-mail address of your account", "Shift+Tab")
    page.keyboard.type(JOHN)
    page.keyboard.press("Enter")
    code = page.get_by_label("Code from the mail")
    expect(code).to_be_focused()
    expect(code).not_to_have_value("")
    right = code.input_value()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(f"{(int(right) + 1) % 10**8:08}")
    tab_to(page, "Sign in")
    page.keyboard.press("Space")
    expect(page.locator(".signin__told")).to_have_text("The code is wrong or has expired.")
    expect(code).to_be_focused()
    page.keyboard.type(right)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-out")).to_be_visible()
    expect(replies(page)).to_have_count(2)
    assert focused(page) == "Conversation"
