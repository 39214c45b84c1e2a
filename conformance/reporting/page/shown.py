"""What a page shows, of a certification as of a watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Value: TypeAlias = Mapping[str, Any]

SENTENCES: Final = {
    "pass": "Conforms",
    "warning": "Conforms, with warnings",
    "fail": "Does not conform",
    "inconclusive": "Inconclusive",
    "not exercised": "Nothing was exercised",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a scenario: in words, by its kind, with what went over the wire."""

    words: str
    kind: str
    exchanges: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a scenario that others can run: its text, or why there is none."""

    name: str
    file: str
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding. `shows_at` is the index of the step that shows it, None where there are no steps."""

    value: Value
    facts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    shows_at: int | None
    forms: tuple[Form, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return f"finding-{self.value['id']}"

    @property
    def is_failure(self) -> bool:
        """Whether a MUST is broken."""
        return bool(self.value["level"] == "MUST")


@dataclass(frozen=True, slots=True)
class Page:
    """All of a page. `value` is the report; what a watch has no part in is empty."""

    verdict: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    requirements: Sequence[Value]
    findings: tuple[ShownFinding, ...]
    notes: tuple[str, ...] = ()
    coverage: Value | None = None
    questions: Sequence[Value] = ()
    unexercised: Sequence[Value] = ()
    baseline: Value | None = None
    environment: tuple[tuple[str, str], ...] = ()


def shown(report: Value, texts: Mapping[str, str]) -> Page:
    """Return the page of a certification.

    Args:
        report: the value of report.json.
        texts: the forms of its findings, by the name of their files.
    """
    return Page(
        report["verdict"],
        f"{client_name(report['client'])} against {report['target']}",
        _facts(report),
        report["requirements"],
        tuple(_finding(finding, texts) for finding in report["findings"]),
        tuple(_notes(report)),
        report["coverage"],
        report["open_questions"],
        report["not_exercised"],
        report["baseline"],
        tuple(_environment(report)),
    )


def shown_watch(watch: Value) -> Page:
    """Return the page of a watch.

    Args:
        watch: the value of watch.json.
    """
    notes = [f"The trace was not read to its end: {watch['incomplete']}"] if watch["incomplete"] else []
    called = ", ".join(f"{name} {times}" for name, times in watch["operations"].items())
    return Page(
        watch["verdict"],
        "An integration that was watched",
        (("exchanges", str(watch["exchanges"])), ("faults", str(len(watch["findings"])))),
        watch["requirements"],
        tuple(_watched(finding, number) for number, finding in enumerate(watch["findings"], 1)),
        tuple(notes),
        environment=(("kit", watch["kit"]["version"]), ("operations called", called or "none")),
    )


def client_name(client: Value | None) -> str:
    """Return what a client is called, with its version where it told one."""
    if client is None:
        return "A client that never said hello"
    version = "" if client["version"] == "unknown" else f" {client['version']}"
    return f"{client['name']}{version} ({client['language']})"


def _facts(report: Value) -> tuple[tuple[str, str], ...]:
    runs = [f"{run['seed']}{_part(run['shard'])}" for run in report["runs"]]
    shrinking = f" and {report['shrink_requests']} to shrink" if report["shrink_requests"] else ""
    return (
        ("profile", report["profile"]),
        ("seeds" if len(runs) > 1 else "seed", ", ".join(runs)),
        ("scenarios", str(report["scenarios"])),
        ("requests", f"{report['requests']}{shrinking}"),
        ("took", f"{report['seconds']:.1f} s"),
        ("began", report["started"].replace("T", " ").replace("Z", " UTC")),
    )


def _part(shard: str) -> str:
    return "" if shard == "1/1" else f" (part {shard})"


def _notes(report: Value) -> list[str]:
    notes = []
    untried = ", ".join(f"{count} {part}" for part, count in report["untried"].items() if count)
    if report["error"]:
        left = f" Not tried: {untried} scenarios." if untried else ""
        notes.append(f"The run ended early: {report['error']['message']}.{left}")
    if report["kit_defects"]:
        ids = ", ".join(defect["id"] for defect in report["kit_defects"])
        notes.append(f"The kit's own mock broke {ids}. This says nothing about the client; please report it.")
    return notes


def _environment(report: Value) -> list[tuple[str, str]]:
    kit, budget, setting = report["kit"], report["budget"], report["setting"]
    bounds = (("max_seconds", "s"), ("max_requests", "requests"))
    limits = [f"{budget[name]:g} {unit}" for name, unit in bounds if budget[name] is not None]
    lanes = [f"{lane['region']}, {lane['algorithm']}, {lane['public_key_id']}" for lane in report["lanes"]]
    return [
        ("kit", f"{kit['name']} {kit['version']}"),
        ("model", kit["model"]),
        ("Python", kit["python"]),
        ("system", kit["system"]),
        ("subjects", ", ".join(report["subjects"])),
        ("target", report["target"]),
        ("transport", setting["transport"]),
        ("switches", ", ".join(setting["switches"]) or "as by default"),
        ("budget", " and ".join(limits) or "none but the profile's"),
        ("requests to shrink a finding", f"{budget['shrink_requests']} at most"),
        *((f"lane {number}", lane) for number, lane in enumerate(lanes, 1)),
    ]


def _finding(finding: Value, texts: Mapping[str, str]) -> ShownFinding:
    forms = [
        Form(form["form"], form["file"] or "", texts.get(form["file"] or "", ""), form["problem"])
        for form in finding["forms"]
    ]
    steps = tuple(_steps(finding))
    return ShownFinding(
        finding, tuple(_where(finding)), steps, finding["step"] if steps else None, tuple(forms)
    )


def _where(finding: Value) -> list[tuple[str, str]]:
    states = f", in state {' or '.join(finding['states'])}" if finding["states"] else ""
    rows = [
        ("where", f"{', '.join(finding['operations'])}{states}"),
        ("seen", _times(finding["count"])),
        ("check", finding["check"]),
        ("source", f"api-facts {finding['source']}"),
        ("shown again", _AGAIN[finding["reproduced"]]),
    ]
    if finding["client_result"]:
        told = finding["client_result"]
        status = f", status {told['status']}" if told["status"] is not None else ""
        error = f": {told['error']}" if told["error"] else ""
        rows.append(("the caller saw", f"{told['outcome']}{status}{error}"))
    if finding["accepted"]:
        rows.append(("accepted", f"{finding['accepted']['reason']} ({finding['accepted']['date']})"))
    return rows


_AGAIN: Final = {
    True: "yes, on a fresh target",
    False: "no: it was seen once, and running the scenario again did not show it",
    None: "not tried",
}


def _steps(finding: Value) -> list[Step]:
    planned = finding["scenario"]["steps"] if finding["scenario"] else []
    steps = []
    for number, words in enumerate(finding["steps"]):
        if number == finding["step"]:
            exchanges = tuple(finding["exchanges"])
        else:
            exchanges = tuple(one for one in finding["before"] if one["step"] == number)
        steps.append(Step(words, _kind(planned[number]), exchanges))
    if not steps and finding["exchanges"]:
        steps.append(Step(finding["operations"][0], "call", tuple(finding["exchanges"])))
    return steps


def _kind(planned: Value) -> str:
    return next((kind for kind in ("buyer", "advance", "fault", "rotate") if kind in planned), "call")


def _watched(finding: Value, number: int) -> ShownFinding:
    steps: tuple[Step, ...] = ()
    if finding["exchange"]:
        steps = (Step(finding["operation"], "call", (finding["exchange"],)),)
    facts = (
        ("where", finding["operation"]),
        ("first seen", f"exchange {finding['number']}" if finding["number"] else "at the end"),
        ("seen", _times(finding["count"])),
        ("check", finding["check"]),
        ("source", f"api-facts {finding['source']}"),
    )
    value = {**finding, "id": f"{finding['requirement']}-{number}", "accepted": None}
    return ShownFinding(value, facts, steps, 0 if steps else None)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
