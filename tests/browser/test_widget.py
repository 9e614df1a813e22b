"""The widget in a shop's page: another site, a strict policy, no cookie of ours, and nobody else believed."""

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.conftest import FLAGS, watched
from tests.browser.desk import kept, maria_answers, shell
from tests.browser.shop import Shop, shop_on_a_free_port
from tests.browser.test_chat_page import STATUS_QUESTION
from tests.browser.test_line import no_socket
from tests.identities import SECRET, shop_jwt
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

JOHN = "john.doe@example.com"
OPEN, CLOSE = "Open the chat", "Close the chat"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_on_a_free_port() as running:
        yield running


@pytest.fixture(scope="module")
def support(chromium: str, shop: Shop) -> Iterator[Stack]:
    """It believes the shop's JWT and no typed address, and lets the shop's pages hold the widget."""
    with Stack(DEBUG="1", IDENTITY_SECRET=SECRET, WIDGET_ORIGINS=shop.url) as running:
        shell(running, "from django.core.management import call_command\ncall_command('seed_demo', verbosity=0)")
        shop.support = running.url
        yield running


@pytest.fixture(scope="module")
def strict_browser(browser: Browser, chromium: str) -> Iterator[Browser]:
    """As browsers are going to be: no third-party cookie at all."""
    flags = [*FLAGS, "--test-third-party-cookie-phaseout"]
    running = browser.browser_type.launch(executable_path=chromium, args=flags)
    yield running
    running.close()


@pytest.fixture
def page(strict_browser: Browser, support: Stack) -> Iterator[Page]:
    with watched(strict_browser, support) as opened:
        yield opened
        assert opened.context.cookies() == []


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("supportmesh-chat iframe")


def open_chat(page: Page, *, state: str = "open") -> None:
    """Unless it is open: a reload leaves it as it was."""
    expect(page.get_by_role("button", name=re.compile(f"{OPEN}|{CLOSE}")).first).to_be_visible()
    if not page.get_by_role("button", name=CLOSE).count():
        page.get_by_role("button", name=OPEN).click()
    expect(chat(page).locator("#state")).to_have_attribute("data-state", state)


def ask(page: Page, text: str) -> None:
    chat(page).get_by_label("Your message").fill(text)
    chat(page).get_by_label("Your message").press("Enter")


def replies(page: Page):
    return chat(page).locator(".turn--assistant .turn__text")


def asked(page: Page):
    return chat(page).locator(".turn--customer .turn__text")


def storage(page: Page) -> dict[str, str]:
    """What the shop's page keeps, by the names that the frame gave."""
    entries = page.evaluate("Object.entries(localStorage)")
    return {re.sub("^supportmesh@http://127.0.0.1:[0-9]+/supportmesh[.]", "", name): value for name, value in entries}


def signed(**claims: object) -> str:
    return shop_jwt("4711", JOHN, **claims)


def test_nothing_is_loaded_for_who_does_not_open_it(page, shop):
    asked_for = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(shop.url)
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    assert [url for url in asked_for if url.startswith(shop.support)] == [f"{shop.support}/static/widget.js"]


