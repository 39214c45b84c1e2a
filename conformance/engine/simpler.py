"""Simpler forms of a step, the simplest first: what is shrunk where no step can be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any, Final, TypeVar

from amazonpay_conformance.model.scenario import CALLERS, CALLS, AdvanceStep, CallStep, ParallelStep, Step
from amazonpay_conformance.model.timers import TIMERS

AnyStep = TypeVar("AnyStep", bound=Step)

AMOUNTS: Final = ("small", "order", "all")
"""Simplest first; what else an amount can be is less simple than any of them."""
PLAIN: Final = "plain"
LEAST: Final = 8
"""Letters; a text of so few is left as it is."""

_KEPT: Final = frozenset(
    {"operation", "target", "body", "key", "makes", "deed", "seconds", "calls", "callers"}
)
"""Fields with a default, without which a step is another one; the body has simpler forms of its own."""


def simpler_steps(step: Step) -> Iterator[tuple[Step, ...]]:
    """Yield what is simpler than a step: without what it can do without, then with simpler values.

    Args:
        step: any step; what a new kind of step has besides its essence has a default, and goes by that.
    """
    if isinstance(step, ParallelStep):
        yield from _simpler_races(step)
    else:
        yield from ((simpler,) for simpler in _simpler(step))


def _simpler(step: AnyStep) -> Iterator[AnyStep]:
    yield from _without_extras(step)
    if isinstance(step, CallStep) and step.body is not None:
        yield from (replace(step, body=body) for body in simpler_bodies(step.body))
    elif isinstance(step, AdvanceStep):
        shorter = sorted(seconds for seconds in set(TIMERS.values()) if 0 < seconds < step.seconds)
        yield from (replace(step, seconds=seconds) for seconds in shorter)


def _simpler_races(step: ParallelStep) -> Iterator[tuple[Step, ...]]:
    """Callers left out, then calls, then all of them one after the other, then simpler calls."""
    callers = step.callers
    if len(callers) > min(CALLERS):
        yield from ((ParallelStep((*callers[:n], *callers[n + 1 :])),) for n in range(len(callers)))
    for number, calls in enumerate(callers):
        if len(calls) > min(CALLS):
            for fewer in (calls[:-1], calls[1:]):
                yield (ParallelStep((*callers[:number], fewer, *callers[number + 1 :])),)
    yield step.calls
    for number, calls in enumerate(callers):
        for place, call in enumerate(calls):
            for simpler in _simpler(call):
                changed = (*calls[:place], simpler, *calls[place + 1 :])
                yield (ParallelStep((*callers[:number], changed, *callers[number + 1 :])),)


def _without_extras(step: AnyStep) -> Iterator[AnyStep]:
    for field in fields(step):
        plain: dict[str, Any] = {field.name: field.default}
        has_default = field.name not in _KEPT and field.default is not MISSING
        if has_default and getattr(step, field.name) != field.default:
            yield replace(step, **plain)


def simpler_bodies(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield simpler bodies: with nothing, with half of its fields, without one, with a simpler value.

    Args:
        body: a body of a step, symbols and all.
    """
    names = list(body)
    if len(names) > 1:
        yield {}
    if len(names) > 3:
        half = len(names) // 2
        yield from ({n: body[n] for n in kept} for kept in (names[:half], names[half:]))
    for name in names:
        yield {other: kept for other, kept in body.items() if other != name}
    for name, value in body.items():
        yield from ({**body, name: simpler} for simpler in simpler_values(value))


def simpler_values(value: Any) -> Iterator[Any]:
    """Yield simpler values than one in a body.

    Args:
        value: an object, an amount, an id, a list or a text.
    """
    if isinstance(value, Mapping):
        if "$price" in value:
            yield from ({"$price": symbol} for symbol in _simpler_amounts(value["$price"]))
        elif "$id" not in value:
            yield from simpler_bodies(value)
    elif isinstance(value, list | tuple):
        yield from ([*value[:n], *value[n + 1 :]] for n in range(len(value)))
        for n, item in enumerate(value):
            yield from ([*value[:n], simpler, *value[n + 1 :]] for simpler in simpler_values(item))
    elif isinstance(value, str) and len(value) > LEAST:
        yield PLAIN


def _simpler_amounts(symbol: str) -> Iterator[str]:
    """Yield the plainest amounts, then this one without its form, its currency, its last unit."""
    rank = AMOUNTS.index(symbol) if symbol in AMOUNTS else len(AMOUNTS)
    yield from AMOUNTS[:rank]
    for mark in ("/", "@other", "+1", "-1"):
        plain = symbol.partition(mark)[0]
        if plain not in (symbol, *AMOUNTS[:rank]):
            yield plain
