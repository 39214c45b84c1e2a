"""A certification that ends where a fault is seen first: what `requests` and `seconds` of a measurement mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.clients.driver import Driver, Hello
from amazonpay_conformance.engine.budget import Stop
from amazonpay_conformance.engine.certification import Certification, abilities
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.order import Order
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.engine.targets import Target
from amazonpay_conformance.model.requirements import Subject
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.wire.keys import PrivateKey

Plan: TypeAlias = tuple[list[Scenario], list[Scenario]]
Plans: TypeAlias = dict[tuple[str, int, frozenset[Subject], Abilities], Plan]
"""Plans that were made; making one takes longer than to find most faults."""

By: TypeAlias = Literal["", "plan", "search"]
"""What showed it: what every seed tries, or what one has drawn."""

SEEN: Final = "it was seen"


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a requirement was seen broken first, and the requests until then.

    `finding` and `scenario` are None where it was seen apart from any: at a button, or when a server was to be trusted.
    """

    requirement: str
    requests: int
    lane: Lane
    by: By
    finding: Finding | None = None
    scenario: Scenario | None = None


class UntilSeen(Certification):
    """Runs the plan of a profile until one of `breaks` is seen broken; to its end where there is none."""

    def __init__(
        self,
        driver: Driver,
        target: Target,
        key: PrivateKey,
        key_file: Path,
        order: Order,
        *,
        breaks: Collection[str],
        plans: Plans,
        crew: Crew | None = None,
    ) -> None:
        self._wish = Stop()
        super().__init__(driver, target, key, key_file, order, crew=crew, stop=self._wish)
        self._breaks = breaks
        self._plans = plans
        self.sight: Sight | None = None

    def plan(self, hello: Hello) -> Plan:
        """Return the plan, made once for all subjects that can do the same."""
        able = self.result.able = abilities(hello, self._target)
        known = (self._order.profile.name, self._order.seed, self._order.subjects, able)
        if known not in self._plans:
            self._plans[known] = super().plan(hello)
        return self._plans[known]

    def prepare(self) -> None:
        """Make the plan, if nobody has: how long that takes says nothing of a fault."""
        self.plan(self._driver.hello())

    @property
    def others(self) -> tuple[str, ...]:
        """What else was found of the subject until then, of that which nobody may break."""
        mine = (g.requirement for g in self.result.findings)
        return tuple(sorted({r.id for r in mine if r.level == "MUST" and r.id not in self._breaks}))

    def shrunk(self, budget: int) -> tuple[int, int] | tuple[None, None]:
        """Return the steps of the smallest scenario that shows it, and the requests that it took to find that.

        None where no scenario shows it.
        """
        sight, self._wish.asked = self.sight, ""
        if sight is None or sight.finding is None or sight.scenario is None:
            return None, None
        start = Planner.start(abilities(self._driver.hello(), self._target), sight.lane.region)
        shrinker = Shrinker(self.runner(sight.lane), frozenset({sight.finding.cell}), budget, start)
        run = shrinker.shrink(sight.scenario, sight.finding.step)
        return len(run.scenario) if run is not None else sight.finding.step + 1, shrinker.spent

    def _record(self, lane: Lane, run: Run) -> None:
        before = self.result.requests
        super()._record(lane, run)
        found = next((f for f in run.findings if f.requirement.id in self._breaks), None)
        if found is not None:
            until = sum(len(made.seen) for made in run.made if made.step <= found.step)
            by: By = "plan" if self.result.untried["systematic"] else "search"
            self._see(Sight(found.requirement.id, before + until, lane, by, found, run.scenario))

    def _judge_apart(self, judgements: Iterable[Judgement], what: str, lane: Lane) -> None:
        judged = tuple(judgements)
        super()._judge_apart(judged, what, lane)
        for one in judged:
            if one.problems and one.requirement in self._breaks:
                self._see(Sight(one.requirement, self.result.requests, lane, "plan"))

    def _see(self, sight: Sight) -> None:
        self.sight = self.sight or sight
        self._wish.asked = SEEN
