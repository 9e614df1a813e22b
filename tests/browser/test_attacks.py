"""Markup from everybody who writes something, in a real browser: nothing runs, nothing is injected, nothing leads away.

A dialog, a breach of a page's policy, an error on the console or an element that nobody made fails the test.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.desk import maria_answers, shell
from tests.browser.shop import Shop, shop_on_a_free_port
from tests.browser.test_chat_page import replies, session_of
from tests.browser.test_desk import log_in
from tests.browser.test_widget import chat as widget
from tests.browser.test_widget import open_chat
from tests.identities import SECRET, bearer, shop_jwt
from tests.llm_server import EVIL, LLMServer, evil, llm_server
from tests.security.payloads import XSS
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

JOHN = "john.doe@example.com"
ALL = " ".join(XSS)
# What would be there if one of the payloads, or of the evil model's sentences, had become markup.
INJECTED = (
    "x-evil, [x-evil], [onclick*=alert], [onerror], [onload], iframe[srcdoc], a[href*='//evil'], a[href^='javascript']"
)


@pytest.fixture(scope="module")
def model() -> Iterator[LLMServer]:
    with llm_server(script=evil) as server:
        yield server


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_on_a_free_port() as running:
        yield running


@pytest.fixture(scope="module")
def stack(chromium: str, model: LLMServer, shop: Shop) -> Iterator[Stack]:
    """Run as for real, but with the demo's staff; every row that staff see holds what attackers write."""
    env = {"LLM_MODEL": "openai/test-model", "LLM_BASE_URL": model.url, "LLM_INTENT": "always", "LLM_TIMEOUT": "20"}
    with Stack(DEBUG="0", IDENTITY_SECRET=SECRET, WIDGET_ORIGINS=shop.url, MESH_LEASE="60", **env) as running:
        code = (
            "from django.core.management import call_command\ncall_command('seed_demo', verbosity=0)\n"
            "from django.contrib.auth.models import User\n"
            f"User.objects.create_superuser('admin', password='admin', first_name={ALL[:150]!r})\n"
            "from customers.models import Customer\nfrom orders.models import Order, OrderItem\n"
            f"Customer.objects.filter(email={JOHN!r}).update(first_name={XSS[1]!r}, last_name={XSS[3]!r})\n"
            f"OrderItem.objects.update(name={ALL[:200]!r})\n"
            f"Order.objects.update(shipping_address={ALL[:400]!r})\n"
        )
        shell(running, code)
        shop.support = running.url
        yield running


