"""What came of calls that were made at once: each call with its exchange, and one judgement of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import judge_race
from amazonpay_conformance.checks.subject import Configured, Made, Race, Raced, Seen
from amazonpay_conformance.clients.driver import Returned
from amazonpay_conformance.engine.asking import asked_of, told_by
from amazonpay_conformance.engine.crew import Attempt
from amazonpay_conformance.engine.follow import Heard, Oracle
from amazonpay_conformance.engine.history import AtOnce, Trust, at_once, succeeded_with
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.model.linearizability import Linearization
from amazonpay_conformance.model.scenario import CallStep
from amazonpay_conformance.wire.messages import Exchange

REQUEST_ID = "x-amz-pay-request-id"


@dataclass(frozen=True, slots=True)
class RacedCall:
    """An exchange of several at once: in which step, and which caller's call it was.

    `planned` is None where a client sent it of its own accord.
    """

    step: int
    caller: int
    planned: CallStep | None
    seen: Seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be judged after calls at once.

    `made` are the calls in the order that explains them, each to be judged as any other; none where there is
    no such order. `whole` stands for all of them in a finding of `judgements`; `calls` are all exchanges.
    """

    made: tuple[Made, ...]
    whole: Made
    calls: tuple[RacedCall, ...]
    judgements: tuple[Judgement, ...]
    unclear: str = ""


def judge_at_once(
    step: int,
    attempts: Sequence[Attempt],
    exchanges: Sequence[Exchange],
    oracle: Oracle,
    configured: Configured,
) -> Outcome:
    """Judge calls that were made at once, and move the oracle on to the worlds that they may have led to.

    Args:
        step: the number of the step.
        attempts: what the callers asked of their clients, and what these told.
        exchanges: what went over the wire meanwhile.
        oracle: the world before.
        configured: how the clients are configured.
    """
    tried = at_once(oracle, exchanges)
    found = tried.judge()
    asker = _askers(attempts, tried.heard)
    race = _race(tried, found, asker)
    witness = found.witnesses[0] if found.decision == "legal" else None
    seen = list(tried.seen(oracle, witness)) if witness else []
    whole = _whole(step, attempts, tried, oracle, configured)
    if found.worlds:
        oracle.world, *others = found.worlds
        oracle.others = tuple(others)
    # where a client repeats its requests, whose exchange is whose is a guess: none is judged alone then
    plain = seen if None not in asker else []
    made = tuple(_made(step, a, one, configured) for n, one in plain if (a := asker[n]) is not None)
    calls = tuple(
        RacedCall(step, a.caller if a else 0, a.planned if a else None, one)
        for a, one in zip(asker, whole.seen, strict=True)
    )
    return Outcome(made, whole, calls, tuple(judge_race(race)), _unclear(step, found))


def _askers(attempts: Sequence[Attempt], heard: Sequence[Heard]) -> list[Attempt | None]:
    """Return whose exchange each is: by the request id that the client tells, else by what it asked."""
    left = list(attempts)
    found: list[Attempt | None] = []
    for one in heard:
        asker = next((a for a in left if _tells_of(a, one)), None) or next(
            (a for a in left if _may_have_sent(a, one)), None
        )
        if asker is not None:
            left.remove(asker)
        found.append(asker)
    return found


def _tells_of(attempt: Attempt, heard: Heard) -> bool:
    response, result = heard.exchange.response, attempt.result
    if response is None or not isinstance(result, Returned) or result.request_id is None:
        return False
    return response.headers.get(REQUEST_ID) == result.request_id


def _may_have_sent(attempt: Attempt, heard: Heard) -> bool:
    call = heard.reading.call
    told = attempt.result.request_id if isinstance(attempt.result, Returned) else None
    same = call is not None and (call.operation, call.target) == (attempt.operation.id, attempt.call.path_id)
    return same and told is None


def _race(tried: AtOnce, found: Linearization, asker: Sequence[Attempt | None]) -> Race:
    calls = tuple(_raced(tried, number, asker[number]) for number in range(len(tried.heard)))
    order = sorted(range(len(calls)), key=lambda number: (calls[number].caller, calls[number].began))
    place = {number: position for position, number in enumerate(order)}
    sorted_calls = tuple(
        replace(calls[number], twins=frozenset(place[twin] for twin in calls[number].twins))
        for number in order
    )
    return Race(sorted_calls, found.decision, found.nodes, tuple(place[number] for number in found.prefix))


def _raced(tried: AtOnce, number: int, asker: Attempt | None) -> Raced:
    heard = tried.heard[number]
    response = heard.exchange.response
    began, ended = heard.exchange.span
    reason = heard.answer.get("reasonCode") if isinstance(heard.answer, dict) else None
    status = "no answer" if response is None else str(response.status)
    operation = heard.reading.operation
    name = operation.id if operation else ""
    return Raced(
        asker.caller if asker else 0,
        describe(asker.planned) if asker else f"{name}, sent by a client of its own accord",
        name,
        began,
        ended if tried.trust[number] is not Trust.NOTHING else None,
        f"{status} {reason}" if reason and response and response.status >= 400 else status,
        tried.twins(number),
        succeeded_with(heard),
    )


def _made(step: int, attempt: Attempt, seen: Seen, configured: Configured) -> Made:
    asked = asked_of(attempt.operation, attempt.call, repeat=False)
    meant = bool(seen.permitted) and seen.permitted[0].status < 400
    return Made(step, replace(asked, meant_to_succeed=meant), told_by(attempt.result), (seen,), configured)


def _whole(
    step: int, attempts: Sequence[Attempt], tried: AtOnce, oracle: Oracle, configured: Configured
) -> Made:
    first = attempts[0]
    asked = asked_of(first.operation, first.call, repeat=False)
    seen = tuple(heard.as_sent(heard.plain(oracle.world)) for heard in tried.heard)
    return Made(step, asked, told_by(first.result), seen, configured)


def _unclear(step: int, found: Linearization) -> str:
    if found.decision == "illegal":
        return f"step {step + 1} was answered as no order of its calls permits"
    if found.decision == "undecided" or not found.complete:
        return f"step {step + 1}: whether its calls have an order was not decided within {found.nodes} tries"
    return ""
