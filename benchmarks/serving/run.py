"""What a request to the served mock costs, as ratios: python benchmarks/serving/run.py

Client and server are processes of their own. Each figure is the best of several rounds, and what is compared
is measured in turns, so that a machine that is busy with something else spoils both alike.
"""

from __future__ import annotations

import argparse
import json
import resource
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from amazonpay_conformance.wire.keys import PrivateKey, load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import sign

SERVER = """
import sys
from pathlib import Path
from amazonpay_conformance.engine.listening import listen_to
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.serving import Place, served
from amazonpay_conformance.wire.keys import generate_private_key
from amazonpay_conformance.wire.messages import Headers, Response

directory, kind = Path(sys.argv[1]), sys.argv[2]
attach = (lambda namespace: listen_to(namespace),) if kind == "judged" else ()
state = directory / "state.sqlite" if kind == "kept" else None
if kind == "empty":
    tls = Certificates(directory).server_context()
    key = directory / "private-key.pem"
    key.write_text(generate_private_key().to_pem())
    with Server(lambda request: Response(200, Headers(), b""), tls=tls) as server:
        print(server.port, directory / "ca.pem", key, flush=True)
        sys.stdin.read()
else:
    with served(directory, attach=attach, place=Place(state=state)) as mock:
        print(mock.server.port, mock.ca_file, mock.private_key_file, flush=True)
        sys.stdin.read()
"""
KEY_ID = "SANDBOX-AEXAMPLE0CONFORMANCE0KEY"
ORDER = {
    "webCheckoutDetails": {
        "checkoutReviewReturnUrl": "https://shop.example/review",
        "checkoutResultReturnUrl": "https://shop.example/result",
    },
    "storeId": "amzn1.application-oa2-client.00000000000000000000000000000000",
    "paymentDetails": {
        "paymentIntent": "Authorize",
        "chargeAmount": {"amount": "10.00", "currencyCode": "USD"},
    },
}