def test_guests_conversation_survives_a_reload_though_no_cookie_does(page, shop):
    page.goto(shop.url)
    open_chat(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    assert storage(page).keys() >= {"session", "guest"}
    assert all(name.startswith(f"supportmesh@{shop.support}/") for name in page.evaluate("Object.keys(localStorage)"))
    before = chat(page).locator(".turn__text").all_inner_texts()
    page.reload()
    open_chat(page)
    expect(chat(page).locator(".turn__text")).to_have_text(before)
    ask(page, "What are your opening hours?")
    expect(replies(page)).to_have_count(2)


def test_open_chat_is_open_on_the_next_page_and_a_shut_one_is_shut(page, shop):
    page.goto(shop.url)
    open_chat(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.goto(f"{shop.url}/?next")
    expect(replies(page)).to_have_count(1)
    expect(chat(page).get_by_label("Your message")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body"), "the shop's page keeps the focus"
    page.get_by_role("button", name=CLOSE).first.click()
    page.goto(shop.url)
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    expect(chat(page).get_by_label("Your message")).to_be_hidden()


def test_language_chosen_in_the_chat_stays_though_no_cookie_does(page, shop):
    page.goto(shop.url)
    open_chat(page)
    chat(page).get_by_role("link", name="Deutsch").click()
    expect(chat(page).locator("html[lang=de] #state")).to_have_attribute("data-state", "open")
    page.goto(f"{shop.url}/?next")
    expect(chat(page).locator("html[lang=de] #state")).to_have_attribute("data-state", "open")
    chat(page).get_by_label("Ihre Nachricht").fill("Danke!")
    chat(page).get_by_label("Ihre Nachricht").press("Enter")
    expect(replies(page)).to_contain_text("Gern")


def test_guests_conversation_survives_a_reload_where_no_websocket_comes_through(page, shop):
    no_socket(page)
    page.goto(shop.url)
    open_chat(page, state="polling")
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.reload()
    open_chat(page, state="polling")
    expect(replies(page)).to_have_count(1)


def test_page_that_is_not_allowed_gets_no_chat(strict_browser, support, shop):
    with shop_on_a_free_port() as other, watched(strict_browser, support, expected="frame-ancestors") as page:
        other.support = shop.support
        page.goto(other.url)
        page.get_by_role("button", name=OPEN).click()
        page.wait_for_timeout(2000)
        assert not [frame for frame in page.frames if frame.url.startswith(shop.support)]
        assert storage(page) == {}


def test_customer_of_the_shop_is_known_without_a_word(page, shop):
    page.goto(f"{shop.url}/?jwt={signed()}")
    open_chat(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_contain_text("shipped")
    expect(chat(page).get_by_role("button", name="Sign out")).to_be_hidden()
    page.goto(f"{shop.url}/?jwt={signed()}")
    open_chat(page)
    expect(replies(page)).to_have_count(1)


def test_guest_who_signs_in_at_the_shop_is_answered_by_itself(page, shop):
    page.goto(shop.url)
    open_chat(page)
    ask(page, STATUS_QUESTION)
    expect(chat(page).locator(".signin")).to_have_text(
        "Please sign in on this page. The conversation then goes on here by itself."
    )
    expect(chat(page).get_by_label("E-mail address of your account")).to_have_count(0)
    page.evaluate("jwt => SupportMesh.identify(jwt)", signed())
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text("shipped")
    expect(chat(page).locator(".signin")).to_have_count(0)
    expect(asked(page)).to_have_text([STATUS_QUESTION] * 2)


def test_guest_who_signs_in_on_the_shops_next_page_goes_on_in_the_conversation(page, shop):
    page.goto(shop.url)
    open_chat(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    page.goto(f"{shop.url}/?jwt={signed()}")
    open_chat(page)
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text("shipped")


def test_logout_forgets_the_conversation_and_who_it_was(page, shop):
    page.goto(f"{shop.url}/?jwt={signed()}")
    open_chat(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    before = storage(page)
    page.evaluate("SupportMesh.logout()")
    expect(chat(page).locator(".turn")).to_have_count(0)
    expect(chat(page).locator("#state")).to_have_attribute("data-state", "open")
    ask(page, STATUS_QUESTION)
    expect(chat(page).locator(".signin")).to_be_visible()
    after = storage(page)
    assert after["session"] != before["session"]
    assert after["guest"] != before["guest"]
    page.goto(shop.url)
    open_chat(page)
    expect(asked(page)).to_have_count(1)


def test_logout_before_the_chat_was_opened_forgets_as_well(page, shop):
    page.goto(shop.url)
    open_chat(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.evaluate("SupportMesh.logout()")
    page.reload()
    open_chat(page)
    expect(chat(page).locator("#welcome")).to_be_visible()
    expect(chat(page).locator(".turn")).to_have_count(0)


def test_new_jwt_is_asked_for_before_the_old_one_ends(page, shop):
    page.goto(f"{shop.url}/?jwt={signed(exp=int(time.time()) + 6)}")
    asked_at: list[float] = []

    def new_jwt() -> str:
        asked_at.append(time.time())
        return signed(exp=int(time.time()) + 300)

    page.expose_function("newJwt", new_jwt)
    page.evaluate("SupportMesh.onRefresh(() => newJwt())")
    ends = time.time() + 6
    open_chat(page)
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    page.wait_for_timeout((ends + 11 - time.time()) * 1000)  # beyond what the server forgives two clocks
    ask(page, "Where is my order ORD-12345679?")
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text("ORD-12345679")
    (once,) = asked_at
    assert once < ends


def test_conversation_waits_for_the_next_jwt_when_one_has_ended(strict_browser, support, shop):
    with watched(strict_browser, support, expected="the JWT was refused. The token has expired.") as page:
        page.goto(f"{shop.url}/?jwt={signed()}")
        open_chat(page)
        ask(page, "Hello")
        expect(replies(page)).to_have_count(1)
        session = storage(page)["session"]
        page.goto(f"{shop.url}/?jwt={signed(exp=int(time.time()) - 60)}")
        open_chat(page)
        expect(chat(page).locator("#notice")).to_have_text("Your sign-in has ended. Please load the page again.")
        assert storage(page)["session"] == session
        page.evaluate("jwt => SupportMesh.identify(jwt)", signed())
        expect(replies(page)).to_have_count(1)
        expect(chat(page).locator("#notice")).to_be_hidden()


def test_with_a_jwt_that_is_not_believed_one_is_a_guest(strict_browser, support, shop):
    with watched(strict_browser, support, expected="not signed with this shop's key") as page:
        page.goto(f"{shop.url}/?jwt={signed(secret='x' * 32)}")
        open_chat(page)
        ask(page, STATUS_QUESTION)
        expect(chat(page).locator(".signin")).to_be_visible()


def test_messages_of_another_origin_are_ignored_by_both_sides(page, shop):
    with shop_on_a_free_port() as evil:
        page.goto(shop.url)
        open_chat(page)
        ask(page, "Hello")
        expect(replies(page)).to_have_count(1)
        before = storage(page)
        page.evaluate("url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))",
                      f"{evil.url}/evil")  # fmt: skip
        expect(page.frame_locator("body > iframe").locator("html")).to_be_attached()
        stranger = next(frame for frame in page.frames if frame.url.startswith(evil.url))
        stranger.evaluate("""() => {
          parent.postMessage({ supportmesh: "keep", key: "supportmesh.session", value: "theirs" }, "*");
          parent.postMessage({ supportmesh: "hello" }, "*");
          parent.postMessage({ supportmesh: "close" }, "*");
        }""")
        heard = stranger.evaluate_handle("() => { const got = []; onmessage = (e) => got.push(e.data); return got; }")
        page.evaluate("postMessage({ supportmesh: 'close' }, '*')")
        ours = next(frame for frame in page.frames if frame.url.startswith(shop.support))
        ours.evaluate("""() => {
          const as = (origin, source) => dispatchEvent(new MessageEvent("message", {
            data: { supportmesh: "logout" }, origin, source }));
          as("http://localhost:1", window.parent);
          as(location.ancestorOrigins[0], window);
          as(location.ancestorOrigins[0], null);
        }""")
        page.wait_for_timeout(500)
        assert storage(page) == before
        assert heard.json_value() == []
        expect(page.get_by_role("button", name=CLOSE)).to_be_visible()
        expect(replies(page)).to_have_count(1)


def test_reply_while_it_is_shut_shows_a_dot_and_was_not_seen(page, shop, support):
    page.goto(shop.url)
    open_chat(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.wait_for_timeout(1000)
    session = storage(page)["session"]
    page.get_by_role("button", name=CLOSE).click()
    expect(page.get_by_role("button", name=OPEN, exact=True)).to_be_visible()
    maria_answers(support, session, "I look at your order.")
    unread = page.get_by_role("button", name=f"{OPEN}. New message")
    expect(unread).to_be_visible()
    page.wait_for_timeout(1000)
    assert kept(support, session, "seen_seq") == ["2"]
    page.reload()
    expect(unread).to_be_visible()
    unread.click()
    expect(chat(page).locator(".turn--agent")).to_be_visible()
    page.wait_for_timeout(1500)
    seen, last = kept(support, session, "seen_seq", "last_seq")
    assert seen == last
    page.get_by_role("button", name=CLOSE).click()
    page.reload()
    page.wait_for_timeout(1500)
    expect(page.get_by_role("button", name=OPEN, exact=True)).to_be_visible()


def test_keyboard_alone_opens_and_closes_it_and_the_focus_comes_back(page, shop):
    page.goto(shop.url)
    page.get_by_role("button", name=OPEN).focus()
    page.keyboard.press("Enter")
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(replies(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=OPEN)).to_be_focused()
    page.locator("#buy").focus()
    page.evaluate("SupportMesh.open()")
    expect(chat(page).get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#buy")).to_be_focused()


def test_escape_shuts_a_question_of_the_chat_before_the_chat(page, shop):
    page.goto(shop.url)
    open_chat(page)
    chat(page).get_by_role("button", name="Start over").click()
    expect(chat(page).get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(chat(page).get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=CLOSE)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_fills_the_screen_and_can_be_left(page, shop, scheme):
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme=scheme)
    page.goto(shop.url)
    open_chat(page)
    panel = page.get_by_role("dialog", name="Support chat")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    ask(page, STATUS_QUESTION)
    expect(replies(page)).to_have_count(1)
    assert chat(page).locator("html").evaluate("page => page.scrollWidth") <= 360
    expect(chat(page).get_by_label("Your message")).to_be_in_viewport()
    panel.get_by_role("button", name=CLOSE).click()
    expect(page.get_by_role("button", name=OPEN)).to_be_focused()


def test_styles_of_the_shop_and_of_the_widget_leave_each_other_alone(page, shop):
    page.goto(shop.url)
    looks = """node => {
      const { font, color, position, display } = getComputedStyle(node);
      return { font, color, position, display };
    }"""
    before = page.locator("#buy").evaluate(looks)
    open_chat(page)
    box = page.get_by_role("dialog", name="Support chat").bounding_box()
    assert (box["width"], round(box["x"] + box["width"])) == (400, 1260)
    launcher = page.get_by_role("button", name=CLOSE)
    assert launcher.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(15, 107, 92)"
    assert page.locator("#buy").evaluate(looks) == before
    assert page.locator("style, [style]").count() == 0


def test_less_motion_is_respected(page, shop):
    page.emulate_media(reduced_motion="reduce")
    page.goto(shop.url)
    open_chat(page)
    panel = page.get_by_role("dialog", name="Support chat")
    assert panel.evaluate("node => getComputedStyle(node).animationName") == "none"


def test_where_the_shop_signs_nobody_in_our_own_page_is_named(browser, stack):
    with watched(browser, stack) as page:
        page.goto("/widget")
        expect(page.locator("#state")).to_have_attribute("data-state", "open")
        page.get_by_label("Your message").fill(STATUS_QUESTION)
        page.get_by_label("Your message").press("Enter")
        link = page.get_by_role("link", name="Sign in and ask on our support page")
        with page.context.expect_page() as opened:
            link.click()
        expect(opened.value.get_by_label("Your message")).to_be_visible()
        assert opened.value.url == f"{stack.url}/"


def test_page_that_storage_is_blocked_in_keeps_the_conversation_while_it_lives(page, shop):
    page.add_init_script("""if (window.top === window) Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); } });""")
    page.goto(shop.url)
    open_chat(page)
    ask(page, "Hello")
    expect(replies(page)).to_have_count(1)
    page.get_by_role("button", name=CLOSE).click()
    open_chat(page)
    expect(replies(page)).to_have_count(1)


def test_frame_believes_the_origins_of_the_settings_alone(page, support, shop):
    page.goto(f"{support.url}/widget")
    config = json.loads(page.locator("#chat-config").text_content())
    assert config["parents"] == [shop.url]
