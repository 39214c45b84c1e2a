"""The server hands every byte on as it was sent, answers as HTTP/1.1 wants it, and goes away when told."""

from __future__ import annotations

import contextlib
import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.certificates import LOCAL_HOSTS, Certificates
from amazonpay_conformance.mock.server import MAX_BODY, MAX_HEAD, Server
from amazonpay_conformance.model.regions import SERVICE_HOSTS
from amazonpay_conformance.wire.messages import Headers, Request, Response

PATIENCE = 10
"""Seconds after which a test gives up; nothing here waits that long."""

CLOSE = b"Connection: close\r\n"


@dataclass
class Echo:
    """A handler that keeps what it was handed and tells what it was told to."""

    seen: list[Request] = field(default_factory=list)
    status: int = 200
    busy: int = 0

    def __call__(self, request: Request) -> Response:
        self.busy += 1
        self.seen.append(request)
        text = f"{request.method} {request.target}".encode()
        overlapped = self.busy > 1
        self.busy -= 1
        body = b"overlap" if overlapped else b"" if self.status == 204 else text
        return Response(self.status, Headers.of({"Content-Type": "text/plain", "X-Odd-Case": "1"}), body)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def server(echo: Echo, certificates: Certificates) -> Iterator[Server]:
    with Server(echo, tls=certificates.server_context()) as running:
        yield running


@pytest.fixture
def connect(server: Server, certificates: Certificates) -> Iterator[Callable[..., ssl.SSLSocket]]:
    """Open connections over TLS, which are closed in the end."""
    context = ssl.create_default_context(cafile=str(certificates.ca_file))
    with contextlib.ExitStack() as opened:

        def to(name: str = "localhost") -> ssl.SSLSocket:
            plain = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
            return opened.enter_context(context.wrap_socket(plain, server_hostname=name))

        yield to


def all_of(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def one_of(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read one answer by its content-length: head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))[15:]
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


def status(answer: bytes) -> int:
    """The status of an answer."""
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer[9:12])


# --- nothing is touched


def test_path_query_headers_and_body_arrive_as_they_were_sent(
    connect: Callable[[], ssl.SSLSocket], echo: Echo
) -> None:
    connection = connect()
    connection.sendall(
        b"POST /v2//a%2fb/%7E/../c/?b=2&a=1&&c=%20+x HTTP/1.1\r\n"
        b"hOST: localhost\r\n"
        b"X-Amz-Pay-Date: one\r\n"
        b"x-amz-pay-date: two\r\n"
        b"X-B:   spaced   out \r\n"
        b"Content-Length: 5\r\n" + CLOSE + b"\r\n\xff\x00\r\n\n"
    )
    assert status(all_of(connection)) == 200
    (seen,) = echo.seen
    assert (seen.method, seen.path, seen.query) == ("POST", "/v2//a%2fb/%7E/../c/", "b=2&a=1&&c=%20+x")
    assert seen.body == b"\xff\x00\r\n\n"
    assert [name for name, _ in seen.headers][:4] == ["hOST", "X-Amz-Pay-Date", "x-amz-pay-date", "X-B"]
    assert seen.headers.get_all("x-amz-pay-date") == ("one", "two")
    assert seen.headers.get("x-b") == "spaced   out"


