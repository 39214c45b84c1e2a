"""What is written while somebody is watched: in colour only where asked for, and never in the mock's way."""

from __future__ import annotations

import io

from amazonpay_conformance.checks.check import Problem
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.watch import Noticed
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.reading.requests import Merchant, read_request
from amazonpay_conformance.reporting.live import Live
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response

REFUSED = Response(
    422, Headers(), b'{"reasonCode": "InvalidChargeStatus", "message": "for susie@example.com"}'
)
CAPTURE = Request("POST", "/v2/charges/S01-0000000-0000000-C000000/capture")
FOUND = Finding.of("ORD-003", "charge_allows_what_is_called", "capture_charge", 0, Problem("a", "b"), None)


def noticed(exchange: Exchange, found: tuple[Finding, ...] = ()) -> Noticed:
    return Noticed(exchange, read_request(exchange.request, Merchant({})), (), found)


def written(*exchanges: Exchange, colour: bool = False, found: tuple[Finding, ...] = ()) -> str:
    stream = io.StringIO()
    live = Live(stream, colour=colour)
    for exchange in exchanges:
        live.exchanged(noticed(exchange, found))
    return stream.getvalue()


def test_an_exchange_is_a_line() -> None:
    text = written(Exchange(CAPTURE, REFUSED, 0.0))
    assert text.count("\n") == 1
    assert "POST   /v2/charges/S01-0000000-0000000-C000000/capture  422 InvalidChargeStatus" in text
    assert "susie" not in text


def test_no_answer_and_odd_answers_are_told() -> None:
    odd = (b"<html>", b"[1]", b'{"statusDetails": 7}', b"[" * 10_000, b"\xff", b"")
    answers = [Response(200, Headers(), body) for body in odd]
    text = written(*(Exchange(CAPTURE, answer, 0.0) for answer in (None, *answers)))
    assert text.count("\n") == len(answers) + 1
    assert "no answer" in text
    assert "200 (not JSON)" in text


def test_a_buyers_token_is_not_shown() -> None:
    text = written(Exchange(Request("GET", "/v2/buyers/secret-token"), Response(200), 0.0))
    assert "/v2/buyers/[redacted]" in text


def test_a_fault_is_told_once() -> None:
    text = written(*[Exchange(CAPTURE, REFUSED, 0.0)] * 3, found=(FOUND,))
    assert text.count("FAIL ORD-003") == 1


def test_colours_are_for_terminals() -> None:
    assert "\x1b[" not in written(Exchange(CAPTURE, REFUSED, 0.0), found=(FOUND,))
    assert (
        written(Exchange(CAPTURE, REFUSED, 0.0), found=(FOUND,), colour=True).count("\x1b[31m") == 3
    )  # two lines


def test_acts_beside_the_wire_are_told() -> None:
    stream = io.StringIO()
    live = Live(stream, colour=False)
    live.acted(BuyerAct("signs_in", "bd504926-f659-4ad7-a1a9-9a747aaf5275"))
    live.acted(Advance(30))
    assert "the buyer signs in: bd504926-f659-4ad7-a1a9-9a747aaf5275" in stream.getvalue()
    assert "30 s" in stream.getvalue()


def test_where_nobody_reads_any_more_nothing_breaks() -> None:
    stream = io.StringIO()
    live = Live(stream, colour=False)
    stream.close()
    live.exchanged(noticed(Exchange(CAPTURE, REFUSED, 0.0)))
    live.acted(Advance(30))
