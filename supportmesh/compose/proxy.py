"""A stand-in for the installation's TLS proxy: says who was asked for, and that it was https. Terminates no TLS."""

import asyncio
import contextlib
import functools
import threading
from collections.abc import Iterator

from supportmesh.preflight import HOST

END_OF_HEAD = b"\r\n\r\n"


@contextlib.contextmanager
def tls_proxy(*, port: int, public_name: str) -> Iterator[str]:
    """A base URL that reaches `port` the way https://PUBLIC_NAME would, WebSockets too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(functools.partial(_pass_on, port=port, name=public_name), HOST, 0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, port: int, name: str) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        head = await reader.readuntil(END_OF_HEAD)
        upstream_reader, upstream = await asyncio.open_connection(HOST, port)
        upstream.write(rewritten(head, name))
        await asyncio.gather(_pump(reader, upstream), _pump(upstream_reader, writer))


def rewritten(head: bytes, name: str) -> bytes:
    """The head of a request as the proxy would send it on; one request per connection, unless it is a WebSocket."""
    first, *lines = head.removesuffix(END_OF_HEAD).split(b"\r\n")
    upgrades = any(line.lower().startswith(b"upgrade:") for line in lines)
    dropped = (b"host:", b"x-forwarded-") if upgrades else (b"host:", b"x-forwarded-", b"connection:")
    kept = [line for line in lines if not line.lower().startswith(dropped)]
    added = [b"Host: " + name.encode(), b"X-Forwarded-Proto: https"] + ([] if upgrades else [b"Connection: close"])
    return b"\r\n".join([first, *kept, *added]) + END_OF_HEAD


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await source.read(65_536):
            sink.write(piece)
            await sink.drain()
    sink.close()
