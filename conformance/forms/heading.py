"""What a printed form says of itself before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.wire.redaction import redact_text


def heading(finding: Finding) -> Iterator[str]:
    """Yield what was found, in lines.

    Args:
        finding: the fault that the form shows.
    """
    requirement = finding.requirement
    yield f"{requirement.id} ({requirement.level}): {requirement.statement}"
    yield f"api-facts {requirement.source} [{requirement.tag}]"
    for name, text in (("expected", finding.problem.expected), ("received", finding.problem.received)):
        for line in redact_text(text).splitlines():
            yield f"  {name:<9} {line}"
            name = ""
    yield "Written by amazonpay-conformance, from a run that showed it."
