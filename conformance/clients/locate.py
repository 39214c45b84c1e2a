"""From what a user writes to name a client to a driver for it; whatever is wrong is told in one line.

The form decides, never a guess: an existing file is an adapter if it is Python and a driver if it can be
executed, words with a space between them are a command line, dotted names are a module.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from amazonpay_conformance.clients.driver import Driver
from amazonpay_conformance.clients.protocol import one_line
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.subprocess_driver import SubprocessDriver

REFERENCE = "amazonpay_conformance.clients.reference"
FORMS = (
    "'reference', path/to/adapter.py[:object], package.module[:object], an executable file, "
    "a command line such as 'node driver.mjs', or exec:COMMAND LINE"
)


class UnknownClient(Exception):
    """The words that name a client lead to none."""


class BrokenClient(UnknownClient):
    """They lead to a file or a module that cannot be used."""


def locate(spec: str, *, ca_file: str | None) -> Driver:
    """Return a driver for the client that `spec` names; nothing is started and nothing connected yet.

    `ca_file` is what a client in a process of its own is to trust from its start.

    Raises:
        UnknownClient: `spec` has none of the FORMS, or what it names is missing.
        BrokenClient: what it names is there and cannot be used.
    """
    if spec == "reference":
        return PythonDriver(_adapter_in_module(REFERENCE, ""))
    if spec.startswith("exec:"):
        return SubprocessDriver(_command(spec.removeprefix("exec:")), ca_file=ca_file)
    path, name = _path_and_object(spec)
    if path.is_file():
        return _driver_of_file(path, name, ca_file)
    if len(spec.split()) > 1:
        return SubprocessDriver(_command(spec), ca_file=ca_file)
    if path.suffix == ".py" or os.sep in spec:
        what = "a folder, where a file is wanted" if path.is_dir() else "not there"
        raise UnknownClient(f"{str(path)!r} is {what}; a client is named as {FORMS}")
    return PythonDriver(_adapter_in_module(*spec.partition(":")[::2]))


def adapter_at(spec: str) -> Any:
    """Return the Python adapter that `spec` names, a file or a module, with or without an object in it.

    Raises:
        UnknownClient: it is neither, or not there.
        BrokenClient: what it names is there and cannot be used.
    """
    path, name = _path_and_object(spec)
    if path.is_file():
        return _adapter_in_file(path, name)
    if path.suffix == ".py" or os.sep in spec:
        raise UnknownClient(f"{str(path)!r} is not there")
    return _adapter_in_module(*spec.partition(":")[::2])


def _path_and_object(spec: str) -> tuple[Path, str]:
    path, colon, name = spec.rpartition(":")
    return (Path(path), name) if colon and path.endswith(".py") else (Path(spec), "")


def _driver_of_file(path: Path, name: str, ca_file: str | None) -> Driver:
    if path.suffix == ".py":
        return PythonDriver(_adapter_in_file(path, name))
    if os.access(path, os.X_OK):
        return SubprocessDriver([str(path.absolute())], ca_file=ca_file)
    raise UnknownClient(
        f"{str(path)!r} is neither a Python adapter nor executable: "
        f"name its interpreter too, as in 'node {path}'"
    )


def _command(line: str) -> list[str]:
    try:
        command = shlex.split(line)
    except ValueError as error:
        raise UnknownClient(f"the command line {line!r} cannot be split: {error}") from None
    if not command:
        raise UnknownClient("there is no command after 'exec:'")
    if shutil.which(command[0]) is None:
        raise UnknownClient(f"there is no command {command[0]!r}; a client is named as {FORMS}")
    return command


def _adapter_in_file(path: Path, name: str) -> Any:
    """Import the file as `python path` would: what lies beside it can be imported too."""
    _put_first_on_path(path.absolute().parent)
    return _adapter(str(path), _imported(str(path), lambda: _executed(path)), name)


def _adapter_in_module(module: str, name: str) -> Any:
    """Import the module as `python -m module` would: the working directory comes first."""
    if not all(part.isidentifier() for part in module.split(".")):
        raise UnknownClient(f"there is no client {module!r}; a client is named as {FORMS}")
    _put_first_on_path(Path.cwd())
    return _adapter(module, _imported(module, lambda: importlib.import_module(module)), name)


def _put_first_on_path(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _executed(path: Path) -> ModuleType:
    name = f"amazonpay_conformance_adapters.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} has no loader")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up
    spec.loader.exec_module(module)
    return module


def _imported(what: str, load: Callable[[], ModuleType]) -> ModuleType:
    try:
        return load()
    except ModuleNotFoundError as error:
        raise _not_found(what, error.name or "") from None
    except SyntaxError as error:
        raise BrokenClient(f"{what} is not Python: {error.msg} (line {error.lineno})") from None
    except (Exception, SystemExit) as error:
        raise BrokenClient(
            f"{what} cannot be imported: {type(error).__name__}: {one_line(str(error))}"
        ) from error


def _not_found(what: str, missing: str) -> UnknownClient:
    if f"{what}.".startswith(f"{missing}."):
        return UnknownClient(f"there is no module {what!r}; a client is named as {FORMS}")
    return BrokenClient(f"{what} imports {missing!r}, which is not installed for {sys.executable}")


def _adapter(what: str, module: ModuleType, name: str) -> Any:
    adapter = getattr(module, name, None) if name else module
    if adapter is None:
        raise BrokenClient(f"{what} has no {name!r}")
    if not callable(getattr(adapter, "connect", None)):
        raise BrokenClient(f"{what}{':' if name else ''}{name} has no connect(config), so it is no adapter")
    return adapter
