"""Import a file of tests by its name, which --import-mode=importlib does not do."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def beside(file: str, name: str) -> Any:
    """Import the module `name` that lies in the folder of `file`; from then on `import name` finds it, too.

    Args:
        file: `__file__` of whoever asks.
        name: the module's name, without its ending.

    Returns:
        The module.

    Raises:
        ImportError: there is no such file.
    """
    spec = importlib.util.spec_from_file_location(name, Path(file).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
