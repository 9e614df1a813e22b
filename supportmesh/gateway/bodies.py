"""Bodies of requests, before anybody reads them: Django itself writes whatever comes into a temporary file, whole."""

import asyncio
from typing import Any

from django.conf import settings

from supportmesh.gateway.problems import problem_response

BODY_SECONDS = 30  # in which a whole body has to be there: who sends it byte by byte does not keep us waiting


class BoundedBodies:
    """ASGI: a body of more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes is refused with 413 as soon as that is known, one
    that does not arrive within BODY_SECONDS with 408."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = _Body(receive)
        if _length(scope) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            await _refuse(send, 413)
            return
        answered = False

        async def answer(message: dict[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.app(scope, body.receive, answer)
        if body.refused and not answered:
            await _refuse(send, body.refused)


class _Body:
    """What is left of a request's body. `refused` is the status to answer with, when it may not go on."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._size = 0
        self._whole = False
        self._until = asyncio.get_running_loop().time() + BODY_SECONDS
        self.refused = 0

    async def receive(self) -> dict[str, Any]:
        """The next piece; to the application a body that may not go on is a client that is gone."""
        if self._whole:  # the application waits for the client to go away
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            return self._gone(408)
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return self._gone(413) if self._size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE else message

    def _gone(self, status: int) -> dict[str, Any]:
        self.refused = status
        return {"type": "http.disconnect"}


def _length(scope: dict[str, Any]) -> int:
    """What the request says of its body's size; the server has checked that it is a number."""
    return int(dict(scope["headers"]).get(b"content-length", b"0"))


async def _refuse(send: Any, status: int) -> None:
    """Answer and hang up: what else comes is not read."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    detail = f"The body may have {most} bytes." if status == 413 else f"The body did not arrive in {BODY_SECONDS} s."
    response = problem_response(status, detail, headers={"Connection": "close"})
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    headers.append((b"content-length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
