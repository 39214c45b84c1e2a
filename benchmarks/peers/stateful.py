"""The plain state machine of machine.py on the twenty: Hypothesis draws, shrinks and prints."""

from __future__ import annotations

import re
import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test
from machine import Shop
from measured import Measured

SETTINGS = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.explain],
)


class Watched(Shop):
    """The same; it notes when something was first wrong."""

    began = 0.0
    first: tuple[int, float] | None = None

    def teardown(self) -> None:
        """Called by Hypothesis at the end of each example, while what was raised is on its way up."""
        raised = type(sys.exception())
        if self.first is None and issubclass(raised, Exception) and "hypothesis" not in raised.__module__:
            requests = sum(house.requests for house in self.seen)
            Watched.first = requests, time.perf_counter() - self.began


def measured(subject: str, number: int, seconds: float) -> Measured:
    """Run it on a subject with a seed; shrinking takes as long as Hypothesis lets it."""
    Watched.subject, Watched.seen, Watched.first = subject, [], None
    Watched.began = time.perf_counter()
    error, turn = None, 0
    while error is None and time.perf_counter() - Watched.began < seconds:
        try:
            seed(number * 1000 + turn)(get_state_machine_test(Watched, settings=SETTINGS))()
        except Exception as problem:  # whatever its books did not expect
            error = problem
        turn += 1
    total = sum(house.requests for house in Watched.seen)
    if error is None or Watched.first is None:
        return Measured("state machine", subject, number, False, total=total)
    at, took = Watched.first
    text = "\n".join([str(error), *getattr(error, "__notes__", [])])
    again = _reproduces(text)
    return Measured(
        "state machine", subject, number, True, at, took, total - at, len(text.splitlines()), again, total
    )


def _reproduces(printed: str) -> bool | None:
    """Run what was printed, on a fresh server; tell whether it fails again."""
    lines = [
        line
        for line in printed.splitlines()
        if re.match(r"state = |\w+ = state\.|state\.|[\w, ]+ = state", line)
    ]
    if not lines:
        return None
    try:
        exec("\n".join(lines), {"Watched": Watched, "Shop": Shop})  # noqa: S102 - it is what was printed
    except Exception:
        return True
    return False
