"""What docker-compose.yml and the Dockerfile may say: each fault is one sentence. Used by test_compose.py."""

import importlib
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click
from celery.bin.celery import celery
from django.core.management import CommandError, get_commands, load_command_class
from django.urls import Resolver404, resolve
from flower.options import default_options
from flower.urls import handlers
from uvicorn.main import main as uvicorn

from supportmesh.celery import app
from supportmesh.compose.file import ComposeError, Service, in_order, read, variables
from supportmesh.compose.local import IMAGE_PORTS, own_port
from supportmesh.gateway import problems as unknown_pages

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("SECRET_KEY", "SERVICE_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "FLOWER_BASIC_AUTH")
SHOP = {"customers": 8001, "orders": 8002, "tracking": 8003}
PUBLISHED = {"web", "flower"}
# What the official images promise.
IMAGE_ENV = {
    "postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"},
    "redis": {"REDISCLI_AUTH"},
}
IMAGE_PROGRAMS = {"postgres": {"pg_isready"}, "redis": {"redis-server", "redis-cli"}}
REDIS_OPTIONS = {"--requirepass": None, "--appendonly": "yes", "--maxmemory-policy": "noeviction"}


def settings_env() -> set[str]:
    """Every name that supportmesh/settings.py reads from the environment."""
    return set(re.findall(r'env_\w+\(\s*"(\w+)"', (ROOT / "supportmesh" / "settings.py").read_text()))


def faults(compose: str, values: Mapping[str, str]) -> list[str]:
    """What is wrong with the text of a docker-compose.yml."""
    try:
        services = read(compose, values)
        in_order(services)
    except (ComposeError, KeyError) as error:
        return [f"the file does not read: {error}"]
    found = list(_wanted(services))
    found += [f"{name} has a default or may be left out" for name in SECRETS if not _required(compose, name)]
    for service in services.values():
        everything = (
            *_command_faults(service, service.command),
            *_command_faults(service, _health_command(service)),
            *_env_faults(service, services),
            *_hardening_faults(service),
        )
        found += [f"{service.name}: {fault}" for fault in everything]
    reached = {name for service in services.values() if service.ours for name in service.env}
    found += [f"{name} is a setting, but no container gets it" for name in settings_env() - reached - {"VAR_DIR"}]
    return found


def dockerfile_faults(text: str) -> list[str]:
    """What is wrong with the text of a Dockerfile."""
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    parts = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    users = [rest for word, _, rest in parts if word == "USER"]
    found = [] if users and users[-1] not in ("root", "0") else ["it runs as root"]
    runs = [rest for word, _, rest in parts if word == "RUN"]
    if any("requirements-dev" in run for run in runs):
        found.append("it installs what only developers need")
    if any("pip install" in run and "--require-hashes" not in run for run in runs):
        found.append("it installs without hashes")
    if not any("install" in run and "/var/lib/supportmesh" in run and "-o supportmesh" in run for run in runs):
        found.append("nobody gives VAR_DIR to the user")
    for word, _, rest in parts:
        if word == "COPY":
            *sources, _target = rest.split()
            found += [f"{source} is not there" for source in sources if not (ROOT / source).exists()]
    shell = [part.strip() for run in runs for part in run.split("&&")]
    commands = [shlex.split(re.sub(r"^(\w+=\S+ )+", "", part)) for part in shell]
    programs = (command for command in commands if command[0] == "python" and command[1] == "manage.py")
    for command in (
        *programs,
        *(shlex.split(rest.strip("[]").replace(",", " ")) for w, _, rest in parts if w == "CMD"),
    ):
        found += program_faults(tuple(command))
    if not any(command[1:3] == ["manage.py", "collectstatic"] for command in commands):
        found.append("it does not collect the static files")
    return found


