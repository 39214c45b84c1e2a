"""One scenario, run again on a fresh target: still fails, passes now, or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from amazonpay_conformance.engine.certification import PROFILES, Order
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.engine.setup import Prepared
from amazonpay_conformance.model.requirements import Subject
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.wire.redaction import redact_text


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay ended."""

    answer: Literal["still fails", "passes now", "cannot reach"]
    run: Run
    findings: tuple[Finding, ...]

    def lines(self) -> Iterator[str]:
        """Yield what a person wants to read: each step, what was wrong with it, and the answer."""
        skipped = dict(self.run.skipped)
        for number, step in enumerate(self.run.scenario.steps):
            note = f"   (not taken: {skipped[number]})" if number in skipped else ""
            yield f"{number + 1}. {describe(step)}{note}"
            for exchange in (
                seen.exchange for made in self.run.made if made.step == number for seen in made.seen
            ):
                status = exchange.response.status if exchange.response else "no answer"
                yield f"     {exchange.request.method} {exchange.request.path} -> {status}"
            for finding in (f for f in self.findings if f.step == number):
                name = "FAIL" if finding.is_failure else "WARNING"
                yield f"   {name} {finding.requirement.id}: {finding.requirement.statement}"
                yield from _indented(f"expected {finding.problem.expected}")
                yield from _indented(f"received {finding.problem.received}")
                hint = finding.problem.hint
                yield from _indented(f"hint     {hint() if callable(hint) else hint}" if hint else "")
        where = f" (stopped: {self.run.unclear})" if self.run.unclear else ""
        yield f"{self.answer}{where}"


def _indented(text: str) -> Iterator[str]:
    return (f"     {line}".rstrip() for line in redact_text(text).splitlines())


def replay(
    ready: Prepared, scenario: Scenario, lane: Lane, subjects: frozenset[Subject], *, skew_seconds: int = 300
) -> Replayed:
    """Run a scenario once.

    Args:
        ready: client and target.
        scenario: what to run.
        lane: how to configure the client.
        subjects: whose findings count.
        skew_seconds: how far a date may be off.

    Returns:
        `cannot reach` where a step could not be taken or the target answered outside the model before the
        end; else whether anything was found.

    Raises:
        DriverError: the driver broke.
        TargetUnreachable: the target did not answer.
    """
    order = Order(PROFILES["quick"], seed=0, region=lane.region, subjects=subjects, skew_seconds=skew_seconds)
    run = ready.certification(order).run_one(scenario, lane)
    findings = tuple(f for f in run.findings if f.requirement.subject in subjects)
    if findings:
        return Replayed("still fails", run, findings)
    return Replayed("cannot reach" if run.skipped or run.unclear else "passes now", run, findings)
