"""A counterexample as a Mermaid sequence diagram: who did what, and where it went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.forms.recorded import exchanges, raced
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    FaultStep,
    ParallelStep,
    RotateKeyStep,
)
from amazonpay_conformance.wire.redaction import redact_target, redact_text

LONGEST = 100


def sequence_diagram(run: Run, finding: Finding) -> str:
    """Return the diagram.

    Args:
        run: a run that showed the fault.
        finding: the fault.
    """
    return "\n".join(("sequenceDiagram", *(f"    {line}" for line in _lines(run, finding)), ""))


def _lines(run: Run, finding: Finding) -> Iterator[str]:
    yield "participant B as Buyer"
    yield "participant C as Client"
    yield from (f"participant C{number} as Caller {number}" for number in _callers(run, finding))
    yield "participant S as Server"
    skipped = dict(run.skipped)
    for number, step in enumerate(run.scenario.steps[: finding.step + 1]):
        text = _plain(describe(step))
        if isinstance(step, BuyerStep):
            yield f"B->>S: {text}"
        elif isinstance(step, AdvanceStep | FaultStep):
            yield f"Note over S: {text}"
        elif isinstance(step, RotateKeyStep):
            yield f"Note over C,S: {text}"
        else:
            yield f"Note over C: {number + 1}. {text}"
            yield from _at_once(run, number) if isinstance(step, ParallelStep) else _one_by_one(run, number)
        if number in skipped:
            yield f"Note over C: not taken, {_plain(skipped[number])}"
    name = "FAIL" if finding.is_failure else "WARNING"
    problem = finding.problem
    yield f"Note over C,S: {name} {finding.requirement.id}<br/>{_plain(finding.requirement.statement)}"
    yield f"Note over C,S: expected {_first(problem.expected)}<br/>received {_first(problem.received)}"


def _callers(run: Run, finding: Finding) -> list[int]:
    return sorted({call.caller for call in run.raced if call.step <= finding.step})


def _one_by_one(run: Run, number: int) -> Iterator[str]:
    for seen in exchanges(run, number):
        yield _request("C", seen)
        yield _answer("C", seen)


def _at_once(run: Run, number: int) -> Iterator[str]:
    """The calls of several callers as they overlapped: each request and each answer at its time."""
    moments: list[tuple[float, str]] = []
    for call in raced(run, number):
        began, ended = call.seen.exchange.span
        who = f"C{call.caller}"
        moments += [(began, _request(who, call.seen)), (ended, _answer(who, call.seen))]
    yield from (line for _, line in sorted(moments, key=lambda moment: moment[0]))


def _request(who: str, seen: Seen) -> str:
    return f"{who}->>S: {_plain(f'{seen.request.method} {redact_target(seen.request.target)}')}"


def _answer(who: str, seen: Seen) -> str:
    if seen.response is None:
        return f"S--x{who}: no answer"
    code = seen.answer.get("reasonCode") if isinstance(seen.answer, dict) else None
    return f"S-->>{who}: {_plain(f'{seen.response.status} {code}' if code else str(seen.response.status))}"


def _first(text: str) -> str:
    return _plain(redact_text(text).splitlines()[0] if text else "nothing")


def _plain(text: str) -> str:
    """Return text in which Mermaid finds no syntax: it reads # and ; as its own, and < as markup."""
    text = " ".join(text.split())
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


_ESCAPED = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "%": "#37;"}
