"""What everything around the client costs: a run of the kit against a bare loop of the same client and mock.

    python benchmarks/throughput/run.py [--transport in-process|https] [--scenarios N] [--rounds N]

Both make the same calls of the reference client, signed, against the same mock: a session is created and
read five times. The kit has a fresh mock for every scenario, keeps a model, records and judges all exchanges,
and generates as many steps as it runs; the loop only makes the calls. They take turns, so that what else the
machine does falls on both alike; time is processor time of this process.

`share` is the loop's time in the kit's, `growth` what a step costs in the last quarter of the run against the
first, `by_length` what one costs in longer scenarios against one of six steps. `parts` are milliseconds a
request of each part, without those inside it; a clock that is read so often adds some. `signature` is one
signature alone. In `least` the quickest scenario counts: what a quieter machine would show.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from amazonpay_conformance.clients.driver import ABSENT, ClientCall
from amazonpay_conformance.engine.certification import abilities
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.runner import Runner
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.model.scenario import CallStep, Scenario, Setting
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER
from amazonpay_conformance.strategies.generator import Planner
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.worlds import explore
from split import parts, signature

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
READS = 5
LENGTHS = (6, 20, 60)
READ = CallStep("get_checkout_session", "session#1")


def main() -> None:
    """Measure, print a table, and write JSON where asked."""
    arguments = _arguments()
    with prepared(Choice("reference", transport=arguments.transport)) as ready:
        certification = ready.certification(Order(PROFILES["quick"], seed=1))
        runner = certification.runner(LANE)
        able = abilities(ready.driver.hello(), ready.target)
        search = Search(able, explore(able, most=100).plans, seed=1).random()
        step = Planner.start(able).step_of("create_checkout_session", None, 0)
        assert isinstance(step, CallStep)
        figures = _measured(runner, search, step, arguments.scenarios, arguments.rounds)
        figures["least"] = _least(runner, search, step, arguments.scenarios)
        figures["by_length"] = _by_length(runner, step)
        figures["parts"] = parts(runner, search, Scenario((step, *[READ] * READS)), arguments.scenarios)
        figures["signature"] = round(signature(runner) * 1e3, 2)
    for name, value in figures.items():
        print(f"{name:<22} {value}")
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--transport", choices=("in-process", "https"), default="in-process")
    parser.add_argument("--scenarios", type=int, default=40, help="in each round")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _measured(runner: Runner, search: Any, opening: CallStep, count: int, rounds: int) -> dict[str, Any]:
    """The same calls in both ways, and as many steps generated as are run."""
    scenario = Scenario((opening, *[READ] * READS))
    kit, bare = list[float](), list[float]()
    for turn in range(rounds + 1):
        gc.collect()
        began = time.process_time()
        drawn = 0
        for _ in range(count):
            while drawn < count * len(scenario):
                drawn += len(next(search))
            runner.run(scenario)
        spent = time.process_time() - began
        if turn:  # the first turn warms up
            kit.append(spent / (count * len(scenario)))
            bare.append(_loop(runner, opening, count))
    quarter = max(rounds // 4, 1)
    return {
        "kit_ms_a_request": round(median(kit) * 1e3, 2),
        "bare_ms_a_request": round(median(bare) * 1e3, 2),
        "share": round(median(b / k for b, k in zip(bare, kit, strict=True)), 2),
        "growth": round(median(kit[-quarter:]) / median(kit[:quarter]), 2),
    }


def _loop(runner: Runner, opening: CallStep, count: int) -> float:
    """Make the calls with neither plan nor check, and return seconds a call."""
    runner.target.open(LANE)
    payload = Setting(World(now=0), {}).body(opening)
    began = time.process_time()
    for number in range(count):
        headers = ((IDEMPOTENCY_HEADER, f"{number:032x}"),)
        made = runner.driver.call(ClientCall("create_checkout_session", None, payload, headers=headers))
        session = made.body["checkoutSessionId"]  # type: ignore[union-attr, index, call-overload]
        for _ in range(READS):
            runner.driver.call(ClientCall("get_checkout_session", session, ABSENT))
    spent = time.process_time() - began
    runner.target.take()
    return spent / (count * (1 + READS))


def _least(runner: Runner, search: Any, opening: CallStep, count: int) -> dict[str, Any]:
    """What a request took at least in any of `count` scenarios, in each of the ways."""
    scenario = Scenario((opening, *[READ] * READS))
    made = [_timed(lambda: len(runner.run(scenario).scenario)) for _ in range(count)]
    looped = [_loop(runner, opening, 1) for _ in range(count)]
    drawn = sorted(_timed(lambda: len(next(search))) for _ in range(count * 4))
    kit = min(made) + drawn[len(drawn) // 4]
    return {
        "run_ms": round(min(made) * 1e3, 2),
        "planned_ms": round(drawn[len(drawn) // 4] * 1e3, 2),
        "bare_ms": round(min(looped) * 1e3, 2),
        "share": round(min(looped) / kit, 2),
    }


def _timed(run: Callable[[], int]) -> float:
    """Processor time of something for each of the steps that it returns."""
    began = time.process_time()
    steps = run()
    return (time.process_time() - began) / steps


def _by_length(runner: Runner, opening: CallStep) -> dict[str, float]:
    """What a step costs in scenarios of several lengths, against the shortest."""
    least = {length: _cost(runner, opening, length) for length in LENGTHS}
    return {str(length): round(spent / least[LENGTHS[0]], 2) for length, spent in least.items()}


def _cost(runner: Runner, opening: CallStep, length: int) -> float:
    scenario = Scenario((opening, *[READ] * (length - 1)))
    times = 3 * max(LENGTHS) // length
    return min(_timed(lambda: len(runner.run(scenario).scenario)) for _ in range(times))


if __name__ == "__main__":
    main()
