"""Every state of the chat, the widget and the desk, by axe-core: light and dark, on a desktop and a phone."""

import uuid
from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import SIZES, violations
from tests.browser.conftest import watched
from tests.browser.desk import maria_answers, maria_resolves, shell
from tests.browser.test_chat_page import STATUS_QUESTION, Line, ask, online, replies, session_of, visit
from tests.browser.test_desk import log_in, open_case, reply
from tests.browser.test_german import WISH, write
from tests.browser.test_line import OFFLINE, token, visit_by_rest
from tests.browser.test_link import FIRST, NOWHERE
from tests.browser.test_signin import ask_for_code
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# What the theme of the desk brings along, rule by rule. Everything else on its pages is ours.
OF_THE_THEME = {
    # The login's "Return to site" and switch of colours stand beside the form, outside of every landmark.
    "region": ".login .absolute.top-0 *",
    # Its two scrolling boxes, of the navigation and of the search, have the same name.
    "landmark-unique": ".simplebar-content-wrapper",
}
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


class Walk:
    """A page on its way through its states. What axe-core finds is told in the end, of all states at once."""

    def __init__(self, page: Page, *schemes: str, but: Mapping[str, str] = MappingProxyType({})) -> None:
        self._page = page
        self._schemes = schemes
        self._but = but
        self.found: list[str] = []

    def at(self, state: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> None:
        for scheme, (width, height) in product(self._schemes, sizes):
            # Without motion nothing is half faded in, which would be too pale, while axe-core looks.
            self._page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # The desk's theme asks for the visitor's preference only when a page is loaded.
            self._page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark")
            self._page.set_viewport_size({"width": width, "height": height})
            self.found += violations(self._page, f"{state}, {scheme}, {width} wide", self._but)
        self._page.set_viewport_size({"width": 1280, "height": 800})


@SCHEMES
def test_conversation_from_the_first_look_to_the_rating(page: Page, stack: Stack, scheme: str) -> None:
    line, walk = Line(page), Walk(page, scheme)
    visit(page)
    walk.at("welcome")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#demo summary").click()
    walk.at("the demo's panel open", sizes=SIZES[1:])

    line.swallow = {"chat_response"}
    ask(page, STATUS_QUESTION)
    expect(page.locator(".turn--customer .turn__state")).to_contain_text("Sent")
    expect(page.locator("#working")).to_be_visible()
    walk.at("sent, the stages show")
    line.swallow.clear()
    line.cut()
    expect(replies(page)).to_have_count(1)
    expect(page.locator(".order")).to_be_visible()
    online(page)
    walk.at("answered with an order's card")
    page.locator(".how summary").click()
    expect(page.locator(".how li").first).to_be_visible()
    walk.at("how this was answered")

    ask(page, "I want a refund")
    expect(page.locator("button.order")).to_have_count(2)
    walk.at("orders to choose from")
    page.locator("button.order").first.click()
    expect(page.locator(".quick button")).to_have_count(2)
    walk.at("quick replies")
    page.get_by_role("button", name="No", exact=True).click()
    expect(replies(page)).to_have_count(4)

    page.get_by_label("Your message").evaluate("box => box.removeAttribute('maxlength')")
    ask(page, "a" * 4001)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    walk.at("a message that failed")
    token(stack, page, str(uuid.uuid4()), 1, 0, "Hello John, your order")
    expect(page.locator("#draft")).to_be_visible()
    walk.at("an answer grows")
    page.locator("#scroll").evaluate("box => box.scrollTo(0, 0)")
    maria_answers(stack, session_of(page), "Hello, I am Maria: https://example.com/help")
    expect(page.locator("#jump")).to_be_visible()
    walk.at("new messages below")
    page.locator("#jump").click()
    walk.at("a person answers")
    line.dead = True
    line.cut()
    ask(page, "Are you there?")
    expect(page.locator(".turn__state", has_text="Waiting for the connection")).to_be_visible()
    walk.at("a message kept while there is no line")
    line.dead = False
    expect(page.locator(".turn__state", has_text="Waiting for the connection")).to_have_count(0)
    maria_resolves(stack, session_of(page))
    expect(page.locator("#rating")).to_be_visible()
    walk.at("closed, asked for a rating")
    page.get_by_label("4 stars").check()
    walk.at("four stars chosen")
    page.get_by_role("button", name="Send rating").click()
    expect(page.locator("#rating-told")).not_to_be_empty()
    walk.at("rated")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    walk.at("asked whether to start over")
    assert not walk.found, "\n".join(walk.found)


@SCHEMES
def test_sign_in_and_the_place_in_the_queue(page: Page, scheme: str) -> None:
    walk = Walk(page, scheme)
    visit(page, customer="Guest")
    ask(page, STATUS_QUESTION)
    expect(page.get_by_label("E-mail address of your account")).to_be_visible()
    walk.at("sign-in, the address")
    ask_for_code(page)
    code = page.get_by_label("Code from the mail")
    expect(code).not_to_have_value("")
    walk.at("sign-in, the code")
    right = code.input_value()
    code.fill(f"{(int(right) + 1) % 10**8:08}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".signin__told")).to_have_text("The code is wrong or has expired.")
    walk.at("sign-in, a wrong code")
    code.fill(right)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#sign-out")).to_be_visible()
    expect(replies(page)).to_have_count(2)
    walk.at("signed in")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#notice")).to_contain_text("You are number")
    walk.at("waiting in the queue")
    assert not walk.found, "\n".join(walk.found)


@SCHEMES
def test_a_line_without_a_websocket_and_without_a_network(browser: Browser, stack: Stack, scheme: str) -> None:
    with watched(browser, stack, expected=OFFLINE) as page:
        walk = Walk(page, scheme)
        visit_by_rest(page)
        ask(page, STATUS_QUESTION)
        expect(replies(page)).to_have_count(1)
        walk.at("without a WebSocket")
        page.context.set_offline(True)
        expect(page.locator("#state-text")).to_contain_text("You are offline.")
        walk.at("offline")
    assert not walk.found, "\n".join(walk.found)


@SCHEMES
def test_who_must_sign_in_first(page: Page, scheme: str) -> None:
    walk = Walk(page, scheme)
    page.goto(NOWHERE)
    expect(page.get_by_role("heading", name=FIRST)).to_be_visible()
    walk.at("signing in comes first")
    assert not walk.found, "\n".join(walk.found)


@SCHEMES
def test_a_german_conversation(browser: Browser, stack: Stack, scheme: str) -> None:
    with watched(browser, stack, locale="de-DE") as page:
        walk = Walk(page, scheme)
        page.goto("/")
        online(page)
        walk.at("welcome, in German")
        write(page, WISH)
        expect(page.locator("#notice")).to_contain_text("An unser Team übergeben.")
        walk.at("handed over, in German")
    assert not walk.found, "\n".join(walk.found)


@SCHEMES
def test_the_widgets_page(page: Page, scheme: str) -> None:
    walk = Walk(page, scheme)
    page.goto("/widget")
    online(page)
    walk.at("the widget's welcome")
    ask(page, "Which payment methods do you take?")
    expect(replies(page)).to_have_count(1)
    walk.at("answered in the widget")
    ask(page, STATUS_QUESTION)
    expect(page.get_by_role("link", name="Sign in and ask on our support page")).to_be_visible()
    walk.at("the widget asks to sign in")
    assert not walk.found, "\n".join(walk.found)


def test_the_desk(browser: Browser, stack: Stack, page: Page) -> None:
    visit(page)
    ask(page, "Please refund ORD-12345678, it was late")
    expect(replies(page)).to_have_count(1)
    ask(page, "Yes")
    expect(page.locator("#notice")).to_contain_text("You are number")
    with watched(browser, stack, expected="status of 404") as agent:
        walk = Walk(agent, "light", "dark", but=OF_THE_THEME)
        agent.goto("/admin/")
        walk.at("the login")
        agent.get_by_label("Username").fill("agent")
        agent.get_by_label("Password").fill("wrong")
        agent.get_by_label("Password").press("Enter")
        expect(agent.locator(".errornote").last).to_be_visible()
        walk.at("the login, refused")
        log_in(agent, "agent")
        walk.at("the dashboard")
        agent.goto("/admin/actors/escalation/?show=all")
        expect(agent.locator(".case-cell").first).to_be_visible()
        walk.at("the queue")
        open_case(agent, page, stack)
        expect(agent.locator("#part-customer .orders")).to_be_visible()
        walk.at("a case of nobody")
        agent.get_by_role("button", name="Claim").click()
        agent.get_by_role("button", name="Suggest a reply").click()
        expect(agent.locator("#draft-text")).to_be_visible()
        expect(agent.locator("#start-action")).to_be_attached()
        agent.evaluate("document.querySelectorAll('#case details').forEach((one) => (one.open = true))")
        walk.at("a case of one's own, with a draft, all of it open")
        agent.locator("input[name=reason]").fill("It was a test.")  # the order is the other tests' too
        agent.locator("form[action$='/do/reject/'] button").click()
        expect(agent.locator("#part-actions")).to_contain_text("Rejected")
        guest = page.context.browser.new_context(base_url=stack.url).new_page()
        visit(guest, customer="Guest")
        ask(guest, "I want to talk to a person please")
        expect(replies(guest)).to_have_count(1)
        open_case(agent, guest, stack)
        agent.get_by_role("button", name="Claim").click()
        expect(agent.get_by_label("Address they gave")).to_be_visible()
        walk.at("a case of somebody who is not verified")
        reply(agent).fill("Half of a reply")
        case = f"Escalation.objects.get(conversation={session_of(guest)!r})"
        sam = "User.objects.get(username='supervisor')"
        shell(stack, f"cases.reassign({case}.pk, to={sam}, by={sam})")
        expect(agent.locator("#lost")).to_contain_text("Sam has this case.")
        walk.at("a case that was lost, with half a reply")
        agent.reload()
        expect(agent.locator("#lost")).to_contain_text("not yours to see")
        walk.at("the same, loaded again")
    assert not walk.found, "\n".join(walk.found)


def test_the_supervisors_bulk_pages(browser: Browser, stack: Stack, page: Page) -> None:
    visit(page, customer="Guest")
    ask(page, "I want to talk to a person please")
    expect(replies(page)).to_have_count(1)
    with watched(browser, stack) as chief:
        walk = Walk(chief, "light", "dark", but=OF_THE_THEME)
        log_in(chief, "supervisor")
        for action, form in (("Assign to …", "assign"), ("Reply to all of them …", "reply")):
            chief.goto("/admin/actors/escalation/?show=all")
            chief.locator("input.action-select").first.check()
            chief.locator("select[name=action]").select_option(label=action)
            chief.get_by_role("button", name="Run").click()
            expect(chief.locator("form.bulk")).to_be_visible()
            walk.at(f"the bulk {form}")
        chief.locator("textarea[name=text]").fill("We are working on it.")
        chief.get_by_role("button", name="Preview").click()
        expect(chief.get_by_role("heading", name="Preview")).to_be_visible()
        walk.at("the bulk reply's preview")
    assert not walk.found, "\n".join(walk.found)