class Peer:
    """A server of its own process, and one connection to it."""

    def __init__(self, port: int, ca_file: str, key: PrivateKey) -> None:
        self.port, self.ca_file, self.key = port, ca_file, key
        self._context = ssl.create_default_context(cafile=ca_file)
        self._connection = self._connected()
        self._numbers = 0

    def _connected(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(plain, server_hostname="localhost")

    def ask_anew(self, data: bytes) -> tuple[float, bytes]:
        """Do as `ask`, on a connection of its own, as several clients do; the handshake counts."""
        began = time.perf_counter()
        kept, self._connection = self._connection, self._connected()
        try:
            _, body = self.ask(data)
            return time.perf_counter() - began, body
        finally:
            self._connection.close()
            self._connection = kept

    def ask(self, data: bytes) -> tuple[float, bytes]:
        """Send a request and return the seconds until its answer was there, and the answer's body."""
        began = time.perf_counter()
        self._connection.sendall(data)
        head, mark, body = b"", b"", b""
        while not mark:
            head += self._connection.recv(65_536)
            head, mark, body = head.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += self._connection.recv(65_536)
        return time.perf_counter() - began, body

    def control(self, verb: str, body: Any) -> Any:
        """Use a verb."""
        raw = json.dumps(body).encode()
        head = f"POST /_mock/{verb} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(raw)}\r\n\r\n"
        return json.loads(self.ask(head.encode() + raw)[1] or b"null")

    def signed(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the bytes of a signed request, another one each time."""
        self._numbers += 1
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": f"localhost:{self.port}",
            "x-amz-pay-region": "na",
        }
        if method == "POST":
            headers["x-amz-pay-idempotency-key"] = f"key-{time.time_ns()}-{self._numbers}"[-32:]
        request = Request(method, path, None, Headers.of(headers), raw)
        request = sign(request, key=self.key, public_key_id=KEY_ID, algorithm="AMZN-PAY-RSASSA-PSS-V2")
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items]
        lines += [f"Content-Length: {len(raw)}", "", ""]
        return "\r\n".join(lines).encode() + raw


@contextmanager
def serving(kind: str) -> Iterator[Peer]:
    """Serve in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", SERVER, directory, kind]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            port, ca_file, key_file = process.stdout.readline().rstrip("\n").split(" ")
            yield Peer(int(port), ca_file, load_private_key(Path(key_file).read_bytes()))
        finally:
            process.stdin.close()
            process.wait()


def cost(ask: Callable[[bytes], tuple[float, bytes]], requests: list[bytes]) -> float:
    """Return the microseconds that a request takes, the tenth part of them being faster."""
    times = [ask(data)[0] for data in requests]
    return statistics.quantiles(times, n=10)[0] * 1e6


def starting() -> tuple[float, float]:
    """Return the seconds until the address is printed, and those of the processor: the best of five."""
    taken, worked = [], []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(6):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            began = time.perf_counter()
            command = [
                sys.executable,
                "-m",
                "amazonpay_conformance.cli",
                "serve",
                "--quiet",
                "--out",
                directory,
            ]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            process.stdout.readline()
            taken.append(time.perf_counter() - began)
            process.terminate()
            process.communicate()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            worked.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(taken[1:]), min(worked[1:])


def measured(rows: dict[str, list[float]], rounds: int, requests: int, objects: int) -> None:
    """Measure everything, in turns."""

    def note(name: str, peer: Peer, charge: str) -> None:
        gets = [peer.signed("GET", f"/v2/charges/{charge}") for _ in range(requests)]
        posts = [peer.signed("POST", "/v2/checkoutSessions", ORDER) for _ in range(requests)]
        rows.setdefault(f"{name}, GET", []).append(cost(peer.ask, gets))
        rows.setdefault(f"{name}, POST", []).append(cost(peer.ask, posts))
        if name in ("empty", "mock"):
            some = [peer.signed("GET", f"/v2/charges/{charge}") for _ in range(requests // 4)]
            rows.setdefault(f"{name} on a new connection, GET", []).append(cost(peer.ask_anew, some))

    with serving("empty") as empty, serving("mock") as mock, serving("judged") as judged:
        for _ in range(rounds):
            rows.setdefault("bare, GET", []).append(cost(empty.ask, [BARE] * requests))
            note("empty", empty, "S01-0000000-0000000-C000000")
            note("mock", mock, fresh(mock))
            note("judged", judged, fresh(judged))
    with serving("mock") as few, serving("mock") as many, serving("kept") as kept:
        charge = fresh(many)
        for _ in range(objects // 3):
            many.control("objects", SEED)
        for _ in range(rounds):
            note("kept in a file", kept, fresh(kept))
            note("few objects", few, fresh(few))
            note("many objects", many, charge)


BARE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


SEED = {"kind": "Charge", "state": "Captured"}


def fresh(peer: Peer) -> str:
    """Reset a mock, and return the id of the only charge in it."""
    peer.control("reset", {})
    found: str = peer.control("objects", SEED)["id"]
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=200, help="of each kind a round")
    parser.add_argument("--objects", type=int, default=10_000)
    given = parser.parse_args()
    rows: dict[str, list[float]] = {}
    measured(rows, given.rounds, given.requests, given.objects)
    best = {name: min(values) for name, values in rows.items()}
    print("| what | microseconds |\n|---|---|")
    for name, value in best.items():
        print(f"| {name} | {value:.0f} |")
    print("\n| ratio | measured | wanted |\n|---|---|---|")
    anew = best["mock on a new connection, GET"] / best["empty on a new connection, GET"]
    print(f"| mock to empty on a new connection, GET | {anew:.2f} | 2 |")
    print(f"| mock to bare, GET | {best['mock, GET'] / best['bare, GET']:.2f} | |")
    for method in ("GET", "POST"):
        for kind, base, wanted in COMPARED:
            ratio = best[f"{kind}, {method}"] / best[f"{base}, {method}"]
            print(f"| {kind} to {base}, {method} | {ratio:.2f} | {wanted} |")
    taken, worked = starting()
    print(f"| start, seconds (of the processor) | {taken:.2f} ({worked:.2f}) | 1 |")


COMPARED = (
    ("mock", "empty", "2"),
    ("judged", "empty", ""),
    ("kept in a file", "empty", ""),
    ("many objects", "few objects", "1.1"),
)


if __name__ == "__main__":
    main()
