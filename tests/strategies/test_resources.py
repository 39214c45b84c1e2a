"""What is planned for the lesser resources can be looked at before it is sent, as shrinking does."""

from __future__ import annotations

from dataclasses import replace

from amazonpay_conformance import schemas
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import CallStep
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import ref, resolved
from amazonpay_conformance.strategies.resources import resources
from amazonpay_conformance.strategies.variants import defects

ABLE = replace(Abilities(), operations=frozenset(ALL_OPERATIONS))


def test_a_body_that_names_a_file_is_right() -> None:
    body = {"merchantEvidences": [{"evidenceType": "Receipt", "fileId": ref("file#1")}]}
    assert defects(ALL_OPERATIONS["contest_dispute"], body) == frozenset()


def test_every_body_that_the_client_is_asked_for_obeys_its_schema() -> None:
    wrong = {}
    for step in (step for scenario in resources(ABLE, servers=False) for step in scenario.steps):
        if isinstance(step, CallStep) and (schema := ALL_OPERATIONS[step.operation].request) and step.body:
            wrong[step.operation] = schemas.violations(schema, resolved(step.body))
    assert {"contest_dispute", "create_report", "create_store"} <= wrong.keys()
    assert {name: found for name, found in wrong.items() if found} == {}
