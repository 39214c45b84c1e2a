"""What an id means, for people and for programs: requirements, transitions, and every other row with an id.

Whatever has an id is explained by its own row; nothing is told here that the tables do not say.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Final

from amazonpay_conformance.checks.judge import judged_by
from amazonpay_conformance.engine.illustration import Line, demonstrate, illustrate
from amazonpay_conformance.model.machine import TAGS, Tag, Transition
from amazonpay_conformance.model.objects import UNREACHED
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.model.switches import Switch
from amazonpay_conformance.specification.tables import MACHINES, TABLES

FACTS: Final = "docs/api-facts.md"
"""The document that sources are sections of."""

KINDS: Final[Mapping[str, str]] = {
    "currencies": "currency",
    "cards": "simulated card",
    "constraints": "constraint of an open session",
    "switches": "switch: a question that the facts leave open",
    "retry_policies": "retry policy of an SDK",
    "faults": "fault between a client and the service",
    "throttles": "quota of an operation",
    "names": "name in Amazon's prose",
    "effects": "effect on a related object",
}
"""What a row of a table is, where that is not the table's name in the singular."""

REQUIRED: Final = ("requirements", "operations", "rules")
"""Tables whose rows are requirements, which are explained as such."""

LEVELS: Final[Mapping[str, str]] = {
    "MUST": "who breaks it, fails",
    "SHOULD": "who breaks it, is warned",
    "MAY": "nobody is held to it; a server may do so or not, and the mock has a switch",
}

COMMANDS: Final[Mapping[str, str]] = {
    "client": "pytest --amazonpay-client=CLIENT -k {id}",
    "server": "pytest --amazonpay-client=reference --amazonpay-target=TARGET -k {id}",
    "integration": "",
}
"""How a run shows one requirement only, by its subject."""

