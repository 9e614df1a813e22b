"""The parts of the API's schema that cannot be read off a DRF view."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework.views import APIView

from supportmesh.gateway import serializers


class IdentityScheme(OpenApiAuthenticationExtension):
    """How a caller of the chat says who they are; without any of it they are a guest."""

    target_class = "supportmesh.gateway.identity.IdentityAuthentication"
    name = ["serverToken", "customerToken", "guestToken"]
    optional = True

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        return [
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Token <key>` from `manage.py create_api_token`; may speak for any customer.",
            },
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The customer's, signed by the shop with IDENTITY_SECRET: sub, email, exp.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-Guest-Token",
                "description": "Owns a guest's conversations; given with the first answer.",
            },
        ]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in (*self.name, ServiceTokenScheme.name)]


class ServiceTokenScheme(OpenApiAuthenticationExtension):
    target_class = "supportmesh.gateway.identity.ServiceTokenAuthentication"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The installation's SERVICE_TOKEN; the services also take `Token <key>` with that scope.",
        }


PROBLEMS = {
    400: "Not valid: the fields at fault are listed.",
    401: "The token is wrong, expired or revoked.",
    404: "Unknown session, or somebody else's.",
    405: "Only POST.",
    409: "The client_msg_id was used for another message.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many messages; `Retry-After` says when to come back.",
    503: "The database is away and nothing was accepted; `Retry-After` says when to come back.",
}


def describe_chat(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: declares POST /api/chat, which is a plain async view, from its DRF serializers."""
    schema, components = _schemas(generator.registry)
    problem = {"application/problem+json": {"schema": schema(serializers.ProblemAnswer, "response")}}
    header_uuid = {"in": "header", "schema": {"type": "string", "format": "uuid"}}
    guest_token = {"X-Guest-Token": {"schema": {"type": "string"}, "description": "For a new guest: keep it."}}
    result["paths"]["/api/chat"] = {
        "post": {
            "operationId": "chat_create",
            "summary": "Send a message and wait for the reply",
            "description": "200 with the reply; after `wait` seconds 202, and the reply will stand at `Location`.",
            "tags": ["chat"],
            "parameters": [
                {
                    "in": "query",
                    "name": "wait",
                    "schema": {"type": "number", "minimum": 0, "maximum": 60, "default": 30},
                    "description": "Seconds to wait for the reply; 0 = at once.",
                },
                {**header_uuid, "name": "Idempotency-Key", "description": "The same thing as client_msg_id."},
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema(serializers.ChatSerializer, "request")}},
            },
            "security": [{"serverToken": []}, {"serviceToken": []}, {"customerToken": []}, {"guestToken": []}, {}],
            "responses": {
                "200": {
                    "description": "The reply.",
                    "headers": guest_token,
                    "content": {"application/json": {"schema": schema(serializers.ChatAnswer, "response")}},
                },
                "202": {
                    "description": "Accepted; the reply will stand at `Location`.",
                    "headers": {**guest_token, "Location": {"schema": {"type": "string"}}},
                    "content": {"application/json": {"schema": schema(serializers.AcceptedAnswer, "response")}},
                },
                **{str(code): {"description": text, "content": problem} for code, text in PROBLEMS.items()},
            },
        }
    }
    known = result.setdefault("components", {}).setdefault("schemas", {})
    for name, component in components().items():
        known.setdefault(name, component)
    return result


def _schemas(registry: ComponentRegistry) -> tuple[Any, Any]:
    view = APIView()
    view.request = None
    auto = AutoSchema()
    auto.view, auto.registry, auto.method, auto.path = view, registry, "POST", "/api/chat"

    def schema(serializer: type, direction: str) -> dict[str, Any]:
        return auto.resolve_serializer(serializer, direction).ref

    def components() -> dict[str, Any]:
        return registry.build({}).get("schemas", {})

    return schema, components
