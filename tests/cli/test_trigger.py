"""`trigger` sends one notification, says what came back, and ends with what that means."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from amazonpay_conformance.cli import main
from amazonpay_conformance.mock.serving import ServedMock, served
from listening import Endpoint

CHARGE = "S01-5105180-3221187-C056351"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as taking:
        yield taking


@pytest.fixture
def mock(tmp_path: Path, endpoint: Endpoint) -> Iterator[ServedMock]:
    with served(tmp_path, notify=(endpoint.url,)) as serving:
        yield serving


def run(tmp_path: Path, *words: str) -> int:
    return main(["trigger", *words, "--out", str(tmp_path)])


@pytest.mark.parametrize(
    ("variant", "status", "code", "said"),
    [
        ("true", 200, 0, "taken"),
        ("true", 403, 1, "refused, and not sent again"),
        ("true", 500, 1, "an error: Amazon would send it again"),
        ("forged-signature", 400, 0, "refused, as it should be"),
        ("forged-signature", 200, 0, "taken: look that nothing was done because of it"),
        ("forged-signature", 500, 1, "an error"),
        ("strange-object", 400, 0, "refused"),
    ],
)
def test_it_says_what_came_back(
    variant: str,
    status: int,
    code: int,
    said: str,
    tmp_path: Path,
    endpoint: Endpoint,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endpoint.status = status
    assert run(tmp_path, CHARGE, "--endpoint", endpoint.url, "--variant", variant) == code
    out = capsys.readouterr().out
    assert f"{status} in" in out
    assert said in out
    assert "secret" not in out
    assert endpoint.messages[-1]["ObjectId"] == CHARGE


@pytest.mark.parametrize(
    ("object_id", "kind", "permission"),
    [
        (CHARGE, "CHARGE", "S01-5105180-3221187"),
        ("S01-5105180-3221187-R000000", "REFUND", "S01-5105180-3221187"),
        ("S01-5105180-3221187-B000000", "CHARGEBACK", "S01-5105180-3221187"),
        ("S01-5105180-3221187", "CHARGE_PERMISSION", "S01-5105180-3221187"),
    ],
)
def test_an_id_says_what_it_is_of(
    object_id: str, kind: str, permission: str, tmp_path: Path, endpoint: Endpoint
) -> None:
    assert run(tmp_path, object_id, "--endpoint", endpoint.url) == 0
    told = endpoint.messages[-1]
    assert (told["ObjectType"], told["ChargePermissionId"]) == (kind, permission)


def test_its_ca_is_the_same_the_next_time(tmp_path: Path, endpoint: Endpoint) -> None:
    run(tmp_path, CHARGE, "--endpoint", endpoint.url)
    first = (tmp_path / "ca.pem").read_bytes()
    run(tmp_path, CHARGE, "--endpoint", endpoint.url, "--switch", "notification-signature=2")
    assert (tmp_path / "ca.pem").read_bytes() == first
    assert endpoint.taken[-1]["SignatureVersion"] == "2"


def test_a_mock_that_runs_sends_it(
    mock: ServedMock, tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    from amazonpay_conformance.mock.control import Control

    charge = Control(mock.mock).seed("Charge", "Captured")["id"]
    assert run(tmp_path, charge, "--mock", mock.base_url) == 0
    assert endpoint.messages[-1]["ObjectId"] == charge
    assert run(tmp_path, charge, "--mock", mock.base_url, "--variant", "late") == 0
    assert "goes in an hour" in capsys.readouterr().out
    assert run(tmp_path, CHARGE, "--mock", mock.base_url) == 3
    assert re.search(r"the mock refuses: there is no .* 'S01-", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((CHARGE,), 2, "expected --endpoint URL, or --mock URL"),
        ((CHARGE, "--endpoint", "ftp://localhost/"), 2, "is no endpoint"),
        ((CHARGE, "--endpoint", "https://shop.example.com/ipn"), 2, "--allow-network"),
        ((CHARGE, "--endpoint", "http://localhost:9/", "--variant", "sideways"), 2, "'sideways' is none of"),
        ((CHARGE, "--endpoint", "http://localhost:9/", "--variant", "late"), 2, "expected --mock URL"),
        ((CHARGE, "--mock", "http://localhost:9"), 4, "no mock answers at http://localhost:9"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, *words) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_nobody_at_the_endpoint_has_an_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, CHARGE, "--endpoint", "http://localhost:9/ipn") == 4
    assert "nobody answers there" in capsys.readouterr().out


def test_it_asks_no_proxy(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://localhost:9")
    assert urllib.request.getproxies()["http"]
    assert run(tmp_path, CHARGE, "--endpoint", endpoint.url) == 0
