"""Scripted conversations: how tests/conversations/*.yaml is read, and how one is held with a running stack.

After every line everything is compared: each order and its history, the actions, the open case. What a line does not
mention must be as it was after the line before.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import dj_database_url
import requests
import yaml
from django.db import connections
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from actors.models import Action, Escalation, Policy, PolicyRule
from tests.stack import ROOT, Stack, clean_env, own_database

FOLDER = Path(__file__).parent / "conversations"
DATABASE = "stack"  # the alias under which this process sees the stack's database
STATUSES = Literal["pending", "confirmed", "processing", "shipped", "delivered", "returned", "cancelled"]
SHIPMENT = {"shipped": "in_transit", "delivered": "delivered", "returned": "delivered"}
ADDRESS = "12 Maple Street, Portland, OR 97205"


class Strict(BaseModel):
    """A key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(Strict):
    """An order that is there beforehand, in shorthand its status alone."""

    status: STATUSES
    item: str = "Desk Lamp"
    total: str = "40.00"
    currency: str = "USD"
    paid: bool = True
    refunded: str = "0.00"
    arrived: int = 5  # days ago, once it is delivered
    parcel: Literal["label_created", "in_transit", "out_for_delivery", "delivered", "exception"] | None = None
    of: Literal["customer", "stranger"] = "customer"


class Stands(Strict):
    """How an order must stand after a line, in shorthand its status alone; what is left out is as before."""

    status: STATUSES | None = None
    refunded: str | None = None
    address: str | None = None
    expedited: bool | None = None
    history: tuple[str, ...] | None = None


class Line(Strict):
    """One thing that happens: the customer says something, presses a button, says nothing for so many minutes, or
    the shop moves an order on. Then what must be true."""

    say: str | None = None
    button: str | None = None
    of_line: int | None = None  # whose question the button belongs to; left out: the last one's
    silence: int | None = None
    shop: dict[str, STATUSES] | None = None

    outcome: Literal["answered", "question", "escalated", "verify"] | None = None
    reply: tuple[str, ...] = ()
    reply_lacks: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    route_lacks: tuple[str, ...] = ()
    choices: tuple[str, ...] | None = None
    orders: dict[str, STATUSES | Stands] = {}
    actions: tuple[str, ...] | None = None  # "cancel_order A executed", oldest first
    case: str | None = None  # the reason of the case that is open

    @model_validator(mode="after")
    def _one_thing_happens(self) -> Self:
        if sum(part is not None for part in (self.say, self.button, self.silence, self.shop)) != 1:
            raise ValueError("a line is one of say, button, silence, shop")
        if (self.say or self.button) and self.outcome is None:
            raise ValueError("say which outcome the line must have")
        return self


class Script(Strict):
    name: str
    customer: Literal["standard", "premium", "vip", "guest"] = "standard"
    policy: dict[str, Literal["off", "draft", "confirm", "auto"]] = {}
    orders: dict[str, STATUSES | Given] = {}
    lines: tuple[Line, ...] = Field(min_length=1)

    def given(self) -> dict[str, Given]:
        return {name: Given(status=it) if isinstance(it, str) else it for name, it in self.orders.items()}


def read_scripts() -> list[Script]:
    """Every script of the folder. Raises ValidationError for a key that nobody knows, ValueError for a name twice."""
    scripts: list[Script] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        scripts += TypeAdapter(list[Script]).validate_python(yaml.safe_load(path.read_text()))
    names = [script.name for script in scripts]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two conversations are called {', '.join(sorted(twice))}")
    return scripts


