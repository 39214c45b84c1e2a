"""Bodies with exactly one rule of their schema broken, and legal ones at its limits, made from the schemas.

`breaks` lists every rule of an operation's request schema that can be broken, `broken` breaks one of them in a
body that is right otherwise. Placeholders of ids and amounts that the break does not touch stay in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import Defect
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.strategies.payloads import RETURN_URL, STORE_ID, resolved

Breach: TypeAlias = Literal["missing", "unknown", "type", "enum", "pattern", "length"]

KINDS: Final[tuple[Breach, ...]] = ("missing", "unknown", "type", "enum", "pattern", "length")
UNKNOWN_FIELD: Final = "colour"

EXTREME_TEXTS: Final = (
    "e\u0301 n\u0303 combined, not composed",
    "\u05d4\u05d6\u05de\u05e0\u05d4 \u0637\u0644\u0628 from right to left",
    "\U0001f6d2\U0001f469\u200d\U0001f469\u200d\U0001f467 beyond the basic plane",
    "line one\nline two\ttab",
    "</script>&amp;\u2028\u2029",
    "0",
    "null",
)
"""Legal texts that encoders and stores get wrong."""


@dataclass(frozen=True, slots=True)
class Break:
    """One rule of a request schema and how it is broken.

    `path` is a JSON pointer in the body; `value`, as JSON, is what stands there, "" if nothing does.
    """

    operation: str
    kind: Breach
    path: str
    value: str = ""

    @property
    def defect(self) -> Defect:
        """What the model calls it."""
        others = {"missing": Defect.MISSING_FIELD, "unknown": Defect.UNKNOWN_FIELD}
        return others.get(self.kind, Defect.INVALID_VALUE)

    def __str__(self) -> str:
        what = {"missing": "is missing", "unknown": "is not known"}.get(self.kind, f"breaks its {self.kind}")
        return f"{self.path.lstrip('/').replace('/', '.')} {what}"


Node: TypeAlias = Mapping[str, Any]
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    # a value of each type as JSON; a null is read as a field that is not sent, so it breaks nothing
    "boolean": ("true",),
    "number": ("7", "0.5"),
    "string": ('"text"',),
    "array": ("[]",),
    "object": ("{}",),
}
_SAMPLES: Final = (
    RETURN_URL,
    STORE_ID,
    "S01-0000000-0000000",
    "S01-0000000-0000000-C000000",
    "1.00",
    "US",
    "1",
)


@cache
def breaks(operation: str) -> tuple[Break, ...]:
    """Return every way in which one rule of an operation's request schema is broken, in a fixed order."""
    schema = ALL_OPERATIONS[operation].request
    return tuple(_breaks(operation, _top(schema), "")) if schema else ()


def broken(body: Mapping[str, Any], rule: Break) -> Mapping[str, Any] | None:
    """Return a right body with one rule broken; None where it cannot be broken there alone.

    Args:
        body: a planned body, with placeholders.
        rule: what to break in it.
    """
    return _broken(json.dumps(body), rule)


def with_break(body: Mapping[str, Any], rule: Break) -> Mapping[str, Any] | None:
    """Return a body with one rule broken and perhaps, because of it, another; None where that cannot be."""
    schema = ALL_OPERATIONS[rule.operation].request or ""
    altered: Mapping[str, Any] | None = _altered(json.loads(json.dumps(body)), rule, _top(schema))
    return altered


@cache
def _broken(body: str, rule: Break) -> Mapping[str, Any] | None:
    schema = ALL_OPERATIONS[rule.operation].request or ""
    altered = with_break(json.loads(body), rule)
    if altered is None:
        return None
    found = schemas.violations(schema, resolved(altered))
    return altered if found and all(v.path == rule.path for v in found) else None


