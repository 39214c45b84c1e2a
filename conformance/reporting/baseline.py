"""Findings that somebody has accepted for now, each with the reason and the date. New ones still fail.

The one rule: a baseline forgives what it names and nothing more. What it names and no longer occurs is told,
so that the file shrinks; what a run did not put to the test is not taken for mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.engine.result import Result

FORMAT: Final = 1
MAX_BYTES: Final = 1 << 20


class BadBaseline(ValueError):
    """A file that holds no baseline; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding by its id, why it is accepted, and since when (YYYY-MM-DD)."""

    finding: str
    reason: str
    date: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is accepted, by the finding's id, and what the file is called."""

    file: str
    accepted: Mapping[str, Accepted]

    def accepts(self, finding: str) -> Accepted | None:
        """Return why a finding is accepted; None where it is not."""
        return self.accepted.get(finding)


@dataclass(frozen=True, slots=True)
class Compared:
    """A run held against a baseline.

    `new_failures` and `new_warnings` are ids of findings that nobody accepted, `accepted` of those that
    somebody did. `gone` no longer occur, though their requirements were judged in a run that came to its
    end; `untested` did not occur in a run that cannot tell.
    """

    file: str
    accepted: tuple[str, ...]
    new_failures: tuple[str, ...]
    new_warnings: tuple[str, ...]
    gone: tuple[Accepted, ...]
    untested: tuple[Accepted, ...]

    def fails(self, *, strict: bool) -> bool:
        """Tell whether a run fails.

        Args:
            strict: whether warnings fail it, and acceptances of what no longer occurs.
        """
        return bool(self.new_failures) or (strict and bool(self.new_warnings or self.gone))

    def value(self) -> dict[str, Any]:
        """Return what a report says of it."""
        return {
            "file": self.file,
            "accepted": list(self.accepted),
            "new": [*self.new_failures, *self.new_warnings],
            "gone": [asdict(one) for one in self.gone],
            "untested": [asdict(one) for one in self.untested],
        }


def compared(baseline: Baseline, result: Result) -> Compared:
    """Hold a certification against a baseline.

    Args:
        baseline: what is accepted.
        result: what was found.
    """
    found = {str(group.key): group.first.is_failure for group in result.findings}
    return held(baseline, found, lambda requirement: _can_tell(result, requirement))


def held(baseline: Baseline, found: Mapping[str, bool], can_tell: Callable[[str], bool]) -> Compared:
    """Hold findings against a baseline.

    Args:
        baseline: what is accepted.
        found: the ids of what was found, and whether each is a failure.
        can_tell: whether the absence of a finding against a requirement says that it is gone.
    """
    new = {name: fails for name, fails in found.items() if name not in baseline.accepted}
    absent = [one for one in baseline.accepted.values() if one.finding not in found]
    gone = [one for one in absent if can_tell(_requirement_of(one.finding))]
    return Compared(
        baseline.file,
        tuple(name for name in found if name in baseline.accepted),
        tuple(name for name, fails in new.items() if fails),
        tuple(name for name, fails in new.items() if not fails),
        tuple(gone),
        tuple(one for one in absent if one not in gone),
    )


def _requirement_of(finding: str) -> str:
    """What comes before the operation or kind of object: SES-R03-create_charge-Open."""
    return "-".join(finding.split("-")[:2])


def _can_tell(result: Result, requirement: str) -> bool:
    whole = not result.error and not result.unclear and not result.untried.total()
    whole = whole and result.order.shard[1] == 1
    return whole and result.judged[requirement] > 0


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        BadBaseline: the file cannot be read, or holds something else.
    """
    try:
        value = json.loads(_read(path))
    except (ValueError, RecursionError):
        raise BadBaseline(f"{path} is no JSON") from None
    found = schemas.violations("formats/baseline", value)
    if found:
        raise BadBaseline(f"{path} is no baseline: {found[0].path or 'the value'}: {found[0].message}")
    rows = [Accepted(**row) for row in value["accepted"]]
    return Baseline(path.name, {row.finding: row for row in rows})


def write_baseline(path: Path, findings: Iterable[str], *, reason: str, date: str) -> None:
    """Accept findings: write a baseline of them. What the file says of a finding already, stays.

    Args:
        path: where to.
        findings: their ids.
        reason: why they are accepted.
        date: today, as YYYY-MM-DD.

    Raises:
        BadBaseline: there is a file that is no baseline.
        OSError: the file cannot be written.
    """
    known = read_baseline(path).accepted if path.exists() else {}
    rows = [known.get(name) or Accepted(name, reason, date) for name in sorted(findings)]
    value = {"format": FORMAT, "accepted": [asdict(row) for row in rows]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadBaseline(f"{path} is larger than a baseline can be")
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise BadBaseline(f"{path} cannot be read: {problem.strerror}") from None
