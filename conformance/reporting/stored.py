"""Reports that were written before: read again, and not believed before their schema is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.reporting.report import REPORT_FILE, write_value

MAX_BYTES: Final = 1 << 28

TEXT_FORMS: Final = ("curl", "pytest")
"""The forms that a page shows as they are."""


class BadReport(ValueError):
    """What is there is no report; the message is one line that says where and why."""


def read_report(path: Path) -> dict[str, Any]:
    """Read a report.

    Args:
        path: report.json, or the directory that it is in.

    Raises:
        BadReport: it cannot be read, or holds something else.
    """
    file = path / REPORT_FILE if path.is_dir() else path
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadReport(f"{file} is larger than a report can be")
        value = json.loads(file.read_bytes().decode("utf-8"))
    except OSError as problem:
        raise BadReport(f"{file} cannot be read: {problem.strerror}") from None
    except (ValueError, RecursionError) as problem:
        raise problem if isinstance(problem, BadReport) else BadReport(f"{file} is no JSON") from None
    found = schemas.violations("formats/report", value)
    if found:
        raise BadReport(
            f"{file} is no report of this kit: {found[0].path or 'the value'}: {found[0].message}"
        )
    report: dict[str, Any] = value
    return report


def form_texts(report: Mapping[str, Any], directory: Path) -> dict[str, str]:
    """Return the forms of a report's findings that are there as files, by the name that the report has.

    Args:
        report: the value of report.json.
        directory: where it was written.
    """
    names = [
        form["file"]
        for finding in report["findings"]
        for form in finding["forms"]
        if form["file"] and form["form"] in TEXT_FORMS and not _leads_away(form["file"])
    ]
    return {name: (directory / name).read_text("utf-8") for name in names if (directory / name).is_file()}


def files_of(finding: Mapping[str, Any]) -> list[str]:
    """Return the files of a finding beside its report."""
    forms = [form["file"] for form in finding["forms"] if form["file"]]
    scenario = [f"scenarios/{finding['id']}.json"] if finding["scenario"] else []
    return [name for name in (*scenario, *forms) if not _leads_away(name)]


def _leads_away(name: str) -> bool:
    """Tell whether a file's name would lead out of its report's directory."""
    return Path(name).is_absolute() or ".." in Path(name).parts


def write_merged(report: Mapping[str, Any], parts: Sequence[Path], directory: Path) -> None:
    """Write a merged report, its page, and the files of its findings, each from the part that has it.

    Args:
        report: the value.
        parts: the directories of the reports that it was made of.
        directory: where to.

    Raises:
        OSError: the directory cannot be written to.
    """
    folders = [part if part.is_dir() else part.parent for part in parts]
    for name in (name for finding in report["findings"] for name in files_of(finding)):
        source = next((folder / name for folder in folders if (folder / name).is_file()), None)
        if source is not None and source.resolve() != (directory / name).resolve():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(source.read_bytes())
    write_value(report, directory, form_texts(report, directory))
