"""One scenario, run again on a fresh target: still fails, passes now, or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import Stored, describe
from amazonpay_conformance.engine.setup import Prepared
from amazonpay_conformance.model.requirements import Subject
from amazonpay_conformance.wire.redaction import redact_text

Reply: TypeAlias = Literal["still fails", "passes now", "cannot reach"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay ended. `why` says what was not reached; `others` were found and not asked for."""

    answer: Reply
    run: Run
    findings: tuple[Finding, ...]
    others: tuple[Finding, ...] = ()
    why: str = ""

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
            for finding in (f for f in (*self.findings, *self.others) if f.step == number):
                name = "FAIL" if finding.is_failure else "WARNING"
                other = "" if finding in self.findings else " (not what the file was written for)"
                yield f"   {name}{other} {finding.requirement.id}: {finding.requirement.statement}"
                yield from _indented(f"expected {finding.problem.expected}")
                yield from _indented(f"received {finding.problem.received}")
                hint = finding.problem.hint
                yield from _indented(f"hint     {hint() if callable(hint) else hint}" if hint else "")
        ids = ", ".join(sorted({finding.requirement.id for finding in self.others}))
        yield f"{self.answer}{f': {self.why}' if self.why else ''}{f'; also found: {ids}' if ids else ''}"


def _indented(text: str) -> Iterator[str]:
    return (f"     {line}".rstrip() for line in redact_text(text).splitlines())


def replay(
    ready: Prepared, stored: Stored, subjects: frozenset[Subject], *, skew_seconds: int = 300
) -> Replayed:
    """Run a scenario once.

    Args:
        ready: client and target.
        stored: what to run, how to configure the client, and what was wrong then.
        subjects: whose findings count.
        skew_seconds: how far a date may be off.

    Returns:
        `still fails` where what was wrong is wrong again, or anything is where the file does not say what;
        `cannot reach` where a step could not be taken, the target answered outside the model, or the
        requirement was not put to the test; else `passes now`.

    Raises:
        DriverError: the driver broke.
        TargetUnreachable: the target did not answer.
    """
    lane = stored.lane
    order = Order(PROFILES["quick"], seed=0, region=lane.region, subjects=subjects, skew_seconds=skew_seconds)
    run = ready.certification(order).run_one(stored.scenario, lane)
    found = tuple(f for f in run.findings if f.requirement.subject in subjects or f.cell in stored.shows)
    again = tuple(f for f in found if not stored.shows or f.cell in stored.shows)
    others = tuple(f for f in found if f not in again)
    if again:
        return Replayed("still fails", run, again, others)
    why = _not_reached(run, stored)
    return Replayed("cannot reach" if why else "passes now", run, (), others, why)


def _not_reached(run: Run, stored: Stored) -> str:
    """Say at which step the run left the scenario, or what it did not put to the test."""
    if run.skipped:
        number, why = run.skipped[0]
        return f"step {number + 1}: {why}"
    if run.unclear:
        return run.unclear
    wanted = {cell.requirement for cell in stored.shows}
    if wanted and not any(run.judged[requirement] for requirement in wanted):
        return f"{', '.join(sorted(wanted))} was not put to the test"
    return ""
