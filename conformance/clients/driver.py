"""What the engine asks of any client, in any language: say hello, take a configuration, make a call.

The words are those of the JSON Lines protocol (docs/drivers.md), so that the in-process driver and the
subprocess driver differ in transport only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from amazonpay_conformance.model.retries import Retries

if TYPE_CHECKING:
    from amazonpay_conformance.wire.keys import PrivateKey

PROTOCOL_VERSION: Final = 1

IdempotencyKeys: TypeAlias = Literal["caller", "client", "both"]
Region: TypeAlias = Literal["na", "eu", "jp"]
Algorithm: TypeAlias = Literal["AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"]


class Absent(Enum):
    """The payload that was not given: not null, and not an empty object."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a client can do, as its driver declares in `hello`.

    `idempotency_key` tells who makes the key: only the caller, only the client, or the caller if he gives
    one and else the client. `headers`: callers may add headers (needed for simulation codes). `retries` is
    its policy, None where it declares none. `tampers`: it spoils requests on purpose, as the reference client
    does; no driver of another language declares it.
    """

    operations: frozenset[str]
    algorithms: tuple[Algorithm, ...] = ("AMZN-PAY-RSASSA-PSS",)
    idempotency_key: IdempotencyKeys = "caller"
    headers: bool = True
    raw_payload: bool = False
    button: bool = False
    retries: Retries | None = None
    tampers: bool = False


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the client is and what it can do."""

    name: str
    version: str
    language: str
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Everything a client is constructed with. The key never shows in a repr.

    `signing_host` is the service that is finally reached where `service_host` only relays to it; clients
    that can tell the two apart sign it, and it does not cross the protocol.
    """

    public_key_id: str
    private_key: str = field(repr=False)
    private_key_path: str
    region: Region
    algorithm: Algorithm
    service_host: str
    ca_file: str | None
    sandbox: bool = True
    scheme: Literal["https", "http"] = "https"
    signing_host: str | None = None

    @property
    def base_url(self) -> str:
        """Where to send requests: scheme, host and port, no path."""
        return f"{self.scheme}://{self.service_host}"


@dataclass(frozen=True, slots=True)
class ClientCall:
    """One call that the client is asked to make.

    `operation` is an id from the model's table (`create_charge`); `path_id` the id that stands in the path;
    `payload` a JSON value or ABSENT; `payload_text` the exact string to send instead, for clients that take
    one; `headers` what the caller adds; `query` the parameters of a list; `deadline` the seconds after which
    the driver counts as hanging. `tamper` says how the request is spoilt, `signer` who signs it instead
    (public key id and key): neither crosses the protocol.
    """

    operation: str
    path_id: str | None = None
    payload: Any = ABSENT
    payload_text: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    deadline: float = 30.0
    query: tuple[tuple[str, str], ...] = ()
    tamper: str | None = None
    signer: tuple[str, PrivateKey] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """The client handed back a response. What it does not expose is None (or ABSENT for `body`).

    `caller_headers` are those that the call handed in, as they are after it: a client may have changed the
    caller's map.
    """

    status: int | None = None
    raw_body: str | None = None
    body: Any = ABSENT
    request_id: str | None = None
    caller_headers: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """The client raised, threw or rejected. `status`, `raw_body` and `body` where the error carries them."""

    type: str
    message: str
    status: int | None = None
    raw_body: str | None = None
    body: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The client has no such operation, after all."""

    reason: str = ""


Result: TypeAlias = Returned | Raised | Unsupported


class DriverError(Exception):
    """The driver, not the client's behaviour, is at fault: it died, hung, or broke the protocol."""


class Driver(Protocol):
    """Makes one client act. Not thread-safe: one call at a time."""

    def hello(self) -> Hello:
        """Start the client's side if need be and return who it is.

        Raises:
            DriverError: it cannot be started or does not speak the protocol.
        """

    def configure(self, config: ClientConfig) -> None:
        """Construct the client anew with `config`; may be called again with another one.

        Raises:
            DriverError: the client cannot be constructed.
        """

    def call(self, call: ClientCall) -> Result:
        """Make the client perform `call` and return how that ended.

        Raises:
            DriverError: it died, hung past the deadline, or answered outside the protocol.
        """

    def sign_button(self, payload: str) -> str:
        """Return the client's base64 signature of a button payload.

        Raises:
            DriverError: as for `call`, or the client cannot sign one.
        """

    def close(self) -> None:
        """Let the client go; never raises."""
