"""Both sides at once: a customer in the chat page, and a member of the desk in the admin."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.desk import shell
from tests.browser.test_chat_page import ask, replies, session_of, visit
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

ORDER = "ORD-12345678"


@pytest.fixture(scope="module")
def stack(chromium: str) -> Iterator[Stack]:
    """A shop of its own: what staff do to the demo's orders changes what its customers are offered."""
    with Stack(DEMO="1", DEBUG="1") as running:
        yield running


@pytest.fixture
def agent(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The demo's agent, logged in, who may approve up to 500. A case that is theirs no more is a 404."""
    shell(
        stack,
        "from actors.models import Agent\nAgent.objects.filter(user__username='agent').update(approval_limit=500)",
    )
    with watched(browser, stack, expected="status of 404") as page:
        log_in(page, "agent")
        yield page


def log_in(page: Page, name: str) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(name)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", name="Now")).to_be_visible()


def open_case(page: Page, customer: Page, stack: Stack) -> None:
    """The case of this customer's conversation, found in the queue by its number: other tests' customers may have
    written the same words."""
    number = shell(stack, f"print(Escalation.objects.get(conversation={session_of(customer)!r}).pk)")
    page.goto("/admin/actors/escalation/?show=all")
    page.get_by_placeholder("Number of a case").fill(f"#{number}")
    page.get_by_placeholder("Number of a case").press("Enter")
    page.locator(".case-cell").first.click()
    expect(page.locator("#case")).to_have_attribute("data-session", session_of(customer))


def reply(page: Page):
    """Where the agent writes."""
    return page.get_by_role("textbox", name="Reply as the customer reads it")


def said(page: Page, text: str):
    """A line of the transcript on the case page."""
    return page.locator("#part-transcript .said", has_text=text)


def told(page: Page, text: str):
    """A line of any kind in the chat page."""
    return page.locator("#log", has_text=text)


def audit_of(stack: Stack, session_id: str) -> list[dict]:
    code = (
        "import json\nfrom actors.models import AuditEvent\n"
        "names = ('who', 'what', 'amount', 'order', 'policy_version', 'case', 'action')\n"
        f"rows = AuditEvent.objects.filter(conversation={session_id!r}).order_by('pk').values(*names)\n"
        "print(json.dumps(list(rows), default=str))"
    )
    return json.loads(shell(stack, code))


def test_customer_is_handed_over_answered_refunded_and_let_go_and_sees_each_step_live(
    page: Page, agent: Page, stack: Stack
) -> None:
    visit(page)
    ask(page, f"Please refund {ORDER}, it was late")
    expect(replies(page)).to_have_count(1)
    ask(page, "Yes")
    expect(told(page, "A colleague will confirm it here")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("Handed over to our team")

    open_case(agent, page, stack)
    expect(agent.locator("#part-actions")).to_contain_text("149.97 USD")
    expect(agent.locator("#part-customer")).to_contain_text("John Doe")
    agent.get_by_role("button", name="Claim").click()
    expect(told(page, "Maria from our team is here now")).to_be_visible()
    expect(page.locator("#notice")).to_have_text("Maria from our team is answering now.")

    ask(page, "Are you there?")
    expect(said(agent, "Are you there?")).to_be_visible()
    expect(page.locator("#working")).to_be_hidden()
    reply(agent).fill("I am, and I approve your refund now.")
    agent.get_by_role("button", name="Send reply").click()
    expect(page.locator(".turn--agent .turn__text")).to_have_text("I am, and I approve your refund now.")
    expect(page.locator(".turn--agent .turn__name")).to_have_text("Maria")

    agent.get_by_role("button", name="Approve").click()
    expect(told(page, f"Your order {ORDER} has been refunded: $")).to_be_visible()
    expect(told(page, "Decided by Maria from support.")).to_be_visible()
    expect(agent.locator("#part-actions")).to_contain_text("Executed")

    reply(agent).fill("Goodbye!")
    agent.get_by_role("button", name="Send and resolve").click()
    expect(told(page, "Maria has closed this conversation")).to_be_visible()
    expect(page.locator("#notice")).to_have_text("This conversation is closed. Write again to reopen it.")

    events = audit_of(stack, session_of(page))
    assert [event["what"] for event in events] == [
        "case opened",
        "action awaiting_approval",
        "case claimed",
        "reply sent",
        "action approved",
        "action executed",
        "reply sent",
        "case resolved",
    ]
    assert {event["who"] for event in events[2:]} == {"staff agent"}
    approved = events[4]
    assert (approved["amount"], approved["order"]) == ("149.97", ORDER)
    assert approved["policy_version"]
    code = (
        "from orders.models import Order\n"
        f"order = Order.objects.get(number={ORDER!r})\n"
        "print(order.refunded, *order.history.values_list('what', flat=True))"
    )
    assert shell(stack, code) == "149.97 refunded"


def test_two_agents_see_who_has_it_and_no_text_is_lost(page: Page, agent: Page, browser: Browser, stack: Stack) -> None:
    visit(page, customer="Jane Smith")
    ask(page, "I want to talk to a person about ORD-22222222")
    expect(replies(page)).to_have_count(1)
    open_case(agent, page, stack)
    agent.get_by_role("button", name="Claim").click()
    reply(agent).fill("A long text that nobody wants to write again.")
    with watched(browser, stack) as chief:
        log_in(chief, "supervisor")
        open_case(chief, page, stack)
        expect(chief.get_by_role("button", name="Claim")).to_have_count(0)
        expect(chief.locator("#part-head")).to_contain_text("with Maria")
        chief.get_by_label("Colleague").select_option("Sam")
        chief.get_by_role("button", name="Reassign").click()
        expect(told(page, "Sam from our team takes over from here.")).to_be_visible()
        expect(reply(chief)).to_be_visible()
        expect(agent.locator("#lost")).to_contain_text("Sam has this case.")
        expect(agent.get_by_label("Your text, not sent")).to_have_value("A long text that nobody wants to write again.")
        agent.reload()
        expect(agent.locator("#lost")).to_contain_text("is not yours to see: a colleague may have claimed it.")
        expect(agent.get_by_label("Your text, not sent")).to_have_value("A long text that nobody wants to write again.")


def test_a_supervisor_who_loses_a_case_is_told_to_whom_and_keeps_reply_and_note(
    page: Page, agent: Page, browser: Browser, stack: Stack
) -> None:
    visit(page, customer="Jane Smith")
    ask(page, "I want to talk to a person about a lamp")
    expect(replies(page)).to_have_count(1)
    with watched(browser, stack) as chief:
        log_in(chief, "supervisor")
        open_case(chief, page, stack)
        chief.get_by_role("button", name="Claim").click()
        reply(chief).fill("Half of a reply")
        chief.get_by_label("Note", exact=True).fill("Half of a note")
        to_maria = (
            f"Escalation.objects.get(conversation={session_of(page)!r}).pk, to=User.objects.get(username='agent')"
        )
        shell(stack, f"cases.reassign({to_maria}, by=User.objects.get(username='supervisor'))")
        expect(chief.locator("#lost")).to_contain_text("Maria has this case.")
        expect(chief.get_by_label("Your text, not sent")).to_have_value("Half of a reply")
        expect(chief.get_by_label("Note", exact=True)).to_have_value("Half of a note")


def test_a_refused_button_is_not_pressed_again_by_loading_the_page_again(
    page: Page, browser: Browser, stack: Stack
) -> None:
    visit(page, customer="Jane Smith")
    ask(page, "I want to talk to a person about a chair")
    expect(replies(page)).to_have_count(1)
    with watched(browser, stack, expected="status of 409") as chief:
        log_in(chief, "supervisor")
        open_case(chief, page, stack)
        chief.get_by_role("button", name="Claim").click()
        reply(chief).fill("Dear {{ nobody.knows }}")
        chief.get_by_role("button", name="Send reply").click()
        expect(chief.get_by_text("Fill in", exact=False)).to_be_visible()
        expect(chief).to_have_url(re.compile("/change/$"))
        asked: list[str] = []
        chief.on("request", lambda request: asked.append(request.method) if request.is_navigation_request() else None)
        chief.reload()
        assert asked == ["GET"]
        expect(reply(chief)).to_have_value("Dear {{ nobody.knows }}")


def test_who_gives_a_case_back_is_not_told_that_they_lost_it(page: Page, browser: Browser, stack: Stack) -> None:
    visit(page, customer="Jane Smith")
    ask(page, "I want to talk to a person about a table")
    expect(replies(page)).to_have_count(1)
    with watched(browser, stack, expected="status of 400") as chief:
        log_in(chief, "supervisor")
        open_case(chief, page, stack)
        chief.get_by_role("button", name="Claim").click()
        reply(chief).fill("Dear {{ nobody.knows }}")
        chief.get_by_role("button", name="Send reply").click()
        expect(chief.get_by_text("Fill in", exact=False)).to_be_visible()
        chief.get_by_role("button", name="Release").click()
        expect(chief.get_by_text("The case is back in the queue.")).to_be_visible()
        chief.reload()
        expect(chief.get_by_role("button", name="Claim")).to_be_visible()
        expect(chief.locator("#lost")).to_be_hidden()
        chief.get_by_role("button", name="Claim").click()
        expect(reply(chief)).to_have_value("Dear {{ nobody.knows }}")


def test_a_draft_of_the_mesh_is_suggested_edited_and_sent(page: Page, agent: Page, stack: Stack) -> None:
    visit(page, customer="Sarah Wilson")
    ask(page, "Where is ORD-87654321? I want to talk to a person")
    expect(replies(page)).to_have_count(1)
    open_case(agent, page, stack)
    agent.get_by_role("button", name="Claim").click()
    agent.get_by_role("button", name="Suggest a reply").click()
    expect(agent.locator("#draft-text")).to_contain_text("ORD-87654321")
    agent.get_by_role("button", name="Edit in the reply").click()
    expect(reply(agent)).to_have_value(agent.locator("#draft-text").inner_text())
    agent.get_by_role("button", name="Send as it is").click()
    expect(page.locator(".turn--agent .turn__text")).to_contain_text("ORD-87654321")


def test_a_visitor_who_is_asked_for_a_code_signs_in_and_the_banner_goes(page: Page, agent: Page, stack: Stack) -> None:
    visit(page, customer="Guest")
    ask(page, "I want to talk to a person about an umbrella")
    expect(replies(page)).to_have_count(1)
    open_case(agent, page, stack)
    expect(agent.get_by_text("This customer is not verified.")).to_be_visible()
    agent.get_by_role("button", name="Claim").click()
    agent.get_by_label("Address they gave").fill("bob.wilson@example.com")
    agent.get_by_role("button", name="Send them a sign-in code").click()
    notice = agent.get_by_text("The demo sends no mail. The code is").inner_text()
    code = "".join(letter for letter in notice if letter.isdigit())
    page.get_by_label("Code from the mail").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#sign-out")).to_be_visible()
    expect(agent.get_by_text("This customer is not verified.")).to_have_count(0)
    expect(agent.locator("#part-customer")).to_contain_text("Bob Wilson")


def test_the_open_queue_tells_of_a_new_case(page: Page, agent: Page, stack: Stack) -> None:
    agent.goto("/admin/actors/escalation/")
    visit(page, customer="Jane Smith")
    ask(page, "I want to talk to a person about a kettle")
    expect(replies(page)).to_have_count(1)
    expect(agent.get_by_role("link", name="1 new case – show")).to_be_visible()
    expect(agent).to_have_title(re.compile(r"^\(\d+\) Cases"))
    agent.get_by_role("link", name="1 new case – show").click()
    expect(agent.locator(".case-cell", has_text="about a kettle")).to_be_visible()
    expect(agent.locator("#new-cases")).to_be_empty()
