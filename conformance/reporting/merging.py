"""Several reports as one: shards of a run, or runs with several seeds, of one subject with one kit.

The one rule: a merged verdict is never better than that of any part. What one part covered or judged, the
whole has; what one part found broken is broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, TypeAlias

Report: TypeAlias = Mapping[str, Any]

ALIKE: Final[Mapping[str, Callable[[Report], Any]]] = {
    "version of the kit": lambda report: report["kit"]["version"],
    "model": lambda report: report["kit"]["model"],
    "client": lambda report: report["client"],
    "target": lambda report: report["target"],
    "subjects": lambda report: report["subjects"],
    "profile": lambda report: report["profile"],
    "setting": lambda report: report["setting"],
}
"""What reports must agree in to be of one subject, by what it is called."""

WORST_FIRST: Final = ("fail", "warning", "pass", "inconclusive", "not exercised")
"""Of one requirement: judged and held in one part is held, where no part found it broken."""


class CannotMerge(ValueError):
    """The reports are not of one subject; the message is one line."""


def merged(reports: Sequence[Report]) -> dict[str, Any]:
    """Return one report of several.

    Args:
        reports: values of report.json, at least one.

    Raises:
        CannotMerge: they are not of one subject, or of several kits.
    """
    for what, of in ALIKE.items():
        if any(of(report) != of(reports[0]) for report in reports):
            raise CannotMerge(f"the reports differ in their {what}: they are not parts of one certification")
    requirements = [_requirement(rows) for rows in zip(*(r["requirements"] for r in reports), strict=True)]
    verdict = _verdict(reports, requirements)
    counts = Counter(row["verdict"] for row in requirements)
    return {
        **reports[0],
        "verdict": verdict,
        "lanes": _distinct(lane for report in reports for lane in report["lanes"]),
        "runs": [run for report in reports for run in report["runs"]],
        "started": min(report["started"] for report in reports),
        "seconds": round(sum(report["seconds"] for report in reports), 3),
        **{name: sum(report[name] for report in reports) for name in _SUMS},
        "untried": _added(report["untried"] for report in reports),
        "error": next((report["error"] for report in reports if report["error"]), None),
        "counts": {name: counts[name] for name in reports[0]["counts"]},
        "requirements": requirements,
        "findings": _findings(reports, "findings"),
        "kit_defects": _findings(reports, "kit_defects"),
        "baseline": None,
        "coverage": _coverage([report["coverage"] for report in reports]),
        "open_questions": [
            _question(rows) for rows in zip(*(r["open_questions"] for r in reports), strict=True)
        ],
        "not_exercised": _reasons(reports, {row["id"] for row in requirements if row["judged"]}),
    }


def is_whole(report: Report) -> bool:
    """Tell whether all that was planned was run to its end, every shard of every seed among it."""
    parts: dict[tuple[int, str], set[str]] = {}
    for run in report["runs"]:
        part, _, of = run["shard"].partition("/")
        parts.setdefault((run["seed"], of), set()).add(part)
    complete = all(len(seen) == int(of) for (_, of), seen in parts.items())
    return complete and not report["error"] and not any(report["untried"].values())


_SUMS: Final = ("scenarios", "requests", "shrink_requests")


def _requirement(rows: Sequence[Report]) -> dict[str, Any]:
    verdict = min((row["verdict"] for row in rows), key=WORST_FIRST.index)
    return {**rows[0], "verdict": verdict, "judged": sum(row["judged"] for row in rows)}


def _verdict(reports: Sequence[Report], requirements: Sequence[Report]) -> str:
    """Of the whole; a part that could not be judged to its end makes the whole inconclusive."""
    verdicts = {row["verdict"] for row in requirements}
    parts = {report["verdict"] for report in reports}
    if "fail" in verdicts:
        return "fail"
    if parts == {"not exercised"}:
        return "not exercised"
    if parts & {"inconclusive", "not exercised"}:
        return "inconclusive"
    return "warning" if "warning" in verdicts else "pass"


def _findings(reports: Sequence[Report], name: str) -> list[dict[str, Any]]:
    by_id: dict[str, dict[str, Any]] = {}
    for finding in (finding for report in reports for finding in report[name]):
        known = by_id.get(finding["id"])
        by_id[finding["id"]] = _both(known, finding) if known else dict(finding)
    return sorted(by_id.values(), key=lambda finding: (finding["level"] != "MUST", finding["id"]))


def _both(one: Report, other: Report) -> dict[str, Any]:
    """Of a finding that two parts have: the shorter way to see it, of those that showed it again."""
    shown = min(one, other, key=lambda finding: (finding["reproduced"] is not True, len(finding["steps"])))
    joined = {name: sorted({*one[name], *other[name]}) for name in ("operations", "states")}
    return {**shown, **joined, "count": one["count"] + other["count"], "accepted": None}


def _coverage(parts: Sequence[Report]) -> dict[str, Any]:
    return {
        "transitions": sorted({name for part in parts for name in part["transitions"]}),
        "not_covered": _in_all([part["not_covered"] for part in parts]),
        "operations": _added(part["operations"] for part in parts),
        "aspects": {name: _aspect([part["aspects"][name] for part in parts]) for name in parts[0]["aspects"]},
    }


def _aspect(parts: Sequence[Report]) -> dict[str, Any]:
    missed = _in_all([part["not_covered"] for part in parts])
    of = parts[0]["of"]
    return {"covered": of - len(missed), "of": of, "not_covered": missed}


def _in_all(parts: Sequence[Sequence[Report]]) -> list[Report]:
    """What no part covered."""
    everywhere = reduce(set.intersection, ({row["id"] for row in part} for part in parts))
    return [row for row in parts[0] if row["id"] in everywhere]


def _question(rows: Sequence[Report]) -> dict[str, Any]:
    return {**rows[0], "observed": _added(row["observed"] for row in rows)}


def _reasons(reports: Sequence[Report], judged: set[str]) -> list[dict[str, Any]]:
    """What was not exercised anywhere; what one part could not judge, another may have."""
    times: Counter[str] = Counter()
    for row in (row for report in reports for row in report["not_exercised"]):
        if row["reason"].partition(": ")[0] not in judged:
            times[row["reason"]] += row["times"]
    return [{"reason": reason, "times": count} for reason, count in sorted(times.items())]


def _added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def _distinct(rows: Iterable[Report]) -> list[Report]:
    return list({tuple(sorted(row.items())): row for row in rows}.values())
