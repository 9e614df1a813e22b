"""`manage.py compose_check`: docker-compose.yml without Docker: its commands and environment as local processes."""

import json
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table
from websockets.sync.client import connect

from supportmesh.compose.file import ComposeError, read, read_env_file
from supportmesh.compose.local import Containers, Unhealthy
from supportmesh.compose.proxy import tls_proxy
from supportmesh.stack import SERVICES, loopback

PUBLIC_NAME = "support.example.com"


class Command(BaseCommand):
    help = "Start what docker-compose.yml says, as local processes, and run the demo through them."
    requires_system_checks = []  # the processes it starts have settings of their own, and check them

    def handle(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the `finally`s
        root = Path(settings.BASE_DIR)
        values = read_env_file((root / ".env.example").read_text()) | example_values()
        console = Console(width=None if sys.stdout.isatty() else 150)
        try:
            services = read((root / "docker-compose.yml").read_text(), values)
        except ComposeError as error:
            raise CommandError(str(error)) from None
        with tempfile.TemporaryDirectory(prefix="supportmesh-compose-") as folder:
            containers = Containers(services=services, root=root, folder=Path(folder), tell=print)
            faults: list[str] = []
            try:
                containers.start()
                faults += self.try_out(containers, values)
            except Unhealthy as error:
                faults.append(str(error))
            finally:
                faults += containers.stop()
            console.print(table(containers))
        if faults:
            raise CommandError("\n".join(("The containers would misbehave:", *faults)))
        print("Every container is healthy, and the demo behaves through them.")

    def try_out(self, containers: Containers, values: dict[str, str]) -> list[str]:
        """What is wrong with the running installation, seen from outside."""
        containers.run_in("web", "python", "manage.py", "seed_demo")
        token = containers.run_in("web", "python", "manage.py", "create_api_token", "compose-check").strip()
        faults = []
        with tls_proxy(port=containers.outside["web"], public_name=PUBLIC_NAME) as url:
            for name, wrong in checks(containers, values, url).items():
                answer = wrong()
                print(f"{name}: {answer or 'yes'}")
                faults += [f"{name}: {answer}"] if answer else []
            try:
                print(containers.run_in("web", "python", "manage.py", "demo", "--url", url, "--token", token))
            except Unhealthy as error:
                faults.append(str(error))
        return faults


def example_values() -> dict[str, str]:
    """What an operator writes into .env, with secrets of this run."""
    secret = secrets.token_hex
    return {
        "SECRET_KEY": secret(32),
        "SERVICE_TOKEN": secret(32),
        "POSTGRES_PASSWORD": secret(16),
        "REDIS_PASSWORD": secret(16),
        "FLOWER_BASIC_AUTH": f"operator:{secret(16)}",
        "ALLOWED_HOSTS": PUBLIC_NAME,
    }


def checks(containers: Containers, values: dict[str, str], url: str) -> dict[str, Callable[[], str]]:
    """What is promised -> a question that answers "" when it is kept."""
    web, flower = containers.url("web"), f"{containers.url('flower')}/"
    login = tuple(values["FLOWER_BASIC_AUTH"].split(":", 1))
    bearer = {"Authorization": f"Bearer {values['SERVICE_TOKEN']}"}
    public = {"Host": PUBLIC_NAME}
    found: dict[str, Callable[[], str]] = {
        "every part is well": lambda: health(url),
        "chat page": lambda: status(f"{url}/", 200),
        "admin has its styles": lambda: status(f"{url}/static/admin/css/base.css", 200),
        "chat over a WebSocket": lambda: socket_greets(url),
        "plain http is sent to https": lambda: status(f"{web}/", 301, headers=public),
        "another host name is refused": lambda: status(f"{web}/livez", 400, headers={"Host": "other.example.com"}),
        "Flower asks for its login": lambda: status(flower, 401),
        "Flower lets the operator in": lambda: status(flower, 200, auth=login),
        "Redis asks for its password": lambda: redis_is_closed(containers),
        "PostgreSQL asks for its password": lambda: postgres_is_closed(containers),
    }
    for name in SERVICES:
        page = f"{containers.url(name)}/api/{name}/"
        # As the workers see it inside the network.
        host = {"Host": f"{name}:{containers.inside[name]}"}
        found[f"{name} answers the mesh"] = lambda page=page, host=host: status(page, 200, headers=host | bearer)
        found[f"{name} refuses a stranger"] = lambda page=page, host=host: status(page, 401, headers=host)
    return found


def status(url: str, expected: int, **options: Any) -> str:
    """Whether a page answers with this status."""
    answer = loopback().get(url, timeout=20, allow_redirects=False, **options)
    return "" if answer.status_code == expected else f"{urlsplit(url).path} says {answer.status_code}, not {expected}"


def health(url: str) -> str:
    """Whether the health page finds every part well."""
    answer: requests.Response = loopback().get(f"{url}/api/health", timeout=20)
    return "" if answer.json().get("status") == "ok" else answer.text


def socket_greets(url: str) -> str:
    """Whether the chat's socket opens through the proxy, as a page of ours opens it."""
    address = url.replace("http://", "ws://") + "/ws"
    with connect(address, origin=f"https://{PUBLIC_NAME}", proxy=None, open_timeout=20) as socket:  # type: ignore[arg-type]
        frame = json.loads(socket.recv(timeout=20))
    return "" if frame["type"] == "connected" else f"the first frame is {frame['type']}"


def redis_is_closed(containers: Containers) -> str:
    """Whether Redis refuses who brings no password."""
    try:
        with redis.Redis(host="localhost", port=containers.outside["redis"], socket_timeout=5) as client:
            client.ping()
    except redis.AuthenticationError:
        return ""
    return "it answers without a password"


def postgres_is_closed(containers: Containers) -> str:
    """Whether PostgreSQL refuses a wrong password."""
    try:
        psycopg.connect(
            f"postgres://supportmesh:wrong@localhost:{containers.outside['postgres']}/supportmesh", connect_timeout=5
        ).close()
    except psycopg.OperationalError as error:
        return "" if "password" in str(error) else str(error)
    return "it takes any password"


def table(containers: Containers) -> Table:
    """Every container, what it ran and how it fared."""
    found = Table(title="docker-compose.yml as local processes")
    for column in ("service", "command", "healthy after", "stopped in"):
        found.add_column(column, justify="right" if " " in column else "left")
    for name, service in containers.services.items():
        running = containers.running.get(name)
        found.add_row(
            name,
            " ".join(service.command).replace(service.env.get("REDISCLI_AUTH", "\0"), "…") or service.image,
            seconds(running.healthy_after if running else None),
            seconds(running.stopped_after if running else None),
        )
    return found


def seconds(value: float | None) -> str:
    """For a person."""
    return "no" if value is None else f"{value:.1f} s"
