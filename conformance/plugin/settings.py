"""What is asked for, and where that was said: command line, ini file, configuration file, default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from amazonpay_conformance.engine.configuration import FILE_NAME
from amazonpay_conformance.plugin.options import BY_NAME, OPTIONS, REGIONS, Option

if TYPE_CHECKING:
    from amazonpay_conformance.clients.driver import Region
    from amazonpay_conformance.engine.setup import Choice

COMMAND_LINE: Final = "command line"
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and where it was given."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option with its value."""

    settings: Mapping[str, Setting]

    def __getitem__(self, name: str) -> Any:
        """Return the value of an option."""
        return self.settings[name].value

    @property
    def wanted(self) -> bool:
        """Whether anything is to be certified."""
        return self["client"] is not None

    def choice(self, region: Region | None) -> Choice:
        """Return the choice of client and target, in a region."""
        from amazonpay_conformance.engine.setup import Choice

        return Choice(
            self["client"],
            self["target"],
            self["transport"],
            region,
            self["ca-file"],
            allow_network=self["allow-network"],
            switches=self["switches"],
        )


def settings_of(config: pytest.Config) -> Settings:
    """Return what is asked for; read once.

    Raises:
        UsageError: a value cannot be meant, or the configuration file cannot be read.
    """
    if _SETTINGS not in config.stash:
        config.stash[_SETTINGS] = _settings(config)
    return config.stash[_SETTINGS]


_SETTINGS: Final = pytest.StashKey[Settings]()


def _settings(config: pytest.Config) -> Settings:
    file = _file(config)
    found = {option.name: _setting(config, option, file) for option in OPTIONS}
    return Settings(found)


def _setting(config: pytest.Config, option: Option, file: Mapping[str, Setting]) -> Setting:
    given = config.getoption(option.key, default=None)
    if given is not None:
        return _read(option, given, COMMAND_LINE, f"--amazonpay-{option.name}", config.invocation_params.dir)
    ini = _from_ini(config, option)
    if ini and config.inipath is not None:
        where = config.inipath.name
        return _read(option, ini, where, f"{option.key} in {where}", config.inipath.parent)
    if option.name in file:
        return file[option.name]
    return _read(option, option.default, DEFAULT, option.name, config.invocation_params.dir)


def _from_ini(config: pytest.Config, option: Option) -> str:
    try:
        return str(config.getini(option.key) or "")
    except TypeError:  # [tool.pytest] of pytest 9 has types
        raise pytest.UsageError(f"{option.key} in the ini file: expected a string, in quotes") from None


def _file(config: pytest.Config) -> Mapping[str, Setting]:
    named = config.getoption("amazonpay_config", default=None)
    file = config.invocation_params.dir / named if named else config.rootpath / FILE_NAME
    if not named and not file.is_file():
        return {}
    from amazonpay_conformance.engine.configuration import BadConfiguration, read_configuration

    try:
        values = dict(read_configuration(file).values)
    except BadConfiguration as problem:
        raise pytest.UsageError(str(problem)) from None
    read = partial(_read, where=file.name, directory=file.parent)
    return {name: read(BY_NAME[name], value, file.name) for name, value in values.items()}


def _read(option: Option, given: Any, origin: str, where: str, directory: Path) -> Setting:
    """Return the value that is meant.

    Raises:
        UsageError: none can be.
    """
    try:
        return Setting(_value(option, given, directory, outside=origin != COMMAND_LINE), origin)
    except ValueError as problem:
        raise pytest.UsageError(f"{where} is {given!r}: expected {problem}") from None


def _value(option: Option, given: Any, directory: Path, *, outside: bool) -> Any:
    if option.kind == "flag":
        return _flag(given)
    if given is None:
        return () if option.kind in ("regions", "words") else None
    if option.kind == "text":
        return _text(option, str(given), directory if outside else None)
    if option.kind == "path" or (option.kind == "place" and "://" not in str(given)):
        return directory / given
    if option.kind == "place":
        return str(given)
    return _READERS[option.kind](given)


def _text(option: Option, given: str, directory: Path | None) -> str:
    if option.choices and given not in option.choices:
        raise ValueError(f"{', '.join(option.choices[:-1])} or {option.choices[-1]}")
    if option.name != "client" or directory is None:
        return given
    from amazonpay_conformance.engine.configuration import placed

    return placed(given, directory)


def _flag(given: Any) -> bool:
    try:
        return _FLAGS[str(given).lower()]
    except KeyError:
        raise ValueError("true or false") from None


_FLAGS: Final = {
    **dict.fromkeys(("none", "false", "no", "0"), False),
    **dict.fromkeys(("true", "yes", "1"), True),
}


def _whole(given: Any) -> int:
    try:
        return int(given)
    except ValueError:
        raise ValueError("a whole number") from None


def _count(given: Any) -> int:
    if not str(given).isdecimal() or int(given) < 1:
        raise ValueError("a whole number, 1 or more")
    return int(given)


def _seconds(given: Any) -> float:
    from amazonpay_conformance.engine.budget import seconds_of

    return seconds_of(str(given))


def _regions(given: Any) -> tuple[Region, ...]:
    names = given if isinstance(given, list) else str(given).replace(",", " ").split()
    if not names or not set(names) <= set(REGIONS):
        raise ValueError(f"some of {', '.join(REGIONS)}, separated by commas")
    return cast("tuple[Region, ...]", tuple(region for region in REGIONS if region in names))


def _words(given: Any) -> tuple[str, ...]:
    return tuple(given if isinstance(given, list) else str(given).split())


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "whole": _whole,
    "count": _count,
    "seconds": _seconds,
    "regions": _regions,
    "words": _words,
}
