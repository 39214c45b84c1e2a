"""A mock's state in an SQLite file: what was answered is in it before the answer leaves.

The file is written in one transaction a request, in WAL mode, so what was committed survives the end of the
process, however it ends. Objects, their histories, idempotency keys with their answers, merchants' keys, the
clock, quotas and faults to come are kept; exchanges, findings and snapshots are not.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.mock.clock import Hands
from amazonpay_conformance.mock.codec import (
    faults_of,
    faults_plain,
    object_read,
    object_written,
    quota_of,
    quota_plain,
    remembered_read,
    remembered_written,
    response_read,
    response_written,
    turns_read,
    turns_written,
)
from amazonpay_conformance.mock.history import Turn
from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.service import Memory
from amazonpay_conformance.mock.steps import changes
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.shared import other_than
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import KeyProblem, load_public_key
from amazonpay_conformance.wire.messages import Response

FORMAT: Final = 1

_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS format (number INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS namespaces (name TEXT PRIMARY KEY, held TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS objects (
        position INTEGER PRIMARY KEY, namespace TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
        value TEXT NOT NULL, turns TEXT NOT NULL, UNIQUE (namespace, kind, id)
    );
    CREATE TABLE IF NOT EXISTS answers (
        position INTEGER PRIMARY KEY, namespace TEXT NOT NULL, key TEXT NOT NULL,
        remembered TEXT NOT NULL, response TEXT NOT NULL, UNIQUE (namespace, key)
    );
"""
_PUT_OBJECT: Final = """
    INSERT INTO objects (namespace, kind, id, value, turns) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (namespace, kind, id) DO UPDATE SET value = excluded.value, turns = excluded.turns
"""
_PUT_ANSWER: Final = """
    INSERT INTO answers (namespace, key, remembered, response) VALUES (?, ?, ?, ?)
    ON CONFLICT (namespace, key) DO UPDATE SET remembered = excluded.remembered, response = excluded.response
"""


class StateProblem(Exception):
    """The file cannot be used; the message is one line."""


@dataclass
class _Saved:
    """What the file has of a namespace."""

    world: World
    answers: Mapping[str, Response]
    held: str
    generation: int


