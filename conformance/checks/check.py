"""What a check is: a short pure function, the requirement it judges, and what it says when that is broken.

A check returns None where it does not apply, an empty tuple where the requirement held, and problems where
it did not. It never raises because of what a subject did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from amazonpay_conformance.checks.subject import (
    Act,
    Configured,
    Ended,
    Made,
    Notified,
    Placed,
    Race,
    Seen,
    Tried,
    Watched,
)
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
WireCheck: TypeAlias = Callable[[Seen, Act], Answer]
CallCheck: TypeAlias = Callable[[Made], Answer]
TraceCheck: TypeAlias = Callable[[Watched], Answer]
EndCheck: TypeAlias = Callable[[Ended], Answer]
ButtonCheck: TypeAlias = Callable[[str, str, Configured], Answer]
PageCheck: TypeAlias = Callable[[Placed], Answer]
TrialCheck: TypeAlias = Callable[[Tried], Answer]
NoticeCheck: TypeAlias = Callable[[Notified], Answer]
ModelCheck: TypeAlias = Callable[[Seen, Made], Iterator[Judgement]]
RaceCheck: TypeAlias = Callable[[Race], Iterator[Judgement]]

Check = TypeVar("Check", bound=Callable[..., Answer])

HELD: tuple[Problem, ...] = ()

EXCHANGE_CHECKS: dict[str, tuple[str, ExchangeCheck]] = {}
WIRE_CHECKS: dict[str, tuple[str, WireCheck]] = {}
TRACE_CHECKS: dict[str, tuple[str, TraceCheck]] = {}
END_CHECKS: dict[str, tuple[str, EndCheck]] = {}
CALL_CHECKS: dict[str, tuple[str, CallCheck]] = {}
CALM_CHECKS: dict[str, tuple[str, CallCheck]] = {}
"""Those of `CALL_CHECKS` that have something to say of a call with which nothing went wrong."""
BUTTON_CHECKS: dict[str, tuple[str, ButtonCheck]] = {}
PAGE_CHECKS: dict[str, tuple[str, PageCheck]] = {}
TRIAL_CHECKS: dict[str, tuple[str, TrialCheck]] = {}
NOTICE_CHECKS: dict[str, tuple[str, NoticeCheck]] = {}
MODEL_CHECKS: dict[str, ModelCheck] = {}
RACE_CHECKS: dict[str, RaceCheck] = {}

JUDGED: dict[str, tuple[str, ...]] = {}
"""The requirements that each check judges, by the check's name."""


def on_exchange(requirement: str) -> Callable[[ExchangeCheck], ExchangeCheck]:
    """Register a check that looks at one exchange, and knows what its caller was asked for.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, EXCHANGE_CHECKS)


def on_wire(requirement: str) -> Callable[[WireCheck], WireCheck]:
    """Register a check that looks at one exchange, whether or not anybody asked for it.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, EXCHANGE_CHECKS, WIRE_CHECKS)


def on_trace(requirement: str) -> Callable[[TraceCheck], TraceCheck]:
    """Register a check that looks at an exchange of an integration in its place in a trace.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, TRACE_CHECKS)


def on_end(requirement: str) -> Callable[[EndCheck], EndCheck]:
    """Register a check that looks at what an integration left undone when its trace ended.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, END_CHECKS)


def on_call(requirement: str, *, calm: bool = True) -> Callable[[CallCheck], CallCheck]:
    """Register a check that looks at a whole call: all its exchanges and what the caller was told.

    Args:
        requirement: the id in the catalogue.
        calm: whether it may apply to a call that is calm (`Made.is_calm`); else it is not asked of one.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, CALL_CHECKS, *([CALM_CHECKS] if calm else []))


def on_button(requirement: str) -> Callable[[ButtonCheck], ButtonCheck]:
    """Register a check that looks at a button's payload and signature, which cross no wire.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, BUTTON_CHECKS)


def on_page(requirement: str) -> Callable[[PageCheck], PageCheck]:
    """Register a check that looks at a button as a page of an integration has it.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, PAGE_CHECKS)


def on_trial(requirement: str) -> Callable[[TrialCheck], TrialCheck]:
    """Register a check that looks at what a client sent to a server that it should not have trusted.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, TRIAL_CHECKS)


def on_notice(requirement: str) -> Callable[[NoticeCheck], NoticeCheck]:
    """Register a check that looks at what an endpoint made of notifications.

    Args:
        requirement: the id in the catalogue.

    Raises:
        KeyError: the catalogue has no such requirement.
    """

    return _registering(requirement, NOTICE_CHECKS)


def on_model(*requirements: str) -> Callable[[ModelCheck], ModelCheck]:
    """Register a check that holds an exchange against the model and names the requirement at stake itself.

    Args:
        requirements: the ids of all that it may name.

    Raises:
        KeyError: the catalogue lacks one of them.
    """

    def register(check: ModelCheck) -> ModelCheck:
        _note(check.__name__, *requirements)
        MODEL_CHECKS[check.__name__] = check
        return check

    return register


def on_race(*requirements: str) -> Callable[[RaceCheck], RaceCheck]:
    """Register a check that looks at calls which were made at once.

    Args:
        requirements: the ids of all that it may name.

    Raises:
        KeyError: the catalogue lacks one of them.
    """

    def register(check: RaceCheck) -> RaceCheck:
        _note(check.__name__, *requirements)
        RACE_CHECKS[check.__name__] = check
        return check

    return register


def judgement(requirement: str, check: str, answer: Problem | Iterable[Problem]) -> Judgement:
    """Make a judgement of what a check returned."""
    problems = (answer,) if isinstance(answer, Problem) else tuple(answer)
    return Judgement(requirement, check, problems)


def _registering(requirement: str, *tables: dict[str, tuple[str, Any]]) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        _note(check.__name__, requirement)
        for table in tables:
            table[check.__name__] = (requirement, check)
        return check

    return register


def _note(check: str, *requirements: str) -> None:
    for requirement in requirements:
        if requirement not in REQUIREMENTS:
            raise KeyError(f"no requirement {requirement!r} in the catalogue (model/requirements.py)")
    JUDGED[check] = requirements
