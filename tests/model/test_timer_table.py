"""The table of timers against the facts, written down once more."""

from __future__ import annotations

from amazonpay_conformance.model.timers import HOUR, MINUTE, TIMERS

TOLD = {  # as api-facts §4.6 says it; 13 months are taken for 395 days: §13.18
    "session_expires": "24 h",
    "session_deleted": "30 d",
    "authorization_decided": "24 h",
    "settlement": "30 s",
    "capture_window": "7 d",
    "authorization_expires": "30 d",
    "permission_expires": "180 d",
    "permission_extended": "395 d",
    "buyer_data_readable": "30 d",
    "report_url_valid": "30 s",
    "report_kept": "90 d",
    "chargeback_contestable": "11 d",
    "claim_contestable": "7 d",
}


def test_the_timers_are_those_of_the_facts() -> None:
    seconds = {"s": 1, "h": 60 * 60, "d": 24 * 60 * 60}
    told = {name: int(text.split()[0]) * seconds[text.split()[1]] for name, text in TOLD.items()}
    assert told == TIMERS
    assert (HOUR, 60 * MINUTE) == (3_600, 3_600)