def extremes(operation: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield right bodies at the limits: the longest texts, and texts that encoders get wrong.

    Args:
        operation: whose body it is.
        body: a right body.
    """
    schema = ALL_OPERATIONS[operation].request or ""
    top = _top(schema)
    for path, node in _fields(top, ""):
        for text in _extreme_texts(path, node):
            rule = Break(operation, "length", path, json.dumps(text))
            altered = _altered(json.loads(json.dumps(body)), rule, top)
            if altered is not None and schemas.is_valid(schema, resolved(altered)):
                yield altered


FREE_TEXTS: Final = ("merchantMetadata", "supplementaryData", "closureReason", "cancellationReason")
"""Fields whose text is the merchant's own, and told to nobody but the buyer."""


def _extreme_texts(path: str, node: Node) -> Iterator[str]:
    if node.get("type") != "string" or not any(name in path for name in FREE_TEXTS):
        return
    longest = node.get("maxLength")
    if longest is not None:
        yield "x" * longest
    yield from (text for text in EXTREME_TEXTS if longest is None or len(text) <= longest)


# --- reading a schema

_loaded: Final = cache(schemas.load)


@cache
def _top(schema: str) -> dict[str, Any]:
    return _node(schema, _loaded(schema))


def _node(schema: str, node: Node) -> dict[str, Any]:
    """Return a node with its reference followed; what stands beside the reference wins."""
    reference = node.get("$ref")
    if reference is None:
        return {**node, "$in": schema}
    file, _, pointer = reference.partition("#")
    where = file.rpartition("/")[2].removesuffix(".json") if file else node.get("$in", schema)
    found: Any = _loaded(where)
    for part in pointer.strip("/").split("/"):
        found = found[part]
    own = {name: value for name, value in node.items() if name != "$ref"}
    return {**_node(where, found), **own, "$in": where}


def _properties(node: Node) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, child in node.get("properties", {}).items():
        yield name, _node(node["$in"], child)
    if "items" in node:
        yield "0", _node(node["$in"], node["items"])
    for child in node.get("patternProperties", {}).values():
        yield "US", _node(node["$in"], child)


def _fields(node: Node, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, child in _properties(node):
        yield f"{path}/{name}", child
        yield from _fields(child, f"{path}/{name}")


def _breaks(operation: str, node: Node, path: str) -> Iterator[Break]:
    for name in node.get("required", ()):
        yield Break(operation, "missing", f"{path}/{name}")
    if node.get("additionalProperties") is False:
        yield Break(operation, "unknown", f"{path}/{UNKNOWN_FIELD}", '"red"')
    if path:
        yield from (Break(operation, kind, path, value) for kind, value in _wrong_values(node))
    for name, child in _properties(node):
        yield from _breaks(operation, child, f"{path}/{name}")


def _wrong_values(node: Node) -> Iterator[tuple[Breach, str]]:
    allowed = _types(node)
    if allowed:
        for name, values in _TYPES.items():
            if name not in allowed:
                yield from (("type", value) for value in values)
    if "enum" in node:
        yield "enum", '"NoSuchValue"'
        yield "enum", json.dumps(str(node["enum"][0]).swapcase())
    if "maxLength" in node:
        yield "length", json.dumps("x" * (node["maxLength"] + 1))
    if "pattern" in node:
        yield from (("pattern", json.dumps(text)) for text in _not_matching(node))


def _types(node: Node) -> tuple[str, ...]:
    given = node.get("type", "string" if "enum" in node or "pattern" in node else ())
    types = (given,) if isinstance(given, str) else tuple(given)
    return tuple("number" if name == "integer" else name for name in types)


def _not_matching(node: Node) -> Iterator[str]:
    tried = ("", "?", "1,00", "1.000", " 1.00", "http://shop.example/", "s01-0000000-0000000")
    yield from [text for text in tried if not re.search(node["pattern"], text)][:3]


# --- writing a body


def _altered(body: Any, rule: Break, top: Node) -> Any:
    """Put a value at a pointer, or take what is there away; what leads there is made where it is not."""
    *way, last = rule.path.strip("/").split("/")
    holder, node = body, top
    for name in way:
        node = dict(_properties(node))[name]
        holder = _entered(holder, name, node)
        if holder is None:
            return None
    if not rule.value:
        return body if holder.pop(last, None) is not None else None
    if isinstance(holder, list):
        holder[:] = [json.loads(rule.value)]
    else:
        holder[last] = json.loads(rule.value)
    return body


def _entered(holder: Any, name: str, node: Node) -> Any:
    """Return what is held under a name, made or written out where it is not there to be altered."""
    if isinstance(holder, list):
        held = holder[0] if holder else _sample(node)
        holder[:] = [held]
        return held
    held = holder.get(name)
    if held is None or (isinstance(held, dict) and ("$price" in held or "$id" in held)):
        held = holder[name] = _sample(node) if held is None else resolved(held)
    return held if isinstance(held, dict | list) else None


def _sample(node: Node) -> Any:
    """Return something right for a node: what is required of it, and no more."""
    if "enum" in node:
        return node["enum"][0]
    types = _types(node)
    if "object" in types:
        children = dict(_properties(node))
        return {name: _sample(children[name]) for name in node.get("required", ())}
    if "array" in types:
        return [_sample(dict(_properties(node))["0"])]
    if "boolean" in types:
        return True
    pattern = node.get("pattern", "")
    return next((text for text in _SAMPLES if re.search(pattern, text)), "")
