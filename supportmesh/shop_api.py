"""The part of the services' API that the mesh itself uses: what a shop's own services must speak, and what they may."""

from typing import Any

from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

SERVICES = ("customers", "orders", "tracking")
# Required. Each with the parameters the mesh gives; others may be left out.
READS = {
    "/api/customers/": {"email", "limit"},
    "/api/customers/{email}/notes/": {"email", "limit"},
    "/api/orders/": {"customer_email", "number", "limit"},
    "/api/tracking/": {"customer_email", "limit"},
}
# Optional: where one is missing, that action is staff's.
WRITES = (
    "/api/orders/{number}/cancel/",
    "/api/orders/{number}/refund/",
    "/api/orders/{number}/return/",
    "/api/orders/{number}/return-label/",
    "/api/orders/{number}/address/",
    "/api/orders/{number}/expedite/",
    "/api/orders/{number}/notes/",
    "/api/customers/{email}/notes/",
    "/api/customers/{email}/tier/",
    "/api/tracking/{tracking_number}/expedite/",
    "/api/tracking/{tracking_number}/issues/",
)
# Needed by whoever offers a write.
RESULTS = tuple(f"/api/{service}/requests/{{key}}/" for service in SERVICES)

DESCRIPTION = """\
What the mesh asks of a shop. `CUSTOMERS_API_URL`, `ORDERS_API_URL` and `TRACKING_API_URL` say where: they stand for
`/api/customers`, `/api/orders` and `/api/tracking` here. Every call carries `Authorization: Bearer <SERVICE_TOKEN>`.
The reads are required (`x-required: true`). The writes are optional: an action whose write is missing is left to staff.
Whoever offers a write keeps its Idempotency-Key with the answer, and answers for it at `requests/{key}/`. A write
without that header is a 400, whatever it is about. Fields beyond these are allowed and ignored."""


def published() -> str:
    """The OpenAPI description of it, as YAML."""
    patterns = [path(f"api/{service}/", include(f"{service}.urls")) for service in SERVICES]
    schema = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    paths: dict[str, Any] = {}
    for address, known in READS.items():
        read = schema["paths"][address]["get"]
        read["parameters"] = [one for one in read["parameters"] if one["name"] in known]
        _keep(paths, address, "get", read, required=True)
    for address in WRITES:
        _keep(paths, address, "post", schema["paths"][address]["post"], required=False)
    for address in RESULTS:
        _keep(paths, address, "get", schema["paths"][address]["get"], required=False)
    components = schema["components"]
    used = _used(paths, components["schemas"])
    document = {
        "openapi": schema["openapi"],
        "info": {"title": "A shop for SupportMesh", "version": "1.0.0", "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": {name: one for name, one in components["schemas"].items() if name in used},
            "securitySchemes": {"serviceToken": components["securitySchemes"]["serviceToken"]},
        },
    }
    return OpenApiYamlRenderer().render(document, renderer_context={}).decode()


def _keep(paths: dict[str, Any], address: str, method: str, call: dict[str, Any], *, required: bool) -> None:
    paths.setdefault(address, {})[method] = {**call, "x-required": required, "security": [{"serviceToken": []}]}


def _used(part: Any, schemas: dict[str, Any], found: set[str] | None = None) -> set[str]:
    """The names of the schemas that `part` refers to, and those they refer to."""
    found = set() if found is None else found
    if isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found.add(name)
            _used(schemas[name], schemas, found)
        for value in part.values():
            _used(value, schemas, found)
    elif isinstance(part, list):
        for value in part:
            _used(value, schemas, found)
    return found
