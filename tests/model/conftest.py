"""What these tests share: `model_stories` beside this file."""

from __future__ import annotations

import pytest
from beside import beside

model_stories = beside(__file__, "model_stories")


@pytest.fixture
def story() -> model_stories.Story:  # type: ignore[name-defined]
    """Return a story in an empty world."""
    return model_stories.Story()
