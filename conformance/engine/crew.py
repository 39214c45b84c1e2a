"""Several instances of one client, each with a caller of its own, who all call at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from amazonpay_conformance.clients.driver import (
    ABSENT,
    ClientCall,
    ClientConfig,
    Driver,
    Raised,
    Result,
    Unsupported,
)
from amazonpay_conformance.engine.asking import made_ids
from amazonpay_conformance.model.operations import Operation
from amazonpay_conformance.model.scenario import CallStep, Unresolved

Prepare: TypeAlias = Callable[[CallStep, Mapping[str, str]], tuple[Operation, ClientCall]]
"""Makes of a planned call what the client is asked, given what symbols stand for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that one of the callers made, in which order and how it ended; `made_ids` are by symbol."""

    caller: int
    planned: CallStep
    operation: Operation
    call: ClientCall
    result: Result
    made_ids: Mapping[str, str]


class Crew:
    """Drivers of one client, made and configured when they are needed first."""

    def __init__(self, make: Callable[[], Driver]) -> None:
        self._make = make
        self._config: ClientConfig | None = None
        self._drivers: list[Driver] = []
        self._configured = 0

    def configure(self, config: ClientConfig) -> None:
        """Construct every client anew, before its next call."""
        self._config, self._configured = config, 0

    def make(
        self, callers: Sequence[Sequence[CallStep]], bindings: Mapping[str, str], prepare: Prepare
    ) -> tuple[Attempt, ...]:
        """Make the calls of all callers, the first call of each at one time.

        Returns:
            What was called, caller by caller. A call whose symbols stand for nothing is not made.

        Raises:
            DriverError: a driver died, hung or broke its protocol.
        """
        drivers = self._ready(len(callers))
        start = threading.Barrier(len(callers))

        def act(number: int) -> list[Attempt]:
            known, attempts = dict(bindings), list[Attempt]()
            start.wait()
            for planned in callers[number]:
                try:
                    operation, call = prepare(planned, known)
                except Unresolved:
                    break
                result = drivers[number].call(call)
                ids = made_ids(planned, _body(result))
                known |= ids
                attempts.append(Attempt(number + 1, planned, operation, call, result, ids))
            return attempts

        with ThreadPoolExecutor(len(callers)) as pool:
            acting = [pool.submit(act, number) for number in range(len(callers))]
            return tuple(attempt for future in acting for attempt in future.result())

    def close(self) -> None:
        """Let every client go, the last one first: each puts back what it found in the environment."""
        for driver in reversed(self._drivers):
            driver.close()
        self._drivers, self._configured = [], 0

    def _ready(self, count: int) -> list[Driver]:
        if self._config is None:
            raise RuntimeError("configure() comes before make()")
        while len(self._drivers) < count:
            self._drivers.append(self._make())
        for driver in self._drivers[self._configured : count]:
            driver.hello()
            driver.configure(self._config)
        self._configured = max(self._configured, count)
        return self._drivers[:count]


def _body(result: Result) -> dict[str, Any]:
    if isinstance(result, Unsupported | Raised) or (result.status or 200) >= 300:
        return {}
    if result.body is not ABSENT:
        return result.body if isinstance(result.body, dict) else {}
    try:
        parsed = json.loads(result.raw_body or "null")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
