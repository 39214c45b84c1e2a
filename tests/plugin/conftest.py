"""Clients of few operations, so that a whole certification takes a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

TWO_OPERATIONS = """
Client = Once

def connect(config):
    known = reference.connect(config, Client)
    return {name: known[name] for name in ("create_checkout_session", "get_charge")}
"""
BARE = f"""{TWO_OPERATIONS}
class Client(Once):
    def _headers(self, operation, call):
        return super()._headers(operation, call).without("accept")
"""
WRONG = """
def connect(config):
    def call(call):
        raise RuntimeError("closed")
    return {"create_checkout_session": call}
"""


@pytest.fixture
def small(adapter: Callable[[str], str]) -> str:
    """The options that certify a client of two operations, in process."""
    return adapter(TWO_OPERATIONS)
