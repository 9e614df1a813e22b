"""Faults at the edges: the customer's connection, the shop's services, another release."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from threading import Lock

import requests
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from supportmesh.supervisor import tail
from tests.chaos import seed
from tests.chaos.load import Load, Sent
from tests.chaos.proxies import HttpProxy, What
from tests.chaos.scenario import Scenario, nothing
from tests.chaos.world import WORKERS, NotFired, World
from tests.stack import ROOT

SOCKETS = 10
SPOILED = 5  # answers of a service or of the web that must have been lost
UNBELIEVED = 2  # messages that a release with another key has parked


class Every:
    """Spoils what `matters`, in this order, over and over."""

    def __init__(self, path: str, order: tuple[What, ...]) -> None:
        self.active = False
        self._path, self._order, self._count, self._lock = path, order, 0, Lock()

    def __call__(self, method: str, path: str) -> What:
        if not self.active or method != "POST" or self._path not in path:
            return "pass"
        with self._lock:
            self._count += 1
            return self._order[self._count % len(self._order)]


# --- the answer to the customer is lost ---------------------------------------------------------


def web_proxy(world: World) -> dict[str, str]:
    """Clients reach the web through it."""
    proxy = world.parts["web"] = HttpProxy(Every("/api/chat", ("cut", "pass", "cut")))
    world.closing.callback(proxy.close)
    return {}


def answers_cut(world: World, load: Load) -> str:
    """Two of three answers are lost after the COMMIT."""
    return _spoil(world.parts["web"], load, "answers lost after the COMMIT")


def _spoil(proxy: HttpProxy, load: Load, what: str) -> str:
    before = proxy.spoiled
    proxy.decide.active = True
    load.reach(1)
    deadline = time.monotonic() + 30
    while proxy.spoiled - before < SPOILED and time.monotonic() < deadline:
        time.sleep(0.1)
    proxy.decide.active = False
    if proxy.spoiled - before < SPOILED:
        raise NotFired(f"only {proxy.spoiled - before} {what}")
    return f"{proxy.spoiled - before} {what}"


# --- the service's answer is lost ---------------------------------------------------------------


def service_proxy(world: World) -> dict[str, str]:
    """Workers reach the orders through it."""
    proxy = world.parts["services"] = HttpProxy(Every("/refund/", ("500", "pass", "late", "pass", "cut")))
    world.closing.callback(proxy.close)
    return {"ORDERS_API_URL": f"{proxy.url}/api/orders"}


def refunds_unanswered(world: World, load: Load) -> str:
    """Refunds are done, and the answer is 500, nothing, or late."""
    return _spoil(world.parts["services"], load, "refunds answered with 500, late or not at all")


def keys_off(world: World) -> None:
    """No key survives the way to the shop."""
    world.parts["services"].new_keys = True


def keys_on(world: World) -> None:
    """As it should be."""
    world.parts["services"].new_keys = False


# --- the web process dies with open sockets -----------------------------------------------------


def web_killed(world: World, load: Load) -> str:
    """Customers on sockets say something, the web dies at once and once more between COMMIT and bell; they come back,
    say it again with the same id, and read what they missed."""
    customers = [Customer(world, number) for number in range(SOCKETS)]
    for customer in customers:
        customer.ask()
    pid = world.kill_main("web")
    world.wait_for("web", other_than=pid)
    before = world.fired("web_before_first_bell")
    world.arm("web_before_first_bell")
    world.until(lambda: world.fired("web_before_first_bell") > before, "the web did not die between COMMIT and bell")
    for customer in customers:
        customer.come_back(within=60)
        load.sent.append(customer.sent)
    return f"web killed twice with {SOCKETS} sockets open; all {SOCKETS} came back and were told the reply's number"


def web_killed_before_bell(world: World, load: Load) -> str:
    """Enough for a control."""
    before = world.fired("web_before_first_bell")
    world.arm("web_before_first_bell")
    world.until(lambda: world.fired("web_before_first_bell") > before, "the web did not die between COMMIT and bell")
    world.until(lambda: answers(world), "the web did not come back", within=90)
    return "web killed between COMMIT and bell"


def answers(world: World) -> bool:
    """Whether the web process is there."""
    with suppress(requests.RequestException):
        return requests.get(f"{world.stack.url}/livez", timeout=2).ok
    return False


class Customer:
    """A customer on a socket, as the chat page is one."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self._data = {
            "message": f"Where is my order {seed.order(seed.CUSTOMERS - 1 - number)}?",
            "customer_email": seed.email(seed.CUSTOMERS - 1 - number),
            "client_msg_id": str(uuid.uuid4()),
        }
        self._socket = self._connect()

    def _connect(self) -> ClientConnection:
        headers = {"Authorization": f"Token {self._world.server.token}"}
        return connect(self._world.stack.ws_url, additional_headers=headers, proxy=None, open_timeout=10)

    def ask(self) -> None:
        """Say it, and do not wait."""
        with suppress(ConnectionClosed):
            self._socket.send(json.dumps({"type": "chat", "data": self._data}))

    def come_back(self, *, within: float) -> None:
        """Connect again until it is known that the message was taken."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                self._socket.close()
                self._socket = self._connect()
                self.ask()
                while True:
                    frame = json.loads(self._socket.recv(timeout=10))
                    if frame["type"] == "message_sent":
                        self.sent = Sent(frame["data"]["message_id"], frame["data"]["session_id"], at=time.time())
                        self._socket.close()
                        return
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                time.sleep(0.3)
        raise NotFired(f"a socket was not served again within {within:g} s")


# --- two releases -------------------------------------------------------------------------------


def old_checkout(world: World) -> dict[str, str]:
    """The commit before this one."""
    folder = Path(tempfile.mkdtemp(prefix="supportmesh-chaos-release-"))
    subprocess.run(["git", "worktree", "add", "--detach", "--force", str(folder / "old"), "HEAD~1"],
                   cwd=ROOT, check=True, capture_output=True)  # fmt: skip

    def remove() -> None:
        subprocess.run(["git", "worktree", "remove", "--force", str(folder / "old")], cwd=ROOT, check=True)
        shutil.rmtree(folder, ignore_errors=True)

    world.closing.callback(remove)
    world.parts["old"] = folder / "old"
    return {}


def old_worker(world: World, **env: str) -> subprocess.Popen[bytes]:
    """A worker of the other release, in this stack."""
    old = world.parts["old"]
    path = os.pathsep.join((world.env["PYTHONPATH"], str(old)))
    return world.manage(
        "-m", "celery", "-A", "supportmesh", "worker", "-n", f"old{uuid.uuid4().hex[:6]}@%h", "--concurrency", "2",
        "--without-gossip", "--without-mingle",
        cwd=old, PYTHONPATH=path, DATABASE_CONN_MAX_AGE="60", CHAOS_RELEASE="old", **env,
    )  # fmt: skip


def old_worker_ready(world: World) -> None:
    """It is there before the load."""
    world.parts["old worker"] = old_worker(world)
    with world.broker() as broker:
        world.until(
            lambda: bool(broker.keys("supportmesh:worker:old*")),
            lambda: f"the other release did not start: {tail(world.var / 'extra.log')}",
            within=120,
        )


def two_releases(world: World, load: Load) -> str:
    """Half of the workers are of the other release, then those of this one come back."""
    process = world.parts["old worker"]
    world.send("worker1", signal.SIGSTOP)
    try:
        world.until(lambda: world.fired("hop_of_old") >= 30, "the other release had nothing to do", within=90)
    finally:
        world.send("worker1", signal.SIGCONT)
    load.reach(1)
    process.terminate()
    process.wait(timeout=60)
    return f"{world.fired('hop_of_old')} hops worked by the commit before"


def unknown_release(world: World, load: Load) -> str:
    """One that signs with another key: it believes nothing and is not believed."""
    count = "SELECT COUNT(*) FROM actors_parkedmessage"
    enough = world.database.rows(count)[0][0] + UNBELIEVED
    for name in WORKERS:
        world.send(name, signal.SIGSTOP)
    process = old_worker(world, SECRET_KEY=secrets.token_hex(32))
    try:
        load.reach(0.3)  # nobody is answered, so that more customers than the load has threads never begin
        world.until(lambda: world.database.rows(count)[0][0] >= enough, "too little was parked", within=90)
    finally:
        process.terminate()
        process.wait(timeout=60)
        for name in WORKERS:
            world.send(name, signal.SIGCONT)
    return "a release with another key"


def no_history(_: str) -> str:
    """It takes the repository."""
    done = subprocess.run(["git", "rev-parse", "--verify", "-q", "HEAD~1"], cwd=ROOT, capture_output=True)
    return "" if done.returncode == 0 else "no earlier commit here"


SCENARIOS = (
    Scenario(name="cut", fault="connection cut after COMMIT, client sends again", guard="the client's message id",
             strike=answers_cut, env=web_proxy, guard_off=nothing, guard_on=nothing,
             control_load={"same_id": False}),
    Scenario(name="service", fault="service answers 500, late or not at all *after* the work",
             guard="the Idempotency-Key", strike=refunds_unanswered, env=service_proxy,
             guard_off=keys_off, guard_on=keys_on,
             load={"refunds": 0.5}, control_load={"refunds": 1.0, "answer_within": 90.0}),
    Scenario(name="web", fault="web killed with sockets open", strike=web_killed,
             strike_control=web_killed_before_bell),
    Scenario(name="releases", fault="old and new release together", guard="the sweeper, and the common key",
             strike=two_releases, ready=old_worker_ready,
             strike_control=unknown_release, env=old_checkout, skip=no_history, shared=False),
)  # fmt: skip
