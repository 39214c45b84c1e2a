"""Every transition is in one row that says whether the merchant is told; what is not sure has a switch."""

from __future__ import annotations

from collections import Counter

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.model.notifications import (
    NOTICES,
    OBJECT_TYPES,
    PATIENCE_SECONDS,
    RETRIES,
    RETRY_SECONDS,
    VERSION,
    Notice,
    notice_of,
)
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.switches import DEFAULTS, SWITCHES, Settings

ALL = {t.id: (kind, t) for kind, m in {**MACHINES, **RESOURCE_MACHINES}.items() for t in m.transitions}


def test_every_transition_has_one_row() -> None:
    rows = Counter(name for notice in NOTICES for name in notice.transitions)
    assert set(rows) == set(ALL)
    assert set(rows.values()) == {1}


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.id)
def test_what_is_uncertain_has_a_switch_and_only_that(notice: Notice) -> None:
    assert bool(notice.switch) is (notice.tag == "?")
    name, _, choice = notice.switch.partition("=")
    assert not name or choice in SWITCHES[name].choices


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.id)
def test_a_change_of_state_changes_it_and_a_change_of_attributes_does_not(notice: Notice) -> None:
    for name in notice.transitions:
        kind, row = ALL[name]
        if kind == "Dispute":
            continue  # created or changed, whatever changed: §11.4
        changed = row.source != row.target or row.reason is not None
        assert notice.kind in ("", "STATE_CHANGE" if changed else "ATTRIBUTE_CHANGE"), name
        assert kind in OBJECT_TYPES or notice.kind == ""


# §11.4 typed again: what Amazon says is sent, and that sessions never notify
SENT = {
    *("CHG-T08", "CHG-T09", "CHG-T13", "CHG-T20", "CHG-T21", "REF-T02", "REF-T03"),
    *("PRM-T18", "PRM-T20", "PRM-T22", "PRM-T23", "RES-T10", "RES-T17"),
}


@pytest.mark.parametrize("name", sorted(SENT))
def test_what_amazon_lists_is_sent_whatever_is_chosen(name: str) -> None:
    silent = Settings.of({n: "silent" for n, s in SWITCHES.items() if "silent" in s.choices})
    assert notice_of(name, silent) == "STATE_CHANGE"


@pytest.mark.parametrize("name", ["SES-T01", "SES-T06", "SES-T13", "RES-T02"])
def test_sessions_and_reports_are_never_told_of(name: str) -> None:
    sent = Settings.of({n: "sent" for n, s in SWITCHES.items() if "sent" in s.choices})
    assert notice_of(name, sent) is None


@pytest.mark.parametrize(
    ("name", "switch", "kind"),
    [
        ("CHG-T16", "synchronous-notifications", "STATE_CHANGE"),
        ("REF-T01", "synchronous-notifications", "STATE_CHANGE"),
        ("PRM-T12", "permission-notifications", "STATE_CHANGE"),
        ("CHG-T23", "expiry-notifications", "STATE_CHANGE"),
        ("PRM-T04", "attribute-notifications", "ATTRIBUTE_CHANGE"),
    ],
)
def test_a_switch_decides_where_the_facts_do_not(name: str, switch: str, kind: str) -> None:
    assert notice_of(name, Settings.of({switch: "sent"})) == kind
    assert notice_of(name, Settings.of({switch: "silent"})) is None


def test_what_is_no_transition_is_not_told_of() -> None:
    assert notice_of("CHG-006", DEFAULTS) is None


def test_the_schema_and_the_table_name_the_same_types() -> None:
    fields = schemas.load("objects/notification-message")["properties"]
    assert set(fields["ObjectType"]["enum"]) == set(OBJECT_TYPES.values())
    assert set(fields["NotificationType"]["enum"]) == {n.kind for n in NOTICES if n.kind}
    assert fields["NotificationVersion"]["enum"] == [VERSION]


def test_retries_are_hourly_for_three_hours() -> None:
    assert RETRIES * RETRY_SECONDS == 3 * 3_600
    assert PATIENCE_SECONDS < RETRY_SECONDS