class State:
    """A state file that is open, for one mock at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file, or make one that its owner alone reads.

        Raises:
            StateProblem: it cannot be opened, is no state file, or another mock has it.
        """
        self.path = path
        self._saved: dict[str, _Saved] = {}
        self._database: sqlite3.Connection
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, timeout=0, check_same_thread=False, isolation_level=None)
            self._prepare()
        except OSError as problem:
            raise StateProblem(f"{path}: {problem.strerror}") from None
        except sqlite3.Error as problem:
            raise StateProblem(f"{path}: {_said(problem)}") from None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def reopen(self, mock: Mock) -> None:
        """Open the namespaces that the file has, with what it has of them, and write to it from now on.

        Raises:
            StateProblem: what it has cannot be read.
        """
        rows = self._database.execute("SELECT name, held FROM namespaces ORDER BY rowid").fetchall()
        for name, held in rows:
            try:
                self._restore(mock, name, json.loads(held))
            except (ValueError, LookupError, TypeError, KeyProblem) as problem:
                raise StateProblem(
                    f"{self.path}: what it has of {name!r} cannot be read: {problem}"
                ) from None
        mock.savers.append(lambda: self.save(mock))
        self.save(mock)

    def save(self, mock: Mock) -> None:
        """Write what is other than when it was written last, all of it or nothing.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        written: dict[str, _Saved] = {}
        gone = [name for name in self._saved if name not in mock.namespaces]
        wanting = [n for n in mock.namespaces.values() if self._is_other(n)]
        if not gone and not wanting:
            return
        with _transaction(self._database):
            for name in gone:
                self._delete(name)
            for namespace in wanting:
                written[namespace.name] = self._write(namespace)
        for name in gone:
            del self._saved[name]
        self._saved |= written

    def _prepare(self) -> None:
        run = self._database.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        with _transaction(self._database):
            for statement in filter(str.strip, _TABLES.split(";")):
                run(statement)
            found = run("SELECT number FROM format").fetchone()
            if found is None:
                run("INSERT INTO format VALUES (?)", (FORMAT,))
            elif found[0] != FORMAT:
                raise StateProblem(
                    f"{self.path}: format {found[0]} is another version's; this one writes {FORMAT}"
                )

    def _restore(self, mock: Mock, name: str, held: dict[str, Any]) -> None:
        pems: Mapping[str, str] = held["keys"]
        keys = {key_id: load_public_key(pem.encode()) for key_id, pem in pems.items()}
        namespace = mock.namespaces.get(name) or mock.open(name, Merchant(keys))
        service = namespace.service
        world = World(now=held["now"], settings=service.world.settings)
        turns: dict[tuple[Kind, str], tuple[Turn, ...]] = {}
        for kind, object_id, value, told in self._rows("kind, id, value, turns", "objects", name):
            world = world.with_object(kind, object_read(kind, value))
            turns[kind, object_id] = turns_read(told)
        answers: dict[str, Response] = {}
        remembered = {}
        for key, first, response in self._rows("key, remembered, response", "answers", name):
            remembered[key] = remembered_read(first)
            if response:
                answers[key] = response_read(response)
        world = replace(world, remembered=remembered)
        service.recall(
            Memory(
                world,
                answers,
                {**keys, **service.merchant.keys},
                _hands(held["clock"]),
                quota_of(held["quota"]),
            )
        )
        namespace.history.recall(turns)
        namespace.faults.recall(faults_of(held["faults"]))
        memory = service.remember()
        self._saved[name] = _Saved(memory.world, memory.answers, "", service.generation)

    def _rows(self, columns: str, table: str, name: str) -> Iterator[Any]:
        query = f"SELECT {columns} FROM {table} WHERE namespace = ? ORDER BY position"  # noqa: S608 - our own words
        return iter(self._database.execute(query, (name,)))

    def _is_other(self, namespace: Namespace) -> bool:
        saved, service = self._saved.get(namespace.name), namespace.service
        return (
            saved is None
            or saved.generation != service.generation
            or service.world is not saved.world
            or _held(namespace) != saved.held
        )

    def _write(self, namespace: Namespace) -> _Saved:
        name, service = namespace.name, namespace.service
        saved = self._saved.get(name)
        if saved is None or saved.generation != service.generation:
            self._delete(name)
            saved = _Saved(World(now=0), {}, "", service.generation)
        memory = service.remember()
        for change in changes(saved.world, memory.world):
            turns = turns_written(namespace.history.of(change.kind, change.id))
            row = (name, change.kind, change.id, object_written(change.after), turns)
            self._database.execute(_PUT_OBJECT, row)
        for key, first in other_than(memory.world.remembered, saved.world.remembered):
            answer = memory.answers.get(key)
            text = response_written(answer) if answer is not None else ""
            self._database.execute(_PUT_ANSWER, (name, key, remembered_written(first), text))
        held = _held(namespace)
        if held != saved.held:
            self._database.execute("REPLACE INTO namespaces (name, held) VALUES (?, ?)", (name, held))
        return _Saved(memory.world, memory.answers, held, service.generation)

    def _delete(self, name: str) -> None:
        self._database.execute("DELETE FROM namespaces WHERE name = ?", (name,))
        self._database.execute("DELETE FROM objects WHERE namespace = ?", (name,))
        self._database.execute("DELETE FROM answers WHERE namespace = ?", (name,))


class _transaction:
    """All that happens in it is written, or nothing."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def _held(namespace: Namespace) -> str:
    """What there is of a namespace beside objects and answers; a clock that runs is told by its distance."""
    service = namespace.service
    clock = service.clock
    return json.dumps(
        {
            "keys": {name: key.to_pem() for name, key in service.merchant.keys.items()},
            "clock": {"ahead": clock.ahead, "stopped": clock.hands().at if clock.frozen else None},
            "now": service.world.now if clock.frozen else 0,
            "quota": quota_plain(service.quota),
            "faults": faults_plain(namespace.faults.coming()),
        }
    )


def _hands(held: Mapping[str, Any]) -> Hands:
    if held["stopped"] is not None:
        return Hands(held["stopped"], frozen=True)
    return Hands(int(time.time()) + held["ahead"], frozen=False)


def _said(problem: sqlite3.Error) -> str:
    if "locked" in str(problem):
        return "another mock has this file open"
    return f"no state file: {problem}" if isinstance(problem, sqlite3.DatabaseError) else str(problem)
