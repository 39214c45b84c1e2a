"""The random search: scenarios that a seed chooses, nothing else.

Each starts on the way to one of the worlds that the tour explored, so that late states are visited as often
as early ones, and goes on by chance. All of it is computed from the model before anything is sent, so the
same seed gives the same run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from amazonpay_conformance.model.scenario import CallStep, Scenario
from amazonpay_conformance.strategies.flaws import breaks, broken
from amazonpay_conformance.strategies.generator import GROUP_WEIGHTS, Abilities, Candidate, Planner
from amazonpay_conformance.strategies.tour import Place

REFUSED_SHARE: Final = 0.25
"""How often a random step is one that must be refused."""


TRIES: Final = 40

BROKEN_SHARE: Final = 0.08
"""How often a body that is right has one rule of its schema broken, whichever it is."""


class Search:
    """A stream of scenarios for one client and target. `covered` counts what has been planned so far."""

    def __init__(
        self,
        abilities: Abilities,
        places: tuple[Place, ...],
        *,
        seed: int,
        region: str = "na",
        max_steps: int = 10,
    ) -> None:
        self._abilities = abilities
        self._places = places
        self._random = random.Random(seed)  # noqa: S311 - a plan, not a secret
        self._region = region
        self._max_steps = max_steps
        self.covered: Counter[str] = Counter()

    def random(self) -> Iterator[Scenario]:
        """Yield scenarios without end."""
        while True:
            yield self._scenario()

    def _scenario(self) -> Scenario:
        planner = Planner.start(self._abilities, self._region)
        for candidate in self._random.choice(self._places).way:
            planner = planner.then(candidate)
        for _ in range(self._random.randint(2, self._max_steps)):
            chosen = self._draw(planner)
            if chosen is None:
                break
            self.covered.update(chosen.covers)
            planner = planner.then(chosen)
        return planner.sweep().scenario

    def _draw(self, planner: Planner) -> Candidate | None:
        refused = self._random.random() < REFUSED_SHARE
        groups = planner.groups()
        weights = [GROUP_WEIGHTS.get(group, 4) for group in groups]
        last = None
        for _ in range(TRIES):
            possible = list(planner.possible(self._random.choices(groups, weights)[0]))
            if not possible:
                continue
            weight, planned = self._random.choices(possible, [weight for weight, _ in possible])[0]
            candidate = planner.expect(planned, weight)
            if candidate is None:
                continue
            candidate = self._perhaps_broken(planner, candidate)
            last = candidate
            if candidate.refused is refused:
                break
        return last

    def _perhaps_broken(self, planner: Planner, candidate: Candidate) -> Candidate:
        planned = candidate.step
        if not isinstance(planned, CallStep) or planned.body is None or candidate.refused:
            return candidate
        if self._random.random() >= BROKEN_SHARE:
            return candidate
        body = broken(planned.body, self._random.choice(breaks(planned.operation)))
        altered = planner.expect(replace(planned, body=body)) if body is not None else None
        return altered or candidate
