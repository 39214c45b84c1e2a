"""What these tests share: `model_stories` beside this file."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("model_stories", Path(__file__).with_name("model_stories.py"))
assert _spec is not None
assert _spec.loader is not None
model_stories = sys.modules["model_stories"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(model_stories)


@pytest.fixture
def story() -> model_stories.Story:  # type: ignore[name-defined]
    """Return a story in an empty world."""
    return model_stories.Story()
