"""Every check of an integration can fail, does so for its requirement alone, and is silent on right shops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from amazonpay_conformance.checks.check import END_CHECKS, PAGE_CHECKS, TRACE_CHECKS
from amazonpay_conformance.checks.judge import needs_no_caller
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.mutants.integration_faults import FAULTS
from amazonpay_conformance.mutants.integration_seams import Fault, Variation
from amazonpay_conformance.mutants.integration_variations import VARIATIONS

OF_INTEGRATIONS = {
    r.id for r in REQUIREMENTS.values() if r.subject == "integration" and needs_no_caller(r.id)
}

Ran = Callable[[Any], Any]


def test_a_faulty_shop_is_found_and_nothing_else_with_it(fault: Fault, ran: Ran) -> None:
    found = ran(fault).watch.findings
    shown = {f"{f.requirement.id} {f.operation}: {f.problem.expected} / {f.problem.received}" for f in found}
    assert {finding.requirement.id for finding in found} == set(fault.breaks), "\n".join(sorted(shown))


def test_a_finding_tells_what_is_wrong(fault: Fault, ran: Ran) -> None:
    problems = [finding.problem for finding in ran(fault).watch.findings]
    assert any(fault.says in words for p in problems for words in (p.expected, p.received)), problems


def test_a_right_shop_is_not_found_wrong(variation: Variation, ran: Ran) -> None:
    found = ran(variation).watch.findings
    shown = {f"{f.requirement.id} {f.operation}: {f.problem.expected} / {f.problem.received}" for f in found}
    assert {finding.requirement.id for finding in found} == set(variation.shows), "\n".join(sorted(shown))
    assert not [finding for finding in found if finding.is_failure]


def test_every_requirement_of_an_integration_has_a_shop_that_breaks_it_alone() -> None:
    alone = {fault.breaks[0] for fault in FAULTS if len(fault.breaks) == 1}
    assert alone >= OF_INTEGRATIONS


def test_every_check_of_a_trace_has_judged_a_right_shop_and_passed_it(ran: Ran) -> None:
    judged = {name for variation in VARIATIONS for name in ran(variation).watch.judged}
    of_right_shops = {r for r, _ in (*TRACE_CHECKS.values(), *END_CHECKS.values(), *PAGE_CHECKS.values())}
    assert of_right_shops - judged == set()


def test_the_catalogue_is_whole() -> None:
    assert not [name for name, times in Counter(fault.id for fault in FAULTS).items() if times > 1]
    assert not [fault.id for fault in FAULTS if bool(fault.why) is not (len(fault.breaks) > 1)]
    assert not [fault.id for fault in FAULTS if not fault.says or not fault.costs.endswith(".")]
    assert not [row.id for row in VARIATIONS if not row.shop.__doc__]
