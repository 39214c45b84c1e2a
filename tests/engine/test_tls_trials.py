"""A client is led to servers that it should not trust: what is tried, what is not, and why."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.checks.judge import judge_trial
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import Capabilities, ClientConfig, Hello
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.verification import signs_of_no_verification
from amazonpay_conformance.engine import tls_trials
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.engine.tls_trials import REQUIREMENT_OF, try_tls
from amazonpay_conformance.mock.certificates import Certificates

KEYS = Path(__file__).parents[1] / "keys"
KEY_FILE = KEYS / "test-only-private-pkcs8.pem"
CONFIG = ClientConfig(
    "SANDBOX-AEXAMPLE0CONFORMANCE0KEY",
    KEY_FILE.read_text(encoding="ascii"),
    str(KEY_FILE),
    "na",
    "AMZN-PAY-RSASSA-PSS-V2",
    "localhost:9",
    None,
)


@dataclass(frozen=True)
class Adapter:
    """The reference client, or what is made of it."""

    make: type[reference.ReferenceClient] = reference.ReferenceClient
    name: str = "a client"
    algorithms: tuple[str, ...] = reference.algorithms
    operations: tuple[str, ...] = reference.operations

    def connect(self, config: ClientConfig) -> Any:
        """Return the operations."""
        return reference.connect(config, self.make)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def driver() -> Iterator[PythonDriver]:
    driver = PythonDriver(Adapter())
    yield driver
    driver.close()


def trials(driver: PythonDriver, certificates: Certificates | None) -> tls_trials.Trials:
    ca_file = str(certificates.ca_file) if certificates else None
    return try_tls(driver, driver.hello(), replace(CONFIG, ca_file=ca_file), certificates)


def test_our_own_client_refuses_all_of_them(driver: PythonDriver, certificates: Certificates) -> None:
    found = trials(driver, certificates)
    judged = [one for tried in found.tried for one in judge_trial(tried)]
    assert {one.requirement for one in judged} | set(found.skipped) == set(REQUIREMENT_OF.values())
    assert not [one for one in judged if one.problems]
    assert set(found.skipped) <= {"TLS-006"}  # where OpenSSL cannot serve it


def test_they_take_a_few_seconds_at_most(driver: PythonDriver, certificates: Certificates) -> None:
    began = time.monotonic()
    trials(driver, certificates)
    assert time.monotonic() - began < 20  # two busy cores; one alone takes less than one second


def test_without_tls_nothing_is_tried_and_the_reason_told(driver: PythonDriver) -> None:
    found = trials(driver, None)
    assert found.tried == []
    assert set(found.skipped) == set(REQUIREMENT_OF.values())
    assert all("--transport https" in why for why in found.skipped.values())


def test_a_client_that_reaches_nothing_at_all_has_refused_nothing(certificates: Certificates) -> None:
    class Silent(reference.ReferenceClient):
        def _send(self, _: Any) -> Any:
            raise OSError("no network")

    driver = PythonDriver(Adapter(Silent))
    found = trials(driver, certificates)
    driver.close()
    assert found.tried == []
    assert all("good certificate either" in why for why in found.skipped.values())


def test_a_client_without_a_fitting_call_is_not_tried(
    driver: PythonDriver, certificates: Certificates
) -> None:
    hello = Hello("a client", "1", "Python", Capabilities(frozenset({"get_buyer"})))
    found = try_tls(driver, hello, CONFIG, certificates)
    assert found.tried == []
    assert all("none of the operations" in why for why in found.skipped.values())


def test_what_a_slow_client_leaves_no_time_for_is_not_tried(
    driver: PythonDriver, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_trials, "ALL_SECONDS", -1.0)
    found = trials(driver, certificates)
    assert [tried.server for tried in found.tried] == ["process"]
    assert all("too long" in why for name, why in found.skipped.items() if name != "TLS-006")


def test_old_tls_that_openssl_cannot_serve_is_never_a_pass(
    driver: PythonDriver, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_trials, "_can_be_served", lambda _: False)
    found = trials(driver, certificates)
    assert "cannot serve TLS 1.0" in found.skipped["TLS-006"]
    assert "tls-1.0" not in {tried.server for tried in found.tried}


def test_openssl_of_this_machine_serves_what_the_trial_needs_or_says_so(certificates: Certificates) -> None:
    assert tls_trials._can_be_served(certificates.context_of(ssl.TLSVersion.TLSv1_2))


def test_a_process_of_its_own_that_tells_nothing_is_not_judged() -> None:
    class Elsewhere:
        """A driver of neither kind."""

    why = signs_of_no_verification(Elsewhere(), "https://localhost:9/", "Java")  # type: ignore[arg-type]
    assert isinstance(why, str)
    assert "not visible" in why


def test_certify_reports_them() -> None:
    with prepared(Choice("reference")) as ready:
        order = Order(replace(PROFILES["quick"], random=0, elsewhere=0, shrink_requests=0), seed=1)
        result = ready.certification(order).run()
    verdicts = {judged.requirement.id: judged.verdict for judged in result.requirements()}
    assert {verdicts[name] for name in REQUIREMENT_OF.values()} <= {"pass", "not exercised"}
    assert verdicts["TLS-001"] == "pass"
