"""Figures of a ledger: one JSON value for programs, and lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from statistics import median
from typing import Any, Final

from amazonpay_conformance.mutants.ledger import Ledger
from amazonpay_conformance.mutants.listing import GROUPS, Listed, faults, right_subjects
from amazonpay_conformance.mutants.measuring import Measured

FORMAT: Final = 1


def document(ledger: Ledger, subjects: Iterable[Listed]) -> dict[str, Any]:
    """Return what was measured of some subjects, as schemas/formats/power.json describes it."""
    some = [one for one in subjects if ledger.has(one)]
    rows = [_row(one, ledger.faults[one.id]) for one in some if one.breaks]
    held = [ledger.held[one.id] for one in some if not one.breaks]
    return {
        "format": FORMAT,
        **asdict(ledger.setting),
        "catalogue": {"faults": len(faults()), "right_subjects": len(right_subjects())},
        "faults": rows,
        "right_subjects": len(held),
        "false_alarms": sum(len(one.alarms) for one in held),
        "alarms": [asdict(one) for one in held if one.alarms],
        "totals": totals(rows),
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the figures of each group that has rows, and of all."""
    groups: dict[str, list[dict[str, Any]]] = {
        group: [row for row in rows if row["group"] == group] for group in GROUPS
    }
    return {name: _total(some) for name, some in (groups | {"all": rows}).items() if some}


def lines(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is printed: a line a fault, the totals, the false alarms."""
    for row in value["faults"]:
        yield told(row)
    yield ""
    yield from summary(value)
    for one in value["alarms"]:
        yield f"  false alarm: {one['id']}: {', '.join(one['alarms'])}"


def summary(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the totals, a line a group."""
    yield "group           found         alone   requests          seconds   steps"
    for name, total in value["totals"].items():
        found = f"{total['found']:4d} of {total['of']:4d}"
        requests = f"median {_shown(total['requests'])}, at most {_shown(total['most_requests'])}"
        figures = f"{requests:26}{_shown(total['seconds']):>8}{_shown(total['steps']):>8}"
        yield f"{name:12}{found}  {total['alone']:4d}   {figures}"
    yield f"{value['false_alarms']} false alarms on {value['right_subjects']} right subjects"


def told(row: Mapping[str, Any]) -> str:
    """Return a fault as a line."""
    if not row["found"]:
        return f"  MISSED  {row['id']}{': ' + row['problem'] if row['problem'] else ''}"
    steps = "" if row["steps"] is None else f", {row['steps']} steps"
    others = f", also {', '.join(row['others'])}" if row["others"] else ""
    figures = f"{row['requests']} requests, {row['seconds']:.1f} s{steps}"
    return f"  found   {row['id']}: {row['requirement']}, {figures}{others}"


def _row(listed: Listed, measured: Measured) -> dict[str, Any]:
    told_of = {"costs": listed.costs, "ticket": listed.ticket, "breaks": sorted(listed.breaks)}
    return {**asdict(measured), "others": list(measured.others), **told_of}


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    seen = [row for row in rows if row["found"]]
    requests = [row["requests"] for row in seen]
    steps, shrinking = (
        [row[name] for row in seen if row[name] is not None] for name in ("steps", "shrinking")
    )
    return {
        "of": len(rows),
        "found": len(seen),
        "alone": sum(not row["others"] for row in seen),
        "requests": median(requests) if requests else None,
        "most_requests": max(requests, default=None),
        "seconds": round(median(row["seconds"] for row in seen), 2) if seen else None,
        "steps": median(steps) if steps else None,
        "most_steps": max(steps, default=None),
        "shrinking": median(shrinking) if shrinking else None,
        "most_shrinking": max(shrinking, default=None),
        "by_search": sum(row["by"] == "search" for row in seen),
    }


def _shown(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:g}"
