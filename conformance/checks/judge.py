"""Runs every check over a call: the one judge behind every tap. It also knows which check judges what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from amazonpay_conformance.checks import (
    amounts,
    answers,
    asynchronous,
    bodies,
    calls,
    changes,
    damage,
    headers,
    idempotency,
    merchants,
    objects,
    order,
    pending,
    races,
    repeats,
    retries,
    signature,
    timestamps,
    tls,
)
from amazonpay_conformance.checks.check import (
    BUTTON_CHECKS,
    CALL_CHECKS,
    END_CHECKS,
    EXCHANGE_CHECKS,
    JUDGED,
    MODEL_CHECKS,
    RACE_CHECKS,
    TRACE_CHECKS,
    TRIAL_CHECKS,
    WIRE_CHECKS,
    Judgement,
    judgement,
)
from amazonpay_conformance.checks.subject import Configured, Ended, Made, Race, Tried, Watched
from amazonpay_conformance.model.requirements import REQUIREMENTS

MODULES: Final = (
    amounts,
    answers,
    asynchronous,
    bodies,
    calls,
    changes,
    damage,
    headers,
    idempotency,
    merchants,
    objects,
    order,
    pending,
    races,
    repeats,
    retries,
    signature,
    timestamps,
    tls,
)
"""The rooms in which checks register themselves on import."""


def judge(made: Made) -> Iterator[Judgement]:
    """Yield what every check that applies has to say about a call.

    Of a request that was spoilt on purpose only the answer is judged.
    """
    for found in _judgements(made):
        if not made.asked.tamper or REQUIREMENTS[found.requirement].subject == "server":
            yield found


def _judgements(made: Made) -> Iterator[Judgement]:
    for seen in made.tries:
        for name, (requirement, check) in EXCHANGE_CHECKS.items():
            if seen.fault is not None and REQUIREMENTS[requirement].subject == "server":
                continue  # no server is to blame for an answer that was spoilt
            if (found := judgement(requirement, name, check(seen, made))) is not None:
                yield found
        for model_check in MODEL_CHECKS.values() if seen.fault is None else ():
            yield from model_check(seen, made)
    for name, (requirement, call_check) in CALL_CHECKS.items():
        if (found := judgement(requirement, name, call_check(made))) is not None:
            yield found


def judge_wire(watched: Watched) -> Iterator[Judgement]:
    """Yield what every check that needs no caller has to say about an exchange as such."""
    for name, (requirement, check) in WIRE_CHECKS.items():
        if (found := judgement(requirement, name, check(watched.last, watched))) is not None:
            yield found


def judge_in_place(watched: Watched) -> Iterator[Judgement]:
    """Yield what the checks have to say about an exchange of an integration in its place in a trace."""
    for name, (requirement, check) in TRACE_CHECKS.items():
        if (found := judgement(requirement, name, check(watched))) is not None:
            yield found


def judge_end(ended: Ended) -> Iterator[Judgement]:
    """Yield what the checks have to say about what a trace left undone."""
    for name, (requirement, check) in END_CHECKS.items():
        if (found := judgement(requirement, name, check(ended))) is not None:
            yield found


def judge_button(payload: str, signature: str, configured: Configured) -> Iterator[Judgement]:
    """Yield what the checks have to say about a button.

    Args:
        payload: the payload string that was to be signed.
        signature: what the client made of it.
        configured: with which key and algorithm it had to.
    """
    for name, (requirement, check) in BUTTON_CHECKS.items():
        if (found := judgement(requirement, name, check(payload, signature, configured))) is not None:
            yield found


def judge_race(race: Race) -> Iterator[Judgement]:
    """Yield what the checks have to say about calls that were made at once."""
    for check in RACE_CHECKS.values():
        yield from check(race)


def judge_trial(tried: Tried) -> Iterator[Judgement]:
    """Yield what the checks have to say about a server that a client was led to."""
    for name, (requirement, check) in TRIAL_CHECKS.items():
        if (found := judgement(requirement, name, check(tried))) is not None:
            yield found


def judged_by(requirement: str) -> tuple[str, ...]:
    """Return the names of the checks that judge a requirement.

    Args:
        requirement: the id in the catalogue; none judges an uncertain one, which permits both answers.
    """
    return tuple(name for name, judged in JUDGED.items() if requirement in judged)


def needs_no_caller(requirement: str) -> bool:
    """Tell whether a requirement can be judged of what is only watched.

    Args:
        requirement: the id in the catalogue.
    """
    tables: tuple[Mapping[str, tuple[str, object]], ...] = (WIRE_CHECKS, TRACE_CHECKS, END_CHECKS)
    return any(requirement == judged for table in tables for judged, _ in table.values())