@contextmanager
def attacked(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page on which a dialog fails the test, as does all that `watched` looks for."""
    dialogs: list[str] = []
    with watched(browser, stack, expected="Failed to load resource") as page:
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        yield page
        assert dialogs == []


def intact(page: Page) -> None:
    """No frame of the page has anything in it that was injected."""
    for frame in page.frames:
        assert frame.locator(INJECTED).count() == 0, frame.locator(INJECTED).first.evaluate("node => node.outerHTML")


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_chat_page_shows_what_anybody_writes_as_text(browser: Browser, stack: Stack) -> None:
    """The customer's own words, a colleague's, and what a turned model makes of them; now and after a reload."""
    with attacked(browser, stack) as page:
        page.goto("/")
        expect(page.locator("#state")).to_have_attribute("data-state", "open")
        say(page, f"{ALL} What are your opening hours?")
        expect(replies(page)).to_have_count(1, timeout=60_000)
        maria_answers(stack, session_of(page), ALL)
        expect(page.locator(".turn--agent .turn__text")).to_contain_text(XSS[0])
        intact(page)
        page.reload()
        expect(page.locator(".turn--customer .turn__text")).to_contain_text(XSS[0])
        expect(page.locator(".turn--agent .turn__text")).to_contain_text(XSS[0])
        intact(page)


@pytest.mark.parametrize("query", ["?session_id=", "?lang=", "?next=", "#"])
def test_chat_page_takes_nothing_from_its_address(query: str, browser: Browser, stack: Stack) -> None:
    with attacked(browser, stack) as page:
        for payload in XSS[:6]:
            page.goto(f"/{query}{payload}")
            expect(page.locator("#state")).to_have_attribute("data-state", "open")
            intact(page)
            assert page.url.startswith(stack.url)


def test_widget_shows_orders_and_replies_as_text(browser: Browser, stack: Stack, shop: Shop) -> None:
    """The shop's own data hold markup, and the model writes links: the cards and the reply are text."""
    with attacked(browser, stack) as page:
        page.goto(f"{shop.url}/?jwt={shop_jwt('4711', JOHN)}")
        open_chat(page)
        widget(page).get_by_label("Your message").fill("Where is my order ORD-12345678?")
        widget(page).get_by_label("Your message").press("Enter")
        answer = widget(page).locator(".turn--assistant .turn__text")
        expect(answer).to_have_count(1, timeout=60_000)
        text = answer.inner_text()
        for sentence in EVIL:
            assert sentence not in text
        intact(page)


PAGES = (
    "/admin/", "/admin/actors/escalation/?show=all", "/admin/actors/conversation/", "/admin/actors/turn/",
    "/admin/actors/action/", "/admin/actors/auditevent/", "/admin/actors/parkedmessage/", "/admin/actors/cannedreply/",
    "/admin/actors/knowledgearticle/", "/admin/actors/incident/", "/admin/customers/customer/", "/admin/orders/order/",
    "/admin/tracking/shipment/", "/admin/actors/escalation/?show=all&q=<x-evil>", "/admin/search/?s=<x-evil onload=1>",
    "/admin/search/?s=john", "/admin/actors/agent/",
)  # fmt: skip


def test_desk_shows_what_anybody_wrote_as_text(browser: Browser, stack: Stack) -> None:
    said = requests.post(
        f"{stack.url}/api/chat?wait=60",
        json={"message": f"I want to talk to a person! {ALL}"},
        headers=bearer("4711", JOHN),
        timeout=90,
    ).json()
    rating = {"score": 1, "comment": ALL}
    address = f"{stack.url}/api/conversations/{said['session_id']}"
    assert requests.post(f"{address}/rating", json=rating, headers=bearer("4711", JOHN), timeout=20).ok
    number = shell(
        stack,
        "from actors.models import *\n"
        f"text = {ALL!r}\n"
        f"case = Escalation.objects.get(conversation={said['session_id']!r})\n"
        "case.summary, case.draft_reply, case.signals = text, text, [text]\n"
        "case.save()\n"
        "Note.objects.create(escalation=case, author=maria, text=text)\n"
        "CannedReply.objects.create(title=text[:100], text=text)\n"
        "KnowledgeArticle.objects.create(title=text[:100], text=text)\n"
        "ParkedMessage.objects.create(task=text[:80], reason=text, body=text)\n"
        "AuditEvent.objects.create(who=text[:100], what=text[:60], conversation=case.conversation_id)\n"
        "turn = case.turn or case.conversation.turns.first()\n"
        "args = {'phone': text, 'wish': 'schedule_callback'}\n"
        "Action.objects.create(turn=turn, position=0, kind='schedule_callback', conversation=case.conversation,\n"
        "    args=args, status='awaiting_approval')\n"
        "print(case.pk)",
    )
    with attacked(browser, stack) as page:
        log_in(page, "admin")
        for path in (*PAGES, f"/admin/actors/conversation/{said['session_id']}/change/"):
            page.goto(path)
            intact(page)
        page.goto(f"/admin/actors/escalation/{number}/change/")
        page.get_by_role("button", name="Claim").first.click()
        expect(page.locator("#part-transcript")).to_contain_text(XSS[0])
        expect(page.locator("#part-customer")).to_contain_text(XSS[3])  # fetched, and put in by a script
        intact(page)
        requests.post(
            f"{stack.url}/api/chat?wait=0",
            json={"message": f"Again {ALL}", "session_id": said["session_id"]},
            headers=bearer("4711", JOHN),
            timeout=20,
        )
        expect(page.locator("#part-transcript")).to_contain_text("Again")  # came by the live socket
        intact(page)


def test_a_page_of_another_site_reads_nothing_and_writes_nothing(browser: Browser, stack: Stack, shop: Shop) -> None:
    """The visitor's browser has our cookies; a page elsewhere calls the API and opens a socket with it."""
    context = browser.new_context(base_url=stack.url)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#state")).to_have_attribute("data-state", "open")
    say(page, "My secret is zebra.")
    expect(replies(page)).to_have_count(1, timeout=60_000)
    session = session_of(page)
    page.goto(f"{shop.url}/evil")
    told = page.evaluate(
        """async ([api, ws, session]) => {
            const told = {};
            const call = async (name, ask) => {
              try { told[name] = await ask(); } catch (error) { told[name] = String(error); }
            };
            const read = (path, how) => async () =>
              (await fetch(api + path, { credentials: "include", ...how })).text();
            await call("read", read(`/api/conversations/${session}`));
            await call("write", read(`/api/conversations/${session}/human`, { method: "POST" }));
            await call("logout", read("/api/auth/logout", { method: "POST" }));
            await call("socket", () => new Promise((done) => {
              const socket = new WebSocket(`${ws}?session_id=${session}`);
              socket.onopen = () => done("open");
              socket.onerror = () => done("refused");
            }));
            return told;
        }""",
        [stack.url, stack.ws_url, session],
    )
    context.close()
    assert "zebra" not in json.dumps(told)
    assert told["socket"] == "refused"
    assert all("Error" in told[name] for name in ("read", "write", "logout")), told
