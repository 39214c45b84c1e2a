"""The catalogue beside this file, by its name, which --import-mode=importlib does not give it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location("catalogue", Path(__file__).with_name("catalogue.py"))
assert _spec is not None
assert _spec.loader is not None
sys.modules["catalogue"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["catalogue"])
