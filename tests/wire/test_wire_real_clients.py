"""Genuine requests of released clients verify; where one does not, the client signs what it does not send."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from amazonpay_conformance.wire.forensics import explain_mismatch
from amazonpay_conformance.wire.keys import PublicKey, load_public_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.mismatch import MISTAKES
from amazonpay_conformance.wire.signing import verify

TESTS = Path(__file__).parents[1]
ROWS = json.loads((TESTS / "vectors" / "real-clients.json").read_text())["requests"]


@functools.cache
def public() -> PublicKey:
    return load_public_key((TESTS / "keys" / "test-only-public.pem").read_bytes())


def request_of(row) -> Request:
    sent = row["request"]
    return Request(
        sent["method"],
        sent["path"],
        sent["query"],
        Headers.of([tuple(pair) for pair in sent["headers"]]),
        sent["body"].encode(),
    )


def name_of(row) -> str:
    return f"{row['client'].rpartition('/')[2]} {row['version']}: {row['what']}"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_genuine_request_gets_the_verdict_written_beside_it(row):
    request = request_of(row)
    verdict = verify(request, public())
    assert (verdict.ok, verdict.variant) == (row["variant"] is not None, row["variant"])
    sentences = {None: None} | {mistake.name: mistake.sentence for mistake in MISTAKES}
    assert explain_mismatch(request, public()) == sentences[row["mistake"]]


@pytest.mark.parametrize("row", [row for row in ROWS if row["request"]["body"]], ids=name_of)
def test_a_genuine_request_with_another_body_does_not_verify(row):
    request = request_of(row | {"request": row["request"] | {"body": row["request"]["body"] + " "}})
    assert not verify(request, public()).ok
