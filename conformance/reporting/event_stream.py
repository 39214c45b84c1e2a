"""What happens during a certification, a JSON value a line, while it happens: schemas/formats/event.json."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

from amazonpay_conformance.engine.events import (
    Event,
    FindingAppeared,
    Interrupted,
    ScenarioFinished,
    ScenarioShrunk,
    Started,
)
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.result import Result
from amazonpay_conformance.wire.redaction import redact_text

FORMAT: Final = 1


class EventStream:
    """Writes events as they come; where nobody reads any more, it is silent, and the run goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gone = False

    def __call__(self, event: Event) -> None:
        """Write an event."""
        self._write(event_value(event))

    def finished(self, result: Result) -> None:
        """Write that it is over, and how it ended."""
        self._write(
            {
                "event": "finished",
                "verdict": result.verdict,
                "scenarios": result.scenarios,
                "requests": result.requests,
                "findings": [str(group.key) for group in result.findings],
                "error": redact_text(result.error) or None,
            }
        )

    def _write(self, value: dict[str, Any]) -> None:
        if self._gone:
            return
        line = json.dumps({"format": FORMAT, "at": round(time.time(), 3), **value}, ensure_ascii=False)
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._gone = True


def event_value(event: Event) -> dict[str, Any]:
    """Return what is told of an event: its name, and what was not told before."""
    return _VALUES[type(event)](event)


def _started(event: Started) -> dict[str, Any]:
    hello = event.hello
    return {
        "event": "started",
        "client": {"name": hello.name, "version": hello.version, "language": hello.language},
        "target": event.target,
        "profile": event.profile,
        "seed": event.seed,
        "lanes": [_lane(lane) for lane in event.lanes],
        "scenarios": event.scenarios,
    }


def _scenario_finished(event: ScenarioFinished) -> dict[str, Any]:
    run = event.run
    return {
        "event": "scenario_finished",
        "number": event.number,
        "lane": _lane(event.lane),
        "steps": len(run.scenario),
        "requests": run.requests,
        "transitions": sorted(run.covered),
        "broken": sorted({finding.requirement.id for finding in run.findings}),
        "unclear": redact_text(run.unclear) or None,
    }


def _finding_appeared(event: FindingAppeared) -> dict[str, Any]:
    first = event.group.first
    return {
        "event": "finding_appeared",
        "id": str(event.group.key),
        "requirement": first.requirement.id,
        "level": first.requirement.level,
        "operation": first.operation,
        "expected": redact_text(first.problem.expected),
        "received": redact_text(first.problem.received),
    }


def _scenario_shrunk(event: ScenarioShrunk) -> dict[str, Any]:
    return {
        "event": "scenario_shrunk",
        "id": str(event.group.key),
        "steps": len(event.group.scenario),
        "requests": event.requests,
        "reproduced": event.group.reproduced,
    }


def _interrupted(event: Interrupted) -> dict[str, Any]:
    return {"event": "interrupted", "reason": redact_text(event.reason)}


def _lane(lane: Lane) -> dict[str, str]:
    return {"region": lane.region, "algorithm": lane.algorithm, "public_key_id": lane.public_key_id}


_VALUES: Final[dict[type[Event], Callable[[Any], dict[str, Any]]]] = {
    Started: _started,
    ScenarioFinished: _scenario_finished,
    FindingAppeared: _finding_appeared,
    ScenarioShrunk: _scenario_shrunk,
    Interrupted: _interrupted,
}
