"""Drives a client that is a Python object in this very process, by way of an adapter of a few lines.

An adapter is a module or an object with `connect(config)`, which constructs the client and returns a callable
for each operation it has, by operation id (and under `sign_button` one that signs a button payload). It may
say more about the client in attributes named as in `Capabilities`, in `name`, `version`, `language` and
`operations`. The client's code runs on one daemon thread, so that a client that hangs costs a DriverError and
not the run. docs/drivers.md has an adapter in ten lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, TypeAlias, TypeVar

from amazonpay_conformance.clients.driver import (
    ABSENT,
    ClientCall,
    ClientConfig,
    DriverError,
    Hello,
    Result,
    Unsupported,
)
from amazonpay_conformance.clients.protocol import HELLO, Message, hello_from, one_line, violation
from amazonpay_conformance.clients.results import raised_by, result_of
from amazonpay_conformance.clients.trust import trusted
from amazonpay_conformance.clients.waiting import take

Operations: TypeAlias = Mapping[str, Callable[[Any], Any]]
T = TypeVar("T")

SIGN_BUTTON = "sign_button"
_DECLARABLE = ("algorithms", "idempotency_key", "headers", "raw_payload", "retries")


def payload_of(call: ClientCall, absent: Any = None) -> Any:
    """Return what an adapter hands to its client: the exact string if there is one, else the JSON value.

    `absent` stands for a payload that is not given, for clients that tell it from null.
    """
    if call.payload_text is not None:
        return call.payload_text
    return absent if call.payload is ABSENT else call.payload


class PythonDriver:
    """A Driver for whatever `adapter.connect(config)` constructs.

    `connect_within` seconds are allowed for `connect` and for a button signature.
    """

    def __init__(self, adapter: Any, *, connect_within: float = 30.0) -> None:
        self._adapter = adapter
        self._connect_within = connect_within
        self._name = _name_of(adapter)
        self._hello: Hello | None = None
        self._operations: Operations | None = None
        self._worker: _Worker | None = None
        self._trust = ExitStack()

    def hello(self) -> Hello:
        """Return what the adapter declares; operations it does not declare are those of a throw-away client.

        Raises:
            DriverError: it declares what the protocol does not know, or no client can be constructed to ask.
        """
        if self._hello is None:
            message = _hello_message(self._adapter, self._name, self._declared_operations())
            objection = violation(message)
            if objection:
                raise self._error(f"declares what the protocol does not allow: {objection}")
            hello = hello_from(message)
            tampers = bool(getattr(self._adapter, "tampers", False))  # no word of the protocol: ours alone
            self._hello = replace(hello, capabilities=replace(hello.capabilities, tampers=tampers))
        return self._hello

    def configure(self, config: ClientConfig) -> None:
        """Construct the client anew; until close() this process trusts `config.ca_file`.

        Raises:
            DriverError: connect() raised, hung, or did not return callables for what is declared.
        """
        self.close()
        with ExitStack() as undo:
            undo.callback(self.close)
            self._trust.enter_context(trusted(config.ca_file))
            self._operations = self._connected(config)
            missing = sorted(set(getattr(self._adapter, "operations", ())) - set(self._operations))
            if missing:
                raise self._error(f"declares {', '.join(missing)}, which connect() did not return")
            undo.pop_all()

    def call(self, call: ClientCall) -> Result:
        """Make the client perform `call` and return how that ended.

        Raises:
            DriverError: it hung past the deadline, or the adapter returned something that tells nothing.
        """
        operation = self._configured().get(call.operation)
        if operation is None:
            return Unsupported(f"the adapter has no {call.operation}")
        return self._run(call.operation, lambda: self._performed(operation, call), call.deadline)

    def sign_button(self, payload: str) -> str:
        """Return the client's base64 signature of a button payload.

        Raises:
            DriverError: it hung, raised, cannot sign, or returned something else than a string.
        """
        sign = self._configured().get(SIGN_BUTTON)
        if sign is None:
            raise self._error("cannot sign a button: connect() returned no sign_button")
        signature = self._run(
            SIGN_BUTTON, lambda: self._attempted(SIGN_BUTTON, sign, payload), self._connect_within
        )
        if not isinstance(signature, str):
            raise self._error(f"sign_button returned {type(signature).__name__} where a str was due")
        return signature

    def close(self) -> None:
        """Let the client go and put the environment back."""
        if self._worker is not None:
            self._worker.stop()
        self._worker, self._operations = None, None
        self._trust.close()

    def _declared_operations(self) -> frozenset[str]:
        declared = getattr(self._adapter, "operations", None)
        if declared is not None:
            return frozenset(declared)
        if self._operations is not None:
            return frozenset(self._operations)
        try:
            with _made_up_config() as config:
                return frozenset(self._connected(config))
        except DriverError as error:
            raise DriverError(
                f"{error} (with a made-up configuration: declare `operations` instead)"
            ) from None

    def _connected(self, config: ClientConfig) -> Operations:
        operations = self._run(
            "connect", lambda: self._attempted("connect", self._adapter.connect, config), self._connect_within
        )
        if not isinstance(operations, Mapping) or not all(map(callable, operations.values())):
            raise self._error("connect() must return a mapping from operation ids to callables")
        return operations

    def _configured(self) -> Operations:
        if self._operations is None:
            raise self._error("is not connected: configure() comes first, and again after a client that hung")
        return self._operations

    def _performed(self, operation: Callable[[ClientCall], Any], call: ClientCall) -> Result:
        try:
            value = operation(call)
        except BaseException as error:  # a client that calls sys.exit() has raised, too
            return raised_by(error)
        try:
            return result_of(value)
        except TypeError as error:
            raise self._error(f"{call.operation} returned {error}") from None

    def _attempted(self, what: str, function: Callable[[Any], Any], argument: Any) -> Any:
        try:
            return function(argument)
        except BaseException as error:
            raise self._error(f"{what}() raised {type(error).__name__}: {error}") from error

    def _run(self, what: str, job: Callable[[], T], within: float) -> T:
        """Run `job` on the worker; a worker that is still busy after `within` seconds is left to itself."""
        worker = self._worker = self._worker or _Worker()
        try:
            return worker.run(job, within)
        except Empty:
            self.close()
            raise self._error(f"hangs: {what} did not end in {within:g} s") from None
        except DriverError:
            raise
        except BaseException:  # an interrupt while waiting: the answer would be taken for the next job's
            self.close()
            raise

    def _error(self, what: str) -> DriverError:
        return DriverError(f"adapter `{self._name}`: {one_line(what)}")


class _Worker:
    """One daemon thread that runs jobs in turn; they raise nothing but DriverError."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        Thread(target=self._work, name="amazonpay-client", daemon=True).start()

    def run(self, job: Callable[[], T], within: float) -> T:
        """Return what `job` returns, or raise what it raises.

        Raises:
            Empty: it did not end within that many seconds; this worker must not be used again.
        """
        self._jobs.put(job)
        result: T
        result, error = take(self._answers, within)
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """End the thread once it is idle."""
        self._jobs.put(None)

    def _work(self) -> None:
        for job in iter(self._jobs.get, None):
            try:
                self._answers.put((job(), None))
            except Exception as error:
                self._answers.put((None, error))


