"""What happens during a certification, in the past tense; reports listen to these and to nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from amazonpay_conformance.clients.driver import Hello
from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run


@dataclass(frozen=True, slots=True)
class Started:
    """The client said hello; `scenarios` are planned in all lanes together."""

    hello: Hello
    target: str
    profile: str
    seed: int
    lanes: tuple[Lane, ...]
    scenarios: int


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    """One more scenario was run; `number` counts from 1."""

    number: int
    lane: Lane
    run: Run


@dataclass(frozen=True, slots=True)
class FindingAppeared:
    """A requirement broke that had not broken before."""

    group: Group


@dataclass(frozen=True, slots=True)
class ScenarioShrunk:
    """The smallest scenario of a finding is known, at the cost of so many requests."""

    group: Group
    requests: int


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The run ended early. What was found until then is kept."""

    reason: str


Event: TypeAlias = Started | ScenarioFinished | FindingAppeared | ScenarioShrunk | Interrupted
Listener: TypeAlias = Callable[[Event], None]
