"""What a check is: a short pure function, the requirement it judges, and what it says when that is broken.

A check returns None where it does not apply, an empty tuple where the requirement held, and problems where
it did not. It never raises because of what a subject did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from amazonpay_conformance.checks.subject import Made, Seen
from amazonpay_conformance.model.requirements import REQUIREMENTS


@dataclass(frozen=True, slots=True)
class Problem:
    """What was expected and what was received instead, in words for someone who never saw the code.

    `hint` says what to do; where finding that out is dear, it is a function that a reporter calls once.
    """

    expected: str
    received: str
    hint: str | Callable[[], str] = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check has to say about one requirement."""

    requirement: str
    check: str
    problems: tuple[Problem, ...]


Answer: TypeAlias = Problem | Iterable[Problem] | None
ExchangeCheck: TypeAlias = Callable[[Seen, Made], Answer]
CallCheck: TypeAlias = Callable[[Made], Answer]

HELD: tuple[Problem, ...] = ()

EXCHANGE_CHECKS: dict[str, tuple[str, ExchangeCheck]] = {}
CALL_CHECKS: dict[str, tuple[str, CallCheck]] = {}


def on_exchange(requirement: str) -> Callable[[ExchangeCheck], ExchangeCheck]:
    """Register a check that looks at one exchange.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """
    _known(requirement)

    def register(check: ExchangeCheck) -> ExchangeCheck:
        EXCHANGE_CHECKS[check.__name__] = (requirement, check)
        return check

    return register


def on_call(requirement: str) -> Callable[[CallCheck], CallCheck]:
    """Register a check that looks at a whole call: all its exchanges and what the caller was told.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """
    _known(requirement)

    def register(check: CallCheck) -> CallCheck:
        CALL_CHECKS[check.__name__] = (requirement, check)
        return check

    return register


def judgement(requirement: str, check: str, answer: Answer) -> Judgement | None:
    """Make a judgement of what a check returned; None where the check did not apply."""
    if answer is None:
        return None
    problems = (answer,) if isinstance(answer, Problem) else tuple(answer)
    return Judgement(requirement, check, problems)


def _known(requirement: str) -> None:
    if requirement not in REQUIREMENTS:
        raise KeyError(f"no requirement {requirement!r} in the catalogue (model/requirements.py)")
