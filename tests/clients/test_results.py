"""What Python clients hand back and raise, as results."""

from __future__ import annotations

import http.client
import io
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from amazonpay_conformance.clients.driver import ABSENT, Raised, Result, Returned, Unsupported
from amazonpay_conformance.clients.results import raised_by, result_of

FIELDS = (("X-Amz-Pay-Request-Id", "r-1"), ("content-type", "application/json"))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (None, Returned()),
        ('{"a": 1}', Returned(raw_body='{"a": 1}')),
        (b"\xc3\xab", Returned(raw_body="ë")),
        ({"a": 1}, Returned(body={"a": 1})),
        ([], Returned(body=[])),
        ((200, '{"a": 1}'), Returned(200, '{"a": 1}')),
        ((204, None), Returned(204)),
        ((200, {"a": 1}), Returned(200, body={"a": 1})),
        ((http.HTTPStatus.OK, b"{}"), Returned(200, "{}")),
        ((201, dict(FIELDS), b"{}"), Returned(201, "{}", request_id="r-1")),
        ((201, FIELDS, {}), Returned(201, None, {}, "r-1")),
        (Returned(200, "{}"), Returned(200, "{}")),
        (Unsupported("no"), Unsupported("no")),
    ],
)
def test_plain_values_tell_what_they_hold_and_no_more(value: Any, result: Result) -> None:
    assert result_of(value) == result


def test_a_requests_response_tells_all() -> None:
    assert result_of(_response(422, '{"reasonCode": "ë"}'.encode())) == Returned(
        422, '{"reasonCode": "ë"}', {"reasonCode": "ë"}, "r-1"
    )


def test_a_response_object_that_does_not_parse_has_no_parsed_body() -> None:
    result = result_of(_response(502, b"<html>"))

    assert isinstance(result, Returned)
    assert (result.status, result.raw_body, result.body) == (502, "<html>", ABSENT)


def test_response_objects_of_other_libraries_are_read_alike() -> None:
    like_urllib3 = SimpleNamespace(status=200, data=b"{}", headers={"x-amz-pay-request-id": "r-2"})
    bare = SimpleNamespace(status_code=204)

    assert result_of(like_urllib3) == Returned(200, "{}", request_id="r-2")
    assert result_of(bare) == Returned(204)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (object(), "object, which is none of"),
        (True, "bool, which is none of"),
        ((1, 2, 3, 4), "a tuple (1, 2, 3, 4), which is neither"),
        (("200", "{}"), "which is neither"),
        ((), "which is neither"),
    ],
)
def test_values_of_no_known_shape_are_refused(value: Any, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        result_of(value)
    assert told in str(caught.value)


def test_an_error_tells_what_its_response_tells() -> None:
    error = requests.HTTPError("422 error", response=_response(422, b'{"reasonCode": "X"}'))

    assert raised_by(error) == Raised("HTTPError", "422 error", 422, '{"reasonCode": "X"}')


def test_an_error_without_response_tells_its_own_status() -> None:
    class ApiError(Exception):
        status_code = 500
        body = "oops"

    assert raised_by(ApiError("failed")) == Raised("ApiError", "failed", 500, "oops")
    assert raised_by(requests.ConnectionError("refused")) == Raised("ConnectionError", "refused")


def test_a_key_in_an_error_does_not_show() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFOQmdrcWhraUc5\n-----END PRIVATE KEY-----"

    assert "TUlJ" not in raised_by(ValueError(f"cannot load {pem}")).message


def _response(status: int, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.raw = io.BytesIO(body)
    response.headers.update(FIELDS)
    return response
