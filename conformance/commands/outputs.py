"""What `certify`, `merge` and `judge` write beside their report, where it is asked for."""

from __future__ import annotations

import argparse
import contextlib
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from amazonpay_conformance.engine.result import Result
    from amazonpay_conformance.forms.printing import Meeting
    from amazonpay_conformance.reporting.baseline import Baseline, Compared
    from amazonpay_conformance.reporting.certificate import SigningKey
    from amazonpay_conformance.reporting.event_stream import EventStream

FORMATS: Final = ("junit", "ctrf", "sarif", "har")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written, and with what: looked up before the run, so that nothing is run in vain."""

    formats: tuple[str, ...]
    signing_key: SigningKey | None = None
    baseline: Baseline | None = None
    accepts: Path | None = None
    reason: str = ""

    def compared(self, result: Result) -> Compared | None:
        """Return the run held against the baseline, where there is one."""
        from amazonpay_conformance.reporting.baseline import compared

        return None if self.baseline is None else compared(self.baseline, result)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `certify` that say what is written, and what is accepted."""
    add_formats(parser)
    add_acceptance(parser)
    parser.add_argument(
        "--events",
        type=Path,
        default=None,
        metavar="FILE",
        help="write what happens to this file while it happens, a JSON value a line (docs/report.md)",
    )


def add_acceptance(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is accepted."""
    parser.add_argument(
        "--baseline",
        type=Path,
        default=None,
        metavar="FILE",
        help="findings that are accepted: they fail no run, new ones do (docs/report.md)",
    )
    parser.add_argument(
        "--accept",
        default=None,
        metavar="REASON",
        help="accept what is found: write it into the baseline with this reason and today's date",
    )


def add_formats(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that writes a report of certifications."""
    add_forms(parser)
    parser.add_argument(
        "--sign",
        type=Path,
        default=None,
        metavar="KEY",
        help="write a certificate and a badge, signed with this Ed25519 private key in PEM form "
        "(docs/certification.md)",
    )


def add_forms(parser: argparse.ArgumentParser) -> None:
    """Add the forms that a report is written in for others."""
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        default=[],
        dest="formats",
        help="write the report in this form too: junit.xml, ctrf.json, report.sarif or exchanges.har; may be "
        "given several times",
    )


def misuse(arguments: argparse.Namespace) -> str:
    """Return what is wrong with the arguments taken together, in one line; "" where nothing is."""
    accepting = arguments.accept is not None
    if accepting and (arguments.baseline is None or not arguments.accept.strip()):
        return "--accept takes a reason, and --baseline FILE to write it to"
    return ""


def wanted_outputs(arguments: argparse.Namespace) -> Wanted:
    """Read the key and the baseline that the arguments name.

    Raises:
        BadSigningKey: the key cannot be used.
        BadBaseline: the file is no baseline.
    """
    from amazonpay_conformance.reporting.baseline import Baseline, read_baseline
    from amazonpay_conformance.reporting.certificate import signing_key

    accepting = arguments.accept is not None
    signs = getattr(arguments, "sign", None)  # not every command does
    key = None if signs is None else signing_key(signs)
    baseline = None
    if arguments.baseline is not None:
        there = arguments.baseline.exists() or not accepting
        baseline = read_baseline(arguments.baseline) if there else Baseline(arguments.baseline.name, {})
    accepts = arguments.baseline if accepting else None
    return Wanted(tuple(arguments.formats), key, baseline, accepts, arguments.accept or "")


@contextlib.contextmanager
def event_stream(path: Path | None) -> Iterator[tuple[EventStream, ...]]:
    """Open the file of events, and close it at the end; none where none is wanted.

    Raises:
        OSError: it cannot be written.
    """
    from amazonpay_conformance.reporting.event_stream import EventStream

    if path is None:
        yield ()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yield (EventStream(stream),)


def write_outputs(result: Result, directory: Path, meeting: Meeting, wanted: Wanted) -> None:
    """Write everything that is wanted of a certification.

    Raises:
        OSError: a file cannot be written.
    """
    from amazonpay_conformance.reporting.report import write_report

    report = write_report(result, directory, meeting, wanted.baseline)
    write_more(report, directory, wanted)
    accept(wanted, [str(group.key) for group in result.findings])


def accept(wanted: Wanted, found: Iterable[str]) -> None:
    """Write what was found into the baseline, where that was asked for.

    Raises:
        OSError: it cannot be written.
    """
    from amazonpay_conformance.reporting.baseline import write_baseline

    if wanted.accepts is not None:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        write_baseline(wanted.accepts, found, reason=wanted.reason.strip(), date=today)


def write_more(report: Mapping[str, Any], directory: Path, wanted: Wanted) -> None:
    """Write a report's further formats, its certificate and its badge.

    Args:
        report: the value of report.json.
        directory: where to.
        wanted: which of them.

    Raises:
        OSError: a file cannot be written.
    """
    from amazonpay_conformance.reporting import badge, certificate
    from amazonpay_conformance.reporting.formats.written import write_formats

    write_formats(report, directory, wanted.formats)
    if wanted.signing_key is not None:
        payload = certificate.payload_of(report)
        (directory / certificate.FILE).write_bytes(certificate.signed(payload, wanted.signing_key))
        (directory / badge.SVG_FILE).write_text(badge.svg(payload), encoding="utf-8")
        (directory / badge.MARKDOWN_FILE).write_text(badge.markdown(payload), encoding="utf-8")
