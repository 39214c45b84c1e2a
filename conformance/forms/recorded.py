"""The exchanges of a run, step by step, those of calls at once among them that no order explains."""

from __future__ import annotations

from amazonpay_conformance.checks.subject import Seen
from amazonpay_conformance.engine.race import RacedCall
from amazonpay_conformance.engine.runner import Run


def raced(run: Run, step: int) -> tuple[RacedCall, ...]:
    """Return the exchanges of calls at once, in the order in which they began.

    Args:
        run: what was recorded.
        step: the number of the step, from 0.
    """
    mine = (call for call in run.raced if call.step == step)
    return tuple(sorted(mine, key=lambda call: call.seen.exchange.span))


def exchanges(run: Run, step: int) -> tuple[Seen, ...]:
    """Return the exchanges of a step in their order.

    Args:
        run: what was recorded.
        step: the number of the step, from 0.
    """
    at_once = tuple(call.seen for call in raced(run, step))
    return at_once or tuple(seen for made in run.made if made.step == step for seen in made.seen)