def program_faults(command: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a command that one of our own containers runs."""
    match command:
        case ("uvicorn", *given):
            yield from _uvicorn_faults(given)
        case ("celery", "-A", module, name, *given):
            if importlib.util.find_spec(module) is None or not hasattr(importlib.import_module(module), "celery_app"):
                yield f"{module} is no Celery app"
            yield from _celery_faults(name, given)
        case ("python", "manage.py", name, *given):
            yield from _manage_faults(name, given)
        case ("python", script, *given):
            if not (ROOT / script).is_file():
                yield f"{script} is not there"
            elif given[:1] not in (["page"], ["alive"]) or (given[0] == "alive" and given[1:] not in KINDS):
                yield f"{script} knows no {' '.join(given)}"
        case _:
            yield f"the image has no {' '.join(command[:2])}"


KINDS = (["worker"], ["sweeper"])


def _uvicorn_faults(given: list[str]) -> Iterator[str]:
    try:
        context = uvicorn.make_context("uvicorn", list(given), resilient_parsing=False)
    except click.ClickException as error:
        yield f"uvicorn: {error.format_message()}"
        return
    module, _, name = context.params["app"].partition(":")
    try:
        if not hasattr(importlib.import_module(module), name):
            yield f"{module} has no {name}"
    except ImportError:
        yield f"{module} is no module"


def _celery_faults(name: str, given: list[str]) -> Iterator[str]:
    context = click.Context(celery, info_name="celery", obj=None)
    command = celery.get_command(context, name)
    if command is None:
        yield f"celery has no {name}"
    elif name == "flower":
        known = {option.replace("_", "-") for option in default_options}
        names = (part.removeprefix("--").partition("=")[0] for part in given if part.startswith("--"))
        yield from (f"flower has no --{option}" for option in names if option not in known)
    else:
        flags = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
        names = (part.partition("=")[0] for part in given if part.startswith("-"))
        yield from (f"celery {name} has no {flag}" for flag in names if flag not in flags)


def _manage_faults(name: str, given: list[str]) -> Iterator[str]:
    if name not in get_commands():
        yield f"manage.py has no {name}"
        return
    owner = get_commands()[name]
    try:
        load_command_class(owner, name).create_parser("manage.py", name).parse_args(given)
    except (CommandError, SystemExit) as error:
        yield f"manage.py {name}: {error}"


def _health_command(service: Service) -> tuple[str, ...]:
    if service.health[:2] == ("/bin/sh", "-c"):
        return tuple(shlex.split(service.health[2].partition("|")[0]))
    return service.health


def _command_faults(service: Service, command: tuple[str, ...]) -> Iterator[str]:
    if not command:
        return
    if not service.ours:
        if command[0] not in IMAGE_PROGRAMS[service.name]:
            yield f"the image has no {command[0]}"
        elif command[0] == "redis-server":
            given = dict(zip(command[1::2], command[2::2], strict=True))
            yield from (f"{option} is not set" for option in REDIS_OPTIONS if option not in given)
            yield from (f"{option} is {given[option]}" for option, value in REDIS_OPTIONS.items()
                        if value and given.get(option, value) != value)  # fmt: skip
            yield from (f"redis-server has no {option}" for option in given if option not in REDIS_OPTIONS)
        return
    yield from program_faults(command)
    for part in command:
        if part.startswith("http://"):
            yield from _page_faults(part, service, host="localhost")


def _page_faults(url: str, service: Service, *, host: str) -> Iterator[str]:
    """Whether a URL's host and port are the service's, and its path is there."""
    parts = urlsplit(url)
    if parts.hostname != host or parts.port != own_port(service):
        yield f"{url} does not lead to {host}:{own_port(service)}"
    if "flower" in service.command:
        pages = (handler[0] for handler in handlers if isinstance(handler, tuple) and handler[0] != ".*")
        if not any(re.fullmatch(page, parts.path) for page in pages):
            yield f"Flower has no {parts.path}"
        return
    if host not in service.env.get("ALLOWED_HOSTS", "").split(","):
        yield f"ALLOWED_HOSTS lacks {host}, by which it is called"
    try:
        if resolve(parts.path).func is unknown_pages.api_not_found:
            yield f"there is no page {parts.path}"
    except Resolver404:
        yield f"there is no page {parts.path}"


def _env_faults(service: Service, services: Mapping[str, Service]) -> Iterator[str]:
    known = IMAGE_ENV.get(service.name) or settings_env() | {f"FLOWER_{name.upper()}" for name in default_options}
    yield from (f"nobody reads {name}" for name in service.env if name not in known)
    for name, url in service.env.items():
        if name.endswith("_API_URL"):
            target = services.get(urlsplit(url).hostname or "")
            if target is None:
                yield f"{name} leads to no service"
            else:
                yield from _page_faults(f"{url}/", target, host=target.name)
        if name in ("DATABASE_URL", "REDIS_URL"):
            parts = urlsplit(url)
            if parts.hostname not in services or IMAGE_PORTS.get(parts.hostname) != parts.port:
                yield f"{name} leads to no service"
    if service.ours and "DATABASE_URL" in service.env:
        database, url = services["postgres"].env, urlsplit(service.env["DATABASE_URL"])
        login = (url.username, url.password, url.path.strip("/"))
        if login != (database["POSTGRES_USER"], database["POSTGRES_PASSWORD"], database["POSTGRES_DB"]):
            yield "DATABASE_URL has another login than PostgreSQL"


def _hardening_faults(service: Service) -> Iterator[str]:
    for name in ("DEBUG", "DEMO"):
        if service.env.get(name, "0") != "0":
            yield f"{name} is on"
    if "*" in service.env.get("ALLOWED_HOSTS", ""):
        yield "ALLOWED_HOSTS is open"
    if service.restarts and not service.health:
        yield "it has no health check"
    if service.published and service.name not in PUBLISHED:
        yield "it is published"
    yield from (f"{port} is open to the network" for port in service.published if not port.startswith("127.0.0.1:"))
    own = f":{own_port(service)}"
    yield from (f"{port} does not lead to its port" for port in service.published if not port.endswith(own))
    if "flower" in service.command and ":" not in service.env.get("FLOWER_BASIC_AUTH", ""):
        yield "Flower has no login"
    if "worker" in service.command and service.grace <= app.conf.worker_soft_shutdown_timeout:
        yield "it is killed before its soft shutdown ends"
    if service.ours and service.restarts and service.waits_for.get("migrate") != "service_completed_successfully":
        yield "it starts before the database is migrated"


def _wanted(services: Mapping[str, Service]) -> Iterator[str]:
    wanted = {"web", "worker", "sweeper", "beat", "flower", "migrate", "postgres", "redis", *SHOP}
    yield from (f"{name} is missing" for name in sorted(wanted - set(services)))
    for name, port in SHOP.items():
        if name in services and own_port(services[name]) != port:
            yield f"{name} is not on {port}"


def _required(compose: str, name: str) -> bool:
    return variables(compose).get(name) == "required" and f"${{{name}:-" not in compose
