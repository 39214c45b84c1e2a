"""Every form shows every row of the machines, says which are not sure, and is what its reader expects."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.model.objects import CHARGE, CHECKOUT_SESSION
from amazonpay_conformance.specification import dot, mermaid
from amazonpay_conformance.specification.arrows import arrows, told, wrapped
from amazonpay_conformance.specification.tables import MACHINES

EVERY = pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)

# two states, and names and guards that the languages of diagrams have a meaning for
AWKWARD = Machine(
    "Awkward",
    states=(State("A", ()), State("B", (), ('say "no"',), terminal=True)),
    transitions=(
        Transition("T1", None, "create_it", "A"),
        Transition("T2", "A", "end_it", "B", guard='if "so" \\ then'),
        Transition("T3", "A", "end_it", "B", tag="?"),
    ),
)


@EVERY
def test_every_transition_is_on_one_arrow(machine: Machine) -> None:
    drawn = [row for arrow in arrows(machine) for row in arrow.rows]
    assert sorted(row.id for row in drawn) == sorted(row.id for row in machine.transitions)
    for arrow in arrows(machine):
        assert {(row.source, row.target) for row in arrow.rows} == {(arrow.source, arrow.target)}


def test_an_arrow_is_uncertain_when_no_row_on_it_is_sure() -> None:
    uncertain = [(a.source, a.target) for a in arrows(CHARGE) if a.is_uncertain]
    assert uncertain == [(None, "CaptureInitiated")]


def test_a_transition_is_told_without_saying_a_reason_twice() -> None:
    rows = {row.id: " ".join(told(row)) for row in CHARGE.transitions}
    assert rows["CHG-T08"] == "authorization settles"
    assert rows["CHG-T09"] == "authorization settles (HardDeclined)"
    assert rows["CHG-T23"] == "authorization expires → ExpiredUnused"


def test_words_are_wrapped_but_never_broken() -> None:
    assert wrapped(("one", "two", "three"), 7) == ("one two", "three")
    assert wrapped(("one", "two"), 7, ", ") == ("one", "two")
    assert wrapped(("unbreakable",), 4) == ("unbreakable",)


@EVERY
def test_mermaid_has_an_arrow_with_trigger_and_guard_for_every_transition(machine: Machine) -> None:
    lines = mermaid.diagram(machine).splitlines()
    assert lines[0] == "stateDiagram-v2"
    for row in machine.transitions:
        start = f"    {row.source or '[*]'} --> {row.target}: "
        [line] = [line for line in lines if line.startswith(start)]
        assert re.search(rf"{row.trigger.replace('_', ' ')}(?! \w).*{re.escape(row.guard)}", line), row.id


@EVERY
def test_mermaid_ends_in_the_terminal_states(machine: Machine) -> None:
    ends = re.findall(r"^    (\w+) --> \[\*\]$", mermaid.diagram(machine), re.MULTILINE)
    assert ends == [state.name for state in machine.states if state.terminal]


def test_mermaid_tags_what_is_not_sure_and_nothing_else() -> None:
    text = mermaid.diagram(CHECKOUT_SESSION)
    assert "finalize checkout session (done), finalize checkout session (pending) [?]" in text
    assert "simulated Declined) [I], session expires" in text
    assert mermaid.diagram(AWKWARD).count("end it") == 2


def test_labels_of_mermaid_have_no_character_that_ends_them() -> None:
    for machine in MACHINES.values():
        for line in mermaid.diagram(machine).splitlines():
            assert line.count(":") <= 1
            assert ";" not in line
            assert "#" not in line


def test_several_machines_as_mermaid_are_markdown_with_a_diagram_each() -> None:
    text = mermaid.document(tuple(MACHINES.values()))
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(MACHINES)
    assert text.count("```mermaid\nstateDiagram-v2\n") == len(MACHINES)


@EVERY
def test_dot_has_every_state_and_every_transition(machine: Machine) -> None:
    text = dot.diagram(machine)
    for state in machine.states:
        assert re.search(rf'^    "{state.name}" \[', text, re.MULTILINE)
        assert all(reason in text for reason in state.reasons)
    for row in machine.transitions:
        source = dot.START if row.source is None else f'"{row.source}"'
        assert re.search(rf'^    {source} -> "{row.target}" \[.*{row.id} ', text, re.MULTILINE), row.id


def test_dot_frames_terminal_states_doubly_and_dashes_what_is_not_sure() -> None:
    text = dot.diagram(CHARGE)
    assert text.count("peripheries=2") == sum(state.terminal for state in CHARGE.states)
    dashed = re.findall(r'^    (\S+) -> "(\w+)" .*style=dashed', text, re.MULTILINE)
    assert dashed == [("start", "CaptureInitiated")]
    unsure = CHARGE.transitions[0]
    alone = replace(CHARGE, transitions=(replace(unsure, tag="?"),))
    assert f"{unsure.id} create charge [?]" in dot.diagram(alone)


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz: apt-get install graphviz")
@pytest.mark.parametrize("machine", [*MACHINES.values(), AWKWARD], ids=lambda machine: machine.name)
def test_graphviz_accepts_it(machine: Machine) -> None:
    done = subprocess.run(
        ["dot", "-Tplain"], input=dot.diagram(machine), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    nodes = [line for line in done.stdout.splitlines() if line.startswith("node ")]
    assert len(nodes) == len(machine.states) + 1
