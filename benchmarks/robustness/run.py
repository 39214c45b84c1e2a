"""What the served mock does with what is no HTTP, too much of it, or too slow: python benchmarks/robustness/run.py

The server is a process of its own. After each attack it must still answer a right request, and at the end it
must have written no traceback, leaked no file descriptor, and not grown.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import resource
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SERVER = """
import sys
from pathlib import Path
from amazonpay_conformance.mock.serving import Place, served

with served(Path(sys.argv[1]), place=Place(tls=False, proxy_port=None)) as mock:
    with served(Path(sys.argv[1]) / "tls") as secure:
        print(mock.server.port, secure.server.port, secure.ca_file, flush=True)
        sys.stdin.read()
"""
GET = b"GET /v2/charges/S01-0000000-0000000-C000000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = (
    b"POST /v2/checkoutSessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"x-amz-pay-idempotency-key: abc\r\nContent-Length: 2\r\n\r\n{}"
)


@dataclass
class Target:
    """The server, and what is known of its process."""

    process: subprocess.Popen[str]
    port: int
    tls_port: int
    ca_file: str
    outcomes: Counter[str] = field(default_factory=Counter)

    def connect(self, port: int | None = None) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", port or self.port), 10)

    def send(self, data: bytes, patience: float = 5.0) -> str:
        """Send bytes, end the sending side, and say what came back: a status, "closed" or "hangs"."""
        with self.connect() as connection:
            connection.settimeout(patience)
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                answer = bytearray()
                while chunk := connection.recv(65_536):
                    answer += chunk
            except TimeoutError:
                return "hangs"
            except OSError:
                return "closed"
        return answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "closed"

    def is_well(self) -> bool:
        """Tell whether it answers a right request soon, in plain HTTP and over TLS."""
        context = ssl.create_default_context(cafile=self.ca_file)
        with context.wrap_socket(self.connect(self.tls_port), server_hostname="localhost") as secure:
            secure.sendall(GET)
            over_tls = secure.recv(65_536)
        return self.send(GET) == "403" and over_tls.startswith(b"HTTP/1.1 403")

    def descriptors(self) -> int:
        """Return how many files its process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def megabytes(self) -> float:
        """Return how much memory its process holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20


@contextlib.contextmanager
def target() -> Iterator[Target]:
    """Serve in a process of its own, whose words are kept."""
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile("w+") as words:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        port, tls_port, ca_file = process.stdout.readline().split()
        try:
            yield Target(process, int(port), int(tls_port), ca_file)
        finally:
            process.stdin.close()
            process.wait()
            words.seek(0)
            said = words.read()
            print(f"\nwords on stderr: {len(said)} characters\n{said[:2000]}")


# --- attacks: each yields what came of it


def malformed(server: Target, rounds: int, random_: random.Random) -> Iterator[str]:
    """Right requests with a few bytes changed, cut, doubled or moved."""
    for _ in range(rounds):
        data = bytearray(random_.choice((GET, POST)))
        for _ in range(random_.randint(1, 4)):
            at = random_.randrange(len(data))
            kind = random_.randrange(4)
            if kind == 0:
                data[at] = random_.randrange(256)
            elif kind == 1:
                del data[at : at + random_.randint(1, 20)]
            elif kind == 2:
                data[at:at] = random_.choice((b"\r\n", b"\n", b"\0", b" ", b":", b"\xff\xfe", b"\r\n\r\n"))
            else:
                data[at:at] = data[max(0, at - 30) : at]
            if not data:
                data = bytearray(b"\r\n")
        yield server.send(bytes(data))


WRITTEN = (
    b"", b"\r\n" * 1000, b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 200,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /v2/charges\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", b"get / HTTP/1.1\r\nHost: a\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"TRACE /v2 HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT pay-api.amazon.com:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://evil.example/v2/charges/x HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e3\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
    GET * 200,
)  # fmt: skip


def written(server: Target, *_: object) -> Iterator[str]:
    """What is known to be made wrong, a row each."""
    yield from map(server.send, WRITTEN)


def oversized(server: Target, *_: object) -> Iterator[str]:
    """Heads and bodies beyond any bound, announced or not."""
    head = b"POST /v2/charges HTTP/1.1\r\nHost: a\r\n"
    yield server.send(head + b"Content-Length: 10000000000\r\n\r\n" + b"x" * (2 << 20))
    yield server.send(
        head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 40
    )
    yield server.send(b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    yield server.send(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n")
    yield server.send(b"GET / HTTP/1.1\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n")


def bodies(server: Target, *_: object) -> Iterator[str]:
    """Bodies that are no UTF-8, no JSON, nested without end, or hold what cannot be told to anybody."""
    for body in (
        b"\xff\xfe{}", b"{\"a\": \"\xc3\x28\"}", b"[" * 100_000, b"{\"a\":" * 100_000, b"[" * 900 + b"]" * 900,
        b"{\"a\":" * 300 + b"1" + b"}" * 300, b"{\"a\": " + b"1" * 100_000 + b"}", b"{\"a\": 1e99999}", b"{\"a\": NaN}",
        b"{\"a\": \"\\ud800\"}", b"\xef\xbb\xbf{}", b"null", b"[]", b"\"\"", b"{\"a\":1,\"a\":2}", b"0" * 1_000_000,
        b"{" + b",".join(b"\"k%d\": 0" % n for n in range(50_000)) + b"}",
    ):  # fmt: skip
        for path in (b"/v2/checkoutSessions", b"/_mock/objects", b"/_mock/buyer"):
            head = b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            yield server.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def paths(server: Target, *_: object) -> Iterator[str]:
    """Paths that mean to lead elsewhere."""
    for path in (
        b"/", b"//", b"/v2", b"//v2/charges/x", b"/v2//charges/x", b"/v2/charges/../charges/x", b"/v2/charges/%2e%2e/x",
        b"/v2/charges/%00", b"/v2/charges/%", b"/v2/charges/%zz", b"/v2/charges/%ff%fe", b"/v2/charges/x/../../_mock/clock",
        b"/_mock/../v2/charges/x", b"/_mock", b"/_mock/", b"/_mock//clock", b"/_mock/objects/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        b"/_mock/objects/" + b"%41" * 5000, b"/pages/../../etc/passwd", b"/v2/charges/x;y=z", b"/v2/charges/x?" + b"&" * 10_000,
        b"/v2/charges/x?a=%ff", b"/v2/reports?reportTypes=" + b"a%2Cb" * 1000, b"/V2/charges/x", b"/sandbox/live/v2/charges/x",
        b"/v99999999999999999999/charges/x", b"/_mock/exchanges?since=" + b"9" * 5000, b"/_mock/clock?namespace=%00",
        b"/_mock/clock?token=%ff", "/v2/charges/ä".encode(), "/v2/charges/ä".encode("latin-1"),
    ):  # fmt: skip
        yield server.send(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")


def idle(server: Target, rounds: int, _: random.Random) -> Iterator[str]:
    """Thousands of connections that say nothing, while others are served."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = min(rounds, soft - 200)
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(contextlib.closing(server.connect()))
        began = time.perf_counter()
        answered = server.send(GET)
        print(f"  with {count} idle connections a request took {(time.perf_counter() - began) * 1e3:.0f} ms")
        yield answered


