"""Every check of a server's requirement fails on the fault that it is there for, and on no right server.

A fault must be found by exactly the requirements that it breaks: one that is named by others as well, or by
another, is a fault of the kit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amazonpay_conformance.checks.check import JUDGED
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.scenario import FaultStep, Scenario
from amazonpay_conformance.mutants.server_scenarios import APART, SESSION, call, opened, order, read, updated
from amazonpay_conformance.mutants.server_seams import with_settings
from amazonpay_conformance.mutants.server_table_faults import LENIENT


def test_a_fault_is_found_and_nothing_else(fault: Any, bench: Any) -> None:
    findings = _of_the_fault(fault, bench.try_out(fault))

    assert {finding.requirement.id for finding in findings} == fault.breaks, _told(findings)


def test_the_right_service_is_found_faultless(scenario: str, bench: Any) -> None:
    run = bench.right_run(scenario)

    assert not run.findings, _told(run.findings)
    assert (run.skipped, run.unclear) == ((), ""), "the scenario is not run to its end"


def test_more_may_be_authorized_than_is_captured(bench: Any) -> None:
    run = bench.run("captured beyond the limit", with_settings(Service, **LENIENT))

    assert not run.findings, _told(run.findings)
    assert (run.skipped, run.unclear) == ((), "")
    assert run.made[-1].told.status == 400


def test_an_answer_that_was_spoilt_on_the_way_is_held_against_no_later_one(bench: Any) -> None:
    wrong = call("update_checkout_session", SESSION, {"colour": "red"})
    way = (opened(order()), FaultStep("unknown-field"), *read(SESSION), wrong, *read(SESSION))
    also = (FaultStep("unknown-field"), updated(SESSION), *read(SESSION))
    assert bench.play(Scenario((*way, *also)), Service).findings == ()


def test_whoever_decides_otherwise_where_he_may_is_found_faultless(variation: Any, bench: Any) -> None:
    names = list(bench.differs_in(variation.switch))
    runs = {name: bench.run(name, variation.service) for name in names}

    assert not {name: _told(run.findings) for name, run in runs.items() if run.findings}
    assert not {name: run.unclear for name, run in runs.items() if run.unclear}


def test_every_check_of_a_server_can_fail_for_each_requirement_that_it_judges(
    bench: Any, catalogue: Any
) -> None:
    proved = {(finding.check, finding.requirement.id) for finding in _all_findings(bench, catalogue)}
    judged = {(check, requirement) for check, requirements in JUDGED.items() for requirement in requirements}
    ours = {(check, id_) for check, id_ in judged if REQUIREMENTS[id_].subject == "server"}

    assert {id_ for _, id_ in ours - proved} == set(catalogue.NOT_PROVABLE)


def test_every_must_of_a_server_can_be_broken_or_it_says_why_not(bench: Any, catalogue: Any) -> None:
    musts = {r.id for r in REQUIREMENTS.values() if r.subject == "server" and r.level == "MUST"}
    broken = {finding.requirement.id for finding in _all_findings(bench, catalogue)}

    assert musts - broken == set(catalogue.NOT_PROVABLE)


def test_the_catalogue_is_in_order(catalogue: Any, bench: Any) -> None:
    ids = [fault.id for fault in catalogue.FAULTS]

    assert len(ids) == len(set(ids))
    assert [f.id for f in catalogue.FAULTS if not f.costs.endswith(".")] == []
    assert {f.scenario for f in catalogue.FAULTS} - {"", *bench.scenarios, *APART} == set()


def _all_findings(bench: Any, catalogue: Any) -> Iterator[Finding]:
    """What the faults are found by; those that were tried before are not tried again."""
    return (finding for fault in catalogue.FAULTS for finding in _of_the_fault(fault, bench.try_out(fault)))


def _of_the_fault(fault: Any, run: Run) -> list[Finding]:
    """The findings that a fault is to be judged by."""
    findings = [f for f in run.findings if f.requirement.id not in fault.follows]
    if fault.client:  # who calls wrongly is found, too
        findings = [f for f in findings if f.requirement.subject == "server"]
    if fault.transition:  # where it shows first; later the world has gone another way
        findings = [f for f in findings if f.step == findings[0].step]
    return findings


def _told(findings: Any) -> str:
    return "\n".join(
        f"{f.requirement.id} by {f.check}, step {f.step + 1} {f.operation}: "
        f"expected {f.problem.expected}, received {f.problem.received}"
        for f in findings
    )
