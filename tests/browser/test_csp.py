"""The policies let every page do its work: the fixtures fail on whatever a policy keeps from a page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_call_is_tried_in_the_documentation(page):
    page.goto("/api/docs/")
    health = page.locator("#operations-health-health_retrieve")
    health.locator("button").first.click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table")).to_contain_text("database")


def test_admin_opens_its_lists_and_forms(page):
    page.goto("/admin/")
    for label in ("Username", "Password"):
        page.get_by_label(label).fill("admin")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", name="Now")).to_be_visible()
    for path in ("actors/conversation/", "actors/policy/", "auth/user/1/change/", "supportmesh/apitoken/add/"):
        page.goto(f"/admin/{path}")
        expect(page.get_by_role("link", name="Cases").first).to_be_attached()


def test_script_that_got_into_the_chat_page_does_not_run(browser, stack):
    with watched(browser, stack, expected="Content Security Policy") as page:
        page.goto("/")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
        assert page.evaluate("window.ran") is None
