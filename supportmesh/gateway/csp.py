"""What a page may load and who may frame it: Content-Security-Policy and Permissions-Policy of every answer."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

# The admin's theme runs Alpine, which makes code of attributes, and has inline scripts and styles. No foreign host.
ADMIN = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
# Swagger's page has an inline style, and its pictures are in its stylesheet.
DOCS = {"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]}
# Nothing here looks, listens or pays.
PERMISSIONS = ", ".join(f"{feature}=()" for feature in ("camera", "microphone", "geolocation", "payment", "usb"))


class ContentSecurityPolicy(CSPMiddleware):
    """The strict policy of settings.CONTENT_SECURITY_POLICY for every answer, and what the few that differ need."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponse, report_only: bool = False) -> PolicyParts:
        """django-csp's hook."""
        page = request.resolver_match
        if report_only or page is None:
            return super().get_policy_parts(request, response, report_only)
        if "admin" in page.app_names:
            return PolicyParts(config=ADMIN)
        return PolicyParts(replace=_difference(page))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return super().process_response(request, response)


def _difference(page: ResolverMatch) -> dict[str, Any]:
    if page.view_name == "widget":
        return {"frame-ancestors": [SELF, *settings.WIDGET_ORIGINS]}
    return DOCS if page.view_name == "docs" else {}
