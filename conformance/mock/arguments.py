"""What a control verb may be given: a row an argument, checked and described by the same value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias


class Misused(ValueError):
    """Something that cannot be meant; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, `least` or more."""

    least: int = 0

    @property
    def expected(self) -> str:
        """What to say where something else was sent."""
        return f"a whole number, {self.least} or more"

    @property
    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "integer", "minimum": self.least}

    def accepts(self, value: object) -> bool:
        """Tell whether a value is one."""
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.least


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `what` says of what, `form` is a regular expression that it matches as a whole."""

    what: str
    form: str = ""

    @property
    def expected(self) -> str:
        """What to say where something else was sent."""
        return self.what

    @property
    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "string", "description": self.what} | (
            {"pattern": f"^(?:{self.form})$"} if self.form else {}
        )

    def accepts(self, value: object) -> bool:
        """Tell whether a value is one."""
        return (
            isinstance(value, str) and bool(value) and (not self.form or bool(re.fullmatch(self.form, value)))
        )


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few texts."""

    values: tuple[str, ...]

    @property
    def expected(self) -> str:
        """What to say where something else was sent."""
        return f"one of {', '.join(self.values)}"

    @property
    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"enum": list(self.values)}

    def accepts(self, value: object) -> bool:
        """Tell whether a value is one."""
        return isinstance(value, str) and value in self.values


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    expected: Literal["true or false"] = "true or false"

    @property
    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""
        return {"type": "boolean"}

    def accepts(self, value: object) -> bool:
        """Tell whether a value is one."""
        return isinstance(value, bool)


Shape: TypeAlias = Whole | Text | OneOf | Flag


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a verb."""

    name: str
    shape: Shape
    meaning: str
    required: bool = False


def checked(arguments: tuple[Argument, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, where it is what a verb takes; null is as not given.

    Raises:
        Misused: something is missing, unknown, or of another shape.
    """
    known = {argument.name for argument in arguments}
    unknown = sorted(set(given) - known)
    if unknown:
        raise Misused(
            f"{unknown[0]}: expected nothing of that name, but {', '.join(sorted(known)) or 'nothing'}"
        )
    taken = {}
    for argument in arguments:
        value = given.get(argument.name)
        if value is None and not argument.required:
            continue
        if not argument.shape.accepts(value):
            raise Misused(f"{argument.name}: expected {argument.shape.expected}")
        taken[argument.name] = value
    return taken
