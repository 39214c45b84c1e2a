"""A trace that was written and read again is judged as the shop was when it was watched."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.engine.trace_files import Head, Trace, TraceWriter, read_trace
from amazonpay_conformance.engine.watch import Pressed, Watch
from amazonpay_conformance.engine.watching import watched_trace
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.model.buyer import ADDRESS, BUYER
from amazonpay_conformance.mutants.integration_seams import KEY_ID, Fault, Till, Variation, order
from amazonpay_conformance.reading.requests import Merchant

Ran = Callable[[Any], Any]


def written(till: Till) -> str:
    """The trace of what a till did, as `serve --trace` writes it."""
    stream = io.StringIO()
    writer = TraceWriter(stream, Head(till.service.region, KEY_ID))
    acts = list(till.acts)
    for number, noticed in enumerate(till.noticed):
        while acts and acts[0][0] <= number:
            _write(writer, acts.pop(0)[1])
        writer.exchanged(noticed)
    for _, action in acts:
        _write(writer, action)
    return stream.getvalue()


def _write(writer: TraceWriter, action: BuyerAct | Advance | Pressed) -> None:
    if isinstance(action, Pressed):
        writer.pressed(action)
    else:
        writer.acted(action)


def read(text: str, directory: Path) -> Trace:
    path = directory / "trace.jsonl"
    path.write_text(text, encoding="utf-8")
    return read_trace(path)


def told(watch: Watch) -> dict[str, tuple[int, str]]:
    return {str(cell): (noted.count, noted.first.problem.expected) for cell, noted in watch.found.items()}


def test_a_faulty_shop_is_found_by_its_trace(fault: Fault, ran: Ran, tmp_path: Path) -> None:
    trace = read(written(ran(fault)), tmp_path)
    assert trace.broken == ""
    assert told(watched_trace(trace, Merchant({}))) == told(ran(fault).watch)


def test_a_right_shop_is_right_by_its_trace(variation: Variation, ran: Ran, tmp_path: Path) -> None:
    watch = watched_trace(read(written(ran(variation)), tmp_path), Merchant({}))
    assert told(watch) == told(ran(variation).watch)
    assert watch.judged == ran(variation).watch.judged


def test_every_line_obeys_its_schema(ran: Ran, tmp_path: Path) -> None:
    till = Till.open()
    till.completed()
    for line in written(till).splitlines():
        assert schemas.violations("formats/trace", json.loads(line)) == ()


def test_no_secret_and_nothing_of_the_buyers_is_in_a_trace() -> None:
    till = Till.open()
    note = {"merchantMetadata": {"noteToBuyer": "For Susie, at the back door", "merchantReferenceId": "17"}}
    till.completed({**order(), **note})
    text = written(till)
    authorization = till.exchanges[0].request.headers.get("authorization") or ""
    hidden = [authorization.partition("Signature=")[2], "back door"]
    hidden += [
        value for value in (*ADDRESS.values(), *BUYER.values()) if isinstance(value, str) and len(value) > 3
    ]
    assert [value for value in hidden if value in text] == []


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_trace_whose_end_is_cut_off_is_read_up_to_there(cut: int, tmp_path: Path) -> None:
    till = Till.open()
    till.completed()
    whole = read(written(till), tmp_path)
    trace = read(written(till)[:-cut], tmp_path)
    lost = 0 if cut == 1 else 1  # without the last line feed nothing is missing
    assert len(trace.entries) == len(whole.entries) - lost
    assert bool(trace.broken) is bool(lost)
    assert watched_trace(trace, Merchant({})).verdict == "pass"


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "null",
        '{"exchange": {}}',
        '{"advance": -1}',
        "\x00",
        "[" * 5_000,
        '{"advance": 1, "region": "na"}',
    ],
)
def test_a_line_that_is_none_ends_the_trace_with_a_word(line: str, tmp_path: Path) -> None:
    till = Till.open()
    till.opened()
    trace = read(f"{written(till)}{line}\n{written(till)}", tmp_path)
    assert len(trace.entries) == 1
    assert "line 3 cannot be read" in trace.broken
    assert "\n" not in trace.broken


# --- HAR


def har(till: Till) -> dict[str, Any]:
    """What a proxy would have written."""

    def entry(exchange: Any) -> dict[str, Any]:
        request, response = exchange.request, exchange.response
        pairs = [{"name": name, "value": value} for name, value in request.headers]
        answered = {"status": 0, "headers": [], "content": {}}
        if response is not None:
            given = [{"name": name, "value": value} for name, value in response.headers]
            content = {"text": response.body.decode(), "mimeType": "application/json"}
            answered = {"status": response.status, "headers": given, "content": content}
        return {
            "startedDateTime": f"2026-11-24T12:00:{len(entries):02}.000Z",
            "request": {
                "method": request.method,
                "url": f"https://pay-api.amazon.com{request.target}",
                "headers": pairs,
                "postData": {"text": request.body.decode()},
            },
            "response": answered,
        }

    entries: list[dict[str, Any]] = []
    for exchange in till.exchanges:
        entries.append(entry(exchange))
    other = {
        "startedDateTime": "2026-11-24T12:00:00Z",
        "request": {"method": "GET", "url": "https://shop.example/"},
    }
    return {
        "log": {
            "version": "1.2",
            "entries": [{**other, "request": {**other["request"], "headers": []}, "response": {}}, *entries],
        }
    }  # type: ignore[dict-item]


def test_a_har_file_is_judged_too(tmp_path: Path) -> None:
    till = Till.open()
    charge = till.completed()["chargeId"]
    till.capture(charge)
    till.capture(charge)
    path = tmp_path / "shop.har"
    path.write_text(json.dumps(har(till)), encoding="utf-8")
    trace = read_trace(path, till.service.merchant)
    watch = watched_trace(trace, till.service.merchant)
    assert watch.exchanges == len(till.exchanges)
    found = {finding.requirement.id for finding in watch.findings}
    assert found - {"HDR-004"} == {"ORD-003"}  # the times are made up
    assert watch.judged["SIG-004"] == watch.exchanges


def test_without_a_key_the_signatures_of_a_har_file_are_not_judged(tmp_path: Path) -> None:
    till = Till.open()
    till.completed()
    path = tmp_path / "shop.har"
    path.write_text(json.dumps(har(till)), encoding="utf-8")
    watch = watched_trace(read_trace(path), Merchant({}))
    assert watch.judged["SIG-004"] == 0
    assert watch.verdict in ("pass", "warning")
