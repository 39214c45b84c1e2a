"""The in-process driver with clients that behave, raise, hang and stop the interpreter."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from amazonpay_conformance.clients.driver import (
    ClientCall,
    ClientConfig,
    DriverError,
    Raised,
    Returned,
    Unsupported,
)
from amazonpay_conformance.clients.python_driver import PythonDriver, payload_of
from amazonpay_conformance.model.retries import Retries

CHARGE = ClientCall("create_charge", payload={})


@pytest.fixture
def connected(config: ClientConfig) -> Iterator[Callable[..., PythonDriver]]:
    """From the operations of a client to a driver that is configured, and closed in the end."""
    drivers: list[PythonDriver] = []

    def connect(**operations: Callable[[Any], Any]) -> PythonDriver:
        drivers.append(PythonDriver(_adapter(**operations)))
        drivers[-1].configure(config)
        return drivers[-1]

    yield connect
    for driver in drivers:
        driver.close()


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event for hanging clients to wait for; it comes when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_what_an_adapter_declares_is_what_hello_tells() -> None:
    declared = {
        "name": "shop",
        "version": "3",
        "language": "Python 2",
        "operations": ("create_charge", "sign_button"),
        "idempotency_key": "client",
        "algorithms": ("AMZN-PAY-RSASSA-PSS-V2",),
        "headers": False,
        "raw_payload": True,
        "retries": 3,
    }
    hello = PythonDriver(SimpleNamespace(connect=lambda _: {}, **declared)).hello()

    assert (hello.name, hello.version, hello.language) == ("shop", "3", "Python 2")
    capabilities = hello.capabilities
    assert capabilities.operations == {"create_charge"}
    assert capabilities.button
    assert (capabilities.idempotency_key, capabilities.algorithms) == ("client", ("AMZN-PAY-RSASSA-PSS-V2",))
    assert (capabilities.headers, capabilities.raw_payload, capabilities.retries) == (False, True, Retries(3))


def test_operations_that_are_not_declared_are_those_of_a_throw_away_client() -> None:
    configs: list[ClientConfig] = []

    def connect(config: ClientConfig) -> dict[str, Callable[[ClientCall], Any]]:
        configs.append(config)
        with open(config.private_key_path, encoding="ascii") as file:  # noqa: PTH123 - as clients do
            assert file.read() == config.private_key
        return {"get_charge": lambda _: None}

    hello = PythonDriver(SimpleNamespace(connect=connect)).hello()

    assert hello.capabilities.operations == {"get_charge"}
    assert not hello.capabilities.button
    assert hello.name == "SimpleNamespace"
    assert len(configs) == 1
    assert "PRIVATE KEY" in configs[0].private_key


def test_what_is_known_of_the_configured_client_needs_no_other(
    connected: Callable[..., PythonDriver],
) -> None:
    driver = connected(get_charge=lambda _: None, sign_button=lambda _: "")

    capabilities = driver.hello().capabilities
    assert capabilities.operations == {"get_charge"}
    assert capabilities.button


def test_a_declaration_outside_the_protocol_is_told() -> None:
    adapter = SimpleNamespace(connect=lambda _: {}, operations=(), idempotency_key="nobody")

    with pytest.raises(DriverError, match=r'/capabilities/idempotency_key: found the string "nobody"'):
        PythonDriver(adapter).hello()


def test_a_client_that_needs_more_than_a_key_is_told_to_declare_its_operations() -> None:
    with pytest.raises(
        DriverError, match=r"connect\(\) raised LookupError: no store id.*declare `operations`"
    ):
        PythonDriver(SimpleNamespace(connect=_raiser(LookupError("no store id")))).hello()


def test_a_call_reaches_its_operation_as_it_is(connected: Callable[..., PythonDriver]) -> None:
    calls: list[ClientCall] = []
    driver = connected(create_charge=calls.append)

    assert driver.call(CHARGE) == Returned()
    assert calls == [CHARGE]


def test_an_operation_without_callable_is_unsupported(connected: Callable[..., PythonDriver]) -> None:
    assert connected().call(CHARGE) == Unsupported("the adapter has no create_charge")


def test_all_calls_run_on_one_thread(connected: Callable[..., PythonDriver]) -> None:
    threads: list[threading.Thread] = []
    driver = connected(create_charge=lambda _: threads.append(threading.current_thread()))
    driver.call(CHARGE)
    driver.call(CHARGE)

    assert threads[0] is threads[1]
    assert threads[0] is not threading.main_thread()
    assert threads[0].daemon


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("bad amount"), Raised("ValueError", "bad amount")),
        (SystemExit(2), Raised("SystemExit", "2")),
        (TimeoutError("no answer"), Raised("TimeoutError", "no answer")),
        (KeyboardInterrupt(), Raised("KeyboardInterrupt", "")),
    ],
)
def test_what_a_client_raises_is_a_result(
    connected: Callable[..., PythonDriver], error: BaseException, raised: Raised
) -> None:
    assert connected(create_charge=_raiser(error)).call(CHARGE) == raised


def test_a_return_value_that_tells_nothing_is_the_adapters_fault(
    connected: Callable[..., PythonDriver],
) -> None:
    with pytest.raises(
        DriverError, match="create_charge returned object, which is none of: a response object"
    ):
        connected(create_charge=lambda _: object()).call(CHARGE)


def test_a_hanging_client_costs_its_deadline_only(
    connected: Callable[..., PythonDriver], never: threading.Event
) -> None:
    driver = connected(create_charge=lambda _: never.wait())

    with pytest.raises(DriverError, match=r"hangs: create_charge did not end in 0\.05 s"):
        driver.call(replace(CHARGE, deadline=0.05))
    with pytest.raises(DriverError, match="again after a client that hung"):
        driver.call(CHARGE)


def test_a_client_that_hung_can_be_constructed_anew(
    connected: Callable[..., PythonDriver], config: ClientConfig, never: threading.Event
) -> None:
    driver = connected(create_charge=lambda _: None if never.is_set() else never.wait())
    with pytest.raises(DriverError):
        driver.call(replace(CHARGE, deadline=0.05))
    driver.configure(config)
    never.set()

    assert driver.call(CHARGE) == Returned()


def test_a_connect_that_hangs_is_told(config: ClientConfig, never: threading.Event) -> None:
    driver = PythonDriver(SimpleNamespace(connect=lambda _: never.wait()), connect_within=0.05)

    with pytest.raises(DriverError, match="hangs: connect did not end"):
        driver.configure(config)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pthread_kill")
def test_an_interrupt_stops_the_run_and_not_only_the_call(
    connected: Callable[..., PythonDriver], never: threading.Event
) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(_: ClientCall) -> None:
        signal.pthread_kill(main, signal.SIGINT)
        never.wait()

    driver = connected(create_charge=interrupt)
    with pytest.raises(KeyboardInterrupt):
        driver.call(CHARGE)


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (None, "must return a mapping"),
        ({"create_charge": "a string"}, "must return a mapping"),
        ({"get_charge": print}, "declares create_charge, which connect() did not return"),
    ],
)
def test_what_connect_must_return_is_told(config: ClientConfig, returned: Any, told: str) -> None:
    adapter = SimpleNamespace(connect=lambda _: returned, operations=("create_charge",))

    with pytest.raises(DriverError) as caught:
        PythonDriver(adapter).configure(config)
    assert told in str(caught.value)


def test_a_button_payload_is_signed_by_the_client(connected: Callable[..., PythonDriver]) -> None:
    assert connected(sign_button=str.upper).sign_button("a") == "A"


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        ({}, "cannot sign a button"),
        ({"sign_button": lambda _: None}, "sign_button returned NoneType where a str was due"),
        ({"sign_button": lambda _: 1 / 0}, "raised ZeroDivisionError"),
    ],
)
def test_a_button_that_is_not_signed_is_told(
    connected: Callable[..., PythonDriver], operations: dict[str, Any], told: str
) -> None:
    with pytest.raises(DriverError) as caught:
        connected(**operations).sign_button("a")
    assert told in str(caught.value)


def test_the_ca_file_is_trusted_from_connect_until_close(
    config: ClientConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/system.pem")
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    seen: list[dict[str, str]] = []
    driver = PythonDriver(SimpleNamespace(connect=lambda _: seen.append(dict(os.environ)) or {}))
    before = dict(os.environ)

    driver.configure(replace(config, ca_file="/mock.pem"))
    driver.configure(replace(config, ca_file="/other.pem"))
    assert [env["SSL_CERT_FILE"] for env in seen] == ["/mock.pem", "/other.pem"]
    assert seen[0]["REQUESTS_CA_BUNDLE"] == "/mock.pem"
    assert seen[0]["NO_PROXY"] == "example.org,localhost,127.0.0.1"

    driver.close()
    driver.close()
    assert dict(os.environ) == before


def test_the_environment_is_put_back_when_connect_fails(config: ClientConfig) -> None:
    before = dict(os.environ)
    driver = PythonDriver(SimpleNamespace(connect=_raiser(ValueError())))

    with pytest.raises(DriverError):
        driver.configure(replace(config, ca_file="/mock.pem"))
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("call", "given"),
    [
        (ClientCall("x"), "nothing"),
        (ClientCall("x", payload=None), None),
        (ClientCall("x", payload={}), {}),
        (ClientCall("x", payload={}, payload_text="{ }"), "{ }"),
    ],
)
def test_an_adapter_hands_over_the_exact_text_the_value_or_what_stands_for_none(
    call: ClientCall, given: object
) -> None:
    assert payload_of(call, absent="nothing") == given


def _adapter(**operations: Callable[[Any], Any]) -> SimpleNamespace:
    return SimpleNamespace(connect=lambda _: operations)


def _raiser(error: BaseException) -> Callable[[Any], Any]:
    def fail(_: Any) -> None:
        raise error

    return fail
