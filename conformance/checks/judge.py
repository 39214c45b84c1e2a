"""Runs every check over a call: the one judge behind every tap. It also knows which check judges what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from amazonpay_conformance.checks import (
    amounts,
    answers,
    asynchronous,
    bodies,
    buttons,
    calls,
    changes,
    damage,
    headers,
    idempotency,
    merchants,
    notices,
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
    CALM_CHECKS,
    END_CHECKS,
    EXCHANGE_CHECKS,
    HELD,
    JUDGED,
    MODEL_CHECKS,
    NOTICE_CHECKS,
    PAGE_CHECKS,
    RACE_CHECKS,
    TRACE_CHECKS,
    TRIAL_CHECKS,
    WIRE_CHECKS,
    Answer,
    ExchangeCheck,
    Judgement,
    judgement,
)
from amazonpay_conformance.checks.subject import (
    Configured,
    Ended,
    Made,
    Notified,
    Placed,
    Race,
    Tried,
    Watched,
)
from amazonpay_conformance.model.requirements import REQUIREMENTS

MODULES: Final = (
    amounts,
    answers,
    asynchronous,
    bodies,
    buttons,
    calls,
    changes,
    damage,
    headers,
    idempotency,
    merchants,
    notices,
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
    found = _judgements(made)
    if made.asked.tamper:
        return iter([one for one in found if REQUIREMENTS[one.requirement].subject == "server"])
    return iter(found)


def _judgements(made: Made) -> list[Judgement]:
    found: list[Judgement] = []
    for seen in made.tries:
        # no server is to blame for an answer that was spoilt
        found += _asked(EXCHANGE_CHECKS if seen.fault is None else _of_clients(), seen, made)
        for model_check in MODEL_CHECKS.values() if seen.fault is None else ():
            found += model_check(seen, made)
    return found + _asked(CALM_CHECKS if made.is_calm else CALL_CHECKS, made)


def _of_clients() -> dict[str, tuple[str, ExchangeCheck]]:
    return {name: row for name, row in EXCHANGE_CHECKS.items() if REQUIREMENTS[row[0]].subject != "server"}


def judge_wire(watched: Watched) -> Iterator[Judgement]:
    """Yield what every check that needs no caller has to say about an exchange as such."""
    return iter(_asked(WIRE_CHECKS, watched.last, watched))


def judge_in_place(watched: Watched) -> Iterator[Judgement]:
    """Yield what the checks have to say about an exchange of an integration in its place in a trace."""
    return iter(_asked(TRACE_CHECKS, watched))


def judge_end(ended: Ended) -> Iterator[Judgement]:
    """Yield what the checks have to say about what a trace left undone."""
    return iter(_asked(END_CHECKS, ended))


def judge_button(payload: str, signature: str, configured: Configured) -> Iterator[Judgement]:
    """Yield what the checks have to say about a button.

    Args:
        payload: the payload string that was to be signed.
        signature: what the client made of it.
        configured: with which key and algorithm it had to.
    """
    return iter(_asked(BUTTON_CHECKS, payload, signature, configured))


def judge_page(placed: Placed) -> Iterator[Judgement]:
    """Yield what the checks have to say about a button as a page of an integration has it."""
    return iter(_asked(PAGE_CHECKS, placed))


def judge_race(race: Race) -> Iterator[Judgement]:
    """Yield what the checks have to say about calls that were made at once."""
    for check in RACE_CHECKS.values():
        yield from check(race)


def judge_trial(tried: Tried) -> Iterator[Judgement]:
    """Yield what the checks have to say about a server that a client was led to."""
    return iter(_asked(TRIAL_CHECKS, tried))


def judge_notice(notified: Notified) -> Iterator[Judgement]:
    """Yield what the checks have to say about what an endpoint made of notifications."""
    return iter(_asked(NOTICE_CHECKS, notified))


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
    tables: tuple[Mapping[str, tuple[str, object]], ...] = (
        *(WIRE_CHECKS, TRACE_CHECKS, END_CHECKS),
        *(BUTTON_CHECKS, PAGE_CHECKS),
    )
    return any(requirement == judged for table in tables for judged, _ in table.values())


def _asked(checks: Mapping[str, tuple[str, Callable[..., Answer]]], *about: object) -> list[Judgement]:
    found: list[Judgement] = []
    for name, (requirement, check) in checks.items():
        answer = check(*about)
        if answer is HELD:
            found.append(_held(requirement, name))
        elif answer is not None:
            found.append(judgement(requirement, name, answer))
    return found


@cache
def _held(requirement: str, check: str) -> Judgement:
    return Judgement(requirement, check, HELD)
