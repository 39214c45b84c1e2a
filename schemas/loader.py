"""Reads the schema files, judges instances by them and explains what an instance breaks.

Two validators share the work: jsonschema-rs judges, as it is a hundred times faster; jsonschema explains,
as its errors tell the schema node that was broken. The one rule: they agree, and the tests hold them to it.
References are resolved from the package's own files, never over a network.

The schemas are written for plain messages: they use no `anyOf` or `oneOf`, only lists of types and
`if`/`then`/`else`, so that every error already is the most specific one and names its place.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

if TYPE_CHECKING:
    import jsonschema_rs
    import referencing
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Kind: TypeAlias = Literal["missing", "unknown", "invalid"]

MOST: Final = 200
"""Violations that are told of one value: a body of a megabyte can have as many as it has keys."""

_PACKAGE: Final = "amazonpay_conformance.schemas"
_BASE_URI: Final = "https://amazonpay-conformance.example/schemas/"

_KINDS: Final[Mapping[str, Kind]] = {"required": "missing", "additionalProperties": "unknown"}

# What each keyword of the schemas expects, in words. A test holds that no schema uses another keyword.
_EXPECTATIONS: Final[Mapping[str, Callable[[Any], str]]] = {
    "additionalProperties": lambda _: "no such field here",
    "const": lambda value: json.dumps(value),
    "enum": lambda values: f"one of {', '.join(map(json.dumps, values))}",
    "exclusiveMinimum": lambda limit: f"more than {limit}",
    "maxItems": lambda limit: f"at most {limit} items",
    "maxLength": lambda limit: f"at most {limit} characters",
    "maximum": lambda limit: f"at most {limit}",
    "minItems": lambda limit: f"at least {limit} items",
    "minimum": lambda limit: f"at least {limit}",
    "pattern": lambda pattern: f"a string of the form {pattern}",
    "required": lambda _: "it to be there",
    "type": lambda types: " or ".join([types] if isinstance(types, str) else types),
}

# Fields that hold buyer data or secrets, at any depth: their values never show.
_PRIVATE: Final = frozenset(
    {
        *("addressDetails", "billingAddress", "buyer", "shippingAddress", "shippingAddressList"),
        *("Signature", "Token", "private_key", "signature"),
    }
)

# Keywords whose message needs no value: a length says all, and an unknown field may hold anything.
_VALUELESS: Final = frozenset({"additionalProperties", "maxLength"})

_MACHINE_LIKE: Final = re.compile(r"[A-Za-z0-9._:/*+-]{0,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that an instance breaks.

    `path` is a JSON pointer; of what is missing it tells where it should be. `message` says what was found
    and what was expected; `rule` is the description of the broken schema node, with its source.
    """

    path: str
    kind: Kind
    message: str
    rule: str


# Better than an empty answer, which callers would read as valid.
_UNEXPLAINED: Final = Violation(
    path="", kind="invalid", message="jsonschema-rs refuses it, jsonschema does not: please report", rule=""
)


