"""The catalogue beside this file, by its name, which --import-mode=importlib does not give it."""

from __future__ import annotations

from beside import beside

beside(__file__, "catalogue")
