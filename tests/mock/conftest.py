"""What these tests share: `mock_shop` beside this file, a merchant with a service of his own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("mock_shop", Path(__file__).with_name("mock_shop.py"))
assert _spec is not None
assert _spec.loader is not None
mock_shop = sys.modules["mock_shop"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mock_shop)


@pytest.fixture
def shop() -> mock_shop.Shop:  # type: ignore[name-defined]
    """Return a shop whose service has a clock that stands still."""
    return mock_shop.Shop.open()