def load(name: str) -> dict[str, Any]:
    """Return the schema `name`, such as "objects/charge", as a new dict.

    Raises:
        KeyError: there is no such schema.
    """
    if name not in names():
        hint = ", ".join(get_close_matches(name, names(), n=3)) or f"one of {', '.join(names())}"
        raise KeyError(f"there is no schema {name!r}; did you mean {hint}?")
    text = files(_PACKAGE).joinpath(f"{name}.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all schemas, sorted."""
    return tuple(sorted(_names_in(files(_PACKAGE), "")))


def is_valid(name: str, instance: Any) -> bool:
    """Tell whether `instance`, as `json.loads` returns it, obeys the schema `name`."""
    try:
        return _judge(name).is_valid(instance)
    except UnicodeEncodeError:  # a lone surrogate: JSON can escape one, but Rust has no string for it
        return next(_errors(name, instance), None) is None


def violations(name: str, instance: Any) -> tuple[Violation, ...]:
    """Return all that `instance` breaks in the schema `name`, sorted; empty if it is valid.

    Of what breaks it in more than MOST places, those that were found first are told.
    """
    if is_valid(name, instance):
        return ()
    # A field's own rule comes before a combination that says the same of the same place.
    told = islice(_errors(name, instance), MOST)
    errors = sorted(told, key=lambda error: len(error.absolute_schema_path))
    first = {(_pointer(error), error.validator): error for error in reversed(errors)}
    found = {_violation(name, error) for error in first.values()}
    return tuple(sorted(found, key=lambda v: (v.path, v.kind, v.message, v.rule))) or (_UNEXPLAINED,)


def _names_in(folder: Traversable, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _names_in(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".json"):
            yield prefix + entry.name.removesuffix(".json")


@cache
def _judge(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    def retrieve(uri: str) -> dict[str, Any]:
        return load(uri.removeprefix(_BASE_URI).removesuffix(".json"))

    return jsonschema_rs.Draft202012Validator(load(name), retriever=retrieve)


@cache
def _registry() -> referencing.Registry[Any]:
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    registry: referencing.Registry[Any] = Registry()
    for name in names():
        contents = load(name)
        del contents["$schema"]  # with it, jsonschema goes on with its own class of validator, not with ours
        registry = registry.with_resource(contents["$id"], DRAFT202012.create_resource(contents))
    return registry.crawl()


@cache
def _explainer(name: str) -> Validator:
    from jsonschema import Draft202012Validator, validators

    extend = cast("Callable[..., type[Validator]]", validators.extend)  # its stub has no types
    kind = extend(
        Draft202012Validator,
        {"additionalProperties": _no_additional_properties, "pattern": _pattern, "required": _required},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number),
    )
    return kind(load(name), registry=_registry())


def _errors(name: str, instance: Any) -> Iterator[ValidationError]:
    return _explainer(name).iter_errors(instance)


def _is_number(_: Any, instance: Any) -> bool:
    """NaN and the infinities, which `json.loads` lets in, are no JSON numbers."""
    if isinstance(instance, float):
        return math.isfinite(instance)
    return isinstance(instance, int) and not isinstance(instance, bool)


def _no_additional_properties(_: Any, __: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """One error for each unknown key, at the key."""
    from jsonschema import ValidationError

    if isinstance(instance, dict):
        patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
        for key in instance:
            known = key in schema.get("properties", {})
            if not known and not any(pattern.search(key) for pattern in patterns):
                yield ValidationError("unknown", path=(key,), instance=instance[key])


def _required(_: Any, required: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """One error for each missing key, at the place where it should be."""
    from jsonschema import ValidationError

    if isinstance(instance, dict):
        for key in required:
            if key not in instance:
                yield ValidationError("missing", path=(key,))


def _pattern(_: Any, pattern: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError("does not match")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """`$` is the end of the string in JSON Schema (ECMA-262); Python's also stops before a last newline."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _violation(name: str, error: ValidationError) -> Violation:
    keyword = str(error.validator)
    expected = _EXPECTATIONS[keyword](error.validator_value)
    return Violation(
        path=_pointer(error),
        kind=_KINDS.get(keyword, "invalid"),
        message=f"found {_found(error)}, expected {expected}",
        rule=_rule(name, error),
    )


def _pointer(error: ValidationError) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path)


def _found(error: ValidationError) -> str:
    if error.validator == "required":
        return "nothing"
    private = error.validator in _VALUELESS or not _PRIVATE.isdisjoint(error.absolute_path)
    return _shown(error.instance, private=private)


def _shown(value: Any, *, private: bool) -> str:
    """A value in words: in full if it is short, machine-like and nobody's secret, else its type and size."""
    match value:
        case dict():
            return "an object"
        case list():
            return f"an array of {len(value)} items"
        case str() if private or not _MACHINE_LIKE.fullmatch(value):
            return f"a string of {len(value)} characters"
        case int() | float() if private and not isinstance(value, bool):
            return "a number"
        case str():
            return f"the string {json.dumps(value)}"
        case _:
            return json.dumps(value)


def _rule(name: str, error: ValidationError) -> str:
    """The nearest description: of the missing field, of the broken node, or of the last that leads there."""
    broken = cast("dict[str, Any]", error.schema)
    nodes = [broken, *reversed(_way_to(name, error))]
    if error.validator == "required":
        nodes.insert(0, broken.get("properties", {}).get(error.absolute_path[-1], {}))
    return next((text for node in nodes if isinstance(text := node.get("description"), str)), "")


def _way_to(name: str, error: ValidationError) -> list[dict[str, Any]]:
    """The schema nodes from the root towards the broken one. An error's path leaves references out."""
    resolver = _registry().resolver(f"{_BASE_URI}{name}.json")
    node: Any = load(name)
    way = [node]
    *steps, _ = error.absolute_schema_path
    for step in steps:
        while isinstance(node, dict) and step not in node:
            resolved = resolver.lookup(node["$ref"])
            node, resolver = resolved.contents, resolved.resolver
            way.append(node)
        node = node[step]
        if isinstance(node, dict):
            way.append(node)
    return way