class Conversation:
    """One script with customers and orders of its own, held with the stack line by line."""

    def __init__(self, stack: Stack, script: Script, number: int) -> None:
        self.stack, self.script = stack, script
        self.email, self.their_email = f"customer{number}@example.com", f"stranger{number}@example.com"
        self.numbers = {name: f"ORD-{70000000 + number * 100 + place}" for place, name in enumerate(script.orders)}
        self.names = {real: name for name, real in self.numbers.items()}
        self.words = {**self.numbers, "nowhere": "ORD-00000000", "their_email": self.their_email, "email": self.email}
        self.http = requests.Session()
        self.session: str | None = None
        self.asked: dict[int, str] = {}  # line -> the action of its question
        self.seq = 0
        self.actions: tuple[str, ...] = ()
        self.case: str | None = None
        self.orders = {
            name: Stands(
                status=it.status,
                refunded=it.refunded,
                address=ADDRESS,
                expedited=False,
                history=(),
            )
            for name, it in script.given().items()
        }

    # --- before -----------------------------------------------------------------------------------

    def files(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(file, line) for import_shop."""
        tier = "standard" if self.script.customer == "guest" else self.script.customer
        since = {"customer_since": "2024-01-02T03:04:05Z", "last_name": "Roe"}
        yield "customers", {"email": self.email, "first_name": "Robin", "tier": tier, **since}
        yield "customers", {"email": self.their_email, "first_name": "Sam", **since}
        for place, (name, it) in enumerate(self.script.given().items()):
            owner = self.email if it.of == "customer" else self.their_email
            parcel = it.parcel or SHIPMENT.get(it.status)
            tracking = self.numbers[name].replace("ORD-", "TRK9") if parcel else None
            yield "orders", self._order(name, it, owner=owner, tracking=tracking, age=10 + it.arrived + place)
            if parcel:
                yield (
                    "shipments",
                    {
                        "tracking_number": tracking,
                        "order_number": self.numbers[name],
                        "customer_email": owner,
                        "carrier": "UPS",
                        "status": parcel,
                        "shipped_at": _ago(8 + it.arrived + place),
                        "delivered_at": _ago(it.arrived) if parcel == "delivered" else None,
                        "last_location": "Reno, NV",
                    },
                )

    def _order(self, name: str, it: Given, *, owner: str, tracking: str | None, age: int) -> dict[str, Any]:
        def money(amount: str) -> dict[str, str]:
            return {"amount": amount, "currency": it.currency}

        return {
            "number": self.numbers[name],
            "customer_email": owner,
            "status": it.status,
            "placed_at": _ago(age),
            "items": [{"sku": "X-1", "name": it.item, "quantity": 1, "price": money(it.total)}],
            "total": money(it.total),
            "paid": money(it.total if it.paid else "0.00"),
            "refunded": money(it.refunded),
            "tracking_number": tracking,
            "delivered_at": _ago(it.arrived) if it.status in ("delivered", "returned") else None,
            "shipping_address": ADDRESS,
        }

    # --- line by line -------------------------------------------------------------------------------

    def hold(self) -> list[str]:
        """Every line of it. What was not as the script says, and nothing when all was."""
        for place, line in enumerate(self.script.lines, start=1):
            last = place == len(self.script.lines)
            faults = [
                *self._happens(place, line),
                *self._compared(line, look_into=self.orders if last else line.orders),
            ]
            if faults:
                what = line.say or line.button or ("silence" if line.silence else "the shop")
                return [f"{self.script.name}, line {place} ({what!r}): {fault}" for fault in faults]
        return []

    def _happens(self, place: int, line: Line) -> Iterator[str]:
        if line.shop is not None:
            for name, status in line.shop.items():
                body = {"status": status, "requested_by": "the warehouse"}
                key = {"Idempotency-Key": str(uuid.uuid4())}
                self._service("POST", f"orders/{self.numbers[name]}/status/", json=body, headers=key)
        elif line.silence is not None:
            yield from self._kept_silent(line)
        else:
            yield from self._spoke(place, line)

    def _spoke(self, place: int, line: Line) -> Iterator[str]:
        body: dict[str, Any] = {"message": (line.say or line.button or "").format_map(self.words)}
        if self.session:
            body["session_id"] = self.session
        if self.script.customer != "guest":
            body["customer_email"] = self.email
        if line.button is not None:
            body["action_id"] = self.asked[line.of_line or max(self.asked)]
        response = self.http.post(f"{self.stack.url}/api/chat?wait=20", json=body, timeout=30)
        if response.status_code != 200:
            yield f"{response.status_code} {response.text}"
            return
        told = response.json()
        self.session, metadata = told["session_id"], told["metadata"]
        question = metadata.get("question") or {}
        if question.get("action_id"):
            self.asked[place] = question["action_id"]
        yield from self._reads(told["response"], line)
        detail = self.http.get(f"{self.stack.url}/api/messages/{told['message_id']}", timeout=10).json()
        self.seq = detail["reply"]["seq"]
        if metadata["outcome"] != line.outcome:
            yield f"the outcome is {metadata['outcome']}, not {line.outcome}: {told['response']!r} ({detail['intent']})"
        if missing := [step for step in line.route if step not in detail["route"]]:
            yield f"the route leaves out {missing}: {detail['route']}"
        if present := [step for step in line.route_lacks if step in detail["route"]]:
            yield f"the route has {present}: {detail['route']}"
        if line.choices is not None:
            choices = tuple(choice.format_map(self.words) for choice in line.choices)
            if choices != tuple(question.get("choices", ())):
                yield f"the choices are {question.get('choices')}, not {choices}"

    def _kept_silent(self, line: Line) -> Iterator[str]:
        """So many minutes later: what waits is that much older, and what the sweeper then says is the reply."""
        assert line.silence is not None
        assert self.session is not None
        past = timedelta(minutes=line.silence)
        waiting = Action.objects.using(DATABASE).filter(conversation=self.session, status="awaiting_confirmation")
        for action in waiting:
            waiting.filter(pk=action.pk).update(expires_at=action.expires_at - past)
        deadline = time.monotonic() + (10 if line.reply else 1.5)
        said: list[str] = []
        while not said and time.monotonic() < deadline:
            url = f"{self.stack.url}/api/conversations/{self.session}?after={self.seq}"
            turns = self.http.get(url, timeout=10).json()["turns"]
            said = [turn["text"] for turn in turns if turn["role"] == "system"]
            time.sleep(0.2)
        yield from self._reads(" ".join(said), line)

    def _reads(self, reply: str, line: Line) -> Iterator[str]:
        for part in line.reply:
            if part.format_map(self.words) not in reply:
                yield f"the reply lacks {part!r}: {reply!r}"
        for part in line.reply_lacks:
            if part.format_map(self.words) in reply:
                yield f"the reply says {part!r}: {reply!r}"
        said = (line.say or "").format_map(self.words)
        for name, it in self.script.given().items():
            if it.of == "stranger" and (self.numbers[name] in reply) and self.numbers[name] not in said:
                yield f"the reply names an order of somebody else: {reply!r}"
        if self.their_email in reply:
            yield f"the reply names somebody else: {reply!r}"

    # --- after each line ------------------------------------------------------------------------------

    def _compared(self, line: Line, *, look_into: Collection[str]) -> Iterator[str]:
        """`look_into` names the orders whose history is read too; of the others, what they are now says enough."""
        for name, change in line.orders.items():
            changes = {"status": change} if isinstance(change, str) else change.model_dump(exclude_none=True)
            self.orders[name] = self.orders[name].model_copy(update=changes)
        self.actions = self.actions if line.actions is None else line.actions
        self.case = line.case if "case" in line.model_fields_set else self.case
        now = self._orders_now()
        for name, expected in self.orders.items():
            stands = self._stands(name, now[self.numbers[name]], past=name in look_into)
            if stands != expected:
                yield f"order {name} stands {stands}, not {expected}"
        if (actions := self._actions()) != self.actions:
            yield f"the actions are {actions}, not {self.actions}"
        if (case := self._case()) != self.case:
            yield f"the open case is {case}, not {self.case}"

    def _orders_now(self) -> dict[str, dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for email in (self.email, self.their_email):
            rows += self._service("GET", f"orders/?customer_email={email}")["results"]
        return {row["number"]: row for row in rows}

    def _stands(self, name: str, order: dict[str, Any], *, past: bool) -> Stands:
        history = self.orders[name].history
        if past:
            rows = self._service("GET", f"orders/{self.numbers[name]}/history/")["results"]
            history = tuple(row["what"] for row in reversed(rows) if row["by"] != "the warehouse")
        return Stands(
            status=order["status"],
            refunded=order["refunded"]["amount"],
            address=order["shipping_address"],
            expedited=order["expedited"],
            history=history,
        )

    def _actions(self) -> tuple[str, ...]:
        rows = Action.objects.using(DATABASE).filter(conversation=self.session).order_by("created_at", "position")
        return tuple(" ".join(filter(None, (row.kind, self.names.get(row.order), row.status))) for row in rows)

    def _case(self) -> str | None:
        cases = Escalation.objects.using(DATABASE).filter(conversation=self.session).exclude(status="resolved")
        return cases.values_list("reason", flat=True).first()

    def _service(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
        token = {"Authorization": f"Bearer {service_token(self.stack)}", **(headers or {})}
        url = f"{self.stack.services_url}/api/{path}"
        response = self.http.request(method, url, headers=token, timeout=10, **more)
        response.raise_for_status()
        return response.json()


def service_token(stack: Stack) -> str:
    return (stack.var / "service_token").read_text().strip()


def load(stack: Stack, conversations: list[Conversation], env: dict[str, str]) -> None:
    """All their customers and orders, in one import."""
    folder = stack.var / "shop"
    folder.mkdir()
    files: dict[str, list[str]] = {"customers": [], "orders": [], "shipments": []}
    for conversation in conversations:
        for file, line in conversation.files():
            files[file].append(json.dumps(line))
    for file, lines in files.items():
        (folder / f"{file}.jsonl").write_text("\n".join(lines))
    command = [sys.executable, "manage.py", "import_shop", str(folder), "--writable"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def held_by_a_stack(**settings: str) -> dict[str, list[str]]:
    """Every conversation, held side by side by a stack of its own with these settings. Name -> faults."""
    env = {"DEMO": "1", "DEBUG": "1", **settings}
    with own_database() as database, Stack(**env, **database) as stack:
        url = database.get("DATABASE_URL", f"sqlite:///{stack.var / 'db.sqlite3'}")
        connections.databases[DATABASE] = {**connections.databases["default"], **dj_database_url.parse(url)}
        try:
            conversations = [Conversation(stack, script, place) for place, script in enumerate(read_scripts())]
            load(stack, conversations, clean_env(stack.var, **env, **database))
            return hold_all(conversations)
        finally:
            connections[DATABASE].close()
            del connections[DATABASE], connections.databases[DATABASE]  # the next stack has another database


def hold_all(conversations: list[Conversation]) -> dict[str, list[str]]:
    """Hold them, four at a time; those with a policy of their own one by one after the others. Name -> faults."""
    ordinary = [each for each in conversations if not each.script.policy]
    with ThreadPoolExecutor(4) as pool:
        faults = dict(zip((each.script.name for each in ordinary), pool.map(_held, ordinary), strict=True))
    for each in conversations:
        if each.script.policy:
            rules = PolicyRule.objects.using(DATABASE).filter(policy=Policy.objects.using(DATABASE).latest("pk"))
            before = dict(rules.values_list("action", "level"))
            for action, level in each.script.policy.items():
                assert rules.filter(action=action).update(level=level) == 1, action
            faults[each.script.name] = _held(each)
            for action in each.script.policy:
                rules.filter(action=action).update(level=before[action])
    connections[DATABASE].close()
    return faults


def _held(conversation: Conversation) -> list[str]:
    with closing(connections[DATABASE]):
        return conversation.hold()


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()
