"""What is said of a button, without what its payload may hold: a page can name its buyer's address in it."""

from __future__ import annotations

import json
from dataclasses import replace

from amazonpay_conformance.checks.check import Judgement, Problem
from amazonpay_conformance.wire.buttons import unescaped
from amazonpay_conformance.wire.redaction import REDACTED, redact_body, redact_text


def without_payload(judgement: Judgement, payload: str) -> Judgement:
    """Return a judgement of a button whose problems show no more of the payload than may be kept."""
    problems = tuple(_redacted(problem, payload) for problem in judgement.problems)
    return replace(judgement, problems=problems)


def _redacted(problem: Problem, payload: str) -> Problem:
    hint = problem.hint() if callable(problem.hint) else problem.hint
    sentence = hint.partition("\n")[0]  # below it, the payload is compared line by line
    texts = (problem.expected, problem.received, sentence)
    return Problem(*(_without(text, payload) for text in texts))


def _without(text: str, payload: str) -> str:
    for form in (payload, unescaped(payload)):
        text = text.replace(form, _shown(form)) if form else text
    return redact_text(text)


def _shown(payload: str) -> str:
    try:
        return json.dumps(redact_body(json.loads(payload)), separators=(",", ":"))
    except (ValueError, RecursionError):
        return REDACTED
