"""axe-core in a page: what breaks WCAG 2.1 A and AA, or its best practices."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
SIZES = ((1280, 800), (390, 844))  # a desktop's and a phone's
MATCHES = "([place, selector]) => document.querySelector(place).matches(selector)"


def violations(page: Page, state: str, but: Mapping[str, str]) -> list[str]:
    """One line for each part of the page that breaks a rule: in which state, which rule, where, and why.

    `but`: by rule, the selector of what may break it.
    """
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        " ".join(f"{state}: {rule['id']} {node['target']}: {node['failureSummary']}".split())
        for rule in found
        for node in rule["nodes"]
        if rule["id"] not in but or not page.evaluate(MATCHES, [node["target"][0], but[rule["id"]]])
    ]
