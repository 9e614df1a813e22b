"""`manage.py demo`: plays the scenarios over the real API and shows what the mesh did with each message."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from supportmesh.preflight import CannotStart
from supportmesh.scenarios import SCENARIOS, Expected, Line, Scenario
from supportmesh.throwaway import throwaway_stack

WAIT = 30  # seconds a reply may take


@dataclass(frozen=True)
class Played:
    """One message and what came of it: the message's details as the API tells them, and what was wrong (nothing)."""

    scenario: Scenario
    line: Line
    details: dict[str, Any]
    faults: tuple[str, ...]


class Command(BaseCommand):
    help = "Play the demo's conversations and show what the mesh did; fails when one misbehaves."
    requires_system_checks = []  # it speaks to a stack over HTTP and touches nothing here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", help="a running SupportMesh with the demo data; without it, one is started")
        parser.add_argument("--token", help="an API token of that SupportMesh; without it, it must run with DEMO=1")

    def handle(self, *, url: str | None, token: str | None, **options: Any) -> None:
        if token and not url:
            raise CommandError("--token needs --url.")
        # A pipe or a log has no width of its own; 80 columns would break the tables.
        console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 120)
        try:
            if url:
                played = play(console, url=url, token=token)
            else:
                console.print("Starting a SupportMesh of the demo's own …")
                with throwaway_stack(DEMO="1", DEBUG="1") as stack:
                    played = play(console, url=stack.url)
        except requests.RequestException as error:
            raise CommandError(f"SupportMesh does not answer: {type(error).__name__} ({url or 'own stack'}).") from None
        except CannotStart as error:
            raise CommandError(str(error)) from None
        console.print(_summary(played))
        wrong = {one.scenario.name for one in played if one.faults}
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(SCENARIOS)} scenarios misbehaved: {', '.join(sorted(wrong))}.")
        console.print(f"All {len(SCENARIOS)} scenarios behaved.")


# --- playing ------------------------------------------------------------------------------------


def play(console: Console, *, url: str, token: str | None = None) -> list[Played]:
    """Play every scenario and print each as it goes."""
    played = []
    with requests.Session() as session:
        session.trust_env = False  # no proxy, no ~/.netrc
        if token:
            session.headers["Authorization"] = f"Token {token}"
        for scenario in SCENARIOS:
            for one in _converse(session, url.rstrip("/"), scenario):
                played.append(one)
                _show(console, one)
    return played


def _converse(session: requests.Session, url: str, scenario: Scenario) -> Iterator[Played]:
    session_id = None
    for line in scenario.lines:
        body = {"message": line.message, "customer_email": scenario.customer, "session_id": session_id}
        answer = session.post(f"{url}/api/chat?wait={WAIT}", json=body, timeout=WAIT + 10)
        if answer.status_code not in (200, 202):
            yield Played(scenario, line, {}, (f"POST /api/chat said {answer.status_code}: {answer.text[:300]}",))
            return
        session_id = answer.json()["session_id"]
        told = session.get(f"{url}/api/messages/{answer.json()['message_id']}", timeout=10)
        if told.status_code != 200:
            yield Played(scenario, line, {}, (f"GET /api/messages/… said {told.status_code}: {told.text[:300]}",))
            return
        details = told.json()
        yield Played(scenario, line, details, tuple(faults(line.expected, details)))


def faults(expected: Expected, details: dict[str, Any]) -> Iterator[str]:
    """What is not as expected of a message, as GET /api/messages/{message_id} tells it."""
    if details["reply"] is None:
        yield f"no reply within {WAIT} s (status {details['status']})"
        return
    if "route" not in details:
        yield "the route is not shown: give a token, or run SupportMesh with DEMO=1"
        return
    text, metadata = details["reply"]["response"].casefold(), details["reply"]["metadata"]
    if metadata["outcome"] not in expected.outcome:
        yield f"outcome is {metadata['outcome']}, not {_either(expected.outcome)}"
    if expected.intent and metadata["intent"] not in expected.intent:
        yield f"intent is {metadata['intent']}, not {_either(expected.intent)}"
    yield from (f'the reply does not say "{piece}"' for piece in expected.says if piece.casefold() not in text)
    yield from (f'the reply says "{piece}"' for piece in expected.never if piece.casefold() in text)
    decision = details["decision"] or {"rules": [], "reason": None, "urgent": None}
    hits = {rule["rule"] for rule in decision["rules"] if rule["hit"]}
    yield from (f"rule {rule} did not hit" for rule in expected.hit if rule not in hits)
    yield from (f"the route leaves out {actor}" for actor in expected.through if actor not in details["route"])
    yield from (f"the route goes through {actor}" for actor in expected.around if actor in details["route"])
    if expected.reason and decision["reason"] not in expected.reason:
        yield f"escalated because of {decision['reason']}, not {_either(expected.reason)}"
    if expected.urgent is not None and decision["urgent"] is not expected.urgent:
        yield f"urgent is {decision['urgent']}, not {expected.urgent}"


