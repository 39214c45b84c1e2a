"""Two reports held against each other: what is new, gone, still there, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from amazonpay_conformance.reporting.merging import ALIKE, is_whole

FORMAT: Final = 1

Report: TypeAlias = Mapping[str, Any]

_TOLD: Final = ("id", "requirement", "level", "statement", "expected", "received", "count")


def difference(before: Report, after: Report) -> dict[str, Any]:
    """Return what changed from one report to another. Its schema is schemas/formats/diff.json.

    Args:
        before: the value of the earlier report.json.
        after: the value of the later one.
    """
    old, new = ({finding["id"]: finding for finding in report["findings"]} for report in (before, after))
    absent = [finding for name, finding in old.items() if name not in new]
    return {
        "format": FORMAT,
        "before": _named(before),
        "after": _named(after),
        "unlike": [what for what, of in ALIKE.items() if of(before) != of(after)],
        "new": [_told(finding) for name, finding in new.items() if name not in old],
        "gone": [_told(finding) for finding in absent if _judged(after, finding)],
        "untested": [_told(finding) for finding in absent if not _judged(after, finding)],
        "still": [_told(finding) for name, finding in new.items() if name in old],
        "verdicts": list(_verdicts(before, after)),
        "coverage": {"lost": _only(before, after), "won": _only(after, before)},
    }


def is_worse(found: Report) -> bool:
    """Tell whether a difference holds a finding that was not there before."""
    return bool(found["new"])


def lines(found: Report) -> Iterator[str]:
    """Yield a difference for people, a line each.

    Args:
        found: the difference.
    """
    for name in ("before", "after"):
        one = found[name]
        client = one["client"] or "no client"
        yield f"{name:<7} {client}, {one['target']}: {one['verdict']} ({one['started']})"
    if found["unlike"]:
        yield f"these differ in their {', '.join(found['unlike'])}: what is new may come of that"
    for name, words in _WORDS.items():
        yield from (f"{words:<10} {row['level']:<6} {row['id']}: {row['statement']}" for row in found[name])
    for row in found["verdicts"]:
        yield f"{'verdict':<10} {row['id']}: {row['before']} -> {row['after']}"
    for name, ids in found["coverage"].items():
        if ids:
            yield f"coverage   {name}: {', '.join(ids)}"
    yield ", ".join(f"{len(found[name])} {words}" for name, words in _WORDS.items())


_WORDS: Final = {"new": "new", "still": "still", "gone": "gone", "untested": "untested"}


def _named(report: Report) -> dict[str, Any]:
    client = report["client"]
    return {
        "client": None if client is None else f"{client['name']} {client['version']}",
        "kit": report["kit"]["version"],
        **{name: report[name] for name in ("target", "profile", "seed", "verdict", "started")},
    }


def _told(finding: Report) -> dict[str, Any]:
    return {name: finding[name] for name in _TOLD}


def _judged(report: Report, finding: Report) -> bool:
    """Tell whether a report would show a finding if it were still there."""
    rows = {row["id"]: row["judged"] for row in report["requirements"]}
    whole = is_whole(report) and report["verdict"] != "inconclusive"
    return bool(whole and rows.get(finding["requirement"], 0) > 0)


def _verdicts(before: Report, after: Report) -> Iterator[dict[str, str]]:
    old, new = ({row["id"]: row["verdict"] for row in report["requirements"]} for report in (before, after))
    for name in {**old, **new}:
        was, is_now = old.get(name, "not judged"), new.get(name, "not judged")
        if was != is_now:
            yield {"id": name, "before": was, "after": is_now}


def _only(one: Report, other: Report) -> list[str]:
    return sorted(set(one["coverage"]["transitions"]) - set(other["coverage"]["transitions"]))
