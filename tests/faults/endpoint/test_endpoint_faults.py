"""Every check of an endpoint can fail, does so for its requirement alone, and is silent on right endpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from amazonpay_conformance.checks.check import NOTICE_CHECKS
from amazonpay_conformance.engine.endpoint_trials import REQUIREMENTS_HERE
from amazonpay_conformance.mutants.endpoint_faults import FAULTS
from amazonpay_conformance.mutants.endpoint_seams import Fault, Variation
from amazonpay_conformance.mutants.endpoint_variations import VARIATIONS

Tried = Callable[[Any], Any]


def shown(tried: Any) -> str:
    return "\n".join(
        f"{name} {f.notified.trial} {f.problem.expected} / {f.problem.received}"
        for name, f in sorted(tried.found.items())
    )


def test_a_faulty_endpoint_is_found_and_nothing_else_with_it(fault: Fault, tried: Tried) -> None:
    assert set(tried(fault).found) == set(fault.breaks), shown(tried(fault))


def test_a_finding_tells_what_is_wrong(fault: Fault, tried: Tried) -> None:
    assert fault.says in shown(tried(fault))


def test_a_right_endpoint_is_not_found_wrong(variation: Variation, tried: Tried) -> None:
    assert set(tried(variation).found) == set(variation.shows), shown(tried(variation))


def test_every_requirement_has_an_endpoint_that_breaks_it_alone() -> None:
    alone = {fault.breaks[0] for fault in FAULTS if len(fault.breaks) == 1}
    assert alone == set(REQUIREMENTS_HERE)


def test_every_check_has_judged_a_right_endpoint_and_passed_it(tried: Tried) -> None:
    judged = {name for variation in VARIATIONS for name in tried(variation).judged}
    assert judged == {requirement for requirement, _ in NOTICE_CHECKS.values()} == set(REQUIREMENTS_HERE)


def test_what_cannot_be_seen_is_not_exercised_and_says_why(tried: Tried) -> None:
    asked_nothing = next(row for row in VARIATIONS if row.parts == ("endpoint",))
    skipped = tried(asked_nothing).skipped
    assert set(skipped) == {"NTF-010", "NTF-011", "NTF-014"}
    assert set(skipped.values()) == {"the shop cannot be asked what it takes for paid"}


def test_who_only_answers_is_not_said_to_have_refused_a_forger(tried: Tried) -> None:
    silent = next(fault for fault in FAULTS if fault.id == "wants application/json")
    assert tried(silent).skipped["NTF-003"] == "nothing shows that the endpoint does anything at all"


def test_the_catalogue_is_whole() -> None:
    assert not [name for name, times in Counter(fault.id for fault in FAULTS).items() if times > 1]
    assert not [fault.id for fault in FAULTS if bool(fault.why) is not (len(fault.breaks) > 1)]
    assert not [fault.id for fault in FAULTS if not fault.says or not fault.costs.endswith(".")]
    assert not [row.id for row in VARIATIONS if not row.shop.__doc__]
