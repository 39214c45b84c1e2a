"""How fast plans are made, and how long the tour is against the lower bound. Nothing is sent.

    python benchmarks/generation/run.py [--scenarios N] [--examples N] [--seed N] [--out FILE]

Time is processor time; `loop_ns` is one turn of an empty loop, to compare machines and loads by.
Steps are counted in two ways: every step of a scenario, and only those that were not taken over from a plan
of the tour. `ratio` is the steps of a tour over all pairs of transitions against the number of pairs, and
`ratio_to_least` against the steps that any tour needs (`bound.py`).
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import islice
from pathlib import Path
from typing import Any

from amazonpay_conformance.engine.order import PROFILES
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.scenarios import scenarios
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.threads import threads
from amazonpay_conformance.strategies.tour import tour
from amazonpay_conformance.strategies.worlds import explore
from bound import bound
from hypothesis import given, settings

WARM_UP = 50


def main() -> None:
    """Measure, print a table, and write JSON where asked."""
    arguments = _arguments()
    able = Abilities()
    figures: dict[str, Any] = {"loop_ns": round(_loop(), 1)}
    for name, profile in PROFILES.items():
        began = time.process_time()
        graph = explore(able, most=profile.worlds)
        explored = time.process_time() - began
        scenarios = list(tour(able, graph, pairs=profile.pairs))
        planned = time.process_time() - began - explored
        figures[name] = {
            "explore_s": round(explored, 2),
            "tour_s": round(planned, 2),
            "scenarios": len(scenarios),
            "steps": sum(map(len, scenarios)),
            "transitions": _count(graph.items, "transition"),
            "pairs_found": _count(graph.items, "pair"),
        }
    figures["pairs"] = _pairs(able, graph)
    figures["search"] = _search(able, graph, arguments.scenarios, arguments.seed)
    figures["hypothesis"] = _hypothesis(arguments.examples)
    for name, value in figures.items():
        print(f"{name:<10} {value}")
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--examples", type=int, default=200, help="scenarios that Hypothesis draws")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _loop() -> float:
    """Nanoseconds for one turn of an empty loop, to compare machines by."""
    began = time.process_time()
    for _ in range(10**7):
        pass
    return (time.process_time() - began) * 100


def _count(items: Any, aspect: str) -> int:
    return sum(item[0] == aspect for item in items)


def _pairs(able: Abilities, graph: Any) -> dict[str, Any]:
    """The tour that goes for transitions and pairs and nothing else."""
    wanted = frozenset(item for item in graph.items if item[0] in ("transition", "pair"))
    began = time.process_time()
    planned = threads(Planner.start(able), graph, wanted)
    pairs, steps = {(item[1], item[2]) for item in wanted if item[0] == "pair"}, sum(map(len, planned))
    least = bound(pairs)
    print(f"at least {int(least)} steps are needed because {least.reason}")
    return {
        "pairs": len(pairs),
        "scenarios": len(planned),
        "steps": steps,
        "ratio": round(steps / len(pairs), 2),
        "least_steps": int(least),
        "least_ratio": round(int(least) / len(pairs), 2),
        "ratio_to_least": round(steps / int(least), 2),
        "steps_with_reads_at_the_end": sum(len(thread.planner.sweep().steps) for thread in planned),
        "plan_s": round(time.process_time() - began, 2),
    }


def _search(able: Abilities, graph: Any, count: int, seed: int) -> dict[str, Any]:
    search = Search(able, graph.plans, seed=seed)
    scenarios = search.random()
    list(islice(scenarios, WARM_UP))
    taken_over = search.taken_over
    began = time.process_time()
    steps = sum(len(scenario) for scenario in islice(scenarios, count))
    spent = time.process_time() - began
    generated = steps - (search.taken_over - taken_over)
    return {
        "scenarios": count,
        "steps": steps,
        "us_a_step": round(spent / steps * 1e6, 1),
        "generated_steps": generated,
        "us_a_generated_step": round(spent / generated * 1e6, 1),
    }


def _hypothesis(count: int) -> dict[str, Any]:
    """What `strategies.scenarios()` draws, with all health checks of Hypothesis on; one that fails raises."""
    lengths: list[int] = []

    @settings(max_examples=count, deadline=None, database=None, derandomize=True, suppress_health_check=[])
    @given(scenario=scenarios())
    def draw(scenario: Scenario) -> None:
        lengths.append(len(scenario))

    began = time.process_time()
    draw()
    spent = time.process_time() - began
    return {
        "scenarios": len(lengths),
        "steps": sum(lengths),
        "scenarios_a_second": round(len(lengths) / spent, 1),
        "us_a_step": round(spent / sum(lengths) * 1e6, 1),
        "health_checks": "quiet",
    }


if __name__ == "__main__":
    main()