def _either(values: Sequence[str]) -> str:
    return " or ".join(values)


# --- showing ------------------------------------------------------------------------------------


def _show(console: Console, one: Played) -> None:
    console.rule(Text(f"{one.scenario.name} · {one.scenario.customer or 'guest'}"))
    console.print(Panel(Text(one.line.message), title="Customer", title_align="left", border_style="cyan"))
    reply = one.details.get("reply")
    if reply:
        metadata = reply["metadata"]
        title = f"{metadata['outcome']} · {metadata['intent']} · {reply['processing_time']:.2f} s"
        sources = ", ".join(source for source in metadata["sources"]) or None
        console.print(
            Panel(
                Text(reply["response"]),
                title=title,
                title_align="left",
                subtitle=Text(f"from {sources}") if sources else None,
                subtitle_align="left",
                border_style="green",
            )
        )
    if one.details.get("route"):
        console.print(Text("Route: ", style="bold") + Text(" → ".join(one.details["route"])))
        console.print(_felt(one.details))
        console.print(_rules(one.details["decision"]))
        console.print(_times(one.details))
    for fault in one.faults:
        console.print(Text(f"✗ {fault}", style="bold red"))


def _felt(details: dict[str, Any]) -> Text:
    sentiment, intent = details["sentiment"], details["intent"]
    if not sentiment or not intent:
        return Text("Read as: not known")
    wishes = ", ".join([intent["category"], *intent["secondary"]])
    return Text("Read as: ", style="bold") + Text(
        f"{sentiment['label']} ({sentiment['score']:+.2f}, intensity {sentiment['intensity']:.2f}), urgency "
        f"{sentiment['urgency']}; {wishes} (confidence {intent['confidence']:.2f})"
    )


def _rules(decision: dict[str, Any] | None) -> Table:
    table = Table("Rule", "", "Because", title="Decision", title_justify="left")
    for rule in decision["rules"] if decision else ():
        mark = Text("hit", style="bold green") if rule["hit"] else Text("miss", style="dim")
        table.add_row(rule["rule"], mark, Text(rule["because"]))
    return table


def _times(details: dict[str, Any]) -> Table:
    """Time per actor. The aggregator writes the message down before its own hop ends: what is left until the reply
    stands is its time."""
    table = Table("Actor", "queued", "worked", "retries", title="Time per actor (ms)", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    hops = details["hops"]
    for hop in hops:
        queued = _milliseconds(hop["queued_at"], hop["started_at"])
        worked = _milliseconds(hop["started_at"], hop["finished_at"])
        table.add_row(hop["actor"], queued, worked, str(hop["retries"] or ""))
    if hops and details["reply"]:
        left = _milliseconds(hops[-1]["finished_at"], details["reply"]["created_at"])
        table.add_row("response_aggregator", "", f"{left} (queued and worked)", "")
    return table


def _milliseconds(start: str, end: str) -> str:
    return f"{(datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() * 1000:.1f}"


def _summary(played: list[Played]) -> Table:
    table = Table("Scenario", "Customer", "Outcome", "Seconds", "", title="Scenarios", title_justify="left")
    for one in played:
        reply = one.details.get("reply")
        table.add_row(
            one.scenario.name,
            one.scenario.customer or "guest",
            reply["metadata"]["outcome"] if reply else "none",
            f"{reply['processing_time']:.2f}" if reply else "",
            Text("\n".join(one.faults), style="bold red") if one.faults else Text("pass", style="green"),
        )
    return table