def _name_of(adapter: Any) -> str:
    python_name: str = getattr(adapter, "__name__", type(adapter).__name__)
    return str(getattr(adapter, "name", python_name.rpartition(".")[2]))


def _hello_message(adapter: Any, name: str, operations: frozenset[str]) -> Message:
    """Return the `hello` that a driver of another language would send for this adapter."""
    declared = {item: getattr(adapter, item) for item in _DECLARABLE if hasattr(adapter, item)}
    capabilities = {
        **declared,
        "operations": sorted(operations - {SIGN_BUTTON}),
        "button": SIGN_BUTTON in operations,
    }
    if "algorithms" in capabilities:
        capabilities["algorithms"] = list(capabilities["algorithms"])
    client = {
        "name": name,
        "version": getattr(adapter, "version", "unknown"),
        "language": getattr(adapter, "language", "Python"),
    }
    return {**HELLO, "client": client, "capabilities": capabilities}


@contextmanager
def _made_up_config() -> Iterator[ClientConfig]:
    """A configuration that leads nowhere, with a key of its own, to ask a client what it has."""
    from amazonpay_conformance.wire.keys import generate_private_key

    key = generate_private_key().to_pem("pkcs1")
    with TemporaryDirectory() as folder:
        path = Path(folder, "private.pem")
        path.write_text(key, encoding="ascii")
        yield ClientConfig(
            public_key_id="SANDBOX-AAAAAAAAAAAAAAAAAAAAAAAA",
            private_key=key,
            private_key_path=str(path),
            region="eu",
            algorithm="AMZN-PAY-RSASSA-PSS",
            service_host="localhost:9",
            ca_file=None,
        )
