"""The OpenAPI document: made once per process and form, then served as it is."""

import threading
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

_lock = threading.Lock()
_made: dict[tuple[str, str | None], bytes] = {}


class SchemaView(SpectacularAPIView):
    """Making it takes longer than a message does, anybody may ask for it, and the views' schema inspectors are shared
    by all threads, of which two at once fail."""

    http_method_names = ["get", "head"]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        form = renderer.media_type, get_language()
        with _lock:
            if form not in _made:
                document = self.generator_class().get_schema(request=None, public=True)
                _made[form] = renderer.render(document, renderer_context={})
        kind = "json" if "json" in renderer.media_type else "yaml"
        shown = {"Content-Disposition": f'inline; filename="SupportMesh.{kind}"'}  # the name of a file that is saved
        return HttpResponse(_made[form], content_type=renderer.media_type, headers=shown)


class DocsView(SpectacularSwaggerSplitView):
    """The page to read and try it."""

    http_method_names = ["get", "head"]
    url_name = "schema"
