"""A long random run with a right client against our mock: whatever is found there is a false alarm.

    python benchmarks/false_alarms/run.py [--client CLIENT] [--scenarios N] [--seed N] [--true ID ...]

`--true` names requirements that the client really breaks, each checked by hand (docs/sdks.md). Prints
figures, and each false alarm with its smallest scenario; exits with 1 where there is one. In process nobody
waits: whoever would sleep before he tries again is that much later at once.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
import time
from pathlib import Path

from amazonpay_conformance.engine.events import Event, FindingAppeared, ScenarioFinished
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.result import Result
from amazonpay_conformance.engine.setup import Choice, prepared
from amazonpay_conformance.mutants.patience import nobody_waits
from amazonpay_conformance.reporting.terminal import summary

EVERY = 1000


def main() -> int:
    """Run, print, and return 1 where something was found that the client does not really do."""
    arguments = _arguments()
    choice = Choice(arguments.client, transport=arguments.transport)
    profile = dataclasses.replace(PROFILES["full"], random=arguments.scenarios)
    began = time.perf_counter()
    with _waiting(arguments.transport), prepared(choice) as ready:
        order = Order(profile, arguments.seed, subjects=choice.subjects)
        result = ready.certify(order, (_progress,))
    alarms = [g for g in result.groups if g.requirement.id not in arguments.true]
    _print(result, len(alarms), time.perf_counter() - began)
    if alarms:
        print("\n".join(summary(result, directory=Path("-"), command="-", colour=False, width=100)))
    return 1 if alarms or result.error else 0


def _waiting(transport: str) -> contextlib.AbstractContextManager[object]:
    return nobody_waits() if transport == "in-process" else contextlib.nullcontext()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--client", default="reference")
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--transport", choices=("https", "http", "in-process"), default="https")
    parser.add_argument("--true", nargs="*", default=[], metavar="ID")
    return parser.parse_args()


def _progress(event: Event) -> None:
    if isinstance(event, FindingAppeared):  # at once: a run that is stopped has told what it found
        problem = event.group.first.problem
        print(f"found {event.group.key}: {problem.expected}, not {problem.received}", flush=True)
    if isinstance(event, ScenarioFinished) and event.number % EVERY == 0:
        print(f"{event.number} scenarios", file=sys.stderr, flush=True)


def _print(result: Result, alarms: int, seconds: float) -> None:
    judged = sum(result.judged.values())
    print(f"client        {result.hello.name if result.hello else '-'}")
    print(f"scenarios     {result.scenarios}, seed {result.order.seed}")
    print(f"requests      {result.requests}")
    print(f"judgements    {judged}")
    print(f"found         {', '.join(sorted({g.requirement.id for g in result.groups})) or 'nothing'}")
    print(f"unclear       {dict(result.unclear) or 'none'}")
    print(f"ended early   {result.error or 'no'}")
    print(f"false alarms  {alarms}")
    print(f"seconds       {seconds:.0f}")


if __name__ == "__main__":
    sys.exit(main())
