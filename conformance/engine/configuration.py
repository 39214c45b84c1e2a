"""amazonpay-conformance.toml: what the command line and the plugin take where nobody says otherwise.

The schema `formats/configuration` is all that it may hold. Paths in it are relative to the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from amazonpay_conformance.schemas import Violation

FILE_NAME: Final = "amazonpay-conformance.toml"
SCHEMA: Final = "formats/configuration"

_PATHS: Final = ("corpus", "out", "ca-file")


class BadConfiguration(Exception):
    """The file cannot be read, or holds what it must not; one line says where and what is expected."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values of a configuration file, by their keys, and where it is."""

    file: Path
    values: Mapping[str, Any]


def read_configuration(file: Path) -> Configuration:
    """Read a configuration file.

    Args:
        file: where it is.

    Returns:
        Its values: paths joined to the file's directory, switches as NAME=CHOICE.

    Raises:
        BadConfiguration: it is not there, is no TOML, or breaks the schema.
    """
    import tomllib  # here, since the plugin looks for the file in every run of pytest

    from amazonpay_conformance import schemas

    try:
        value = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadConfiguration(f"{file}: {problem.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadConfiguration(f"{file} is not TOML: {problem}") from None
    for broken in schemas.violations(SCHEMA, value):
        raise BadConfiguration(f"{file}: {_told(broken)}")
    return Configuration(file, {key: _taken(key, given, file.parent) for key, given in value.items()})


def placed(spec: str, directory: Path) -> str:
    """Return how to name a client, an adapter's path joined to a directory; anything else as it is."""
    path, colon, name = spec.rpartition(":")
    file, name = (path, f"{colon}{name}") if path.endswith(".py") else (spec, "")
    is_file = not Path(file).is_absolute() and (directory / file).is_file()
    return f"{directory / file}{name}" if is_file else spec


def _taken(key: str, value: Any, directory: Path) -> Any:
    if key in _PATHS:
        return value if "://" in value else directory / value
    if key == "client":
        return placed(value, directory)
    if key == "switches":
        return [f"{name}={choice}" for name, choice in value.items()]
    return value


def _told(broken: Violation) -> str:
    from amazonpay_conformance import schemas

    key = broken.path.removeprefix("/").replace("/", ".")
    if broken.kind == "unknown":
        return f"there is no key {key!r}; there are {', '.join(schemas.load(SCHEMA)['properties'])}"
    return f"{key}: {broken.message}"
