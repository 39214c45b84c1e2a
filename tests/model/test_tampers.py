"""Requests that are spoilt on purpose, and what the model calls what is wrong with them."""

from __future__ import annotations

import pytest
from amazonpay_conformance.model.errors import ERRORS
from amazonpay_conformance.model.tampers import (
    NO_CODE,
    NOT_SIGNED,
    OF_ONE_MERCHANT,
    TAMPERS,
    Tamper,
    defects_of,
)


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=list(TAMPERS))
def test_a_tamper_has_the_defects_of_its_row(tamper: Tamper) -> None:
    unrouted = bool(tamper.errors or tamper.signer)
    assert defects_of(tamper.id) == (NOT_SIGNED if unrouted else tamper.defects)


@pytest.mark.parametrize("name", [None, "", "no such tamper"])
def test_a_request_that_nobody_spoilt_has_none(name: str | None) -> None:
    assert defects_of(name) == frozenset()


def test_what_is_said_of_what_there_is_not_is_documented() -> None:
    documented = {(row.status, row.reason) for row in ERRORS}
    assert set(NO_CODE) <= documented
    assert [tamper.id for tamper in TAMPERS.values() if not set(tamper.errors) <= documented] == []


def test_whoever_has_one_key_makes_no_request_of_another_signer() -> None:
    assert set(TAMPERS) - OF_ONE_MERCHANT == {"another-merchant", "former-key"}