@pytest.mark.parametrize(("target", "query"), [(b"/a", None), (b"/a?", ""), (b"/a?b?c", "b?c"), (b"*", None)])
def test_a_bare_question_mark_is_told_from_none(
    connect: Callable[[], ssl.SSLSocket], echo: Echo, target: bytes, query: str | None
) -> None:
    connection = connect()
    connection.sendall(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: a\r\n" + CLOSE + b"\r\n")
    assert status(all_of(connection)) == 200
    assert echo.seen[0].query == query
    assert echo.seen[0].target.encode() == target


def test_answers_keep_the_case_of_their_headers(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + CLOSE + b"\r\n")
    assert b"\r\nX-Odd-Case: 1\r\n" in all_of(connection)


# --- HTTP/1.1


def test_a_connection_serves_many_requests(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    for number in range(3):
        connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        _, body = one_of(connection)
        assert body == f"GET /{number}".encode()
    assert len(echo.seen) == 3


def test_requests_may_be_pipelined(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    connection.sendall(
        b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
        b"GET /2 HTTP/1.1\r\nHost: a\r\n" + CLOSE + b"\r\n"
    )
    assert all_of(connection).count(b"HTTP/1.1 200") == 2
    assert [request.target for request in echo.seen] == ["/1", "/2"]


def test_a_chunked_body_arrives_whole(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    connection.sendall(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"\r\n"
        b"3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n"
    )
    assert status(all_of(connection)) == 200
    assert echo.seen[0].body == b"abc0123456789"


def test_who_waits_to_be_told_to_continue_is_told(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 100")
    assert not echo.seen
    connection.sendall(b"body")
    one_of(connection)
    assert echo.seen[0].body == b"body"


def test_who_asks_in_http_1_0_is_answered_and_left(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
    assert status(all_of(connection)) == 200


def test_an_upgrade_is_not_taken_up(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n")
    _, body = one_of(connection)
    assert body == b"GET /"


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "M-SEARCH", "get", "BREW"])
def test_an_odd_method_is_the_handlers_business(
    connect: Callable[[], ssl.SSLSocket], echo: Echo, method: str
) -> None:
    connection = connect()
    connection.sendall(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    one_of(connection)
    assert echo.seen[0].method == method


def test_a_tunnel_is_refused_like_any_other_request(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    echo.status = 404
    connection = connect()
    connection.sendall(b"CONNECT other:443 HTTP/1.1\r\nHost: a\r\n" + CLOSE + b"\r\n")
    assert status(all_of(connection)) == 404


def test_a_head_gets_the_length_but_no_body(connect: Callable[[], ssl.SSLSocket]) -> None:
    connection = connect()
    connection.sendall(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.sendall(b"GET /next HTTP/1.1\r\nHost: a\r\n" + CLOSE + b"\r\n")
    first, _, rest = all_of(connection).partition(b"\r\n\r\n")
    assert b"content-length: 6" in first.lower()
    assert status(rest) == 200
    assert rest.endswith(b"GET /next")


def test_no_content_has_neither_body_nor_length(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    echo.status = 204
    connection = connect()
    connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n" + CLOSE + b"\r\n")
    answer = all_of(connection)
    assert status(answer) == 204
    assert b"content-length" not in answer.lower()
    assert answer.endswith(b"\r\n\r\n")


# --- what is no request


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
    ],
    ids=["nonsense", "no host", "no colon", "no length", "no chunk", "binary"],
)
def test_what_is_malformed_is_answered_400_and_left(
    connect: Callable[[], ssl.SSLSocket], echo: Echo, sent: bytes
) -> None:
    connection = connect()
    connection.sendall(sent)
    assert status(all_of(connection)) == 400
    assert not echo.seen


def test_a_body_that_is_too_large_is_answered_413(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    size = MAX_BODY + 1
    connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    assert status(all_of(connection)) == 413
    assert not echo.seen


def test_the_largest_body_is_taken(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % MAX_BODY + CLOSE + b"\r\n"
    connection.sendall(head + b"x" * MAX_BODY)
    assert status(all_of(connection)) == 200
    assert len(echo.seen[0].body) == MAX_BODY


def test_a_head_that_does_not_end_is_answered_431(connect: Callable[[], ssl.SSLSocket], echo: Echo) -> None:
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (MAX_HEAD + 1))
    assert status(all_of(connection)) == 431
    assert not echo.seen


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_who_leaves_in_the_middle_harms_nobody(
    connect: Callable[[], ssl.SSLSocket], echo: Echo, sent: bytes
) -> None:
    leaving = connect()
    leaving.sendall(sent)
    leaving.close()
    staying = connect()
    staying.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    one_of(staying)
    assert [request.method for request in echo.seen] == ["GET"]


def test_who_speaks_no_tls_is_cut_off_and_others_are_served(
    server: Server, connect: Callable[[], ssl.SSLSocket]
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert b"200" not in all_of(plain)
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    one_of(connection)


def test_tls_below_1_2_is_refused(server: Server, certificates: Certificates) -> None:
    context = ssl.create_default_context(cafile=str(certificates.ca_file))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


# --- certificates


@pytest.mark.parametrize("name", [*LOCAL_HOSTS, *SERVICE_HOSTS])
def test_the_certificate_is_good_for_this_machine_and_for_the_real_hosts(
    connect: Callable[[str], ssl.SSLSocket], name: str
) -> None:
    assert connect(name).version() in {"TLSv1.2", "TLSv1.3"}


def test_the_real_hosts_are_those_of_the_three_regions() -> None:
    assert SERVICE_HOSTS == ("pay-api.amazon.com", "pay-api.amazon.eu", "pay-api.amazon.jp")


@pytest.mark.parametrize("name", ["example.com", "amazon.com", "evil.pay-api.amazon.com"])
def test_the_certificate_is_good_for_nobody_else(connect: Callable[[str], ssl.SSLSocket], name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(name)


def test_who_does_not_trust_the_ca_does_not_connect(server: Server) -> None:
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


def test_only_the_cas_certificate_is_written(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "new" / "folder")
    assert [path.name for path in made.ca_file.parent.iterdir()] == ["ca.pem"]
    assert "PRIVATE" not in made.ca_file.read_text()


def test_a_client_library_is_served(server: Server, certificates: Certificates) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.patch(
            f"https://localhost:{server.port}/a?b=c", verify=str(certificates.ca_file), timeout=PATIENCE
        )
    assert (answer.status_code, answer.text) == (200, "PATCH /a?b=c")


# --- many at a time, and the end


@pytest.mark.parametrize("slow", [False, True])
def test_clients_at_the_same_time_are_served_one_after_the_other(slow: bool) -> None:
    echo = Echo()
    with Server(echo, slow=slow) as server, ThreadPoolExecutor(8) as pool:

        def ask(number: int) -> bytes:
            with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
                connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                return one_of(connection)[1]

        assert list(pool.map(ask, range(40))) == [f"GET /{number}".encode() for number in range(40)]
    assert len(echo.seen) == 40


def test_a_connection_that_says_nothing_keeps_nobody_waiting(echo: Echo) -> None:
    with (
        Server(echo) as server,
        socket.create_connection(("127.0.0.1", server.port), PATIENCE),
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as other,
    ):
        other.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert one_of(other)[1] == b"GET /"


def test_closing_cuts_every_connection_even_half_made_ones(echo: Echo, certificates: Certificates) -> None:
    server = Server(echo, tls=certificates.server_context())
    server.start()
    context = ssl.create_default_context(cafile=str(certificates.ca_file))
    with (
        socket.create_connection(("127.0.0.1", server.port), PATIENCE) as half,
        context.wrap_socket(
            socket.create_connection(("127.0.0.1", server.port), PATIENCE), server_hostname="localhost"
        ) as whole,
    ):
        whole.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        one_of(whole)
        server.close()
        for connection in (half, whole):
            with contextlib.suppress(ConnectionError):  # reset, or an orderly end
                assert connection.recv(1) == b""


def test_closing_leaves_no_transport_open(echo: Echo, certificates: Certificates) -> None:
    """Not even one whose peer does not say goodbye."""
    context = ssl.create_default_context(cafile=str(certificates.ca_file))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with Server(echo, tls=certificates.server_context()) as server:
            plain = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
            connection = context.wrap_socket(plain, server_hostname="localhost")
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            one_of(connection)
        del server
        gc.collect()
        connection.close()
    assert not [w for w in warned if "transport" in str(w.message)]


def test_closing_frees_the_port_and_ends_the_thread(echo: Echo) -> None:
    others = set(threading.enumerate())  # other tests' servers, some of which live as long as the session
    first = Server(echo)
    with first:
        its = [t for t in threading.enumerate() if t not in others and t.name == "amazonpay-mock"]
    assert [thread.is_alive() for thread in its] == [False]
    with Server(echo, port=first.port) as second:
        assert second.port == first.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first.port), PATIENCE)


def test_closing_twice_or_without_a_start_is_harmless(echo: Echo) -> None:
    server = Server(echo)
    server.close()
    server.start()
    server.close()
    server.close()


def test_a_server_that_is_never_started_holds_nothing_open(echo: Echo) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        server = Server(echo)
        del server
        gc.collect()
    assert not [w for w in warned if "event loop" in str(w.message)]


def test_a_port_that_is_taken_is_an_error_at_once(echo: Echo) -> None:
    with Server(echo) as first, pytest.raises(OSError, match=str(first.port)):
        Server(echo, port=first.port).start()


def test_a_handler_that_fails_is_answered_for(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: Request) -> Response:
        raise RuntimeError("the disk is full")

    with Server(fail) as server, requests.Session() as session:
        session.trust_env = False
        answers = [session.get(f"http://127.0.0.1:{server.port}/", timeout=PATIENCE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert answers[0].json()["reasonCode"] == "InternalServerError"
    assert "the disk is full" in capsys.readouterr().err


def test_a_request_that_does_not_arrive_in_time_is_cut_off(echo: Echo) -> None:
    with Server(echo) as server:
        server.patience = 0.1
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as slow:
            slow.settimeout(PATIENCE)
            slow.sendall(b"GET / HTTP/1.1\r\nHos")
            answer = slow.recv(65_536)
            assert slow.recv(65_536) == b""
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as idle:
            idle.settimeout(0.3)
            with pytest.raises(TimeoutError):  # who has said nothing yet may take longer
                idle.recv(1)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"x-amz-pay-request-id" in answer
    assert echo.seen == []