FORMAT: Final = 1
WIDTH: Final = 80
LABEL: Final = 12
"""Columns that a label takes; more where one is longer."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of an id.

    `level`, `subject` and `checks` are a requirement's only, `details` a row's only: what its further columns
    hold. `way` leads to `call`, to which `legal` and `illegal` are answers; where there is no call, they are
    examples by themselves.
    """

    id: str
    kind: str
    statement: str
    source: str
    tag: Tag
    level: str = ""
    subject: str = ""
    checks: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    way: tuple[Line, ...] = ()
    call: str = ""
    legal: tuple[str, ...] = ()
    illegal: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as the JSON value of schemas/formats/explanation.json."""
        return {
            "format": FORMAT,
            "id": self.id,
            "kind": self.kind,
            "level": self.level or None,
            "subject": self.subject or None,
            "statement": self.statement,
            "source": self.source,
            "tag": self.tag,
            "checks": list(self.checks),
            "details": dict(self.details),
            "way": [{"step": line.words, "answer": line.answer, "times": line.times} for line in self.way],
            "call": self.call or None,
            "legal": list(self.legal),
            "illegal": list(self.illegal),
        }


class UnknownId(LookupError):
    """No table has this id; the message is one line with ids that are near."""


def ids() -> tuple[str, ...]:
    """Return every id that can be explained: requirements first, then the rows of the tables."""
    return (*REQUIREMENTS, *_rows())


def summary(asked: str) -> Explanation:
    """Return what the row of an id says, without examples.

    Raises:
        UnknownId: no table has it.
    """
    if asked in REQUIREMENTS:
        return _of_requirement(REQUIREMENTS[asked])
    if asked in _rows():
        return _of_row(*_rows()[asked])
    raise UnknownId(f"nothing has the id {asked!r}; {_near(asked)}")


def explain(asked: str) -> Explanation:
    """Return all that is known of an id.

    Args:
        asked: the id, in any case.

    Raises:
        UnknownId: no table has it.
    """
    told = summary(_known(asked))
    if told.id in REQUIREMENTS:
        return _with_examples(told)
    row = _rows()[told.id][1]
    shown = isinstance(row, Transition) and row.id not in UNREACHED
    return replace(told, way=demonstrate(row.id)) if shown else told


def lines(told: Explanation) -> Iterator[str]:
    """Yield an explanation as text for people, 80 columns wide."""
    requirement = told.id in REQUIREMENTS
    title = f"{told.id}  {told.level}  {told.subject}" if requirement else f"{told.id}  {told.kind}"
    # the id of a deep field may take a line of its own, and more than a line's columns
    yield from (title,) if len(title) <= WIDTH else (told.id, told.kind)
    yield from _wrapped(told.statement, "", "")
    yield ""
    yield from _facts(told)
    way = _numbered((*told.way, Line(told.call, "")) if told.call else told.way)
    yield from _block("the way there" if told.call else "an example", way)
    yield from _block(_legal_title(told), told.legal)
    yield from _block("an illegal answer" if told.call else "illegal", told.illegal)
    command = COMMANDS[told.subject].format(id=told.id) if told.checks else ""
    yield from _block("a run that shows only this one", (command,) if command else ())


def _legal_title(told: Explanation) -> str:
    if not told.call:
        return "legal"
    return "the legal answer" if len(told.legal) == 1 else "legal answers, any of these"


def listing() -> Iterator[str]:
    """Yield a line for each id."""
    for known in ids():
        told = summary(known)
        yield f"{known:<20} {told.level or '-':<6}  {told.statement}"


# --- what the rows say


@cache
def _rows() -> Mapping[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for machine in MACHINES.values():
        found |= {row.id: (f"transition of a {machine.name}", row) for row in machine.transitions}
    for name, rows in TABLES.items():
        if name not in REQUIRED:
            kind = KINDS.get(name, name.removesuffix("s").replace("_", " "))
            found |= {row.id: (kind, row) for row in rows}
    return found


def _known(asked: str) -> str:
    """Return the id as its table spells it: requirements in capitals, switches in small letters."""
    wanted = asked.strip()
    return next((known for known in ids() if known.upper() == wanted.upper()), wanted)


def _near(asked: str) -> str:
    family = [known for known in ids() if known.startswith(asked[:3])][:8]
    near = difflib.get_close_matches(asked, ids(), 5, 0.7) or family
    return f"near: {', '.join(near)}" if near else "ids look like SIG-004; 'explain' alone lists them"


def _of_requirement(row: Requirement) -> Explanation:
    return Explanation(
        row.id,
        "requirement",
        row.statement,
        row.source,
        row.tag,
        row.level,
        row.subject,
        judged_by(row.id),
        legal=tuple(row.legal.splitlines()),
        illegal=tuple(row.illegal.splitlines()),
    )


def _with_examples(told: Explanation) -> Explanation:
    shown = None if told.legal else illustrate(told.id)
    if shown is None:
        return told
    return replace(
        told,
        way=shown.way,
        call=shown.words,
        legal=tuple(map(str, shown.legal)),
        illegal=(f"{shown.illegal} ({shown.because})",),
    )


def _of_row(kind: str, row: Any) -> Explanation:
    if isinstance(row, Transition):
        return _of_transition(kind, row)
    statement = getattr(row, "statement", "") or getattr(row, "question", "") or getattr(row, "when", "")
    return Explanation(row.id, kind, statement, row.source, row.tag, details=tuple(_details(row)))


_TOLD: Final = frozenset({"id", "statement", "question", "when", "source", "cite", "tag"})


def _details(row: Any) -> Iterator[tuple[str, str]]:
    for column in fields(row):
        value = getattr(row, column.name)
        if column.name in _TOLD or callable(value) or value in ("", None, ()):
            continue
        yield column.name.replace("_", " "), _value(value)
    if isinstance(row, Switch):
        yield "default", row.default
        yield "choose", f"--switch {row.id}=CHOICE, with certify, replay and serve"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {meaning}" for name, meaning in value.items())
    if isinstance(value, str) and value in ALL_OPERATIONS:
        return ALL_OPERATIONS[value].title
    return ", ".join(map(_value, value)) if isinstance(value, tuple) else str(value)


def _of_transition(kind: str, row: Transition) -> Explanation:
    called = ALL_OPERATIONS.get(row.trigger)
    details = {
        "trigger": called.title if called else row.trigger.replace("_", " "),
        "only if": row.guard,
        "may be seen unasked": "yes" if row.spontaneous else "",
        "not reached": UNREACHED.get(row.id, ""),
    }
    return Explanation(
        row.id,
        kind,
        _movement(row),
        row.cite,
        row.tag,
        details=tuple((name, value) for name, value in details.items() if value),
    )


def _movement(row: Transition) -> str:
    end = f"{row.target} ({row.reason})" if row.reason else row.target
    if row.source is None:
        return f"It begins as {end}."
    return f"It stays {end}." if row.source == row.target else f"From {row.source} to {end}."


# --- text


def _facts(told: Explanation) -> Iterator[str]:
    facts = dict(told.details)
    facts["source"] = f"api-facts {told.source} ({FACTS})" if told.source.startswith("§") else told.source
    facts["tag"] = f"{told.tag}: {TAGS[told.tag]}"
    if told.level:
        facts = {"level": f"{told.level}: {LEVELS[told.level]}", **facts}
        facts["judged by"] = ", ".join(told.checks) or "no check, since both answers are permitted"
    label = max(LABEL, *(len(name) + 2 for name in facts))
    for name, text in facts.items():
        yield from _wrapped(text, name.ljust(label), " " * label)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


def _block(title: str, text: Iterable[str]) -> Iterator[str]:
    found = list(text)
    if found:
        yield ""
        yield title
    for line in found:
        text = line.lstrip()
        inner = " " * (2 + len(line) - len(text))
        yield from _wrapped(text, inner, f"{inner}  ")


def _numbered(way: Iterable[Line]) -> Iterator[str]:
    number = 1
    for line in way:
        last = number + line.times - 1
        yield f"{number}. {line.words}" if line.times == 1 else f"{number} to {last}. {line.words}"
        if line.answer:
            yield f"   -> {line.answer}"
        number = last + 1
