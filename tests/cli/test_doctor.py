"""doctor tells what is not set up, whose affair it is, and what to do, before a run begins."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mock.serving import ServedMock, served
from amazonpay_conformance.wire.keys import generate_private_key

IN_PROCESS = ("--transport", "in-process")
WRONG = """
class Wrong(ReferenceClient):
    def _headers(self, operation, call):
        return super()._headers(operation, call).with_value("content-type", "text/plain")

def connect(config):
    return reference.connect(config, Wrong)
"""
ELSEWHERE = """
def connect(config):
    return {"get_charge": lambda call: {"status": 200}}
"""
UNSIGNED_BUTTON = """
def connect(config):
    return {
        **reference.connect(config),
        "sign_button": lambda call: call.payload,
    }
"""
NOTHING = "def connect(config):\n    return {}\n"


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedMock]:
    with served(tmp_path_factory.mktemp("mock"), region="eu") as running:
        yield running


@pytest.fixture
def environment(mock: ServedMock) -> Mapping[str, str]:
    return {
        "AMAZON_PAY_PUBLIC_KEY_ID": mock.public_key_id,
        "AMAZON_PAY_PRIVATE_KEY": str(mock.private_key_file),
        "AMAZON_PAY_REGION": "eu",
    }


@pytest.fixture
def examined(command: Callable[..., Any]) -> Callable[..., tuple[int, dict[str, str], str]]:
    """Run doctor; return its exit code, the answer by subject, and what to do about the last."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        ran = command("doctor", "--json", *arguments, env=env)
        value = json.loads(ran.out)
        assert schemas.violations("formats/examination", value) == ()
        assert value["exit_code"] == ran.code
        found = value["examined"]
        assert all(each["answer"] in ("ok", "left out") for each in found[:-1]), "it stops at the first"
        assert all("\n" not in each["told"] + each["advice"] for each in found)
        return ran.code, {each["subject"]: each["answer"] for each in found}, found[-1]["advice"]

    return run


def test_a_client_that_can_be_tried_is_ready(command: Callable[..., Any], tmp_path: Path) -> None:
    ran = command("doctor", *IN_PROCESS)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "everything is set up: certify can begin")
    assert "get_charge arrived, its signature verifies, answered 404" in ran.out
    assert "\x1b" not in ran.out
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_client_is_told_apart_from_a_set_up_fault(
    examined: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    code, found, advice = examined("--client", adapter(WRONG), *IN_PROCESS)
    assert (code, found["signed request"]) == (1, "client is wrong")
    assert advice.endswith("amazonpay-conformance explain HDR-005")


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        (ELSEWHERE, "signed request"),
        (UNSIGNED_BUTTON, "driver"),
        (NOTHING, "driver"),
        ("x = 1", "client"),
    ],
)
def test_a_client_that_cannot_be_tried_is_a_set_up_fault(
    body: str, subject: str, examined: Callable[..., Any], adapter: Callable[[str], str]
) -> None:
    code, found, advice = examined("--client", adapter(body), *IN_PROCESS)
    assert (code, found[subject]) == (3, "set-up")
    assert advice


def test_a_public_key_that_is_not_looked_at_is_said_to_be(command: Callable[..., Any]) -> None:
    ran = command("doctor", "--public-key", "mine.pub.pem", *IN_PROCESS)
    assert ran.code == 0
    assert "mine.pub.pem is not looked at: the kit's own mock is the target" in ran.out


def test_a_driver_that_dies_is_a_set_up_fault(examined: Callable[..., Any]) -> None:
    code, found, _ = examined("--client", "exec:python3 -c 'import sys; sys.exit(7)'")
    assert (code, found["driver"]) == (3, "set-up")


def test_a_target_elsewhere_is_looked_at_from_its_host_to_the_signed_request(
    examined: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str]
) -> None:
    target = ("--target", mock.base_url, "--ca-file", str(mock.ca_file))
    code, found, _ = examined(*target, env=environment)
    assert code == 0
    looked_at = ["credentials", "key pair", "region", "host", "certificate", "clock"]
    assert [*found] == [*looked_at, "client", "driver", "signed request", "signed button"]
    assert set(found.values()) <= {"ok", "left out"}


def test_a_key_that_the_service_does_not_know_is_a_set_up_fault(
    examined: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str], tmp_path: Path
) -> None:
    another = tmp_path / "another.pem"
    another.write_text(generate_private_key().to_pem("pkcs8"), encoding="ascii")
    target = ("--target", mock.base_url, "--ca-file", str(mock.ca_file))
    code, found, advice = examined(*target, env={**environment, "AMAZON_PAY_PRIVATE_KEY": str(another)})
    assert (code, found["signed request"]) == (3, "set-up")
    assert "belong together" in advice


def test_a_private_key_is_compared_with_the_public_one(
    examined: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str], tmp_path: Path
) -> None:
    stranger = tmp_path / "public.pem"
    stranger.write_text(generate_private_key().public.to_pem(), encoding="ascii")
    target = ("--target", mock.base_url, "--public-key", str(stranger))
    code, found, _ = examined(*target, env=environment)
    assert (code, found["key pair"]) == (3, "set-up")


# fmt: off
FAULTS = {
    "no host there": (["--target", "https://localhost:9"], {}, 4, "host"),
    "an untrusted certificate": (["--target", "MOCK"], {}, 3, "certificate"),
    "another region": (["--target", "MOCK", "--region", "jp"], {}, 3, "region"),
    "a live key": (["--target", "MOCK"], {"AMAZON_PAY_PUBLIC_KEY_ID": "LIVE-A"}, 3, "credentials"),
    "no key": (["--target", "MOCK"], {"AMAZON_PAY_PRIVATE_KEY": "/dev/null"}, 3, "key pair"),
    "the sandbox, not asked for": (["--target", "sandbox"], {}, 2, "credentials"),
    "no target": (["--target", "ftp://somewhere"], {}, 2, "host"),
}
# fmt: on


@pytest.mark.parametrize("what", FAULTS)
def test_each_set_up_fault_has_its_name_its_code_and_what_to_do(
    what: str, examined: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str]
) -> None:
    arguments, variables, expected, subject = FAULTS[what]
    given = [mock.base_url if word == "MOCK" else word for word in arguments]
    code, found, advice = examined(*given, env={**environment, **variables})
    assert (code, list(found)[-1]) == (expected, subject)
    assert advice


def test_a_sandbox_without_credentials_is_not_set_up(examined: Callable[..., Any]) -> None:
    code, found, advice = examined("--target", "sandbox", "--allow-network")
    assert (code, found) == (3, {"credentials": "set-up"})
    assert "AMAZON_PAY_PUBLIC_KEY_ID" in advice


class Late(BaseHTTPRequestHandler):
    """A service that is an hour late."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) - 3600)

    def log_message(self, *_: object) -> None:
        pass


def test_a_clock_that_is_off_is_told(examined: Callable[..., Any]) -> None:
    with HTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code, found, advice = examined("--target", f"http://localhost:{server.server_port}")
        server.shutdown()
    assert (code, found["clock"]) == (3, "set-up")
    assert "NTP" in advice


def test_what_speaks_no_tls_is_told(examined: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        code, found, _ = examined("--target", f"https://localhost:{listening.getsockname()[1]}")
    assert (code, found["certificate"]) == (3, "set-up")
