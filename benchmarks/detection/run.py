"""How soon seeded server faults are found, and what it takes to make what found them small.

    python benchmarks/detection/run.py [--seeds N] [--every N] [--only TEXT] [--search N] [--out FILE]

Servers of conformance/mutants, each wrong in one way, meet the plan of `certify` with
the reference client, in this process. The systematic part is the same for every seed, so a fault that it
finds is found by all; the search is run seed by seed for the rest. With `--out`, each fault is a line of
JSON as soon as it is done, and a second run goes on where the first stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from amazonpay_conformance.engine.certification import abilities
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.mutants import catalogue
from amazonpay_conformance.mutants.server_slight_faults import SLIGHT_FAULTS
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore

SHRINK_BUDGET = 300


@dataclass
class Found:
    """How one fault fared with one seed; no figure where it was not found."""

    fault: str
    seed: int
    requests: int | None = None
    by: str = ""
    shrinking: int | None = None
    steps: int | None = None
    problem: str = ""


def main() -> int:
    """Run, print a table, and return 1 where a fault was not found with every seed."""
    arguments = _arguments()
    began = time.perf_counter()
    rows = list(_rows(arguments.only))[:: arguments.every]
    done = _done(arguments.out)
    with _bench() as bench:
        for row in rows:
            if row.id not in done:
                done[row.id] = _measured(bench, row, arguments)
                _keep(arguments.out, done[row.id])
    found = [one for row in rows for one in done[row.id]]
    _print(found, len(rows), time.perf_counter() - began)
    return 1 if any(one.requests is None for one in found) else 0


def _measured(bench: Bench, row: Any, arguments: argparse.Namespace) -> list[Found]:
    """Measure one fault; a server that breaks altogether is a row, and not the end of the run."""
    try:
        return list(bench.measure(row, range(arguments.seeds), arguments.search))
    except Exception as problem:
        told = f"{type(problem).__name__}: {problem}"
        return [Found(row.id, seed, problem=told) for seed in range(arguments.seeds)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--every", type=int, default=1, help="take every N-th fault only")
    parser.add_argument("--only", default="", help="faults whose id has this in it")
    parser.add_argument("--search", type=int, default=300, help="random scenarios after the tour")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _done(kept: Path | None) -> dict[str, list[Found]]:
    """What an earlier run wrote."""
    found: dict[str, list[Found]] = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else ():
        one = Found(**json.loads(line))
        found.setdefault(one.fault, []).append(one)
    return found


def _keep(place: Path | None, found: list[Found]) -> None:
    if place:
        with place.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(one)) + "\n" for one in found)


def _rows(only: str) -> Iterator[Any]:
    """Every faulty server there is."""
    for row in (*SLIGHT_FAULTS, *catalogue.tables()["server"]):
        if only in row.id:
            yield row


class Bench:
    """One client and one mock, whose service changes from fault to fault."""

    def __init__(self, ready: Any, serve: Any) -> None:
        order = Order(PROFILES["quick"], seed=0, subjects=frozenset({"server"}))
        self._certification = ready.certification(order)
        self._serve = serve
        self._able = abilities(ready.driver.hello(), ready.target)
        self._graph = explore(replace(self._able, faults=False), most=PROFILES["quick"].worlds)
        self._systematic, _ = self._certification.plan(ready.driver.hello())
        self._region = ""
        self._last: tuple[int, int] = (0, 0)

    def measure(self, row: Any, seeds: Iterable[int], most: int) -> Iterator[Found]:
        """Yield how a fault fares with each seed."""
        self._serve(row.service)
        self._go_to(row.region)
        known = self._first(self._systematic, row.breaks)
        for seed in seeds:
            found, by = known, "systematic"
            if known[0] is None:
                search = Search(self._able, self._graph.plans, seed=seed).random()
                scenario, finding, spent = self._first(islice(search, most), row.breaks)
                found, by = (scenario, finding, known[2] + spent), "search"
            yield self._shrunk(row, seed, found, by, again=by == "search" or seed == 0)

    def _go_to(self, region: Any) -> None:
        if region != self._region:
            lane = Lane(region, "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
            self._region, self._runner = region, self._certification.runner(lane)

    def _first(
        self, scenarios: Iterable[Scenario], breaks: frozenset[str]
    ) -> tuple[Scenario | None, Finding | None, int]:
        spent = 0
        for scenario in scenarios:
            run = self._runner.run(scenario)
            for finding in run.findings:
                if finding.requirement.id in breaks:
                    until = sum(len(made.seen) for made in run.made if made.step <= finding.step)
                    return scenario, finding, spent + until
            spent += run.requests
        return None, None, spent

    def _shrunk(self, row: Any, seed: int, found: Any, by: str, *, again: bool) -> Found:
        scenario, finding, requests = found
        if scenario is None:
            return Found(row.id, seed)
        if again:
            start = Planner.start(self._able, self._region)
            shrinker = Shrinker(self._runner, frozenset({finding.cell}), SHRINK_BUDGET, start)
            run = shrinker.shrink(scenario, finding.step)
            steps = min((f.step + 1 for f in run.findings), default=0) if run else len(scenario)
            self._last = shrinker.spent, steps
        return Found(row.id, seed, requests, by, *self._last)


@contextlib.contextmanager
def _bench() -> Iterator[Bench]:
    served: list[type[Service]] = [Service]
    make: Any = lambda *given, **named: served[0](*given, **named)  # noqa: E731 - stands for a class

    def serve(service: type[Service]) -> None:
        served[0] = service

    with prepared(Choice("reference", transport="in-process"), make=make) as ready:
        yield Bench(ready, serve)


def _print(found: list[Found], faults: int, seconds: float) -> None:
    missed = sorted({one.fault for one in found if one.requests is None})
    sights = [one.requests for one in found if one.requests is not None]
    shrinking = [one.shrinking for one in found if one.shrinking is not None]
    steps = [one.steps for one in found if one.steps is not None]
    print(f"faults                   {faults}, found in every seed {faults - len(missed)}")
    print(f"requests to first sight  median {median(sights):.0f}, at most {max(sights)}")
    print(f"requests to shrink       median {median(shrinking):.0f}, at most {max(shrinking)}")
    print(f"steps of what is left    median {median(steps):.0f}, at most {max(steps)}")
    print(f"by the search            {sum(one.by == 'search' for one in found)} of {len(sights)}")
    print(f"seconds                  {seconds:.0f}")
    for name in missed:
        print(f"  not found in every seed: {name}")


if __name__ == "__main__":
    sys.exit(main())
