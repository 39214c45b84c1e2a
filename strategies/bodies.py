"""Hypothesis strategies of request bodies that break one rule of their schema; `requests` has right ones.

They are for tests of users' own: a body is plain JSON, ready to be sent. Ids in it are of nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from amazonpay_conformance.strategies.flaws import Break, breaks, broken
from amazonpay_conformance.strategies.payloads import resolved
from amazonpay_conformance.strategies.validation import VALIDATED
from hypothesis import strategies as st

Body: TypeAlias = Mapping[str, Any]


def broken_bodies(operation: str) -> st.SearchStrategy[tuple[Body, Break]]:
    """Return a strategy of bodies that break one rule of the operation's schema, each with that rule.

    Args:
        operation: such as `create_charge`.

    Raises:
        KeyError: there is no such operation, or it has no body.
    """
    return st.sampled_from(_all_broken(operation)).map(lambda pair: (_copy(pair[0]), pair[1]))


@cache
def _all_broken(operation: str) -> tuple[tuple[Body, Break], ...]:
    body = _right(operation)
    pairs = ((broken(body, rule), rule) for rule in breaks(operation))
    return tuple((resolved(altered), rule) for altered, rule in pairs if altered is not None)


def _right(operation: str) -> Body:
    for place in VALIDATED:
        if place.call.operation == operation and place.call.body is not None:
            return place.call.body
    raise KeyError(f"no operation {operation!r} with a body")


def _copy(body: Body) -> Body:
    copied: Body = json.loads(json.dumps(body))
    return copied
