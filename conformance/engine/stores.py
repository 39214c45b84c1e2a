"""Where a corpus lies: a directory, or a Redis server that several machines share.

The one rule: a name once kept stays what it is, whoever else keeps it at the same time.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

SCHEMES: Final = ("redis://", "rediss://", "unix://")
KEY: Final = "amazonpay-conformance:corpus"
"""The hash that holds the scenarios, where the address names no other after a #."""

SECONDS: Final = 5.0
"""How long a Redis server may take to answer."""


class NoStore(ValueError):
    """What was named is no place to keep scenarios in; the message is one line."""


class Store(Protocol):
    """A place for texts with names. What cannot be read or written raises OSError, with the place's name."""

    def names(self) -> Sequence[str]:
        """Return the names of what is there, sorted; a place that is not there yet has none."""

    def read(self, name: str, most: int) -> bytes:
        """Return what has a name, or so much of it that it is seen to be longer than `most`."""

    def keep(self, name: str, data: bytes) -> bool:
        """Keep a text, unless the name is there already; tell whether it was new."""

    def told(self, name: str) -> str:
        """Return how a text is named to people."""


def store_at(place: str | Path) -> Store:
    """Return the store that a command line names: a directory, or an address as redis://host:6379/0.

    Args:
        place: what was named. A # in an address goes before the name of the corpus in that server.

    Raises:
        NoStore: it is an address of another kind, or the client of Redis is not installed.
    """
    named = str(place)
    if not is_address(named):
        return Directory(Path(place))
    if not named.startswith(SCHEMES):
        raise NoStore(
            f"a corpus is a directory, or at {', '.join(SCHEMES)}: not at {without_password(named)}"
        )
    address, _, key = named.partition("#")
    return Redis(_connected(address), without_password(address), key or KEY)


def is_address(place: str) -> bool:
    """Tell whether a place is named by an address, and not by a path."""
    return "://" in place


def without_password(address: str) -> str:
    """Return an address as it may be told."""
    told = re.sub(r"(?<=://)[^/@]*@", "", address)
    return told.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Directory:
    """A file for each scenario."""

    path: Path

    def names(self) -> Sequence[str]:
        """Return the names of the JSON files that are there."""
        return sorted(path.name for path in self.path.glob("*.json")) if self.path.is_dir() else []

    def read(self, name: str, most: int) -> bytes:
        """Return what is in a file."""
        with (self.path / name).open("rb") as file:
            return file.read(most + 1)

    def keep(self, name: str, data: bytes) -> bool:
        """Write a file, unless it is there."""
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with (self.path / name).open("xb") as file:
                file.write(data)
        except FileExistsError:
            return False
        return True

    def told(self, name: str) -> str:
        """Return the path of a file."""
        return str(self.path / name)


@dataclass(frozen=True, slots=True)
class Redis:
    """A field of one hash for each scenario, so that a corpus is one key."""

    client: Any
    address: str
    key: str

    def names(self) -> Sequence[str]:
        """Return the names of the fields."""
        with self._reachable():
            return sorted(name.decode("utf-8", "replace") for name in self.client.hkeys(self.key))

    def read(self, name: str, most: int) -> bytes:
        """Return a field."""
        with self._reachable():
            found: bytes | None = self.client.hget(self.key, name)
        return b"" if found is None else found[: most + 1]

    def keep(self, name: str, data: bytes) -> bool:
        """Set a field, unless it is there; the server sees to it that one of several wins."""
        with self._reachable():
            return bool(self.client.hsetnx(self.key, name, data))

    def told(self, name: str) -> str:
        """Return the field with the address before it."""
        return f"{self.address}#{self.key} {name}"

    @contextlib.contextmanager
    def _reachable(self) -> Iterator[None]:
        from redis.exceptions import RedisError

        try:
            yield
        except (RedisError, OSError) as problem:
            why = str(problem).partition("\n")[0] or type(problem).__name__
            raise OSError(errno.EIO, why, self.address) from None


def _connected(address: str) -> Any:
    """Return a client; it connects when it is used."""
    try:
        import redis
    except ImportError:
        raise NoStore(
            "a corpus in Redis needs its client: pip install 'amazonpay-conformance[redis]'"
        ) from None
    try:
        return redis.Redis.from_url(address, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    except ValueError as problem:
        raise NoStore(f"{without_password(address)} is no address of Redis: {problem}") from None
