"""With pytest-xdist: a worker sends what it certified, the controller tells it; workers print nothing."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from amazonpay_conformance.plugin.outcomes import Outcome
from amazonpay_conformance.plugin.runs import OUTCOMES, meeting_place


class Workers:
    """Hooks of both sides; registered only where something is certified and pytest-xdist is there."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._places: set[str] = set()

    def pytest_sessionfinish(self) -> None:
        """Send the outcomes, where this is a worker."""
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            outcomes = self._config.stash.get(OUTCOMES, {})
            output["amazonpay_outcomes"] = [outcome.to_json() for outcome in outcomes.values()]
            output["amazonpay_place"] = str(meeting_place(self._config))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the outcomes of a worker that is done."""
        output = getattr(node, "workeroutput", {})
        held = self._config.stash.setdefault(OUTCOMES, {})
        for text in output.get("amazonpay_outcomes", ()):
            outcome = Outcome.from_json(text)
            held[outcome.label] = outcome
        if "amazonpay_place" in output:
            self._places.add(output["amazonpay_place"])

    def pytest_unconfigure(self) -> None:
        """Remove what the workers shared."""
        for place in self._places:
            shutil.rmtree(place, ignore_errors=True)
