"""This kit on the twenty: the plan of `certify`, seed by seed, until the requirement is found broken."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from amazonpay_conformance.engine.certification import abilities
from amazonpay_conformance.engine.findings import Finding, Group
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import stored_from_bytes, to_json
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.mutants import catalogue
from amazonpay_conformance.reporting.terminal import finding_lines
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore
from measured import Measured
from subjects import RIGHT, service_of

SHRINK_REQUESTS = PROFILES["quick"].shrink_requests
LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)


class Ours:
    """One client and one mock in this process, whose service changes from subject to subject."""

    def __init__(self, ready: Any, serve: Any) -> None:
        order = Order(PROFILES["quick"], seed=0, subjects=frozenset({"server"}))
        certification = ready.certification(order)
        hello = ready.driver.hello()
        self._serve = serve
        self._able = abilities(hello, ready.target)
        self._plans = explore(replace(self._able, faults=False), most=PROFILES["quick"].worlds).plans
        self._systematic, _ = certification.plan(hello)
        self._runner = certification.runner(LANE)

    def measure(self, subject: str, seed: int, seconds: float) -> Measured:
        """Run the plan of a seed against a subject."""
        self._serve(service_of(subject))
        random = islice(Search(self._able, self._plans, seed=seed).random(), PROFILES["quick"].random)
        began = time.perf_counter()
        spent = 0
        for scenario in chain(self._systematic, random):
            run = self._runner.run(scenario)
            finding = _of(run, subject)
            if finding is not None:
                sight = spent + sum(len(made.seen) for made in run.made if made.step <= finding.step)
                took = time.perf_counter() - began
                return self._shown(Measured("ours", subject, seed, True, sight, took), scenario, finding)
            spent += run.requests
            if time.perf_counter() - began > seconds:
                break
        return Measured("ours", subject, seed, False, total=spent)

    def _shown(self, found: Measured, scenario: Scenario, finding: Finding) -> Measured:
        start = Planner.start(self._able, "na")
        shrinker = Shrinker(self._runner, frozenset({finding.cell}), SHRINK_REQUESTS, start)
        run = shrinker.shrink(scenario, finding.step)
        small = run.scenario if run is not None else scenario
        again = self._runner.run(_read_again(small, finding))
        shown = next((one for one in again.findings if one.cell == finding.cell), None)
        first = shown or finding
        group = Group(first.cell, first, small, LANE, cells={first.cell}, reproduced=shown is not None)
        lines = finding_lines(group, directory=Path("report"), command="replay", colour=False, width=100)
        return replace(
            found,
            shrinking=shrinker.spent,
            printed=len(list(lines)),
            reproduces=shown is not None,
            total=(found.requests or 0) + shrinker.spent,
            said=f"{finding.requirement.id}, {len(small)} steps",
        )


def _read_again(scenario: Scenario, finding: Finding) -> Scenario:
    """What a reader runs: the scenario as its file has it."""
    text = json.dumps(to_json(scenario, LANE, {finding.cell}))
    return stored_from_bytes(text.encode(), "the scenario file").scenario


def _of(run: Run, subject: str) -> Finding | None:
    """What the fault breaks; of the right server anything."""
    breaks = BREAKS.get(subject)
    return next((one for one in run.findings if breaks is None or one.requirement.id in breaks), None)


BREAKS = {row.id: frozenset(row.breaks) for row in catalogue.tables()["server"]}
assert RIGHT not in BREAKS


@contextlib.contextmanager
def ours() -> Iterator[Ours]:
    """Set client and mock up, and take them down at the end."""
    serving: list[type[Service]] = [Service]
    make: Any = lambda *given, **named: serving[0](*given, **named)  # noqa: E731 - stands for a class

    def serve(service: type[Service]) -> None:
        serving[0] = service

    with prepared(Choice("reference", transport="in-process"), make=make) as ready:
        yield Ours(ready, serve)


_OPEN: contextlib.ExitStack = contextlib.ExitStack()


def measured(subject: str, seed: int, seconds: float) -> Measured:
    """Run it on a subject with a seed; client and mock stay up from one to the next."""
    return _bench().measure(subject, seed, seconds)


@functools.cache
def _bench() -> Ours:
    return _OPEN.enter_context(ours())


atexit.register(_OPEN.close)
