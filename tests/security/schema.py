"""The API as its own schema describes it: what is added there is attacked as well, without a word here."""

import copy
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.test import Client

from tests.test_openapi import schema

UNSAFE = ("post", "put", "patch", "delete")
APPS = ("actors", "auth", "supportmesh", "customers", "orders", "tracking", "shop")


@dataclass(frozen=True)
class Call:
    """One operation. `body` is the schema of its JSON body, resolved; None when it takes none."""

    method: str
    path: str
    params: tuple[str, ...]
    query: tuple[str, ...]
    body: dict[str, Any] | None = field(hash=False)

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def at(self, **ids: Any) -> str:
        """Its address with these ids in it, not to wait there. A parameter that is not given is the test's to name:
        KeyError."""
        return self.path.format(**ids) + ("?wait=0" if "wait" in self.query else "")

    def valid_body(self) -> Any:
        """A body that the schema allows."""
        return None if self.body is None else valid(self.body)

    def fields(self) -> Iterator[tuple[str, ...]]:
        """The path of each text in the body."""
        if self.body is not None:
            yield from _texts(self.body, ())


def calls() -> list[Call]:
    """Every operation of the API."""
    found = []
    for path, methods in schema()["paths"].items():
        for method, told in methods.items():
            parameters = told.get("parameters", [])
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            found.append(
                Call(
                    method,
                    path,
                    tuple(one["name"] for one in parameters if one["in"] == "path"),
                    tuple(one["name"] for one in parameters if one["in"] == "query"),
                    _resolved(content["schema"]) if content else None,
                )
            )
    return found


def valid(told: dict[str, Any]) -> Any:
    """A value that this schema allows."""
    if "enum" in told:
        return told["enum"][0]
    if "oneOf" in told or "allOf" in told:
        return valid((told.get("oneOf") or told["allOf"])[0])
    match told.get("type"):
        case "object":
            properties = told.get("properties", {})
            return {name: valid(properties[name]) for name in told.get("required", ()) if name in properties}
        case "array":
            return []
        case "integer" | "number":
            return told.get("minimum", 1)
        case "boolean":
            return True
    match told.get("format"):
        case "email":
            return "nobody@example.com"
        case "uuid":
            return str(uuid.uuid4())
        case "decimal":
            return "1.00"
    return "USD" if "A-Z" in told.get("pattern", "") else "Some words."


def replaced(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """The body with another value there."""
    changed = copy.deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place.setdefault(step, {})
    place[path[-1]] = value
    return changed


def send(client: Client, call: Call, address: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """The answer to a call."""
    return client.generic(
        call.method.upper(),
        address,
        data=b"" if body is None else json.dumps(body).encode(),
        content_type="application/json",
        headers=headers or {},
    )


def rows() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of every table of ours, by table and key."""
    return {
        (model._meta.label, row["pk_"]): row
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for row in ({**values, "pk_": values[model._meta.pk.attname]} for values in model._base_manager.values())
    }


def changed(before: dict[tuple[str, Any], dict[str, Any]], *, but: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """The rows from before that are not what they were. `but`: fields in which they may differ."""
    after = rows()

    def told(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in but}

    return [key for key, row in before.items() if key not in after or told(after[key]) != told(row)]


def _texts(told: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for one in told.get("oneOf", told.get("allOf", ())):
        yield from _texts(one, path)
    if told.get("type") == "object":
        for name, below in told.get("properties", {}).items():
            yield from _texts(below, (*path, name))
    elif path and told.get("type") == "string":
        yield path


def _resolved(told: Any) -> Any:
    if isinstance(told, list):
        return [_resolved(one) for one in told]
    if not isinstance(told, dict):
        return told
    if "$ref" in told:
        return _resolved(schema()["components"]["schemas"][told["$ref"].rpartition("/")[2]])
    return {name: _resolved(value) for name, value in told.items()}
