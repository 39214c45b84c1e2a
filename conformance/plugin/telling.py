"""What the plugin says before and after the tests; nothing where nothing is certified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.plugin.options import OPTIONS
from amazonpay_conformance.plugin.outcomes import Outcome
from amazonpay_conformance.plugin.settings import DEFAULT, Settings

ALWAYS_SHOWN: Final = ("client", "target", "profile", "seed")


def header(settings: Settings) -> str:
    """Return one line: what is asked for, and where that was said."""
    told = []
    for option in OPTIONS:
        setting = settings.settings[option.name]
        if option.name in ALWAYS_SHOWN or setting.origin != DEFAULT:
            told.append(f"{option.name} {_shown(setting.value)} ({setting.origin})")
    return f"amazonpay: {', '.join(told)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def summary(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the lines for the end of the run, part by part."""
    for outcome in sorted(outcomes, key=lambda outcome: outcome.label):
        yield from (f"[{outcome.label}]",) if outcome.label else ()
        yield from _of_one(outcome)


def _of_one(outcome: Outcome) -> Iterator[str]:
    if not outcome.verdict:
        yield f"could not certify: {outcome.set_up}"
        return
    from amazonpay_conformance.model.requirements import REQUIREMENTS

    for name, verdict in outcome.verdicts.items():
        if verdict == "warning":
            yield f"warning {name}: {REQUIREMENTS[name].statement}"
    yield ", ".join(f"{count} {verdict}" for verdict, count in outcome.counts.items())
    yield f"covered: {', '.join(outcome.coverage[:3])}"
    yield outcome.size
    yield from (f"skipped {problem}" for problem in outcome.unread)
    if outcome.error:
        yield f"ended early: {outcome.error}"
    yield from (f"report: {file}" for file in outcome.files)
    yield f"verdict: {outcome.verdict}"
