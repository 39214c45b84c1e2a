"""The subprocess driver against a driver that keeps the protocol and against one fault at a time."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from amazonpay_conformance.clients.driver import (
    ClientCall,
    ClientConfig,
    DriverError,
    Raised,
    Returned,
    Unsupported,
)
from amazonpay_conformance.clients.subprocess_driver import SubprocessDriver

PATIENT = ClientCall("create_charge", payload={})
HASTY = replace(PATIENT, deadline=0.05)

# fault -> what the error says; each is met on the way from hello to the first call
FAULTS = {
    "dies_at_start": "exited with code 3 before it answered hello: LicenceError: no licence",
    "dies_in_mid_call": "was ended by signal 9 before it answered call 1 (create_charge)",
    "closes_stdout": "closed its stdout before it answered hello",
    "hangs": "hangs: no answer to call 1 (create_charge) in 0.05 s: waiting for the moon",
    "prints_rubbish": "printed 'Debug: about to say hello, then hello, then",
    "prints_bytes": "which is not JSON: stdout is the protocol, logs belong on stderr",
    "prints_a_list": "answered hello with a JSON list where an object was due",
    "prints_nesting": "which is not JSON",
    "says_other_type": "answered hello with type 'ready' where 'hello' was due",
    "says_other_id": "answered call 1 (create_charge) with id 2 where 1 was due",
    "says_other_version": "answered hello with protocol version 2; this kit speaks 1",
    "breaks_the_schema": 'breaks its schema at /status: found the string "200", expected integer or null',
}


@pytest.fixture
def start(driver_script: Callable[[str], str]) -> Iterator[Callable[..., SubprocessDriver]]:
    """From a fault, or none, to a driver that is closed in the end."""
    started: list[SubprocessDriver] = []

    def start_one(fault: str | None = None, **options: object) -> SubprocessDriver:
        script = [driver_script("correct")] if fault is None else [driver_script("faulty"), fault]
        started.append(SubprocessDriver([sys.executable, "-S", "-E", *script], grace=0.0, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start_one
    for driver in started:
        driver.close()


def test_a_correct_driver_says_who_its_client_is(start: Callable[..., SubprocessDriver]) -> None:
    hello = start().hello()

    assert (hello.name, hello.language) == ("echo", "Python")
    assert hello.capabilities.operations == {"create_charge", "get_charge"}
    assert hello.capabilities.idempotency_key == "both"
    assert hello.capabilities.algorithms == ("AMZN-PAY-RSASSA-PSS",), "what is not declared has its default"


def test_hello_starts_one_child_only(start: Callable[..., SubprocessDriver]) -> None:
    driver = start()

    assert driver.hello() is driver.hello()


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (ClientCall("create_charge"), {}),
        (ClientCall("create_charge", payload=None), {"payload": None}),
        (ClientCall("create_charge", payload={}), {"payload": {}}),
        (ClientCall("create_charge", payload={"note": "ë\ud800 \n"}), {"payload": {"note": "ë\ud800 \n"}}),
        (ClientCall("create_charge", payload_text=' {"a": 1}'), {"payload_text": ' {"a": 1}'}),
    ],
)
def test_absent_null_empty_and_exact_payloads_arrive_as_they_are(
    start: Callable[..., SubprocessDriver], config: ClientConfig, call: ClientCall, sent: dict[str, object]
) -> None:
    driver = start()
    driver.configure(config)
    result = driver.call(call)

    assert isinstance(result, Returned)
    question = result.body["question"]
    assert {name: question[name] for name in ("payload", "payload_text") if name in question} == sent


def test_a_call_carries_id_headers_and_deadline(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start()
    driver.configure(config)
    driver.call(PATIENT)
    result = driver.call(
        ClientCall("get_charge", "S01-C1", headers=(("X-A", "1"), ("x-a", "2")), deadline=12.5)
    )

    assert isinstance(result, Returned)
    assert result.body["question"] == {
        "type": "call",
        "id": 2,
        "operation": "get_charge",
        "path_id": "S01-C1",
        "headers": [["X-A", "1"], ["x-a", "2"]],
        "deadline": 12.5,
    }
    assert (result.status, result.raw_body, result.request_id) == (200, None, "r-1")
    assert result.caller_headers == (("X-A", "1"), ("x-a", "2"))


def test_what_the_client_raises_and_lacks_are_results(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start()
    driver.configure(config)

    assert driver.call(ClientCall("get_charge", "raise")) == Raised("PaymentError", "declined", 422, "{}")
    assert driver.call(ClientCall("get_refund")) == Unsupported("no such method")


def test_a_button_payload_is_signed_byte_for_byte(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start()
    driver.configure(config)

    assert driver.sign_button("ë") == "w6s="


def test_a_refused_configuration_leaves_the_driver_running(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start()
    before = driver.hello().version
    with pytest.raises(DriverError, match="answered config with an error: no such key"):
        driver.configure(replace(config, public_key_id="refused"))
    driver.configure(config)

    assert driver.hello().version == before


def test_a_refused_hello_is_asked_of_the_same_child_again(start: Callable[..., SubprocessDriver]) -> None:
    driver = start("refuses_hello")
    refusals = []
    for _ in range(2):
        with pytest.raises(DriverError, match="answered hello with an error: not today") as caught:
            driver.hello()
        refusals.append(str(caught.value))

    assert refusals[0] == refusals[1]


def test_the_child_trusts_the_ca_file_and_sees_the_extra_environment(
    start: Callable[..., SubprocessDriver], config: ClientConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    driver = start(env={"EXTRA": "yes"}, ca_file="/ca.pem")
    driver.configure(replace(config, ca_file="/ca.pem"))
    result = driver.call(PATIENT)

    assert isinstance(result, Returned)
    assert result.body["trust"] == {
        "SSL_CERT_FILE": "/ca.pem",
        "NODE_EXTRA_CA_CERTS": "/ca.pem",
        "NO_PROXY": "example.org,localhost,127.0.0.1",
        "EXTRA": "yes",
    }


def test_another_ca_file_starts_the_child_anew(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start()
    before = driver.hello().version
    driver.configure(replace(config, ca_file="/other.pem"))
    result = driver.call(PATIENT)

    assert driver.hello().version != before
    assert isinstance(result, Returned)
    assert result.body["trust"]["SSL_CERT_FILE"] == "/other.pem"


@pytest.mark.parametrize(("fault", "told"), FAULTS.items())
def test_each_fault_is_told_in_one_line(
    start: Callable[..., SubprocessDriver], config: ClientConfig, fault: str, told: str
) -> None:
    driver = start(fault)
    with pytest.raises(DriverError) as caught:
        _converse(driver, config, HASTY if fault == "hangs" else PATIENT)

    message = str(caught.value)
    assert told in message
    assert fault in message, "the command is named"
    assert "\n" not in message
    assert len(message) < 400


def test_a_driver_that_failed_is_gone_and_says_why(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start("hangs")
    pid = int(driver.hello().version)
    with pytest.raises(DriverError):
        _converse(driver, config, HASTY)

    assert not _exists(pid)
    with pytest.raises(DriverError, match=r"is not running.*hangs: no answer to call 1"):
        driver.call(PATIENT)


def test_a_driver_that_failed_can_be_started_again(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    driver = start("dies_in_mid_call")
    with pytest.raises(DriverError):
        _converse(driver, config, PATIENT)

    driver.configure(config)


def test_what_a_hanging_driver_started_is_killed_with_it(
    start: Callable[..., SubprocessDriver], config: ClientConfig
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        driver = start("hangs_with_a_child", env={"CHILD_PORT": str(server.getsockname()[1])})
        driver.configure(config)
        child, _ = server.accept()
        with child:
            with pytest.raises(DriverError, match="hangs"):
                driver.call(HASTY)
            child.settimeout(30)
            assert child.recv(1) == b"", "the connection of a killed process is closed"


def test_noise_on_stderr_is_no_fault(start: Callable[..., SubprocessDriver], config: ClientConfig) -> None:
    assert isinstance(_converse(start("is_noisy"), config, PATIENT), Returned)


def test_close_lets_the_child_end_and_may_be_called_twice(start: Callable[..., SubprocessDriver]) -> None:
    driver = start()
    pid = int(driver.hello().version)
    driver.close()
    driver.close()

    assert not _exists(pid)


def test_close_kills_a_child_that_will_not_end(
    start: Callable[..., SubprocessDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amazonpay_conformance.clients.subprocess_driver._POLITE_SECONDS", 0.05)
    driver = start("never_ends")
    pid = int(driver.hello().version)
    driver.close()

    assert not _exists(pid)


def test_closing_what_was_never_started_does_nothing(start: Callable[..., SubprocessDriver]) -> None:
    start().close()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["/nowhere/driver"], "there is no such command"),
        ([str(Path(__file__))], "the command is not executable"),
        ([], "empty command"),
        (["driver\0"], "cannot be started: embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_started_is_told(command: list[str], told: str) -> None:
    with pytest.raises(DriverError, match=told):
        SubprocessDriver(command).hello()


def test_a_call_before_configure_is_told() -> None:
    with pytest.raises(DriverError, match=r"hello\(\) comes first"):
        SubprocessDriver(["true"]).call(PATIENT)


def _converse(driver: SubprocessDriver, config: ClientConfig, call: ClientCall) -> object:
    driver.configure(config)
    return driver.call(call)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
