"""Where an order may go: api-facts §5.4."""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.model.buyer import ADDRESSES
from amazonpay_conformance.model.delivery import not_delivered

HOME, PACKSTATION, PO_BOX = (ADDRESSES[name] for name in ("home", "packstation", "po-box"))


def allowed(**restrictions: Any) -> dict[str, Any]:
    return {"addressRestrictions": {"type": "Allowed", "restrictions": restrictions}}


def refused(**restrictions: Any) -> dict[str, Any]:
    return {"addressRestrictions": {"type": "NotAllowed", "restrictions": restrictions}}


@pytest.mark.parametrize(
    "specifications", [None, {}, {"specialRestrictions": []}, {"addressRestrictions": {}}]
)
def test_without_a_rule_everything_is_delivered(specifications: Any) -> None:
    assert all(not_delivered(specifications, address) is None for address in ADDRESSES.values())


@pytest.mark.parametrize(
    ("specifications", "open_to"),
    [
        ({"specialRestrictions": ["RestrictPOBoxes"]}, [HOME, PACKSTATION]),
        ({"specialRestrictions": ["RestrictPackstations"]}, [HOME, PO_BOX]),
        (allowed(GB={}), [HOME]),
        (refused(GB={}), [PACKSTATION, PO_BOX]),
        (allowed(US={"statesOrRegions": ["WA", "OR"]}), [PO_BOX]),
        (allowed(US={"statesOrRegions": ["OR"]}), []),
        (allowed(US={"zipCodes": ["98105"]}, GB={"zipCodes": ["X"]}), [PO_BOX]),
        (refused(US={"statesOrRegions": ["OR"], "zipCodes": ["98105"]}), [HOME, PACKSTATION]),
        ({**allowed(GB={}, DE={}), "specialRestrictions": ["RestrictPackstations"]}, [HOME]),
    ],
)
def test_a_rule_leaves_what_it_says(specifications: Any, open_to: list[Any]) -> None:
    assert [a for a in ADDRESSES.values() if not_delivered(specifications, a) is None] == open_to
