"""What a certification found, and the verdicts that follow from it."""

from __future__ import annotations

import platform
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from amazonpay_conformance.clients.driver import Hello
from amazonpay_conformance.engine.coverage import Coverage
from amazonpay_conformance.engine.findings import Group, Groups
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.order import Order
from amazonpay_conformance.engine.unjudged import why_unjudged
from amazonpay_conformance.model.coverage import Item
from amazonpay_conformance.model.observable import Observed
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.strategies.generator import Abilities

Verdict: TypeAlias = Literal["pass", "warning", "fail", "inconclusive", "not exercised"]
ErrorKind: TypeAlias = Literal["", "set-up", "unreachable", "interrupted", "budget"]
Part: TypeAlias = Literal["corpus", "systematic", "random"]
"""What was found before, what every run of a profile tries, and what a seed chooses."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement with its verdict and how often it was judged."""

    requirement: Requirement
    verdict: Verdict
    times: int


@dataclass
class Result:
    """What a certification found. `error` says why it ended early, where it did.

    `observed` counts what the server was seen to do where the facts leave it open: (switch, choice).
    `untried` counts the scenarios that were planned and not run to their end, by the part of the plan.
    """

    order: Order
    target: str
    target_is_mock: bool = False
    hello: Hello | None = None
    lanes: tuple[Lane, ...] = ()
    started: float = field(default_factory=time.time)
    seconds: float = 0.0
    scenarios: int = 0
    requests: int = 0
    groups: Groups = field(default_factory=Groups)
    judged: Counter[str] = field(default_factory=Counter)
    items: set[Item] = field(default_factory=set)
    able: Abilities | None = None
    called: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    observed: Counter[Observed] = field(default_factory=Counter)
    untried: Counter[Part] = field(default_factory=Counter)
    shrink_requests: int = 0
    error: str = ""
    error_kind: ErrorKind = ""
    signal: int = 0
    python: str = field(default_factory=platform.python_version)

    def requirements(self) -> list[Judged]:
        """Return every requirement of the subjects under test with its verdict."""
        return [
            Judged(requirement, self.verdict_of(requirement), self.judged[requirement.id])
            for requirement in REQUIREMENTS.values()
            if requirement.subject in self.order.subjects and requirement.level != "MAY"
        ]

    def verdict_of(self, requirement: Requirement) -> Verdict:
        """Return the verdict on one requirement."""
        if self.groups.of(requirement.id):
            return "fail" if requirement.level == "MUST" else "warning"
        if self.judged[requirement.id]:
            return "pass"
        return "inconclusive" if self.unclear else "not exercised"

    @property
    def reasons(self) -> Counter[str]:
        """What was not exercised, and why, with how often; each requirement that was not judged is named."""
        told = self.skipped + self.unclear
        named = {text.partition(": ")[0] for text in told}
        for judged in self.requirements():
            if judged.verdict == "not exercised" and judged.requirement.id not in named:
                told[f"{judged.requirement.id}: {why_unjudged(judged.requirement.id)}"] = 1
        return told

    @property
    def findings(self) -> list[Group]:
        """What was found wrong with the subjects under test, failures first."""
        mine = [g for g in self.groups if g.requirement.subject in self.order.subjects]
        return sorted(mine, key=lambda g: (not g.first.is_failure, g.key))

    @property
    def kit_defects(self) -> list[Group]:
        """Findings against our own mock while somebody's client is tested: the kit is at fault, not he."""
        return [g for g in self.groups if g.requirement.subject not in self.order.subjects]

    @property
    def verdict(self) -> Verdict:
        """Return the verdict of the whole: its worst requirement's; never green where nothing was seen.

        A budget may cut the random search, not the systematic part.
        """
        verdicts = [judged.verdict for judged in self.requirements()]
        if "fail" in verdicts:
            return "fail"
        if not self.requests or "pass" not in verdicts:
            return "not exercised"
        if (
            self.unclear
            or self.untried["corpus"]
            or self.untried["systematic"]
            or self.error_kind not in ("", "budget")
        ):
            return "inconclusive"
        return "warning" if "warning" in verdicts else "pass"

    @property
    def coverage(self) -> Coverage:
        """What of the model was covered, and why the rest was not."""
        nothing = Abilities(frozenset(), caller_keys=False, simulations=False, buyer=False, clock=False)
        return Coverage(frozenset(self.items), self.able or nothing, self.order.profile.pairs)
