"""A body that means harm is refused soon, and is not kept for ever."""

from __future__ import annotations

import time

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mock.journal import KEPT, KEPT_BYTES, Journal
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.schemas.loader import MOST
from amazonpay_conformance.wire.messages import DEEPEST, Exchange, Headers, Request, Response
from mock_shop import Shop, signed


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"1" * 100_000 + b"}",
    ],
    ids=lambda body: repr(body[:9]),
)
def test_what_no_body_should_be_is_refused(shop: Shop, body: bytes) -> None:
    handle = site(Mock(shop.service.merchant, make=lambda *_, **__: shop.service))
    request = signed(shop.request("POST", "/v2/checkoutSessions", body))
    answer = handle(request)
    assert (answer.status, answer.json()["reasonCode"]) == (400, "InvalidRequestFormat")
    control = handle(Request("POST", "/_mock/objects", None, Headers(), body))
    assert control.status == 400


@pytest.mark.parametrize("amount", [1.7976931348623157e308, -1.7976931348623157e308, 1e25, 1e400])
def test_an_amount_as_large_as_a_float_can_be_is_refused_and_breaks_nothing(
    shop: Shop, amount: float
) -> None:
    body = f'{{"chargeId": "S01-1", "refundAmount": {{"amount": {amount}, "currencyCode": "USD"}}}}'
    answer = shop.service.handle(signed(shop.request("POST", "/v2/refunds", body.encode())))
    assert answer.status == 400


def test_a_body_may_be_nested_and_hold_brackets_in_its_texts() -> None:
    deep = Request("POST", "/", body=b"[" * DEEPEST + b"]" * DEEPEST)
    assert deep.json() == [deep.json()[0]]
    with pytest.raises(ValueError, match="deep"):
        Request("POST", "/", body=b"[" + deep.body + b"]").json()
    text = "[{" * 1_000 + '"\\'
    assert Request("POST", "/", body=b'{"a": "' + b"[{" * 1_000 + b'\\"\\\\"}').json() == {"a": text}


def test_a_thousand_unknown_fields_are_not_told_one_by_one() -> None:
    body = {f"field-{number}": 0 for number in range(50_000)}
    began = time.monotonic()
    assert len(schemas.violations("requests/create-checkout-session", body)) <= MOST
    assert time.monotonic() - began < 10


def test_a_journal_keeps_the_last_exchanges_within_bounds() -> None:
    journal, large = Journal(), Request("POST", "/", body=b"x" * (1 << 20))
    for _ in range(40):
        journal.add(Exchange(large, Response(400), 0.0), None, ())
    assert len(journal.entries) == KEPT_BYTES >> 20
    for _ in range(KEPT + 40):
        journal.add(Exchange(Request("GET", "/"), Response(200), 0.0), None, ())
    assert len(journal.entries) == KEPT
    assert journal.entries[-1].number == KEPT + 80
