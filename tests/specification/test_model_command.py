"""`amazonpay-conformance model` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.specification import dot, mermaid, svg
from amazonpay_conformance.specification.tables import MACHINES

ALL = tuple(MACHINES.values())
FORMS = {"mermaid": mermaid, "dot": dot, "svg": svg}


def test_without_options_all_machines_are_printed_as_mermaid(command: Callable[..., Any]) -> None:
    ran = command("model")
    assert (ran.code, ran.out, ran.err) == (0, mermaid.document(ALL), "")


@pytest.mark.parametrize("form", FORMS)
def test_one_machine_or_all_are_printed_in_each_form(command: Callable[..., Any], form: str) -> None:
    one = command("model", "--format", form, "--machine", "Refund")
    assert (one.code, one.out) == (0, FORMS[form].diagram(MACHINES["Refund"]))
    every = command("model", "--format", form)
    assert (every.code, every.out) == (0, FORMS[form].document(ALL))


def test_the_json_form_is_the_whole_specification(command: Callable[..., Any]) -> None:
    ran = command("model", "--format", "json")
    assert ran.code == 0
    assert schemas.violations("formats/model", json.loads(ran.out)) == ()


def test_it_writes_to_a_file_in_utf_8_whatever_the_locale(
    spawned: Callable[..., Any], tmp_path: Path
) -> None:
    ran = spawned("model", "--format", "svg", "--out", "all.svg", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    written = (tmp_path / "all.svg").read_text(encoding="utf-8")
    assert written == svg.document(ALL)
    printed = spawned("model", "--format", "svg", env={"PYTHONIOENCODING": "ascii"})
    assert (printed.code, printed.out) == (0, written)


def test_a_machine_that_there_is_not_is_told_in_one_line(command: Callable[..., Any]) -> None:
    ran = command("model", "--machine", "Order")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"amazonpay-conformance: no machine 'Order'; there are {', '.join(MACHINES)}\n"


def test_a_part_of_the_json_document_is_refused(command: Callable[..., Any]) -> None:
    ran = command("model", "--format", "json", "--machine", "Charge")
    assert ran.code == 2
    assert ran.error_lines == [
        "amazonpay-conformance: --format json is the whole specification: leave --machine out"
    ]


def test_a_file_that_cannot_be_written_is_told_in_one_line(command: Callable[..., Any]) -> None:
    ran = command("model", "--out", "nowhere/model.md")
    assert (ran.code, ran.out) == (3, "")
    assert len(ran.err.splitlines()) == 1
    assert "cannot write to nowhere/model.md: No such file or directory" in ran.err


def test_help_names_the_forms_and_the_exit_codes(command: Callable[..., Any]) -> None:
    ran = command("model", "--help")
    assert ran.code == 0
    for word in ("mermaid", "dot", "svg", "json", "--machine", "--out", "exit codes"):
        assert word in ran.out
