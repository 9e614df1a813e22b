"""Reads docker-compose.yml the way Docker Compose does, as far as ours goes. Knows no Django."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<rest>[^}]*))?\}|(?P<plain>\w+))")
UNITS = {"s": 1, "m": 60, "h": 3600}


class ComposeError(Exception):
    """What is wrong with the file or with the values for it, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One container: what it runs, with what environment, and what it waits for."""

    name: str
    image: str
    ours: bool  # from the Dockerfile here
    command: tuple[str, ...]  # empty: the image's own
    env: Mapping[str, str]
    health: tuple[str, ...]  # the command that tells; empty when there is none
    waits_for: Mapping[str, str]  # service -> condition
    published: tuple[str, ...]
    restarts: bool
    grace: float  # seconds between SIGTERM and SIGKILL


def read(text: str, values: Mapping[str, str]) -> dict[str, Service]:
    """The services by name, with `values` filled in. Raises ComposeError for a required value that is missing."""
    document = yaml.safe_load(text)
    return {name: _service(name, _filled(body, values)) for name, body in document["services"].items()}


def variables(text: str) -> dict[str, str]:
    """Every variable that the file asks its environment for -> "required", "optional" or "" (named bare)."""
    found: dict[str, str] = {}
    for match in VARIABLE.finditer(text):
        name = match["name"] or match["plain"]
        kind = {":?": "required", ":-": "optional", None: ""}[match["operator"]]
        if name and not found.get(name):
            found[name] = kind
    return found


def image_env(dockerfile: Path) -> dict[str, str]:
    """What the Dockerfile's ENV lines give to every container."""
    lines = dockerfile.read_text().replace("\\\n", " ").splitlines()
    pairs = (pair for line in lines if line.startswith("ENV ") for pair in shlex.split(line)[1:])
    return dict(pair.split("=", 1) for pair in pairs)


def read_env_file(text: str) -> dict[str, str]:
    """The values in a .env file."""
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def in_order(services: Mapping[str, Service]) -> list[Service]:
    """What is waited for before what waits."""
    ordered: dict[str, Service] = {}

    def add(name: str, waiting: tuple[str, ...]) -> None:
        if name in waiting:
            raise ComposeError(f"{name} waits for itself.")
        if name not in services:
            raise ComposeError(f"{waiting[-1]} waits for {name}, which is not there.")
        for earlier in services[name].waits_for:
            add(earlier, (*waiting, name))
        ordered.setdefault(name, services[name])

    for name in services:
        add(name, ())
    return list(ordered.values())


def _service(name: str, body: dict[str, Any]) -> Service:
    return Service(
        name=name,
        image=body["image"],
        ours="build" in body,
        command=tuple(str(part) for part in body.get("command", ())),
        env={key: str(value) for key, value in (body.get("environment") or {}).items()},
        health=_health(body.get("healthcheck", {}).get("test", ())),
        waits_for={key: value["condition"] for key, value in body.get("depends_on", {}).items()},
        published=tuple(body.get("ports", ())),
        restarts=body.get("restart", "no") != "no",
        grace=_seconds(body.get("stop_grace_period", "10s")),
    )


def _health(test: list[str]) -> tuple[str, ...]:
    if not test:
        return ()
    kind, *command = test
    return ("/bin/sh", "-c", *command) if kind == "CMD-SHELL" else tuple(command)


def _seconds(text: str) -> float:
    return float(text[:-1]) * UNITS[text[-1]]


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _filled(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    if isinstance(part, str):
        return VARIABLE.sub(lambda match: _value(match, values), part)
    return part


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match["escaped"]:
        return "$"
    name = match["name"] or match["plain"]
    value = values.get(name, "")
    if not value and match["operator"] == ":?":
        raise ComposeError(f"{name} is missing: {match['rest']}.")
    return value or (match["rest"] if match["operator"] == ":-" else "")
