"""What a person reads in a terminal: progress while it runs, then verdicts, failures and what to do."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from amazonpay_conformance.engine.coverage import Coverage
from amazonpay_conformance.engine.events import (
    Event,
    FindingAppeared,
    Interrupted,
    ScenarioFinished,
    ScenarioShrunk,
    Started,
)
from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.engine.result import Judged, Result
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.model.coverage import ASPECTS, Aspect
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.reporting.baseline import Compared
from amazonpay_conformance.reporting.lines import COLOURS, field, how_often, is_live, painted, wrapped
from amazonpay_conformance.reporting.report import scenario_file
from amazonpay_conformance.wire.redaction import redact_text

_SUBJECTS: Final = {"client": "what the client sends and hands back", "server": "what the server answers"}


class Progress:
    """One line that is written over while a terminal is there, else a line at the start and one a finding."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = is_live(stream)
        self._total = 0
        self._findings = 0
        self._requests = 0

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, Started):
            self._total = event.scenarios
            version = "" if event.hello.version == "unknown" else f" {event.hello.version}"
            self._line(f"client   {event.hello.name}{version} ({event.hello.language})")
            self._line(f"target   {event.target}")
            self._line(f"profile  {event.profile}, seed {event.seed}, {event.scenarios} scenarios")
            for number, lane in enumerate(event.lanes):
                self._line(f"{'lanes   ' if number == 0 else '        '} {lane}")
            unknown = sorted(event.hello.capabilities.operations - set(ALL_OPERATIONS))
            if unknown:
                self._line(f"unknown  {', '.join(unknown)}: the kit has no such operations (docs/drivers.md)")
        elif isinstance(event, ScenarioFinished):
            self._requests += event.run.requests
            self._over(
                f"{event.number}/{self._total} scenarios, {self._requests} requests, "
                f"{self._findings} findings"
            )
        elif isinstance(event, FindingAppeared):
            self._findings += 1
        elif isinstance(event, ScenarioShrunk):
            steps = len(event.group.scenario)
            self._over(f"{event.group.key}: smallest scenario has {steps} steps")
        elif isinstance(event, Interrupted) and self._requests:
            self._line(f"stopped early: {redact_text(event.reason)}")

    def done(self) -> None:
        """Clear the line that was written over."""
        self._over("")

    def _line(self, text: str) -> None:
        self.done()
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _over(self, text: str) -> None:
        if self._live:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()


def summary(
    result: Result,
    *,
    directory: Path,
    command: str,
    colour: bool,
    width: int = 100,
    compared: Compared | None = None,
) -> Iterator[str]:
    """Yield the lines of the final report.

    Args:
        result: what was found.
        directory: where report.json and the scenarios were written.
        command: how to replay a scenario, with {scenario} in it.
        colour: whether to colour verdicts.
        width: how many columns there are.
        compared: the run held against a baseline, where there is one.
    """
    yield ""
    yield from _table(result, colour=colour, width=width)
    for group in result.findings:
        yield ""
        yield from finding_lines(group, directory=directory, command=command, colour=colour, width=width)
    for group in result.kit_defects:
        yield ""
        broke = f"the mock broke {group.requirement.id} itself ({group.first.problem.received})"
        text = f"KIT DEFECT: {broke}. This says nothing about the client; please report it."
        yield from wrapped(text, width, then="  ")
    yield ""
    yield from _coverage(result, width)
    yield from _open_questions(result, width)
    if compared is not None:
        yield ""
        yield from compared_lines(compared, width)
    yield ""
    yield from _verdict(result, directory=directory, colour=colour)


def _table(result: Result, *, colour: bool, width: int) -> Iterator[str]:
    subject = None
    for judged in sorted(result.requirements(), key=lambda j: (j.requirement.subject, j.requirement.id)):
        if judged.requirement.subject != subject:
            subject = judged.requirement.subject
            yield f"Requirements: {_SUBJECTS[subject]}"
        yield _row(judged, colour=colour, width=width)


def _row(judged: Judged, *, colour: bool, width: int) -> str:
    verdict = painted(f"{judged.verdict:<13}", judged.verdict, colour)
    text = textwrap.shorten(judged.requirement.statement, max(20, width - 42), placeholder="…")
    times = f"{judged.times}x" if judged.times else ""
    return f"  {verdict} {judged.requirement.id}  {judged.requirement.level:<6} {times:>6}  {text}"


def finding_lines(group: Group, *, directory: Path, command: str, colour: bool, width: int) -> Iterator[str]:
    """Yield the lines of one finding: what was expected and received, where, and how to see it again.

    Args:
        group: the finding.
        directory: where its scenario file is.
        command: how to repeat it; {scenario} in it becomes that file.
        colour: whether to colour the first line.
        width: how many columns there are.
    """
    first, requirement = group.first, group.requirement
    name, verdict = ("FAIL", "fail") if first.is_failure else ("WARNING", "warning")
    for line in wrapped(f"{name} {requirement.id}: {requirement.statement}", width, then="  "):
        yield painted(line, verdict, colour)
    yield from field("expected", first.problem.expected, width)
    yield from field("received", first.problem.received, width)
    if group.hint:
        yield from field("hint", group.hint, width)
    yield from field(
        "where",
        f"{_operations(group)}{_states(group)}; seen {how_often(group.count)}; lane {group.lane}",
        width,
    )
    yield from field(
        "source", f"api-facts {requirement.source} [{requirement.tag}], {requirement.level}", width
    )
    if not group.scenario.steps:
        return
    count = len(group.scenario)
    yield f"  smallest scenario, {count} step{'s' if count > 1 else ''}:"
    for number, step in enumerate(group.scenario.steps):
        mark = ">" if number == first.step else " "
        lines = textwrap.wrap(describe(step), max(40, width - 12), break_on_hyphens=False)
        yield f"    {mark} {number + 1}. {lines[0]}"
        yield from (f"         {line}" for line in lines[1:])
    if group.reproduced is None:
        yield "  the run ended before it was tried again"
    elif group.reproduced is False:
        yield "  seen once; running the scenario again did not show it (its exchanges are in report.json)"
    else:
        yield f"  repeat    {command.format(scenario=scenario_file(directory, group))}"


