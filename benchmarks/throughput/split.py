"""Where the time of a run goes: client and wire, mock, reading and model, checks, planning, all the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from amazonpay_conformance.engine import runner as running
from amazonpay_conformance.engine.follow import Oracle
from amazonpay_conformance.engine.runner import Runner
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.wire.keys import load_private_key

SIGNATURES = 200


class Parts:
    """Adds up what each part takes, without the parts that it calls; one thread works at a time."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside = [0.0]

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time noted."""

        def noted(*arguments: Any, **named: Any) -> Any:
            began = time.process_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                whole = time.process_time() - began
                self.spent[part] += whole - self._inside.pop()  # type: ignore[assignment]
                self._inside[-1] += whole

        return noted


def parts(runner: Runner, search: Iterator[Scenario], scenario: Scenario, count: int) -> dict[str, float]:
    """Return milliseconds a request by part.

    Args:
        runner: runs the scenario.
        search: where as many steps are planned as are run.
        scenario: what is run, `count` times.
        count: how often.
    """
    noted = Parts()
    with ExitStack() as patched:
        for owner, name, part in (
            (type(runner.driver), "call", "client and wire"),
            (Service, "handle", "mock"),
            (Oracle, "see", "reading and model"),
            (running, "judge", "checks"),
        ):
            patched.enter_context(patch.object(owner, name, noted.timed(part, getattr(owner, name))))
        planned, run = noted.timed("planning", search.__next__), noted.timed("recording", runner.run)
        steps = 0
        for _ in range(count):
            run(scenario)
        while steps < count * len(scenario):
            steps += len(planned())
    return {part: round(spent / count / len(scenario) * 1e3, 3) for part, spent in noted.spent.items()}


def signature(runner: Runner) -> float:
    """Return seconds for one signature of the client's key, which no client can be without."""
    if runner.config is None:
        return 0.0
    key = load_private_key(runner.config.private_key)
    least = []
    for _ in range(SIGNATURES):
        began = time.process_time()
        key.sign_pss(b"x" * 64, salt_length=32)
        least.append(time.process_time() - began)
    return min(least)
