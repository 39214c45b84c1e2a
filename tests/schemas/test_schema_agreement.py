"""jsonschema-rs, which judges, and jsonschema, which explains, agree on all samples and their variants."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from amazonpay_conformance import schemas
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

STRANGE: list[Any] = [
    None, False, 0, 3.0, 10**400, "0", "JPY", "Canceled", "é語😀" * 100, {}, [None], [["a", "b"]],
    {"amount": "1.00", "currencyCode": "JPY"}, {"unit": "Variable", "value": False},
]  # fmt: skip
LEAST_STRANGE: list[Any] = [None, "x", []]


@cache
def plain(name: str) -> Draft202012Validator:
    """jsonschema as it comes, with none of the loader's additions."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in map(schemas.load, schemas.names())
    )
    return Draft202012Validator(schemas.load(name), registry=registry)


def variants(sample: Any) -> Iterator[Any]:
    yield sample.body
    for pointer in sample.pointers():
        yield sample.without(pointer)
        for value in STRANGE:
            yield sample.with_value(pointer, value)
    for place in sample.objects():
        yield sample.with_value(f"{place}/surprise", 1)


def test_both_validators_agree(sample: Any) -> None:
    for body in variants(sample):
        assert schemas.is_valid(sample.schema, body) == plain(sample.schema).is_valid(body), body


def test_a_body_has_violations_exactly_if_it_is_not_valid(sample: Any) -> None:
    for pointer in sample.pointers():
        for value in LEAST_STRANGE:
            body = sample.with_value(pointer, value)
            found = schemas.violations(sample.schema, body)
            assert bool(found) != schemas.is_valid(sample.schema, body)
            assert all(v.message.startswith("found ") and v.rule for v in found)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", "14.00\n", "1\n4.00"])
def test_what_json_loads_lets_in_beyond_json_is_refused_with_a_reason(
    samples: dict[str, Any], value: Any
) -> None:
    body = samples["request-create-charge"].with_value("/chargeAmount/amount", value)
    assert not schemas.is_valid("requests/create-charge", body)
    (found,) = schemas.violations("requests/create-charge", body)
    assert found.path == "/chargeAmount/amount"


def test_a_lone_surrogate_in_free_text_is_a_string(samples: dict[str, Any]) -> None:
    body = samples["request-cancel-charge"].with_value("/cancellationReason", "\ud800")
    assert schemas.is_valid("requests/cancel-charge", body)
    assert schemas.violations("requests/cancel-charge", body) == ()


def test_a_country_code_ends_where_it_ends(samples: dict[str, Any]) -> None:
    place = "/deliverySpecifications/addressRestrictions/restrictions"
    body = samples["request-create-session"].with_value(place, {"US\n": {}})
    (found,) = schemas.violations("requests/create-checkout-session", body)
    assert found.kind == "unknown"


def test_a_body_that_only_the_judge_refuses_is_never_called_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amazonpay_conformance.schemas.loader.is_valid", lambda *_: False)
    (found,) = schemas.violations("objects/error", {"reasonCode": "x", "message": "x"})
    assert "please report" in found.message
