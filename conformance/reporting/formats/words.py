"""A finding in words, as formats show it that have one text for a failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def of_requirement(report: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the findings against a requirement."""
    return [finding for finding in report["findings"] if finding["requirement"] == name]


def headline(finding: Mapping[str, Any]) -> str:
    """Return what was received in the place of what, in one line."""
    received, expected = (_first_line(finding[name]) for name in ("received", "expected"))
    return f"{finding['id']}: received {received}; expected {expected}"


def in_full(finding: Mapping[str, Any]) -> str:
    """Return everything that is to be said of a finding, a line each."""
    return "\n".join(_lines(finding))


def _lines(finding: Mapping[str, Any]) -> Iterator[str]:
    yield f"{finding['requirement']} ({finding['level']}): {finding['statement']}"
    yield f"expected: {finding['expected']}"
    yield f"received: {finding['received']}"
    if finding["hint"]:
        yield f"hint: {finding['hint']}"
    yield f"seen: {finding['count']} times, in {', '.join(finding['operations'])}"
    yield f"source: api-facts {finding['source']}"
    if finding["accepted"]:
        yield f"accepted on {finding['accepted']['date']}: {finding['accepted']['reason']}"
    for number, step in enumerate(finding["steps"], 1):
        yield f"step {number}: {step}"


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else "nothing"
