"""Every format by its name, with the file that it goes into beside report.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.reporting.formats.ctrf import ctrf
from amazonpay_conformance.reporting.formats.har import har
from amazonpay_conformance.reporting.formats.junit import junit
from amazonpay_conformance.reporting.formats.sarif import sarif


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the file's name, and what makes its text of a report."""

    file: str
    text: Callable[[Mapping[str, Any]], str]


FORMATS: Final[Mapping[str, Format]] = {
    "junit": Format("junit.xml", junit),
    "ctrf": Format("ctrf.json", ctrf),
    "sarif": Format("report.sarif", sarif),
    "har": Format("exchanges.har", har),
}


def write_formats(report: Mapping[str, Any], directory: Path, names: Iterable[str]) -> None:
    """Write a report in further formats.

    Args:
        report: the value of report.json.
        directory: where to.
        names: which formats.

    Raises:
        OSError: a file cannot be written.
    """
    for name in names:
        text = FORMATS[name].text(report)
        (directory / FORMATS[name].file).write_text(text, encoding="utf-8", newline="\n")
