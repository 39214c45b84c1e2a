"""Sends one notification by hand: from a running mock, or from here while its certificate is served."""

from __future__ import annotations

import contextlib
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.notifications import MERCHANT_ID, About, Places, Publisher
from amazonpay_conformance.mock.postman import checked_endpoint, deliver, place_of
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.model.variants import VARIANTS
from amazonpay_conformance.wire.messages import Headers, Request, Response

TYPE_OF: Final = {"C": "CHARGE", "R": "REFUND", "B": "CHARGEBACK"}
"""The type of an object by the letter in its id, as in S01-0000000-0000000-C000000: api-facts §3.0."""


class TriggerProblem(Exception):
    """It cannot be sent; the message is one line."""


class MockUnreachable(TriggerProblem):
    """The mock that should send it does not answer."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What to send, and where. `mock` is the address of one that is running and sends it, None for none."""

    about: About
    variant: str
    endpoint: str | None
    mock: str | None = None
    token: str | None = None
    ca_file: Path | None = None
    directory: Path = Path("amazonpay-conformance-mock")
    port: int = 0
    merchant_id: str = MERCHANT_ID
    settings: Settings = DEFAULTS
    deadline: float = 15.0
    allow_network: bool = False


@dataclass(frozen=True, slots=True)
class Triggered:
    """What came back: where it went, the status or why there is none, and in how many seconds."""

    where: str
    variant: str
    status: int | None
    why: str
    seconds: float
    certificates: str = ""
    ca_file: str = ""
    is_sent: bool = True

    @property
    def is_right(self) -> bool:
        """Whether a right endpoint may answer so: 2xx what is true, anything but an error what is not."""
        if self.status is None:
            return not self.is_sent
        return self.status < (500 if VARIANTS[self.variant].kind in ("forged", "strange") else 300)

    @property
    def words(self) -> str:
        """What that means."""
        forged = VARIANTS[self.variant].kind == "forged"
        if self.status is None:
            return self.why
        if self.status >= 500:
            return "an error: Amazon would send it again, three times"
        if self.status >= 300:
            return "refused, as it should be" if forged else "refused, and not sent again"
        return "taken: look that nothing was done because of it" if forged else "taken"


def about_of(object_id: str, object_type: str | None, permission: str | None, kind: str) -> About:
    """Return what a message says of an object; type and permission are read off its id where not given."""
    stem, dash, letter = object_id.rpartition("-")
    named = bool(dash) and letter[:1].isalpha()
    guessed = TYPE_OF.get(letter[:1], "CHARGE_PERMISSION") if named else "CHARGE_PERMISSION"
    return About(object_type or guessed, object_id, permission or (stem if named else object_id), kind)


def trigger(order: Trigger) -> Triggered:
    """Send it, and return what came back.

    Raises:
        BadEndpoint: the endpoint is none, or elsewhere.
        TriggerProblem: no certificate can be made or served, or the mock refuses.
    """
    if order.endpoint is not None:
        checked_endpoint(order.endpoint, allow_network=order.allow_network)
    if order.mock is not None:
        return _from_mock(order, order.mock)
    if order.endpoint is None:
        raise ValueError("neither an endpoint nor a mock to send it")
    return _from_here(order, order.endpoint)


def _from_here(order: Trigger, endpoint: str) -> Triggered:
    with _publishing(order) as (publisher, host, ca_file):
        post = publisher.post(order.about, order.variant, sent_at=time.time())
        trusted = str(order.ca_file) if order.ca_file else None
        came = deliver(endpoint, post, seconds=order.deadline, ca_file=trusted)
        where = place_of(endpoint)
        return Triggered(where, order.variant, came.status, came.why, came.seconds, host, ca_file)


@contextlib.contextmanager
def _publishing(order: Trigger) -> Iterator[tuple[Publisher, str, str]]:
    """Serve certificates while the context is open."""
    try:
        certificates = Certificates(order.directory, keeps_key=True)
    except (OSError, ValueError) as problem:
        raise TriggerProblem(f"{order.directory}: {problem}") from None
    held: list[Publisher] = []

    def handle(request: Request) -> Response:
        pem = held[0].served(request.path) if held else None
        headers = Headers.of({"content-type": "application/x-pem-file"})
        return Response(404) if pem is None else Response(200, headers, pem)

    server = Server(handle, tls=certificates.server_context(), port=order.port)
    try:
        server.start()
    except OSError as problem:
        raise TriggerProblem(f"port {order.port} cannot be bound: {problem.strerror}") from None
    with contextlib.closing(server):
        host = f"localhost:{server.port}"
        places = Places(host, f"127.0.0.1:{server.port}", host)
        held.append(Publisher(places, merchant_id=order.merchant_id, settings=order.settings))
        yield held[0], f"https://{host}/", str(certificates.ca_file)


def _from_mock(order: Trigger, mock: str) -> Triggered:
    given = {"id": order.about.object_id, "variant": order.variant}
    if order.endpoint is not None:
        given["endpoint"] = order.endpoint
    began = time.monotonic()
    numbers = _asked(order, mock, "notify", given)["numbers"]
    while time.monotonic() - began < order.deadline + 5:
        letters = [one for one in _asked(order, mock, "notifications") if one["number"] in numbers]
        tried = [one for one in letters if one["tries"] or _is_put_off(one)]
        if letters and len(tried) == len(letters):
            return _brought(tried[-1], order, time.monotonic() - began)
        time.sleep(0.05)
    raise TriggerProblem("the mock has not brought it in time; GET /_mock/notifications shows it")


def _brought(letter: dict[str, Any], order: Trigger, seconds: float) -> Triggered:
    if not letter["tries"]:
        why = _PUT_OFF[letter["variant"]]
        return Triggered(letter["endpoint"], order.variant, None, why, seconds, is_sent=False)
    return Triggered(letter["endpoint"], order.variant, letter["status"], letter["why"], seconds)


def _is_put_off(letter: dict[str, Any]) -> bool:
    """Whether it is not to go now, as somebody wanted."""
    return letter["variant"] in _PUT_OFF and not letter["tries"]


_PUT_OFF: Final = {
    "lost": "never sent, as asked for",
    "late": "goes in an hour of the mock's clock",
    "reordered": "goes behind the next one",
}


def _asked(order: Trigger, mock: str, verb: str, given: dict[str, str] | None = None) -> Any:
    """Use a control verb of a running mock."""
    checked_endpoint(mock, allow_network=order.allow_network)
    ca_file = order.ca_file or order.directory / "ca.pem"
    request = urllib.request.Request(f"{mock.rstrip('/')}/_mock/{verb}")  # noqa: S310 - checked above
    if given is not None:
        request.data = json.dumps(given).encode()
        request.add_header("content-type", "application/json")
    if order.token is not None:
        request.add_header("authorization", f"Bearer {order.token}")
    try:
        context = ssl.create_default_context(cafile=str(ca_file)) if mock.startswith("https:") else None
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        raise TriggerProblem(f"the mock refuses: {_message(problem)}") from None
    except urllib.error.URLError as problem:
        raise MockUnreachable(f"no mock answers at {mock}: {problem.reason}") from None
    except FileNotFoundError:
        raise TriggerProblem(f"{ca_file} is not there; --ca-file names the mock's CA") from None
    except (OSError, ValueError) as problem:
        raise TriggerProblem(f"{mock}: {problem}") from None


def _message(problem: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(problem)["message"])
    except (ValueError, KeyError, TypeError):
        return f"status {problem.code}"
