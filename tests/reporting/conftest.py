"""One small run that the tests of reports share: a client of five operations, wrong in two ways, and leaking.

It repeats all that it knows in its errors: its key, its headers, what it was answered. So whatever of that is
in an output, a report let through.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.commands.outputs import Wanted, write_more
from amazonpay_conformance.engine.certification import Certification
from amazonpay_conformance.engine.events import Event, ScenarioFinished
from amazonpay_conformance.engine.order import Order, Profile
from amazonpay_conformance.engine.result import Result
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.model.buyer import BUYER
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.reporting.event_stream import EventStream
from amazonpay_conformance.reporting.report import write_report
from amazonpay_conformance.reporting.terminal import summary
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMES = (
    "create_checkout_session",
    "get_checkout_session",
    "complete_checkout_session",
    "get_charge_permission",
    "create_charge",
)
SMALL = Profile("quick", random=2, elsewhere=0, shrink_requests=40, worlds=60)
FORMATS = ("junit", "ctrf", "sarif", "har")


class Leaky(ReferenceClient):
    """Departs in two ways, and quotes everything it knows when it raises."""

    def call(self, operation: Operation, call: ClientCall) -> Any:
        response = super().call(operation, call)
        if response.status_code >= 400:
            raise RuntimeError(f"{self._config.private_key} {response.request.headers} {response.text}")
        return response.status_code, response.text.replace(str(BUYER["name"]), "Mallory").replace(
            "Open", "Opened"
        )


class LeakyAdapter:
    """The adapter of the leaky client."""

    name = "leaky"

    def connect(self, config: ClientConfig) -> dict[str, Any]:
        client = Leaky(config)
        return {name: partial(client.call, OPERATIONS[name]) for name in NAMES}


@dataclass
class Heard:
    """Signatures that went over the wire."""

    signatures: set[str] = field(default_factory=set)

    def __call__(self, event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            for seen in (seen for made in event.run.made for seen in made.seen):
                value = seen.request.headers.get("authorization") or ""
                self.signatures.update(re.findall(r"Signature=([A-Za-z0-9+/]{20,})", value))


@dataclass(frozen=True)
class Small:
    """A run, and the directory with all that it wrote."""

    result: Result
    key: PrivateKey
    signing_key: Ed25519PrivateKey
    heard: Heard
    directory: Path

    @property
    def report(self) -> dict[str, Any]:
        """What is in report.json."""
        value: dict[str, Any] = json.loads((self.directory / "report.json").read_text(encoding="utf-8"))
        return value

    def printed(self, width: int) -> str:
        """What is printed."""
        lines = summary(
            self.result, directory=self.directory, command="replay {scenario}", colour=False, width=width
        )
        return "\n".join(lines)


def certified(directory: Path, key: PrivateKey, seed: int, *listeners: Any) -> Result:
    """Certify the leaky client, and write nothing."""
    key_file = directory / "key.pem"
    key_file.write_text(key.to_pem("pkcs8"), encoding="ascii")
    target = MockTarget(key, directory, transport="in-process")
    driver = PythonDriver(LeakyAdapter())
    with target.serving():
        result = Certification(driver, target, key, key_file, Order(SMALL, seed=seed), listeners).run()
    driver.close()
    return result


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The run, with everything that `certify` can write of it."""
    key, signing_key, heard, events = (
        generate_private_key(),
        Ed25519PrivateKey.generate(),
        Heard(),
        io.StringIO(),
    )
    stream = EventStream(events)
    result = certified(tmp_path_factory.mktemp("keys"), key, 1, heard, stream)
    stream.finished(result)
    directory = tmp_path_factory.mktemp("report")
    report = write_report(result, directory)
    write_more(report, directory, Wanted(FORMATS, signing_key))
    (directory / "events.ndjson").write_text(events.getvalue(), encoding="utf-8")
    return Small(result, key, signing_key, heard, directory)
