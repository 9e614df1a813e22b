"""Static files from the web process itself."""

import warnings
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise for addresses under STATIC_URL, and nothing in the way of the others.

    As it comes it is sync: Django would then run every async view beneath it on a thread that waits as long as the
    view does, so that 500 customers waiting for a reply would hold 500 threads.
    """

    async_capable = True

    def __init__(self, get_response: Any) -> None:
        with warnings.catch_warnings():
            # Without collectstatic there is no STATIC_ROOT: the finders serve, and that is no news.
            warnings.filterwarnings("ignore", message="No directory at")
            super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if not request.path_info.startswith(self.static_prefix):
            return self.get_response(request)
        if not iscoroutinefunction(self.get_response):
            return super().__call__(request)
        return self._serve_async(request)

    async def _serve_async(self, request: HttpRequest) -> HttpResponse:
        response = await sync_to_async(self._file)(request)
        return response or await self.get_response(request)

    def _file(self, request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        found = self.find_file(path) if self.autorefresh else self.files.get(path)
        return self.serve(found, request) if found is not None else None
