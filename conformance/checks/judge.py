"""Runs every check over a call: the one judge behind every tap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from amazonpay_conformance.checks import answers, bodies, calls, headers, idempotency, objects, signature
from amazonpay_conformance.checks.check import CALL_CHECKS, EXCHANGE_CHECKS, Judgement, judgement
from amazonpay_conformance.checks.subject import Made, Seen

MODULES: Final = (answers, bodies, calls, headers, idempotency, objects, signature)
"""The rooms in which checks register themselves on import."""

RULE_CHECKS: Final[tuple[Callable[[Seen, Made], Iterator[Judgement]], ...]] = (
    answers.answer_is_permitted,
    objects.state_is_permitted,
)
"""Checks that judge many requirements, whichever is at stake."""


def judge(made: Made) -> Iterator[Judgement]:
    """Yield what every check that applies has to say about a call."""
    for seen in made.seen:
        for name, (requirement, check) in EXCHANGE_CHECKS.items():
            if (found := judgement(requirement, name, check(seen, made))) is not None:
                yield found
        for rule_check in RULE_CHECKS:
            yield from rule_check(seen, made)
    for name, (requirement, call_check) in CALL_CHECKS.items():
        if (found := judgement(requirement, name, call_check(made))) is not None:
            yield found
