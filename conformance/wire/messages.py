"""HTTP messages as they were on the wire: nothing is decoded, reordered, folded or normalised here.

A signature is judged over the exact bytes that were sent, so every reader downstream needs the path, the
query, the order and the case of the headers and the body untouched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

DEEPEST: Final = 64
"""Levels that a body may have; those of the API have fewer than ten."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
"""A text in quotes, of which what is in it does not count, or a bracket."""

JSON: TypeAlias = Any
"""A parsed JSON value; recursion would buy little here and cost every reader a cast."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in the order and the case in which they were sent; a name may occur more than once."""

    items: tuple[tuple[str, str], ...] = ()
    _found: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Headers:
        """Build from a mapping or from (name, value) pairs, keeping their order."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return cls(tuple((str(name), str(value)) for name, value in pairs))

    def get(self, name: str) -> str | None:
        """Return the value of the first field called `name` in any case, or None."""
        values = self._by_name.get(name.lower())
        return None if values is None else values[0]

    def get_all(self, name: str) -> tuple[str, ...]:
        """Return the values of every field called `name` in any case, in their order."""
        return self._by_name.get(name.lower(), ())

    @property
    def repeat(self) -> bool:
        """Whether a name occurs more than once."""
        return len(self._by_name) < len(self.items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def with_value(self, name: str, value: str) -> Headers:
        """Return a copy in which every field called `name` is replaced by one with `value`, at the end."""
        return Headers((*self.without(name).items, (name, value)))

    def without(self, name: str) -> Headers:
        """Return a copy that lacks every field called `name`, in any case."""
        wanted = name.lower()
        return Headers(tuple(item for item in self.items if item[0].lower() != wanted))

    @property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The values by name in lower case: one request is asked for its headers dozens of times."""
        if self._found is None:
            object.__setattr__(self, "_found", _indexed(self.items))
        return self._found or {}


def _indexed(items: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in items:
        key = name.lower()
        found[key] = (*found[key], value) if key in found else (value,)
    return found


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `path` is as sent, percent-encoding and trailing slash included.

    `query` is what stood after the question mark: None when there was none, "" for a bare one.
    """

    method: str
    path: str
    query: str | None = None
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def target(self) -> str:
        """The request target: path, and query where there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    def json(self) -> JSON:
        """Return the body parsed as JSON.

        Raises:
            ValueError: the body is not UTF-8, not JSON, or nested beyond what anybody sends.
        """
        text = self.body.decode("utf-8")
        _refuse_depth(text)
        return json.loads(text, parse_constant=_no_number)


Cut: TypeAlias = Literal["nowhere", "before the answer", "in the body"]
"""Where a connection is cut while an answer is on its way."""


@dataclass(frozen=True, slots=True)
class Injected:
    """What was done to an answer on purpose.

    `fault` names it. `truth` is what the service had answered, None where it never saw the request. The
    answer leaves `delay` seconds late, and the connection is `cut`.
    """

    fault: str
    truth: Response | None
    delay: float = 0.0
    cut: Cut = "nowhere"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, body bytes exact. `injected` where it is not what the service had answered."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    injected: Injected | None = None

    def json(self) -> JSON:
        """Return the body parsed as JSON.

        Raises:
            ValueError: the body is not UTF-8 or not JSON.
        """
        return json.loads(self.body.decode("utf-8"))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what answered it, as a tap saw them.

    `received_at` is the wall clock in seconds since the epoch when the request arrived; `response` is what
    the client was sent, None when the connection was cut before an answer. `span` is when it arrived and when
    the answer left, in seconds of a clock that never jumps: good for telling which exchanges overlapped, and
    for nothing else. `injected` tells what was done to the answer, if anything was.
    """

    request: Request
    response: Response | None
    received_at: float
    span: tuple[float, float] = (0.0, 0.0)
    injected: Injected | None = None

    @property
    def truth(self) -> Response | None:
        """What the service itself answered, whatever the client was sent; None where it never did."""
        return self.response if self.injected is None else self.injected.truth


def _refuse_depth(text: str) -> None:
    """Whoever reads a value walks into it, and is not to run out of stack.

    Raises:
        ValueError: it is nested too deeply.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for mark in _BRACKETS.findall(text):
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth > DEEPEST:
            raise ValueError(f"nested more than {DEEPEST} deep")


def _no_number(name: str) -> JSON:
    raise ValueError(f"{name} is not JSON")
