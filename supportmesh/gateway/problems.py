"""Errors as RFC 9457 problem+json, with the fields at fault. Every error of the REST API is made here."""

import contextlib
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

logger = logging.getLogger(__name__)

NOTHING_HERE = gettext_noop("There is nothing here, or it is not yours.")
RETRY_AFTER = 2  # seconds a client should wait while the database is away
DATABASE_AWAY = (OperationalError, InterfaceError)


class Problem(exceptions.APIException):
    """An answer that is not the one hoped for. `detail` tells the customer's developer what to do about it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status_code = status
        self.errors = errors or []
        self.headers = headers or {}


class NotFound(Problem):
    """One answer for what is not there and for what is somebody else's: nobody can tell them apart."""

    def __init__(self) -> None:
        super().__init__(404, _(NOTHING_HERE))


def invalid(field: str, detail: str) -> Problem:
    """A 400 that names the one field at fault."""
    return Problem(400, "The request is not valid.", errors=[{"field": field, "detail": detail}])


def problem_response(
    status: int,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JsonResponse:
    """The one place where a problem becomes bytes."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": errors or []}
    return JsonResponse(body, status=status, headers=headers, content_type="application/problem+json")


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's hook: every exception of an API view as a problem; None lets an unknown one become a 500."""
    if isinstance(error, Problem):
        return problem_response(error.status_code, str(error.detail), errors=error.errors, headers=error.headers)
    if isinstance(error, exceptions.ValidationError):
        return problem_response(400, "The request is not valid.", errors=field_errors(error.detail))
    if isinstance(error, exceptions.APIException):
        headers = {}
        if error.status_code == 401:
            headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Token"
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(round(wait))
        return problem_response(error.status_code, str(error.detail), headers=headers)
    if isinstance(error, Http404):
        return problem_response(404, _(NOTHING_HERE))
    if isinstance(error, PermissionDenied):
        return problem_response(403, "You may not do this.")
    if isinstance(error, DATABASE_AWAY):
        logger.error("database away: %s", type(error).__name__)
        return database_away()
    return None


def database_away() -> JsonResponse:
    """Nothing was accepted: come back in a moment."""
    detail = _("The database does not answer. Nothing was accepted; please try again.")
    return problem_response(503, detail, headers={"Retry-After": str(RETRY_AFTER)})


def field_errors(detail: Any) -> list[dict[str, str]]:
    """A serializer's nested errors as a flat list of {field, detail}."""
    return list(_flatten(detail, ""))


def _flatten(detail: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _flatten(value, f"{path}.{name}".strip("."))
    elif isinstance(detail, list):
        for value in detail:
            yield from _flatten(value, path)
    else:
        yield {"field": path, "detail": str(detail)}


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


@csrf_exempt  # else a POST to a wrong address would hear of a missing cookie, in HTML
def api_not_found(request: HttpRequest) -> HttpResponse:
    """An address under /api/ that does not exist, with DEBUG or without. A forgotten last slash is forgiven."""
    if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
        with contextlib.suppress(Resolver404):
            if resolve(f"{request.path_info}/").func is not api_not_found:
                return HttpResponseRedirect(request.get_full_path(force_append_slash=True))
    return problem_response(404, _(NOTHING_HERE))


def no_such_page(request: HttpRequest) -> NoReturn:
    """Nothing is at this address."""
    raise Http404


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: JSON for the API, Django's page for everybody else."""
    return api_not_found(request) if is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: JSON for the API, Django's page for everybody else. The cause is in the log, not in the answer."""
    if is_api(request):
        return problem_response(500, "Something went wrong on our side. The error has been logged.")
    return defaults.server_error(request)