def _operations(group: Group) -> str:
    names = sorted(group.operations)
    return (
        ", ".join(names)
        if len(names) <= 4
        else f"{', '.join(names[:3])} and {len(names) - 3} more operations"
    )


def _states(group: Group) -> str:
    return f", {' or '.join(group.states)}" if group.states else ""


def _coverage(result: Result, width: int) -> Iterator[str]:
    yield f"Coverage: {len(result.called)} operations called, and of what the model has"
    for aspect, (seen, of) in result.coverage.counts().items():
        yield f"  {seen:>3} of {of:>3} {ASPECTS[aspect]}"
    yield from _not_covered(result.coverage, width)
    yield from _not_exercised(result.skipped + result.unclear, width)


def _not_exercised(reasons: Counter[str], width: int) -> Iterator[str]:
    """Tell each reason once; those of requirements with the requirements that it keeps from being judged."""
    named: dict[str, list[str]] = {}
    for text, times in sorted(reasons.items()):
        requirement, _, why = text.partition(": ")
        if requirement in REQUIREMENTS:
            named.setdefault(why, []).append(requirement)
        else:
            often = f", {how_often(times)}" if times > 1 else ""
            line = f"not exercised{often}: {redact_text(text)}"
            yield from wrapped(line, width, first="  ", then="    ")
    for why, requirements in named.items():
        told = f"not exercised, {', '.join(requirements)}: {redact_text(why)}"
        yield from wrapped(told, width, first="  ", then="    ")


MOST_REASONS: Final = 8
"""Reasons that are told in a terminal; the report has all."""


def _not_covered(coverage: Coverage, width: int) -> Iterator[str]:
    """Tell each reason once, that of most items first, with how much it concerns; a single item is named."""
    reasons: dict[str, dict[Aspect, list[str]]] = {}
    for aspect in ASPECTS:
        for missed in coverage.missed(aspect):
            reasons.setdefault(missed.reason, {}).setdefault(aspect, []).append(missed.text)
    if reasons:
        yield "  not covered, and why (the report names each):"
    order = sorted(reasons, key=lambda why: -sum(map(len, reasons[why].values())))
    for why in order[:MOST_REASONS]:
        told = ", ".join(
            texts[0] if len(texts) == 1 else f"{len(texts)} {ASPECTS[aspect]}"
            for aspect, texts in reasons[why].items()
        )
        yield from wrapped(f"{why}: {told}", width, first="    ", then="      ")
    if len(order) > MOST_REASONS:
        yield f"    and {len(order) - MOST_REASONS} more reasons, of fewer items"


def _open_questions(result: Result, width: int) -> Iterator[str]:
    """Tell what the server does where the facts leave it open; of our own mock that is known."""
    if result.target_is_mock or not result.observed:
        return
    answered = sorted({name for name, _ in result.observed})
    yield ""
    yield f"Open questions of the facts: {len(answered)} of {len(SWITCHES)} were answered (docs/model.md)"
    alike = 0
    for name in answered:
        seen = [choice for choice in SWITCHES[name].choices if result.observed[name, choice]]
        if seen == [SWITCHES[name].default]:
            alike += 1
            continue
        text = f"{name} = {' and '.join(seen)}  ({SWITCHES[name].question})"
        yield from wrapped(text, width, first="  ", then="    ")
    yield f"  {alike} as our mock answers them; all of them are in report.json"


def compared_lines(compared: Compared, width: int) -> Iterator[str]:
    """Yield what came of holding a run against a baseline.

    Args:
        compared: that.
        width: how many columns there are.
    """
    new = (*compared.new_failures, *compared.new_warnings)
    yield f"Baseline {compared.file}: {len(compared.accepted)} accepted, {len(new)} new"
    told = [f"new: {', '.join(new)}"] if new else []
    told += [f"no longer occurs: {one.finding} ({one.reason}, {one.date})" for one in compared.gone]
    told += [f"cannot be told: {one.finding} was not put to the test" for one in compared.untested]
    for text in told:
        yield from wrapped(text, width, first="  ", then="    ")


def _verdict(result: Result, *, directory: Path, colour: bool) -> Iterator[str]:
    judged = result.requirements()
    counts = {name: sum(1 for j in judged if j.verdict == name) for name in COLOURS}
    yield ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    shrinking = f" and {result.shrink_requests} to shrink" if result.shrink_requests else ""
    size = f"{result.scenarios} scenarios, {result.requests} requests{shrinking}"
    yield f"{size}, {result.seconds:.1f} s, seed {result.order.seed}"
    yield f"report: {directory / 'report.html'}, and report.json for programs"
    if result.error:
        yield f"ended early: {redact_text(result.error)}{_untried(result)}"
    yield painted(f"verdict: {_SENTENCES[result.verdict]}", result.verdict, colour)


def _untried(result: Result) -> str:
    parts = [f"{count} {part}" for part, count in result.untried.items() if count]
    return f"; not tried: {' and '.join(parts)} scenarios" if parts else ""


_SENTENCES: Final = {
    "pass": "conforms",
    "warning": "conforms, with warnings",
    "fail": "does not conform",
    "inconclusive": "inconclusive",
    "not exercised": "nothing was exercised",
}
