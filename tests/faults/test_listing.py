"""The catalogue as it is measured: every fault once, with its cost, and the tickets by name."""

from __future__ import annotations

from collections import Counter

from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.mutants.catalogue import tables
from amazonpay_conformance.mutants.listing import TICKETS, faults, right_subjects
from amazonpay_conformance.mutants.server_slight_faults import SLIGHT_FAULTS

WANTED = (
    "amazon-payments-magento-2-plugin #1280",
    "amazon-payments-magento-2-plugin #1297",
    "amazon-payments-magento-2-plugin #1300",
    "woocommerce-gateway-amazon-pay #5",
    "OXID-eSales/amazon-pay-module PR 137",
    "amazon-payments-magento-plugin #149",
    "amazon-pay-api-sdk-dotnet #4",
    "amazon-pay-api-sdk-php #18",
    "amazon-pay-api-sdk-php #48",
    "amazon-pay-api-sdk-php #6",
    "amazon-payments-magento-plugin #158",
    "amazon-pay-api-sdk-php #11",
    "robbiet480/go.sns #2",
)
"""Public tickets of real integrations that the catalogue has rebuilt."""


def test_no_two_subjects_have_one_id() -> None:
    for some in (faults(), right_subjects()):
        assert [name for name, times in Counter(one.id for one in some).items() if times > 1] == []


def test_every_row_of_every_table_is_measured() -> None:
    assert len(faults()) == sum(map(len, tables().values())) + len(SLIGHT_FAULTS)


def test_a_fault_says_what_it_costs_and_what_it_breaks() -> None:
    assert [one.id for one in faults() if not one.costs.endswith((".", "!"))] == []
    assert [one.id for one in faults() if not one.breaks or one.breaks - set(REQUIREMENTS)] == []


def test_right_subjects_break_nothing() -> None:
    assert [one.id for one in right_subjects() if one.breaks] == []


def test_the_public_tickets_are_there_by_name() -> None:
    assert set(TICKETS) <= {one.id for one in faults()}
    assert [ticket for ticket in WANTED if not any(ticket in told for told in TICKETS.values())] == []
