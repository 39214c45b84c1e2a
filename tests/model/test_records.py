"""What becomes of the records of lesser resources: api-facts §2.2, §12."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.records import processed
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.step import usual
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.world import Record, World
from model_stories import NOON

ENDS = [row for row in RESOURCE_MACHINES["Report"].transitions if row.trigger == "report_is_processed"]


@pytest.mark.parametrize("document", ["d1", ""])
@pytest.mark.parametrize("row", ENDS, ids=[row.id for row in ENDS])
def test_a_report_that_is_completed_has_its_document_and_no_other_has(row: Transition, document: str) -> None:
    report = Record("r1", "Report", row.source or "", NOON, NOON, document=document)
    world = World(now=NOON + 30).with_object("Report", report)
    done = processed(world, "r1", row.guard)
    assert done.world.records["Report"]["r1"].state == row.target
    made = set(done.world.records.get("ReportDocument", {}))
    assert made == ({"d1"} if row.target == "COMPLETED" and document else set())


@pytest.mark.parametrize(("choice", "expected"), [("merge", {"a": "3", "b": "2"}), ("replace", {"a": "3"})])
def test_an_update_merges_or_replaces_what_is_nested(choice: str, expected: dict[str, Any]) -> None:
    """§2.3 [?]."""
    held = {"businessInfo": {"a": "1", "b": "2"}, "ledgerCurrency": "EUR"}
    account = Record("a1", "MerchantAccount", "", NOON, NOON, data=held)
    world = World(now=NOON, settings=Settings.of({"patch": choice})).with_object("MerchantAccount", account)
    call = Call("update_merchant_account", "a1", {"businessInfo": {"a": "3"}}, new=NewIds())
    done = usual(world, call)
    assert done is not None
    assert done.world.records["MerchantAccount"]["a1"].data == {
        "businessInfo": expected,
        "ledgerCurrency": "EUR",
    }
