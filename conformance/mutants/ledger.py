"""What was measured, kept line by line as it comes, so that a second run goes on where the first stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from amazonpay_conformance.mutants.listing import Listed
from amazonpay_conformance.mutants.measuring import Held, Measured

Row: TypeAlias = Measured | Held


class BadLedger(ValueError):
    """The file cannot be gone on with; the message is one line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What figures depend on besides the subject."""

    profile: str
    seed: int
    kit: str
    model_hash: str


@dataclass
class Ledger:
    """The rows of one setting, in memory, and in a file where there is a path."""

    setting: Setting
    path: Path | None = None
    faults: dict[str, Measured] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    @classmethod
    def opened(cls, setting: Setting, path: Path | None) -> Ledger:
        """Open a ledger, with what is in the file if there is one.

        Raises:
            BadLedger: it cannot be read or written, or is of another setting.
        """
        ledger = cls(setting, path)
        if path is not None:
            ledger._read(path)
        return ledger

    def keep(self, row: Row) -> None:
        """Take a row down."""
        if isinstance(row, Measured):
            self.faults[row.id] = row
        else:
            self.held[row.id] = row
        if self.path is not None:
            self._append(self.path, _line(row))

    def has(self, listed: Listed) -> bool:
        """Tell whether a subject was measured."""
        return listed.id in (self.faults if listed.breaks else self.held)

    def _read(self, path: Path) -> None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        except (OSError, UnicodeDecodeError) as problem:
            raise BadLedger(f"{path} cannot be read: {problem}") from None
        if not lines:
            self._append(path, {"setting": asdict(self.setting)})
            return
        try:
            first, *others = [json.loads(line) for line in lines]
            if first["setting"] != asdict(self.setting):
                raise BadLedger(f"{path} is of another profile, seed, kit or model: name another file")
            for one in others:
                self._take(one)
        except (ValueError, KeyError, TypeError) as problem:
            if isinstance(problem, BadLedger):
                raise
            raise BadLedger(f"{path} is no file that `power --out` wrote") from None

    def _take(self, one: dict[str, Any]) -> None:
        if "alarms" in one:
            self.held[one["id"]] = Held(one["id"], tuple(one["alarms"]))
        else:
            self.faults[one["id"]] = Measured(**{**one, "others": tuple(one["others"])})

    def _append(self, path: Path, value: object) -> None:
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(value, ensure_ascii=False) + "\n")
        except OSError as problem:
            raise BadLedger(f"{path} cannot be written: {problem.strerror}") from None


def _line(row: Row) -> dict[str, Any]:
    return asdict(row)
