"""What is to be certified, and how much of it is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from amazonpay_conformance.clients.driver import Algorithm, Region
from amazonpay_conformance.engine.scenario_files import Stored
from amazonpay_conformance.model.requirements import Subject


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is tried: random scenarios after the tour, scenarios in further lanes, requests to shrink.

    `worlds` are looked at to plan the tour, and `pairs` has it cover every pair of transitions.
    `thorough`: a server is asked for everything wrong in every place, not for each once.
    """

    name: str
    random: int
    elsewhere: int
    shrink_requests: int
    worlds: int = 400
    pairs: bool = False
    thorough: bool = False


PROFILES: Final[Mapping[str, Profile]] = {
    "quick": Profile("quick", random=40, elsewhere=3, shrink_requests=150),
    "full": Profile(
        "full", random=600, elsewhere=30, shrink_requests=300, worlds=800, pairs=True, thorough=True
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be certified, how, and what it may cost; None where only the profile sets a bound."""

    profile: Profile
    seed: int
    region: Region = "na"
    algorithm: Algorithm | None = None
    subjects: frozenset[Subject] = frozenset({"client"})
    skew_seconds: int = 300
    deadline: float = 30.0
    max_seconds: float | None = None
    max_requests: int | None = None
    shrink_requests: int | None = None
    corpus: tuple[Stored, ...] = ()
    shard: tuple[int, int] = (1, 1)
    """(k, n): every n-th of the scenarios that are planned, from the k-th on; all n are the whole."""