def slow(server: Target, count: int, _: random.Random) -> Iterator[str]:
    """Senders that send a byte now and then: each must be cut off, and nobody else waits for them."""
    senders = [server.connect() for _ in range(count)]
    began, sent = time.monotonic(), 0
    data = GET[:-4] + b"\r\nX: " + b"y" * 10_000
    ended: dict[socket.socket, str] = {}
    while len(ended) < count and time.monotonic() - began < 150:
        for sender in senders:
            if sender not in ended:
                with contextlib.suppress(OSError):
                    sender.send(data[sent : sent + 1])
        sent += 1
        readable, _, _ = select.select([s for s in senders if s not in ended], [], [], 1.0)
        for sender in readable:
            with contextlib.suppress(OSError):
                answer = sender.recv(4096)
                ended[sender] = answer[9:12].decode("latin-1") or "closed"
            ended.setdefault(sender, "closed")
    print(f"  {len(ended)} of {count} slow senders were cut off within {time.monotonic() - began:.0f} s")
    for sender in senders:
        sender.close()
        yield ended.get(sender, "hangs")


ATTACKS: tuple[tuple[str, Callable[[Target, int, random.Random], Iterator[str]], int], ...] = (
    ("made wrong by hand", written, 0),
    ("random damage", malformed, 3000),
    ("oversized", oversized, 0),
    ("bodies", bodies, 0),
    ("paths", paths, 0),
    ("idle connections", idle, 4000),
    ("slow senders", slow, 300),
)


MAY_GROW = 1.05
"""What the memory after the last pass may be of that after half of them, when all that is kept should be full."""


def attacked(server: Target, only: str | None, scale: float, seed: int) -> list[str]:
    """Make each attack once, print what came back, and return the names of those that did harm."""
    bad = []
    print("| attack | tries | what came back | well afterwards |\n|---|---|---|---|")
    for name, attack, count in ATTACKS:
        if only not in (None, name):
            continue
        outcomes = Counter(attack(server, max(1, int(count * scale)), random.Random(seed)))
        well = server.is_well()
        told = ", ".join(f"{times} {what}" for what, times in outcomes.most_common())
        print(f"| {name} | {outcomes.total()} | {told} | {'yes' if well else 'NO'} |", flush=True)
        if not well or outcomes["hangs"] or outcomes["500"]:
            bad.append(name)
    return bad


def main() -> int:
    """Attack, and print a table; exit with 1 where something was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the counts; 0.1 is quick")
    parser.add_argument("--only", default=None, help="one attack, by its name")
    parser.add_argument(
        "--passes", type=int, default=1, help="so often all of it, with another seed each; memory must settle"
    )
    given = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384) if hard > 0 else 16_384, hard))
    bad = []
    with target() as server:
        assert server.is_well()
        before = server.descriptors(), server.megabytes()
        held = []
        for number in range(given.passes):
            bad += attacked(server, given.only, given.scale, given.seed + number)
            time.sleep(2)
            held.append(server.megabytes())
        print(f"\nfile descriptors {before[0]} -> {server.descriptors()}; memory {before[1]:.0f} MB", end="")
        print("".join(f" -> {megabytes:.0f}" for megabytes in held), "MB")
        if server.descriptors() > before[0] + 5:
            bad.append("descriptors leak")
        if given.passes > 1 and held[-1] > held[given.passes // 2] * MAY_GROW:
            bad.append("memory grows")
    print(f"not as it must be: {', '.join(bad)}" if bad else "all as it must be")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
