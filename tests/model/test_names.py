"""The prose names say what api-facts §4.0 says, which is typed here a second time."""

from __future__ import annotations

import pytest
from amazonpay_conformance.model.names import NAMES, Name, wire_name
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ObjectKind

FACTS: list[tuple[ObjectKind, str, str, str]] = [
    ("Charge", "Pending (authorization)", "introduction", "AuthorizationInitiated"),
    ("Charge", "Pending (capture)", "introduction", "CaptureInitiated"),
    ("Charge", "CaptureInitiated", "introduction", "CaptureInitiated"),
    ("Charge", "Completed", "introduction", "Captured"),
    ("Refund", "Pending", "introduction", "RefundInitiated"),
    ("Refund", "Completed", "introduction", "Refunded"),
    ("ChargePermission", "Non-Chargeable", "introduction", "NonChargeable"),
    ("Charge", "AuthorizeInitiated", "sandbox page", "AuthorizationInitiated"),
    ("Charge", "CaptureInitated", "state table", "CaptureInitiated"),
]


def test_the_table_says_what_the_facts_say() -> None:
    assert [(row.object, row.prose, row.stands, row.wire) for row in NAMES] == FACTS


def test_every_row_has_an_id_of_its_own_and_a_source() -> None:
    assert [row.id for row in NAMES] == [f"NAM-{n:02}" for n in range(1, len(NAMES) + 1)]
    assert all("§4.0" in row.source and row.statement for row in NAMES)


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row.id)
def test_a_wire_name_is_a_state_of_its_machine(row: Name) -> None:
    assert MACHINES[row.object].state(row.wire).name == row.wire


@pytest.mark.parametrize(("kind", "prose", "_", "wire"), FACTS)
def test_a_prose_name_has_its_wire_name(kind: ObjectKind, prose: str, _: str, wire: str) -> None:
    assert wire_name(kind, prose) == wire


@pytest.mark.parametrize("name", MACHINES)
def test_a_wire_name_means_itself(name: ObjectKind) -> None:
    for state in MACHINES[name].states:
        assert wire_name(name, state.name) == state.name


def test_completed_is_prose_for_a_charge_and_a_state_of_a_session() -> None:
    assert wire_name("Charge", "Completed") == "Captured"
    assert wire_name("CheckoutSession", "Completed") == "Completed"


def test_a_name_that_means_two_states_asks_which() -> None:
    with pytest.raises(KeyError, match=r"say which: Pending \(authorization\), Pending \(capture\)['\"]$"):
        wire_name("Charge", "Pending")


@pytest.mark.parametrize(("kind", "prose"), [("Refund", "Captured"), ("ChargePermission", "Pending")])
def test_a_name_of_another_object_is_no_name(kind: ObjectKind, prose: str) -> None:
    with pytest.raises(KeyError, match=f"a {kind} has no state '{prose}'[\"]$"):
        wire_name(kind, prose)


def test_the_garbled_sentence_of_the_introduction_is_told() -> None:
    (row,) = [row for row in NAMES if "garbled" in row.statement]
    assert (row.object, row.wire) == ("Charge", "CaptureInitiated")
    assert "7 days" in row.statement
