"""A recorded run as turns that anybody can take: requests with symbols for ids, acts of buyer and clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.engine.asking import made_ids
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.model.scenario import AdvanceStep, BuyerStep, CallStep, RepeatStep, Step
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER, SIMULATION_HEADER


class CannotPrint(Exception):
    """The form cannot say this; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with {{symbol}} for each id; `keeps` names the fields of the answer that hold new ids."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int
    keeps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """What the mock's control API is asked for: `buyer` or `advance`."""

    verb: str
    body: Mapping[str, Any]


Turn: TypeAlias = Ask | Act


@dataclass(frozen=True, slots=True)
class Played:
    """The turns, the idempotency keys to make first, and the digest of the answer that was found wrong."""

    turns: tuple[Turn, ...]
    keys: tuple[str, ...]
    digest: str


@dataclass
class _Names:
    """Symbols for the values of a run."""

    values: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        known = {**self.values, **self.keys}
        for symbol in sorted(known, key=lambda name: -len(known[name])):
            text = text.replace(known[symbol], f"{{{{{symbol}}}}}")
        return text

    def key(self, value: str) -> str:
        for symbol, known in self.keys.items():
            if known == value:
                return symbol
        symbol = f"key#{len(self.keys) + 1}"
        self.keys[symbol] = value
        return symbol


def played(run: Run, finding: Finding) -> Played:
    """Return a run as turns, up to the answer that was found wrong.

    Args:
        run: what was recorded.
        finding: what it showed.

    Raises:
        CannotPrint: a step is one that only the kit can take.
    """
    names = _Names()
    turns: list[Turn] = []
    last: Seen | None = None
    for number, step in enumerate(run.scenario.steps[: finding.step + 1]):
        if isinstance(step, BuyerStep):
            turns.append(_buyer(step, names))
        elif isinstance(step, AdvanceStep):
            turns.append(Act("advance", {"seconds": step.seconds}))
        else:
            last = _call(run, number, step)
            turns.append(_ask(step, last, names))
    if last is None or last.response is None:
        raise CannotPrint("no answer was found wrong")
    has_id = "x-amz-pay-request-id" in last.response.headers
    digest = answer_digest(last.response.status, has_id, last.response.body, names.values)
    return Played(tuple(turns), tuple(names.keys), digest)


def _call(run: Run, number: int, step: Step) -> Seen:
    plain = isinstance(step, RepeatStep) or (isinstance(step, CallStep) and step.tamper is None)
    made = [made for made in run.made if made.step == number]
    if not plain or len(made) != 1 or len(made[0].seen) != 1 or made[0].seen[0].response is None:
        raise CannotPrint(f"step {number + 1} ({describe(step)}) is one that only the kit can take")
    return made[0].seen[0]


def _ask(step: Step, seen: Seen, names: _Names) -> Ask:
    request, response = seen.request, seen.response
    headers = {}
    for name in (IDEMPOTENCY_HEADER, SIMULATION_HEADER):
        value = request.headers.get(name)
        if value is not None:
            headers[name] = f"{{{{{names.key(value)}}}}}" if name == IDEMPOTENCY_HEADER else value
    path, body = names.filled(request.target), names.filled(request.body.decode("utf-8"))
    keeps = dict(_kept(step, seen))
    names.values |= {symbol: str((seen.body or {})[name]) for symbol, name in keeps.items()}
    return Ask(request.method, path, headers, body, response.status if response else 0, keeps)


def _kept(step: Step, seen: Seen) -> Iterator[tuple[str, str]]:
    if isinstance(step, CallStep) and seen.body is not None:
        for symbol, value in made_ids(step, seen.body).items():
            yield symbol, next(name for name, held in seen.body.items() if held == value)


def _buyer(step: BuyerStep, names: _Names) -> Act:
    if step.target not in names.values:
        raise CannotPrint(f"{step.target} stands for nothing")
    body = {"deed": step.deed, "target": f"{{{{{step.target}}}}}", "card": step.card, "product": step.product}
    return Act("buyer", {name: value for name, value in body.items() if value is not None})


def as_json(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
