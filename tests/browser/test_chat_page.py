"""The chat as a customer uses it: a real Chromium, a real stack, and lines that break."""

import os
import re
import signal

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

STATUS_QUESTION = "Where is my order ORD-12345678?"
# Notes every text the line above the progress bar ever had.
WATCH_STAGES = """() => {
  window.stages = [];
  const stage = document.getElementById("stage");
  new MutationObserver(() => window.stages.push(stage.textContent)).observe(stage, { childList: true });
}"""


def visit(page: Page, path: str = "/", *, customer: str = "John Doe") -> None:
    page.goto(path)
    page.locator("#demo[data-ready]").wait_for(state="attached")
    if page.locator("#demo:not([open])").count():
        page.locator("#demo summary").click()
    page.locator("label.person", has_text=customer).click()
    online(page)


def online(page: Page) -> None:
    expect(page.locator("#state")).to_have_attribute("data-state", "open")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def replies(page: Page):
    return page.locator(".turn--assistant .turn__text")


def asked(page: Page):
    return page.locator(".turn--customer .turn__text")


def everything_said(page: Page) -> list[str]:
    return page.locator(".turn__text").all_inner_texts()


def session_of(page: Page) -> str:
    return page.evaluate("localStorage.getItem('supportmesh.session')")


def ledger(page: Page) -> list[tuple[str, str]]:
    """The conversation as the server has it."""
    answer = page.request.get(f"/api/conversations/{session_of(page)}?after=0")
    assert answer.ok, answer.text()
    return [(turn["role"], turn["text"]) for turn in answer.json()["turns"]]


class Line:
    """The page's WebSocket, with our hand on it: cut it, keep it cut, swallow what the server says."""

    def __init__(self, page: Page) -> None:
        self.swallow: set[str] = set()  # types of server frames that never arrive
        self.cut_on_chat = 0  # how many chat frames still reach the server and cut the line
        self.dead = False
        self.opened = 0
        self.chats: list[str] = []
        self._open: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(r"/ws(\?|$)"), self._connected)

    def cut(self) -> None:
        for route in self._open:
            route.close(code=1012)
        self._open.clear()

    def _connected(self, route: WebSocketRoute) -> None:
        self.opened += 1
        if self.dead:
            route.close(code=1012)
            return
        server = route.connect_to_server()
        self._open.append(route)
        route.on_message(lambda frame: self._to_server(server, frame))
        server.on_message(lambda frame: self._to_page(route, frame))

    def _to_server(self, server: WebSocketRoute, frame: str) -> None:
        server.send(frame)
        if '"type":"chat"' not in frame:
            return
        self.chats.append(frame)
        if self.cut_on_chat:
            self.cut_on_chat -= 1
            self.swallow.add("message_sent")  # it may be on its way already
            self.cut()

    def _to_page(self, route: WebSocketRoute, frame: str) -> None:
        kind = re.search(r'"type":\s*"(\w+)"', frame)
        if kind is None or kind[1] not in self.swallow:
            route.send(frame)


def test_question_is_answered_and_every_stage_is_shown(page):
    visit(page)
    page.evaluate(WATCH_STAGES)
    ask(page, STATUS_QUESTION)
    expect(asked(page)).to_have_text([STATUS_QUESTION])
    expect(replies(page)).to_have_count(1)
    expect(replies(page)).to_contain_text("ORD-12345678")
    expect(page.locator(".turn--customer .turn__state")).to_contain_text("Sent")
    expect(page.locator("#working")).to_be_hidden()
    stages = page.evaluate("window.stages")
    for stage in ("Reading your message", "Looking up your orders", "Checking the answer"):
        assert stage in stages


