"""Where two JSON values do not mean the same, and how that is said without quoting a buyer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final

from amazonpay_conformance.checks.check import Problem
from amazonpay_conformance.wire.messages import JSON
from amazonpay_conformance.wire.redaction import redact_body


class Missing(Enum):
    """What stands where a key is not there: not null."""

    MISSING = "nothing"


MISSING: Final = Missing.MISSING

UNSET: Final[tuple[Any, ...]] = (None, MISSING, "", 0, False, [], {})
"""How typed languages write that a field was never set."""

WRITTEN_AS_TEXT: Final = frozenset({"shippingAddressList"})
"""Lists whose elements are JSON written in a string. Every official SDK parses them (api-facts §3.1 [S])."""


@dataclass(frozen=True, slots=True)
class Difference:
    """At `path`, `wanted` should stand, and `found` stands."""

    path: str
    wanted: Any
    found: Any

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.path.rpartition(".")[2]

    @property
    def pointer(self) -> str:
        """The path as the schemas write it: a.b[0] is /a/b/0."""
        parts = self.path.replace("[", ".").replace("]", "").split(".")
        return "".join(f"/{part}" for part in parts if part)

    @property
    def is_of_unset(self) -> bool:
        """Whether both sides only write differently that there is nothing."""
        return self.wanted in (None, MISSING) and self.found in UNSET

    def problem(self, *, quoting: bool = False) -> Problem:
        """Return the difference as a problem; `quoting` as for `said`."""
        where = self.path or "the body"
        return Problem(
            f"{where}: {said(self.wanted, self.name, quoting=quoting)}",
            f"{where}: {said(self.found, self.name, quoting=quoting)}",
        )


def mean_the_same(one: bytes, other: bytes) -> bool:
    """Tell whether two bodies say the same; none says as much as {}, and what is not JSON means nothing."""
    try:
        return bool(json.loads(one or b"{}") == json.loads(other or b"{}"))
    except ValueError:
        return False


def differences(wanted: JSON, found: JSON, path: str = "") -> Iterator[Difference]:
    """Yield every place in which two JSON values do not mean the same.

    Numbers and numeric strings are the same amount (api-facts §13.9), and an object is the same whether it
    is written in a string or was parsed out of it, where the API writes it so.
    """
    wanted = _parsed(wanted, found, path)
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name in [*wanted, *(n for n in found if n not in wanted)]:
            where = f"{path}.{name}" if path else str(name)
            if name in wanted and name in found:
                yield from differences(wanted[name], found[name], where)
            else:
                yield Difference(where, wanted.get(name, MISSING), found.get(name, MISSING))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif not _same(wanted, found, path):
        yield Difference(path, wanted, found)


def said(value: Any, name: str, *, quoting: bool = False) -> str:
    """Return a value in words.

    Args:
        value: a JSON value, or MISSING.
        name: the field that it stands in.
        quoting: show short values as they are; only for what the kit made up itself. Else a value is shown
            as far as the allow-list of `wire.redaction` has it, for it may be a buyer's.
    """
    if value is MISSING:
        return "nothing"
    if isinstance(value, Mapping):
        return "{" + ", ".join(value) + "}" if quoting else "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    shown = value if quoting else next(iter(redact_body({name: value}).values()))
    if isinstance(value, str) and (shown != value or len(value) > 60):
        return f"a text of {len(value)} characters"
    return repr(value) if shown == value else "a number"


def _parsed(wanted: JSON, found: JSON, path: str) -> JSON:
    """Return what a string says where the other side holds that parsed; else the value itself."""
    holder = path.rpartition(".")[2].partition("[")[0]
    if holder not in WRITTEN_AS_TEXT or not isinstance(wanted, str) or isinstance(found, str):
        return wanted
    try:
        return json.loads(wanted)
    except ValueError:
        return wanted


def _same(wanted: JSON, found: JSON, path: str) -> bool:
    if type(wanted) is type(found) and wanted == found:
        return True
    numeric = path.rpartition(".")[2] in ("amount", "value")
    return numeric and _number(wanted) is not None and _number(wanted) == _number(found)


def _number(value: JSON) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
