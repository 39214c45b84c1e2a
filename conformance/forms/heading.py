"""What a printed form says of itself before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.forms.turns import Played
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


def beyond_others(told: Played) -> Iterator[str]:
    """Yield which steps cannot be taken at a server that is not the kit's mock, in lines.

    Args:
        told: what the form shows.
    """
    numbers = [step.number for step in told.steps if step.needs_the_mock]
    if numbers:
        which = f"Step {numbers[0]} is" if len(numbers) == 1 else f"Steps {', '.join(map(str, numbers))} are"
        yield f"{which} done by the control API of the kit's mock, /_mock/; another server has none,"
        yield "and there it ends with `cannot reach`."
