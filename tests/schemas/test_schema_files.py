"""The schema files themselves: well formed, described with their sources, closed or open as is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from amazonpay_conformance import schemas
from jsonschema import Draft202012Validator

NAMES = schemas.names()
OF_AMAZON = [name for name in NAMES if not name.startswith("formats/")]  # the others are our own file formats
PAGES = ["requests/sign-in-payload"]  # that unknown fields are refused is known of the API's bodies only
REQUESTS = [name for name in NAMES if name.startswith("requests/") and name not in PAGES]
ANSWERS_AND_MESSAGES = [name for name in NAMES if name.startswith(("objects/", "driver/"))]

TAGS = r"( (\[(D|D2|S|W|I)\])+)?"
SOURCE = re.compile(rf"\((api-facts §[\d.]+{TAGS}(, §[\d.]+{TAGS})*|docs/drivers\.md)\)\.?$")

SUBSCHEMA_MAPS = ("properties", "patternProperties", "$defs")
SUBSCHEMA_LISTS = ("allOf",)
SUBSCHEMAS = ("items", "if", "then", "else", "not")
CONDITIONS = ("if", "then", "else", "not")  # refine properties that are described elsewhere
ANNOTATIONS = {"$schema", "$id", "title", "description", "default"}
ASSERTIONS = {
    "$ref", "additionalProperties", "const", "enum", "exclusiveMinimum", "maxItems", "maxLength", "maximum",
    "minItems", "minimum", "pattern", "required", "type",
}  # fmt: skip


def nodes(node: Any, *, conditions: bool = True) -> Iterator[dict[str, Any]]:
    """Every schema within a schema, itself first."""
    yield node
    inner = [each for key in SUBSCHEMA_MAPS for each in node.get(key, {}).values()]
    inner += [each for key in SUBSCHEMA_LISTS for each in node.get(key, [])]
    inner += [node[key] for key in SUBSCHEMAS if key in node and (conditions or key not in CONDITIONS)]
    for each in inner:
        yield from nodes(each, conditions=conditions)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_valid_schema_of_2020_12(name: str) -> None:
    schema = schemas.load(name)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_its_id_is_its_place_and_it_says_what_it_is(name: str) -> None:
    schema = schemas.load(name)
    assert schema["$id"] == f"https://amazonpay-conformance.example/schemas/{name}.json"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", OF_AMAZON)
def test_every_property_and_definition_is_described_and_names_its_source(name: str) -> None:
    for node in nodes(schemas.load(name), conditions=False):
        for key in SUBSCHEMA_MAPS:
            for field, schema in node.get(key, {}).items():
                described = SOURCE.search(schema.get("description", ""))
                assert described or schema.keys() == {"$ref"}, field  # its target is described


@pytest.mark.parametrize("name", OF_AMAZON)
def test_every_combination_of_fields_tells_its_rule(name: str) -> None:
    for node in nodes(schemas.load(name)):
        for branch in (node[key] for key in ("then", "else") if key in node and "if" in node):
            plain = set(branch) <= {"$ref", "pattern"}  # picks among types: no rule of its own
            assert plain or SOURCE.search(branch.get("description", "")), branch


@pytest.mark.parametrize("name", NAMES)
def test_no_unknown_fact_is_a_source(name: str) -> None:
    assert "[?]" not in str(schemas.load(name))


@pytest.mark.parametrize("name", OF_AMAZON)
def test_only_keywords_whose_errors_name_one_place_are_used(name: str) -> None:
    known = {*SUBSCHEMA_MAPS, *SUBSCHEMA_LISTS, *SUBSCHEMAS, *ANNOTATIONS, *ASSERTIONS}
    for node in nodes(schemas.load(name)):
        assert set(node) <= known
        assert node.get("additionalProperties", False) is False


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_to_a_definition_of_this_package(name: str) -> None:
    for node in nodes(schemas.load(name)):
        file, _, pointer = node.get("$ref", "").partition("#")
        folder = name.rpartition("/")[0]
        target = schemas.load(
            re.sub(r"[^/]*/\.\./", "", f"{folder}/{file}").removesuffix(".json") if file else name
        )
        for step in pointer.split("/")[1:]:
            target = target[step]


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_closed_at_every_level(name: str) -> None:
    definitions = schemas.load("common")["$defs"]
    for node in nodes(schemas.load(name), conditions=False):
        assert ("properties" in node) == ("additionalProperties" in node) or "patternProperties" in node
        target = definitions.get(node.get("$ref", "").rpartition("/")[2], {})
        if "properties" in target:
            assert target["additionalProperties"] is False


@pytest.mark.parametrize("name", ANSWERS_AND_MESSAGES)
def test_answers_and_driver_messages_are_open(name: str) -> None:
    definitions = schemas.load("common")["$defs"]
    for node in nodes(schemas.load(name)):
        target = definitions.get(node.get("$ref", "").rpartition("/")[2], {})
        assert "additionalProperties" not in {*node, *target}


@pytest.mark.parametrize("key", ["a", "A_-9", "x" * 32, "5f0c8f2e0c5b4a7d9e1b2c3d4e5f6071"])
def test_idempotency_keys_of_1_to_32_characters_fit_their_definition(key: str) -> None:
    assert Draft202012Validator(schemas.load("common")["$defs"]["idempotencyKey"]).is_valid(key)


@pytest.mark.parametrize("key", ["", "x" * 33, "a b", "ä", "5f0c8f2e-0c5b-4a7d-9e1b-2c3d4e5f6071"])
def test_other_idempotency_keys_do_not(key: str) -> None:
    assert not Draft202012Validator(schemas.load("common")["$defs"]["idempotencyKey"]).is_valid(key)
