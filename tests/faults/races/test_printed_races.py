"""Calls at once can be printed: the script and the test show the fault at a server that looks and then acts.

At a right one they show nothing, whoever comes first.
"""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.forms.printing import Shown, printed
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.forms.telling import played
from amazonpay_conformance.forms.turns import Together
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import ParallelStep, Scenario
from amazonpay_conformance.mutants.race_faults import FAULTS, LooksThenActs, RaceFault
from amazonpay_conformance.reading.requests import operation_of
from amazonpay_conformance.strategies.races import RACES, scenario_of
from amazonpay_conformance.wire.messages import Request, Response
from printed import Stage, executed, in_turns, run_here

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
pytestmark = pytest.mark.parametrize("course", ["in-process"], indirect=True)

BY_CURL = ("captures twice", "captures three times", "charges above the limit", "one key, two charges")
needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl"
)


def lets_all_in(fault: RaceFault) -> type[Service]:
    """The faulty server where nobody tells it how many come: it waits for the callers of the race."""
    served: Any = fault.service
    callers = len(RACES[fault.race].callers)

    class Waits(served):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._awaits = True
            self._asking = threading.Lock()

        def handle(self, request: Request) -> Response:
            with self._asking:
                if self._awaits and operation_of(request) in self.racing:
                    self._awaits = False
                    self.expect(callers)
            return LooksThenActs.handle(self, request)

    return Waits


def at_once(service: Service) -> Any:
    return service.handle


def shown(fault: RaceFault, course: Any) -> Shown:
    steps = scenario_of(RACES[fault.race]).steps
    last = next(n for n, step in enumerate(steps) if isinstance(step, ParallelStep))
    run = course.run(Scenario(steps[: last + 1]), fault.service)
    finding = next(found for found in run.findings if found.requirement.id in fault.breaks)
    return Shown(run, finding, LANE, frozenset({finding.cell}))


@pytest.fixture(scope="module")
def stage(course: Any, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(course.key, tmp_path_factory.mktemp("stage"), plain=True)


@pytest.fixture
def printed_race(fault: RaceFault, course: Any) -> Shown:
    return shown(fault, course)


def test_the_printed_test_shows_the_same_failure(fault: RaceFault, printed_race: Shown, stage: Stage) -> None:
    text = printed("pytest", printed_race)
    assert "amazonpay_conformance" not in text, "it is self-contained"

    with stage.serving(lets_all_in(fault), turns=at_once) as environment:
        wrong = run_here(text, environment)
    with stage.serving(Service, turns=in_turns) as environment:
        right = run_here(text, environment)

    assert wrong.startswith("still fails: no order of the calls permits ")
    assert right == "passes"


@needs_tools
@pytest.mark.parametrize("name", BY_CURL)
def test_the_curl_script_shows_the_same_failure(name: str, course: Any, stage: Stage, tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if fault.id == name)
    script = tmp_path / "shown.sh"
    script.write_text(printed("curl", shown(fault, course)), encoding="utf-8")

    with stage.serving(lets_all_in(fault), turns=at_once) as environment:
        wrong = executed(["bash", str(script)], environment)
    with stage.serving(Service, turns=in_turns) as environment:
        right = executed(["bash", str(script)], environment)

    assert (wrong.returncode, wrong.stderr) == (1, ""), wrong.stdout + wrong.stderr
    assert wrong.stdout.splitlines()[-1].startswith("still fails")
    assert (right.returncode, right.stderr) == (0, ""), right.stdout + right.stderr
    assert right.stdout.splitlines()[-1].startswith("passes now")


def test_diagram_and_archive_have_every_call(fault: RaceFault, printed_race: Shown) -> None:
    run = printed_race.run
    (raced,) = {call.step for call in run.raced}
    entries = json.loads(printed("har", printed_race))["log"]["entries"]
    lines = printed("mermaid", printed_race).splitlines()

    assert len(entries) == len(run.raced) + sum(len(m.seen) for m in run.made if m.step < raced)
    asked = [line.strip() for line in lines if line.strip().startswith("C") and "->>S: " in line]
    assert len(asked) == len(entries)
    first, second = (next(n for n, line in enumerate(lines) if f"C{c}->>S" in line) for c in (1, 2))
    answered = min(n for n, line in enumerate(lines) if "S-->>C1" in line or "S-->>C2" in line)
    assert max(first, second) < answered, "they overlap"


def test_a_right_race_permits_what_came_of_it(course: Any) -> None:
    fault = FAULTS[0]
    what = shown(fault, course)
    right = course.run(what.run.scenario)
    told = played(what.run, what.finding, LANE)

    assert told.permitted == (("done", "refused"), ("refused", "done"))
    assert isinstance(told.turns[-1], Together)
    with pytest.raises(CannotPrint):
        played(right, what.finding, LANE)
