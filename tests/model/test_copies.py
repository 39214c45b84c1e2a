"""A changed copy is what `dataclasses.replace` makes."""

from __future__ import annotations

import dataclasses

import pytest
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.world import ChargePermission, World


def test_a_copy_differs_in_what_was_changed_and_in_nothing_else() -> None:
    permission = ChargePermission.of_unknown_history("S01-1", 5)
    copy = replace(permission, state="Closed", reason="Expired")
    assert copy == dataclasses.replace(permission, state="Closed", reason="Expired")
    assert (permission.state, permission.reason) == ("Chargeable", None)
    assert replace(World(now=1), now=2) == World(now=2)


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(World(now=1), later=2)
