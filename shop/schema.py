"""The OpenAPI description of the services' calls: every status they can answer with, and the key of a write."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from shop.serializers import ServiceProblemSerializer

PROBLEMS = {
    400: "Not valid: the fields at fault are listed.",
    401: "No token, or a wrong one.",
    403: "Neither the service token nor a member of staff.",
    404: "Unknown.",
    405: "No such method here.",
    409: "Refused, nothing changed: the state does not allow it (see `code`), or the key is another request's.",
    415: "The body is not application/json.",
    503: "The database is away and nothing was changed; `Retry-After` says when to come back.",
}
READING = (401, 403, 404, 405, 503)
LISTING = (400, 401, 403, 404, 405, 503)
WRITING = tuple(PROBLEMS)

KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    type={"type": "string", "format": "uuid"},
    description="A UUID of yours. The same key and body give the first answer again, whatever it was (200 or 409) and "
    "without doing anything; the same key with another path or body is a 409.",
)


class ServiceSchema(AutoSchema):
    """Writing views say their `answer_class`; the rest is the same everywhere."""

    def _writes(self) -> bool:
        return self.method == "POST"

    def get_override_parameters(self) -> list[Any]:
        return [KEY] if self._writes() else []

    def get_response_serializers(self) -> Any:
        return self.view.answer_class if self._writes() else super().get_response_serializers()

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        codes = WRITING if self._writes() else LISTING if self._is_list_view() else READING
        problems = {
            str(code): self._get_response_for_code(
                OpenApiResponse(ServiceProblemSerializer, description=PROBLEMS[code]),
                str(code),
                media_types=["application/problem+json"],
            )
            for code in codes
        }
        return {**super()._get_response_bodies(direction), **problems}
