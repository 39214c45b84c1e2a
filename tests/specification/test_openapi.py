"""The OpenAPI document says what the tables and schemas say; its references, links and examples are good."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.errors import ERRORS
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.specification import openapi
from amazonpay_conformance.specification.openapi_examples import EXAMPLES

DOCUMENT = openapi.document("1.0")
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "$ref":
                yield each
            else:
                yield from references(each)


def test_every_operation_is_there_with_its_answers() -> None:
    assert set(OPERATIONS) == set(ALL_OPERATIONS)
    for operation in ALL_OPERATIONS.values():
        path, method, described = OPERATIONS[operation.id]
        assert method == operation.method.lower()
        assert path.count("{") == operation.path.count("{id}")
        refused = {row.status for row in ERRORS if operation.id in row.operations}
        assert {int(status) for status in described["responses"]} == {*operation.success, *refused}
        assert ("requestBody" in described) == operation.has_body


def test_every_reference_leads_to_a_schema() -> None:
    for reference in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert isinstance(found, dict), reference


def test_every_schema_is_one_and_each_body_that_obeys_a_file_obeys_it_here() -> None:
    for name, operation in ALL_OPERATIONS.items():
        if operation.request is None:
            continue
        root = {"$ref": f"#/components/schemas/{openapi._named(operation.request)}", **DOCUMENT}
        here = jsonschema_rs.validator_for(root)
        assert here.is_valid(EXAMPLES[name])
        assert not here.is_valid({**EXAMPLES[name], "noSuchField": 1})


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_obeys_the_schema_of_its_request(name: str) -> None:
    operation = ALL_OPERATIONS[name]
    assert operation.request is not None
    assert schemas.violations(operation.request, json.loads(json.dumps(EXAMPLES[name]))) == ()


def test_every_request_with_a_body_has_an_example() -> None:
    assert set(EXAMPLES) == {name for name, operation in ALL_OPERATIONS.items() if operation.has_body}


def test_a_link_names_an_operation_that_takes_what_the_answer_has() -> None:
    links = 0
    for path, _, described in OPERATIONS.values():
        for answer in described["responses"].values():
            for link in answer.get("links", {}).values():
                links += 1
                to, _, target = OPERATIONS[link["operationId"]]
                for name, value in {**link.get("parameters", {}), **link.get("requestBody", {})}.items():
                    assert value == f"$response.body#/{name}", path
                    assert f"{{{name}}}" in to or "requestBody" in target
    assert links > 50


def test_links_lead_from_a_session_to_a_refund() -> None:
    led = {
        name: {
            link["operationId"]
            for answer in described["responses"].values()
            for link in answer.get("links", {}).values()
        }
        for name, (_, _, described) in OPERATIONS.items()
    }
    assert {"get_checkout_session", "complete_checkout_session"} <= led["create_checkout_session"]
    assert {"create_charge", "get_charge_permission", "capture_charge"} <= led["complete_checkout_session"]
    assert {"capture_charge", "cancel_charge", "create_refund"} <= led["create_charge"]
    assert "get_refund" in led["create_refund"]


def test_what_makes_a_repetition_is_asked_for_where_it_is_needed() -> None:
    for name, (_, _, described) in OPERATIONS.items():
        keys = [p for p in described["parameters"] if p["name"] == "x-amz-pay-idempotency-key"]
        assert bool(keys) == ALL_OPERATIONS[name].needs_key
        assert all(key["required"] for key in keys)


def test_the_command_prints_it_and_refuses_one_machine(command: Callable[..., Any]) -> None:
    ran = command("model", "--format", "openapi")
    assert ran.code == 0
    assert json.loads(ran.out)["paths"] == json.loads(json.dumps(DOCUMENT["paths"]))
    assert command("model", "--format", "openapi", "--machine", "Charge").code == 2