def test_what_is_loaded_later_is_loaded_whenever_the_line_is_back(page):
    failed = []

    def fail_twice(route):
        name = route.request.url.rsplit("/", 1)[1].split("?")[0]
        failed.append(name)
        if failed.count(name) > 2:
            route.continue_()
        else:
            route.abort("connectionrefused")

    page.route(re.compile(r"/(cards\.js|later\.css)"), fail_twice)
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(page.locator(".turn--assistant .orders")).to_contain_text("ORD-12345678")
    assert failed.count("cards.js") >= 3
    assert failed.count("later.css") >= 3


def test_reply_says_how_it_was_answered(page):
    visit(page)
    ask(page, STATUS_QUESTION)
    how = page.locator(".how")
    how.locator("summary").click()
    expect(how).to_contain_text("Question about an order")
    expect(how).to_contain_text("% certain")
    expect(how).to_contain_text("ORD-12345678")
    expect(how.locator("li").first).to_contain_text("Reading your message")
    expect(how.locator("li").first).to_contain_text(re.compile(r"\d+ ms|\d s"))


def test_bot_is_labelled_as_such(page):
    visit(page)
    ask(page, "Hello")
    expect(page.locator(".turn--assistant .turn__head")).to_contain_text("Assistant")
    expect(page.locator(".turn--assistant .tag")).to_have_text("Automated")


def test_line_cut_while_sending_sends_once(page):
    line = Line(page)
    visit(page)
    line.cut_on_chat = 1
    ask(page, STATUS_QUESTION)
    expect(page.locator("#state")).not_to_have_attribute("data-state", "open")
    line.swallow.clear()
    expect(replies(page)).to_have_count(1)
    expect(page.locator(".turn--customer .turn__state")).to_contain_text("Sent")
    assert len(line.chats) == 2
    assert line.chats[0] == line.chats[1]
    assert everything_said(page) == [text for _, text in ledger(page)]
    assert [role for role, _ in ledger(page)] == ["customer", "assistant"]


def test_line_cut_before_the_answer_loses_nothing(page):
    line = Line(page)
    visit(page)
    line.swallow = {"chat_response", "progress"}
    ask(page, STATUS_QUESTION)
    expect(page.locator(".turn--customer .turn__state")).to_contain_text("Sent")
    line.cut()
    line.swallow.clear()
    expect(replies(page)).to_have_count(1)
    expect(page.locator("#working")).to_be_hidden()
    assert everything_said(page) == [text for _, text in ledger(page)]


def test_messages_written_without_a_line_wait_and_survive_a_reload(page):
    line = Line(page)
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    line.dead = True
    line.cut()
    expect(page.locator("#state")).to_have_attribute("data-state", "waiting")
    ask(page, STATUS_QUESTION)
    ask(page, "What are your opening hours?")
    expect(page.locator(".turn__state", has_text="Waiting for the connection")).to_have_count(2)
    page.reload()
    expect(page.locator(".turn__state", has_text="Waiting for the connection")).to_have_count(2)
    line.dead = False
    expect(replies(page)).to_have_count(3)
    expect(asked(page)).to_have_count(3)
    said = [text for role, text in ledger(page) if role == "customer"]
    assert said == ["Hello", STATUS_QUESTION, "What are your opening hours?"]
    assert everything_said(page) == [text for _, text in ledger(page)]


def test_reload_keeps_the_conversation(page):
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    before = everything_said(page)
    page.reload()
    expect(replies(page)).to_have_count(1)
    assert everything_said(page) == before
    ask(page, "Thank you!")
    expect(replies(page)).to_have_count(2)


def test_second_tab_shows_the_same_conversation(page):
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    other = page.context.new_page()
    other.goto("/")
    expect(replies(other)).to_have_count(1)
    ask(other, "Thank you!")
    for tab in (page, other):
        expect(asked(tab)).to_have_text([STATUS_QUESTION, "Thank you!"])
        expect(replies(tab)).to_have_count(2)
    assert everything_said(page) == everything_said(other)


