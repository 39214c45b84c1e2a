"""Requests that are spoilt on purpose, and what the model calls what is wrong with them."""

from __future__ import annotations

import pytest
from amazonpay_conformance.model.tampers import NOT_SIGNED, TAMPERS, Tamper, defects_of


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=list(TAMPERS))
def test_a_tamper_has_the_defects_of_its_row(tamper: Tamper) -> None:
    unrouted = bool(tamper.errors or tamper.signer)
    assert defects_of(tamper.id) == (NOT_SIGNED if unrouted else tamper.defects)


@pytest.mark.parametrize("name", [None, "", "no such tamper"])
def test_a_request_that_nobody_spoilt_has_none(name: str | None) -> None:
    assert defects_of(name) == frozenset()
