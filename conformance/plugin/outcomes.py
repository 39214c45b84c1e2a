"""A certification as its items need it: plain values, so that the workers of pytest-xdist can share one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amazonpay_conformance.clients.driver import Region
    from amazonpay_conformance.engine.result import Result


@dataclass(frozen=True, slots=True)
class Part:
    """One certification of several: a region, and the k-th of n shards; None where none is asked for."""

    region: Region | None = None
    shard: int | None = None
    shards: int = 1

    @property
    def label(self) -> str:
        """What stands behind the id of a requirement, as `eu-2of4`."""
        shard = None if self.shard is None else f"{self.shard}of{self.shards}"
        return "-".join(filter(None, (self.region, shard)))


def parts(regions: tuple[Region, ...], shards: int) -> Iterator[Part]:
    """Yield a part for each region and each shard of it."""
    for region in regions or (None,):
        for number in range(1, shards + 1):
            yield Part(region, number if shards > 1 else None, shards)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part. `findings` are the lines to be shown, by requirement."""

    label: str = ""
    verdict: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    findings: dict[str, list[str]] = field(default_factory=dict)
    coverage: list[str] = field(default_factory=list)
    size: str = ""
    files: list[str] = field(default_factory=list)
    error: str = ""
    set_up: str = ""
    """Why nothing could be tried, or nothing to its end; empty where a budget ended it."""
    interrupted: bool = False
    unread: list[str] = field(default_factory=list)
    """A line on each file of the corpus that cannot be read."""

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements have each verdict."""
        found = list(self.verdicts.values())
        return {verdict: found.count(verdict) for verdict in dict.fromkeys(sorted(found))}

    def to_json(self) -> str:
        """Return it as a text that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """Return what `to_json` wrote."""
        return cls(**json.loads(text))


def outcome_of(result: Result, part: Part, directory: Path, command: str) -> Outcome:
    """Return what the items need of a result.

    Args:
        result: what was found.
        part: which part of the whole it is.
        directory: where its report is.
        command: how to repeat it, with {id} for the requirement.
    """
    from amazonpay_conformance.model.coverage import ASPECTS
    from amazonpay_conformance.wire.redaction import redact_text

    error = redact_text(result.error)
    return Outcome(
        part.label,
        result.verdict,
        {judged.requirement.id: judged.verdict for judged in result.requirements()},
        {
            group.requirement.id: _lines(result, group.requirement.id, directory, command)
            for group in result.findings
        },
        [f"{seen} of {of} {ASPECTS[aspect]}" for aspect, (seen, of) in result.coverage.counts().items()],
        f"{result.scenarios} scenarios, {result.requests} requests, {result.seconds:.1f} s, "
        f"seed {result.order.seed}",
        sorted(str(file) for file in directory.glob("report.*")),
        error,
        _why_nothing(result, error),
        result.error_kind == "interrupted",
    )


def _why_nothing(result: Result, error: str) -> str:
    if result.error and result.error_kind != "budget":
        return error
    nothing = result.verdict == "not exercised"
    return "nothing was exercised: not one call of the client could be judged" if nothing else ""


def _lines(result: Result, requirement: str, directory: Path, command: str) -> list[str]:
    from amazonpay_conformance.reporting.terminal import finding_lines

    lines: list[str] = []
    for group in result.groups.of(requirement):
        lines += [""] if lines else []
        repeat = command.replace("{id}", requirement)
        lines += finding_lines(group, directory=directory, command=repeat, colour=False, width=100)
    return lines
