"""Scenarios of the lesser resources with a wrong server: the mock with the answers to one operation changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.engine.targets import MockTarget
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import CallStep, Scenario, Step
from amazonpay_conformance.reading.requests import Merchant, operation_of
from amazonpay_conformance.strategies.resources import ASKED, OF_RESOURCES, STORIES
from amazonpay_conformance.wire.keys import PrivateKey
from amazonpay_conformance.wire.messages import Request, Response

LANE: Final = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
EVERY: Final = {**STORIES, **ASKED, **OF_RESOURCES}
NOBODYS: Final = "S01-0000000-0000000"

Body: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Response], Response]


@dataclass
class Bench:
    """Plays scenarios with the reference client against servers of this folder."""

    key: PrivateKey
    directory: Path
    closing: ExitStack
    served: type[Service] = Service
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        # what is served changes from run to run, so a function stands for the class
        make: Any = lambda *given, **named: self.served(*given, **named)  # noqa: E731
        target = MockTarget(self.key, self.directory, transport="in-process", make=make)
        self.closing.enter_context(target.serving())
        target.open(LANE)
        driver = PythonDriver(reference)
        self.closing.callback(driver.close)
        nowhere = str(self.directory / "not-written.pem")
        pem, host = self.key.to_pem("pkcs8"), target.service_host
        driver.configure(
            ClientConfig(LANE.public_key_id, pem, nowhere, LANE.region, LANE.algorithm, host, None)
        )
        configured = Configured(LANE.public_key_id, LANE.region, LANE.algorithm, self.key.public)
        merchant = Merchant({LANE.public_key_id: self.key.public})
        self.runner = Runner(driver, target, configured, merchant, caller_keys=True)

    def play(self, steps: Iterable[Step], service: type[Service] = Service) -> Run:
        """Play a scenario against a fresh server."""
        self.served = service
        return self.runner.run(Scenario(tuple(steps)))


def with_operation(
    name: str, scenarios: Mapping[str, tuple[Step, ...]] = EVERY
) -> Iterator[tuple[Step, ...]]:
    """Yield the scenarios in which an operation is called."""
    for steps in scenarios.values():
        if any(isinstance(step, CallStep) and step.operation == name for step in steps):
            yield steps


def changing(place: str, change: Change) -> type[Service]:
    """Return a server that answers one operation otherwise: where it is done, or with "refused" where it is not."""
    name, _, refused = place.partition(" ")

    class Changing(Service):
        def handle(self, request: Request) -> Response:
            response = super().handle(request)
            mine = operation_of(request) == name and (response.status >= 400) is bool(refused)
            return change(response) if mine else response

    return Changing


def status(number: int) -> Change:
    return lambda answer: replace(answer, status=number)


def without(key: str) -> Change:
    def change(answer: Response) -> Response:
        body = json.loads(answer.body)
        del body[key]
        return replace(answer, body=json.dumps(body).encode())

    return change


def with_value(key: str, value: Any) -> Change:
    def change(answer: Response) -> Response:
        return replace(answer, body=json.dumps({**json.loads(answer.body), key: value}).encode())

    return change


def answer(number: int, body: Body) -> Change:
    """Another answer altogether."""
    return lambda given: replace(given, status=number, body=json.dumps(body).encode())


def refusal(number: int, reason: str) -> Change:
    body = json.dumps({"reasonCode": reason, "message": "no"}).encode()
    return lambda answer: replace(answer, status=number, body=body)
