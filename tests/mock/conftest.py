"""What these tests share: `mock_shop` beside this file, a merchant with a service of his own."""

from __future__ import annotations

import pytest
from beside import beside

mock_shop = beside(__file__, "mock_shop")


@pytest.fixture
def shop() -> mock_shop.Shop:  # type: ignore[name-defined]
    """Return a shop whose service has a clock that stands still."""
    return mock_shop.Shop.open()
