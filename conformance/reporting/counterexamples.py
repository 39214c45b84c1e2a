"""The files that are written beside a report for each finding: its scenario, and the printed forms of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amazonpay_conformance.engine.findings import Group
from amazonpay_conformance.forms.printing import SUFFIXES, FormName, Meeting, Shown, printed
from amazonpay_conformance.forms.problems import CannotPrint

FOLDER = "scenarios"


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a finding: its text, or why there is none."""

    name: FormName
    file: str
    text: str
    problem: str = ""


def forms_of(group: Group, kit: str, meeting: Meeting | None = None) -> Iterator[Form]:
    """Yield every form of a finding; none of one that was not shown again.

    Args:
        group: the finding.
        kit: the kit's version.
        meeting: client and target, as on the command line.
    """
    if group.run is None or not group.reproduced or not group.scenario.steps:
        return
    shown = Shown(group.run, group.first, group.lane, frozenset(group.cells), meeting or Meeting(), kit)
    for name, suffix in SUFFIXES.items():
        file = f"{FOLDER}/{str(group.key).replace('-', '_') if name == 'pytest' else group.key}{suffix}"
        try:
            yield Form(name, file, printed(name, shown))
        except CannotPrint as problem:
            yield Form(name, file, "", str(problem))


def write_forms(group: Group, directory: Path, kit: str, meeting: Meeting | None = None) -> dict[str, str]:
    """Write the forms of a finding into a report's directory.

    Returns:
        Their texts, by the name of their files.

    Raises:
        OSError: the directory cannot be written to.
    """
    texts = {form.file: form.text for form in forms_of(group, kit, meeting) if form.text}
    for file, text in texts.items():
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text(text, encoding="utf-8", newline="\n")
    return texts
