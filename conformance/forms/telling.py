"""Tells a recorded run as turns: which ids are carried along, and by which answers the fault is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.engine.asking import made_ids
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.race import RacedCall
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.forms.histories import Histories, history, permitted_histories
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.forms.spoiling import Spoiling, spoiling
from amazonpay_conformance.forms.turns import (
    Act,
    Admit,
    Again,
    Answered,
    Ask,
    Judged,
    Learn,
    Played,
    Rotate,
    Spoilt,
    Taken,
    Together,
    Turn,
)
from amazonpay_conformance.model.scenario import (
    KINDS,
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    RotateKeyStep,
    Step,
)
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.reading.objects import ID_FIELDS
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER, SIMULATION_HEADER
from amazonpay_conformance.wire.canonical import canonical_path, canonical_query
from amazonpay_conformance.wire.messages import Request

LONGEST: Final = 100
"""Letters of what is told of a step."""


def played(run: Run, finding: Finding, lane: Lane) -> Played:
    """Return a run as turns, up to the answer that was found wrong.

    Args:
        run: what was recorded.
        finding: what it showed.
        lane: how the client was configured.

    Raises:
        CannotPrint: a step is one that only the kit can take.
    """
    telling = _Telling(run, finding, lane)
    skipped = dict(run.skipped)
    steps = []
    for number, step in enumerate(run.scenario.steps[: finding.step + 1]):
        told = brief(step)
        if number in skipped and not _was_sent(run, number):
            steps.append(Taken(number + 1, told, (), skipped[number]))
        else:
            steps.append(Taken(number + 1, told, tuple(telling.turns(number, step))))
    if not telling.wrong and not telling.permitted:
        raise CannotPrint("no answer was found wrong")
    return Played(tuple(steps), tuple(telling.names.keys), tuple(telling.wrong), telling.permitted)


def brief(step: Step) -> str:
    """Return a step in one short line."""
    text = " ".join(describe(step).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _was_sent(run: Run, number: int) -> bool:
    return any(made.step == number and made.seen for made in run.made)


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


@dataclass
class _Telling:
    """Tells the steps of a run one after the other, and carries ids along."""

    run: Run
    finding: Finding
    lane: Lane
    names: _Names = field(default_factory=_Names)
    wrong: list[str] = field(default_factory=list)
    permitted: Histories = ()
    _last: str | None = None
    _rotated: bool = False
    _admitted: bool = False

    def turns(self, number: int, step: Step) -> Iterator[Turn]:
        """Yield what is done in a step."""
        if isinstance(step, BuyerStep):
            yield self._buyer(step)
        elif isinstance(step, AdvanceStep):
            yield Act("advance", {"seconds": step.seconds})
        elif isinstance(step, FaultStep):
            asked = {"fault": step.fault, "times": step.times, "operation": step.operation}
            yield Act("faults", {name: value for name, value in asked.items() if value is not None})
        elif isinstance(step, RotateKeyStep):
            self._rotated = True
            yield Rotate(step.revokes)
        elif isinstance(step, ParallelStep):
            yield self._together(number, step)
        else:
            yield from self._called(number, step)

    def _called(self, number: int, step: CallStep | RepeatStep) -> Iterator[Turn]:
        made = next((made for made in self.run.made if made.step == number), None)
        if made is None or not made.seen:
            raise CannotPrint(f"step {number + 1} ({brief(step)}) sent nothing")
        planned = step if isinstance(step, CallStep) else self._first(step)
        for seen in made.seen:
            answered = self._answered(number, planned, seen)
            yield from self._sent(made, seen, answered)
            yield from self._learnt(planned, seen)

    def _sent(self, made: Made, seen: Seen, answered: Answered) -> Iterator[Turn]:
        authorization = seen.request.headers.get("authorization")
        if authorization is not None and authorization == self._last:
            yield Again(answered)
        elif made.asked.tamper:
            yield from self._spoilt(made, seen, answered)
        else:
            self._last = authorization
            yield self._ask(seen.request, answered)
        self._take_in(seen, answered)

    def _spoilt(self, made: Made, seen: Seen, answered: Answered) -> Iterator[Turn]:
        if made.asked.tamper == "replayed":
            raise CannotPrint("a request is sent again that was sent before the scenario began")
        key = seen.request.headers.get(IDEMPOTENCY_HEADER) or made.asked.key
        if key:
            self.names.key(key)
        signer = TAMPERS[made.asked.tamper].signer
        if signer == "another merchant" and not self._admitted:
            self._admitted = True
            yield Admit()
        found = spoiling(made.asked, seen.request, self.lane)
        yield self._filled(found, answered, signer if signer != "former key" or self._rotated else "")

    def _filled(self, found: Spoiling, answered: Answered, signer: str) -> Spoilt:
        signed = replace(
            found.signed,
            canonical=self.names.filled(found.signed.canonical),
            body=self.names.filled(found.signed.body),
            who=signer or found.signed.who,
        )
        headers = tuple((name, self.names.filled(value)) for name, value in found.headers)
        target, body = self.names.filled(found.target), self.names.filled(found.body)
        return Spoilt(signed, found.method, target, headers, body, answered)

    def _ask(self, request: Request, answered: Answered) -> Ask:
        headers = {}
        for name in (IDEMPOTENCY_HEADER, SIMULATION_HEADER):
            value = request.headers.get(name)
            if value is not None:
                headers[name] = f"{{{{{self.names.key(value)}}}}}" if name == IDEMPOTENCY_HEADER else value
        path, query = canonical_path(request.path), canonical_query(request.query)
        body = self.names.filled(request.body.decode("utf-8"))
        return Ask(request.method, self.names.filled(path), self.names.filled(query), headers, body, answered)

    def _answered(self, number: int, planned: CallStep | None, seen: Seen) -> Answered:
        tells = number == self.finding.step and seen.fault is None
        status = seen.response.status if seen.response else 0
        return Answered(status, dict(self._kept(planned, seen)), tells)

    def _kept(self, planned: CallStep | None, seen: Seen) -> Iterator[tuple[str, str]]:
        """Yield which field of an answer holds the id of what the call made."""
        body = seen.body
        if planned is None or body is None or planned.tamper == "another-merchant":
            return
        for symbol, value in made_ids(planned, body).items():
            if symbol not in self.names.values:
                yield symbol, next(name for name, held in body.items() if held == value)

    def _take_in(self, seen: Seen, answered: Answered) -> None:
        body = seen.body or {}
        self.names.values |= {symbol: str(body[name]) for symbol, name in answered.keeps.items()}
        if answered.tells:
            self.wrong.append(_digest(seen, self.names.values))

    def _learnt(self, planned: CallStep | None, seen: Seen) -> Iterator[Learn]:
        """Yield what the kit knows of the service's answer though the client got none that it could read."""
        truth = seen.true_body if seen.fault is not None else None
        if planned is None or truth is None:
            return
        for symbol, value in made_ids(planned, truth).items():
            if symbol not in self.names.values and symbol.partition("#")[0] in KINDS:
                self.names.values[symbol] = value
                yield Learn(symbol, KINDS[symbol.partition("#")[0]])

    def _first(self, step: RepeatStep) -> CallStep | None:
        calls = (step for step in self.run.scenario.steps if isinstance(step, CallStep))
        return next((call for call in calls if call.key == step.key and call.tamper is None), None)

    def _buyer(self, step: BuyerStep) -> Act:
        if step.target not in self.names.values:
            raise CannotPrint(f"{step.target} stands for nothing")
        target = f"{{{{{step.target}}}}}"
        body = {"deed": step.deed, "target": target, "card": step.card, "product": step.product}
        return Act("buyer", {name: value for name, value in body.items() if value is not None})

    def _together(self, number: int, step: ParallelStep) -> Together:
        calls = [call for call in self.run.raced if call.step == number]
        if any(call.planned is None for call in calls) or len(calls) > len(step.calls):
            raise CannotPrint(f"in step {number + 1} a client repeated a request of its own accord")
        by_caller = [
            sorted((c for c in calls if c.caller == caller), key=lambda c: c.seen.exchange.span)
            for caller in sorted({call.caller for call in calls})
        ]
        judged = self._judged(number, calls)
        if judged == "together":
            self.permitted = permitted_histories(by_caller)
            if history([call for mine in by_caller for call in mine]) in self.permitted:
                raise CannotPrint("each answer is one that some order of the calls permits")
        return Together(tuple(tuple(self._raced(c, judged) for c in mine) for mine in by_caller), judged)

    def _judged(self, number: int, calls: list[RacedCall]) -> Judged:
        if number != self.finding.step:
            return "later"
        return "together" if _is_of_all(self.finding, calls) else "alone"

    def _raced(self, call: RacedCall, judged: Judged) -> Ask:
        found = self._answered(call.step, call.planned, call.seen)
        theirs = self.finding.made.seen if self.finding.made is not None else ()
        is_wrong = judged == "alone" and any(call.seen.exchange is seen.exchange for seen in theirs)
        ask = self._ask(call.seen.request, found)
        self._take_in(call.seen, replace(found, tells=is_wrong))
        operation = call.seen.reading.operation
        return replace(
            ask, shows=ID_FIELDS.get(operation.returns, "") if operation and operation.returns else ""
        )


def _is_of_all(finding: Finding, calls: list[RacedCall]) -> bool:
    """Tell whether a finding is about calls at once together, and not about one of them."""
    seen = finding.made.seen if finding.made is not None else ()
    return len(calls) > 1 and len(seen) == len(calls)


def _digest(seen: Seen, ids: dict[str, str]) -> str:
    response = seen.response
    if response is None:
        return answer_digest(0, False, b"", ids)
    return answer_digest(response.status, "x-amz-pay-request-id" in response.headers, response.body, ids)
