"""Bodies of requests as Hypothesis values: whatever the schema of an operation's body allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.strategies.amounts import prices

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LONGEST: Final = 40
"""Characters of a text as it is drawn; one that may be longer is as long as it may be, now and then."""

CHARACTERS: Final = "a09 .,-_/\\'\"&<>%+=#ZÄßéñşЖ漢字テ💶"
"""What texts are made of: what encoders, parsers and databases have got wrong. To draw from all of Unicode,
Hypothesis would have to sort it first."""

DIGITS: Final = "^[0-9]+$"

WRITTEN: Final[Mapping[str, str]] = {
    # drawn as numbers, since to draw from a pattern is slow
    "chargePermissionId": "S01-0000000-{:07}",
    "chargeId": "S01-0000000-{:07}-C000001",
    "refundId": "S01-0000000-{:07}-R000001",
    "storeId": "amzn1.application-oa2-client.{}",
    "requestUrl": "https://shop.example/{}",
}
"""How definitions of the schemas are written that are not worth looking into."""


def request_bodies(operation: str, *, region: str = "na", **fixed: Any) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy of valid bodies of an operation's requests.

    They are valid by the schema. Whether they are legal when they are sent is another matter: an amount may
    be above what is left, an id may stand for nothing.

    Args:
        operation: its id, as create_charge.
        region: whose currency the amounts have.
        fixed: fields that are to have this value, as chargePermissionId; None leaves one out.

    Raises:
        ValueError: there is no such operation, or it has no body.
    """
    known = ALL_OPERATIONS.get(operation)
    schema = known.request if known else None
    if schema is None:
        having = sorted(name for name, o in ALL_OPERATIONS.items() if o.request)
        raise ValueError(f"no operation {operation!r} with a body; those that have one: {', '.join(having)}")
    if not fixed:
        return _valid(schema, region)
    with_fixed = _of(schema, region).map(lambda body: _without_none({**body, **fixed}))
    return with_fixed.filter(lambda body: schemas.is_valid(schema, body))


@cache
def _valid(schema: str, region: str) -> SearchStrategy[dict[str, Any]]:
    return _of(schema, region).filter(lambda body: schemas.is_valid(schema, body))


@cache
def _of(name: str, region: str) -> SearchStrategy[dict[str, Any]]:
    return _Reader(name, region).value(schemas.load(name))


def _without_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


class _Reader:
    """Makes strategies of the nodes of one schema file."""

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        self._region = region

    def value(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        """Return a strategy of what a node allows; conditions are left to a filter."""
        from hypothesis import strategies as st

        if "$ref" in node:
            return self._referred(node["$ref"])
        if "const" in node:
            return st.just(node["const"])
        if "enum" in node:
            return st.sampled_from([value for value in node["enum"] if value is not None])
        if "properties" not in node and "$ref" in node.get("then", {}):
            return self._referred(node["then"]["$ref"])  # an object of that kind, or null
        kinds = node.get("type", "object" if "properties" in node else "string")
        kind = next(k for k in ([kinds] if isinstance(kinds, str) else kinds) if k != "null")
        found: SearchStrategy[Any] = getattr(self, f"_{kind}")(node)
        return found

    def _referred(self, target: str) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        kind = target.rpartition("/")[2]
        if kind == "requestPrice":
            return prices(self._region)
        if kind in WRITTEN:
            return st.integers(1, 9_999_999).map(WRITTEN[kind].format)
        file, _, path = target.partition("#")
        name = _resolved(self._name, file)
        node: Any = _file(name)
        for part in filter(None, path.split("/")):
            node = node[part]
        return _Reader(name, self._region).value(node)

    def _object(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        fields = {name: self.value(inner) for name, inner in node.get("properties", {}).items()}
        required = {name: made for name, made in fields.items() if name in node.get("required", ())}
        optional = {name: made for name, made in fields.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)

    def _array(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        most = min(node.get("maxItems", 3), 3)
        return st.lists(self.value(node.get("items", {})), min_size=node.get("minItems", 0), max_size=most)

    def _string(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        most = node.get("maxLength", LONGEST)
        if node.get("pattern") == DIGITS:
            return st.integers(0, 99).map(str)
        if "pattern" in node:
            texts = st.from_regex(re.compile(node["pattern"].replace("$", r"\Z"), re.ASCII))
            return texts.filter(lambda text: len(text) <= most)
        short = st.text(
            st.sampled_from(CHARACTERS), min_size=node.get("minLength", 0), max_size=min(most, LONGEST)
        )
        return short if most <= LONGEST else short | st.just("x" * most)

    def _boolean(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:  # noqa: ARG002 - as its fellows
        from hypothesis import strategies as st

        return st.booleans()

    def _integer(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        from hypothesis import strategies as st

        return st.integers(node.get("minimum", 0), node.get("maximum", 10_000))

    def _number(self, node: Mapping[str, Any]) -> SearchStrategy[Any]:
        return self._integer(node)


@cache
def _file(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schemas.load(name)
    return found


def _resolved(name: str, file: str) -> str:
    """Return the name of the schema file that a reference in another leads to."""
    parts = name.split("/")[:-1]
    for part in filter(None, file.removesuffix(".json").split("/")):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts) if file else name