@pytest.mark.parametrize(
    "attack",
    [
        "<img src=x onerror=\"document.title='broken in'\">",
        "</script><script>document.title='broken in'</script>",
        "<a href=\"javascript:document.title='broken in'\">ORD-12345678</a>",
    ],
)
def test_markup_is_shown_as_text(page, attack):
    visit(page)
    title = page.title()
    ask(page, attack)
    expect(replies(page)).to_have_count(1)
    expect(asked(page)).to_have_text([attack])
    page.reload()
    expect(asked(page)).to_have_text([attack])
    assert page.title() == title
    assert page.locator("#log").locator("script, a, img:not(.avatar)").count() == 0


def test_start_over_begins_another_conversation(page):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    first = session_of(page)
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "Hello again")
    expect(replies(page)).to_have_count(1)
    assert session_of(page) != first


def test_another_customer_of_the_demo_gets_another_conversation(page):
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_contain_text("ORD-12345678")
    page.locator("label.person", has_text="Sarah Wilson").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.locator("#demo-examples button").first.click()
    expect(replies(page)).to_contain_text("ORD-87654321")


def test_asking_for_a_person_is_told(page):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.locator("#notice")).to_contain_text("Handed over to our team")


def test_refused_message_says_why_and_can_be_tried_again(page):
    line = Line(page)
    visit(page)
    page.get_by_label("Your message").evaluate("box => box.removeAttribute('maxlength')")
    ask(page, "a" * 4001)
    failed = page.locator(".turn--customer .turn__state")
    expect(failed).to_contain_text("Not sent.")
    expect(failed).to_contain_text("4000")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_contain_text("Not sent.")
    assert len(line.chats) == 2
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)


def test_chat_is_usable_with_the_keyboard_alone(page):
    visit(page)
    page.get_by_label("Your message").focus()
    page.keyboard.type("Hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("there")
    page.keyboard.press("Enter")
    expect(asked(page)).to_have_text(["Hello\nthere"], use_inner_text=True)
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(replies(page)).to_have_count(1)


@pytest.mark.parametrize("path", ["/", "/widget"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_everything_without_scrolling_sideways(page, path, scheme):
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme=scheme)
    visit(page, path)
    ask(page, STATUS_QUESTION + " " + "x" * 200)
    expect(replies(page)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.getElementById('scroll').scrollWidth") <= 360
    expect(page.get_by_role("button", name="Talk to a person")).to_be_in_viewport()
    expect(page.get_by_label("Your message")).to_be_in_viewport()


def test_without_a_broker_the_page_says_that_it_takes_longer_and_shows_the_answer_when_it_is_back(page, stack):
    visit(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    os.kill(stack.pids()["broker"], signal.SIGSTOP)
    try:
        ask(page, STATUS_QUESTION)
        expect(page.locator("#stage")).to_have_text(
            "We have your message and will answer as soon as possible.", timeout=20_000
        )
    finally:
        os.kill(stack.pids()["broker"], signal.SIGCONT)
    expect(replies(page)).to_have_count(2, timeout=60_000)
    expect(page.locator("#working")).to_be_hidden()


def test_messages_that_waited_together_get_one_answer_and_nothing_stays_under_way(page):
    visit(page)
    ask(page, STATUS_QUESTION)
    for text in ("And what are your opening hours?", "And how do returns work?"):
        ask(page, text)
    expect(page.locator(".turn--customer[data-state=sent]")).to_have_count(3)
    expect(page.locator("#working")).to_be_hidden(timeout=20_000)
    expect(page.locator(".turn").last).to_have_class(re.compile("turn--assistant"))
    assert everything_said(page) == [text for _, text in ledger(page)]


def test_web_process_dies_under_the_open_page(page, stack):
    visit(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    os.kill(stack.pids()["web"], signal.SIGKILL)
    ask(page, "Thank you!")
    expect(replies(page)).to_have_count(2, timeout=40_000)
    assert everything_said(page) == [text for _, text in ledger(page)]
    assert [role for role, _ in ledger(page)] == ["customer", "assistant"] * 2
