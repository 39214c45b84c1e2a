"""A thin HTTP/1.1 shell, with or without TLS, around any function from request to response.

h11 parses, asyncio moves the bytes. Other server libraries lower-case header names or decode paths before
the application sees them; a signature is over what was sent, so here nothing is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import traceback
import weakref
from types import TracebackType
from typing import Final, Self

import h11
from amazonpay_conformance.mock.ids import request_id
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.model.regions import SERVICE_HOSTS
from amazonpay_conformance.wire.messages import Headers, Request, Response

MAX_BODY: Final = 1 << 20
MAX_HEAD: Final = 64 << 10
IDLE_SECONDS: Final = 75.0
REQUEST_SECONDS: Final = 60.0
"""How long a request may take to arrive, from its first byte to its last."""
_READ: Final = 64 << 10
_BODILESS: Final = frozenset({204, 304})  # RFC 9110 §8.6: no content-length either


class Server:
    """Serves `handler` on a free port of the loopback until it is closed.

    Requests are handled one at a time, so the handler needs no locks; `slow` moves it off the event loop,
    for handlers that wait for something else, still one at a time. While `at_once` is set, every request has
    a thread of its own and the handler sees to itself. With `tunnel` it is a proxy, too: whoever asks to be
    connected to one of `hosts`, the service's own, speaks TLS with it, and gets no further.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        slow: bool = False,
        tunnel: ssl.SSLContext | None = None,
        hosts: tuple[str, ...] = SERVICE_HOSTS,
    ) -> None:
        self.handler = handler
        self.host = host
        self.port = port
        self._tls = tls
        self._tunnel = tunnel
        self._hosts = hosts
        self.at_once = False
        self.patience = REQUEST_SECONDS
        self._slow = slow
        self._turn = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop
        self._transports: weakref.WeakSet[asyncio.WriteTransport] = weakref.WeakSet()
        self._thread = threading.Thread(target=self._run, name="amazonpay-mock", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Bind and begin to serve; `port` is set afterwards.

        Raises:
            OSError: the address cannot be bound.
        """
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._open(), self._loop)
        try:
            starting.result()
        except OSError:
            self._stop_loop()
            raise

    def close(self) -> None:
        """Stop serving and cut every connection; calling it twice is harmless."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
            self._stop_loop()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._connected, self.host, self.port, ssl=self._tls, limit=MAX_HEAD
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
        # connections that are served, and handshakes that are not done
        open_still = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_still:
            task.cancel()
        await asyncio.gather(*open_still, return_exceptions=True)
        for transport in tuple(self._transports):
            transport.abort()  # a TLS goodbye would wait for the peer's

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._transports.add(writer.transport)
        try:
            # a peer may vanish at any point; that is its right, and no fault of anybody's
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError, asyncio.CancelledError):
                await self._serve(_Connection(reader, writer))
        finally:
            writer.close()

    async def _serve(self, connection: _Connection) -> None:
        while True:
            try:
                async with asyncio.timeout(None) as deadline:
                    request = await connection.receive(deadline, self.patience)
            except TimeoutError:
                if not connection.idle:
                    await connection.reject(408, "the request did not arrive in time")
                return
            except h11.RemoteProtocolError as problem:
                await connection.reject(problem.error_status_hint or 400, str(problem))
                return
            if request is None:
                return
            if request.method == "CONNECT" and self._tunnel is not None:
                if not await connection.tunnelled(request.path, self._tunnel, self._hosts):
                    return
                continue
            await connection.deliver(await self._answer(request))
            if not connection.reusable():
                return

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._handled(request)
        except Exception:
            traceback.print_exc()
            headers = Headers.of({"content-type": "application/json", "x-amz-pay-request-id": request_id()})
            return Response(
                500, headers, b'{"reasonCode": "InternalServerError", "message": "the mock failed"}'
            )

    async def _handled(self, request: Request) -> Response:
        if self.at_once:
            return await asyncio.to_thread(self.handler, request)
        if not self._slow:
            return self.handler(request)
        async with self._turn:
            return await asyncio.to_thread(self.handler, request)


class _Connection:
    """One connection: h11 events in, our messages out, and back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head_only = False
        self.idle = True
        """Whether nothing of a next request has come."""

    async def receive(self, deadline: asyncio.Timeout, patience: float) -> Request | None:
        """Return the next request, or None where the peer is done.

        Args:
            deadline: what ends the waiting; it is set here.
            patience: seconds that a request may take from its first byte on.
        """
        self.idle = not self._http.trailing_data[0]
        if self.idle:
            deadline.reschedule(asyncio.get_running_loop().time() + IDLE_SECONDS)
            self._http.receive_data(await self._reader.read(_READ))
            self.idle = False
        deadline.reschedule(asyncio.get_running_loop().time() + patience)
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        self._head_only = head.method == b"HEAD"
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise h11.RemoteProtocolError(f"a body above {MAX_BODY} bytes", error_status_hint=413)
        if not isinstance(event, h11.EndOfMessage):
            return None
        return _request(head, bytes(body))

    async def deliver(self, response: Response) -> None:
        """Send one response as it says it is to leave: late, in part, or not at all."""
        injected = response.injected
        if injected is None or injected.cut == "nowhere":
            if injected is not None and injected.delay:
                await asyncio.sleep(injected.delay)
            await self.send(response)
        elif injected.cut == "in the body":
            promised = len(injected.truth.body) if injected.truth else 0
            self._writer.write(self._head(response, promised) + response.body)
            await self._writer.drain()

    async def send(self, response: Response) -> None:
        """Send one response."""
        data = self._head(response, len(response.body))
        if not self._head_only and response.status not in _BODILESS:
            data += self._http.send(h11.Data(data=response.body)) or b""
        self._writer.write(data + (self._http.send(h11.EndOfMessage()) or b""))
        await self._writer.drain()

    def _head(self, response: Response, length: int) -> bytes:
        headers = list(response.headers.without("content-length").items)
        if response.status not in _BODILESS:
            headers.append(("content-length", str(length)))
        return self._http.send(h11.Response(status_code=response.status, headers=headers)) or b""

    async def reject(self, status: int, why: str) -> None:
        """Answer what is no HTTP request, if h11 still can, and let the connection end."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = Headers.of(
                {
                    "content-type": "text/plain; charset=utf-8",
                    "x-amz-pay-request-id": request_id(),
                    "connection": "close",
                }
            )
            await self.send(Response(status, headers, f"{why}\n".encode()))

    async def tunnelled(self, target: str, tls: ssl.SSLContext, hosts: tuple[str, ...]) -> bool:
        """Play the host that a client asks for; False where that is none of those."""
        if target.partition(":")[0].lower() not in hosts:
            await self.send(
                Response(403, Headers.of({"connection": "close"}), b"only the service's own hosts\n")
            )
            return False
        self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await self._writer.drain()
        await self._writer.start_tls(tls)
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        return True

    def reusable(self) -> bool:
        """Make ready for the next request; False where the connection must end."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _event(self) -> h11.Event | None:
        """Return the next event, None where the peer may not go on."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                self._writer.write(self._http.send(go_on) or b"")
            self._http.receive_data(await self._reader.read(_READ))
        return None if isinstance(event, type) else event


def _request(head: h11.Request, body: bytes) -> Request:
    target = head.target.decode("latin-1")
    path, mark, query = target.partition("?")
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items()
    )
    return Request(head.method.decode("ascii"), path, query if mark else None, Headers(headers), body)
