"""The fields of every request, a row a field: read out of the request schemas, where they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from amazonpay_conformance import schemas
from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation

CITATION: Final = re.compile(r"\s*\(api-facts (?P<source>§.*)\)$")
TAGS: Final = re.compile(r"\[(D2|D|S|W|I|\?)\]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a request's body. `rule` is what its value must be beside its type, "" where nothing."""

    id: str
    operation: str
    path: str
    type: str
    required: bool
    rule: str
    statement: str
    source: str
    tag: Tag


@cache
def fields() -> tuple[Field, ...]:
    """Return the fields of all requests, in the order of the operations and of their schemas."""
    return tuple(field for operation in ALL_OPERATIONS.values() for field in _of(operation))


def _of(operation: Operation) -> Iterator[Field]:
    if operation.request is not None:
        yield from _within(operation, schemas.load(operation.request), operation.request, "")


def _within(operation: Operation, schema: Mapping[str, Any], home: str, prefix: str) -> Iterator[Field]:
    for name, held in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        whole, lives = _resolved(held, home)
        items, live = _resolved(whole.get("items", {}), lives)
        statement, source, tag = _described(whole.get("description", ""))
        yield Field(
            f"FLD-{operation.id}.{path}",
            operation.id,
            path,
            _type(whole),
            name in schema.get("required", ()),
            _rule(whole, items),
            statement,
            source,
            tag,
        )
        yield from _within(operation, whole, lives, f"{path}.")
        yield from _within(operation, items, live, f"{path}[].")


def _resolved(schema: Mapping[str, Any], home: str) -> tuple[Mapping[str, Any], str]:
    """Return a schema with what it refers to laid under it, its own description first, and where it lives."""
    if "$ref" not in schema:
        return schema, home
    file, _, pointer = schema["$ref"].partition("#")
    place = file.removeprefix("../").removesuffix(".json") or home
    found: Any = schemas.load(place)
    for step in pointer.split("/")[1:]:
        found = found[step]
    under, lives = _resolved(found, place)
    return {**under, **{name: value for name, value in schema.items() if name != "$ref"}}, lives


def _described(description: str) -> tuple[str, str, Tag]:
    found = CITATION.search(description)
    source = found["source"] if found else ""
    tags = TAGS.findall(source)
    return CITATION.sub("", description), source, cast(Tag, tags[0] if tags else "?")


def _type(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "string" if "enum" in schema or "pattern" in schema else "any")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _rule(schema: Mapping[str, Any], items: Mapping[str, Any]) -> str:
    own = [words(schema[keyword]) for keyword, words in _WORDS.items() if keyword in schema]
    each = [f"each {words(items[keyword])}" for keyword, words in _WORDS.items() if keyword in items]
    return ", ".join((*own, *each))


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "const": lambda value: f"{value}",
    "enum": lambda values: f"one of {', '.join(map(str, values))}",
    "maxLength": lambda most: f"at most {most} characters",
    "maxItems": lambda most: f"at most {most} items",
    "minItems": lambda least: f"at least {least} items",
    "minimum": lambda least: f"at least {least}",
    "maximum": lambda most: f"at most {most}",
    "pattern": lambda pattern: f"of the form {pattern}",
}
