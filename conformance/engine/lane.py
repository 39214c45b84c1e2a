"""A lane: one way to configure the client. Most scenarios run in the first, a few in each of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amazonpay_conformance.clients.driver import Algorithm, Capabilities, Region
from amazonpay_conformance.wire.signing import ALGORITHMS

if TYPE_CHECKING:
    from amazonpay_conformance.model.scenario import Scenario

PREFIXED_KEY_ID = "SANDBOX-AEXAMPLE0CONFORMANCE0KEY"
CLASSIC_KEY_ID = "AEXAMPLE0CONFORMANCE0KEY"
"""Made-up ids in the two styles of api-facts §1."""
OTHER_KEY_ID = "SANDBOX-AEXAMPLE0OF0ANOTHER0ONE0"
"""The id of another merchant's key."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Region, algorithm and public key id of a client."""

    region: Region
    algorithm: Algorithm
    public_key_id: str

    def __str__(self) -> str:
        style = "SANDBOX- key" if self.public_key_id.startswith("SANDBOX-") else "classic key"
        return f"{self.region}, {self.algorithm}, {style}"


def spread_over(lanes: tuple[Lane, ...], scenarios: list[Scenario]) -> Iterator[tuple[Lane, list[Scenario]]]:
    """Yield the scenarios of a search lane by lane: half of them in the first, the others by turns.

    Args:
        lanes: the lanes, the main one first.
        scenarios: what a seed chose; amounts are symbols, so each is good for every currency.
    """
    main, *others = lanes
    yield main, scenarios[::2] if others else scenarios
    for number, lane in enumerate(others):
        yield lane, scenarios[1::2][number :: len(others)]


def lanes(capabilities: Capabilities, *, region: Region, algorithm: Algorithm | None) -> Iterator[Lane]:
    """Yield the lanes for a client, the main one first.

    Args:
        capabilities: what the client declares.
        region: the region of the main lane.
        algorithm: only this algorithm, or every one that the client declares.
    """
    known = [a for a in capabilities.algorithms if a in ALGORITHMS]
    algorithms: list[Algorithm] = [algorithm] if algorithm else known or ["AMZN-PAY-RSASSA-PSS"]
    yield Lane(region, algorithms[0], PREFIXED_KEY_ID)
    for other in algorithms[1:]:
        yield Lane(region, other, PREFIXED_KEY_ID)
    regions: tuple[Region, ...] = ("na", "eu", "jp")
    for elsewhere in regions:
        if elsewhere != region:
            yield Lane(elsewhere, algorithms[0], CLASSIC_KEY_ID)
