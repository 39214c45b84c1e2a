"""A counterexample against a server as a bash script: curl sends, openssl signs, ids are carried along."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.forms.curl_parts import BASE, DIGEST, END, END_OF_RACE, PARTS
from amazonpay_conformance.forms.heading import beyond_others, heading
from amazonpay_conformance.forms.problems import CannotPrint
from amazonpay_conformance.forms.telling import played
from amazonpay_conformance.forms.turns import (
    Act,
    Admit,
    Again,
    Answered,
    Ask,
    Judged,
    Learn,
    Played,
    Rotate,
    Spoilt,
    Taken,
    Together,
    Turn,
    as_json,
)
from amazonpay_conformance.wire.signing import ALGORITHMS


def curl_script(run: Run, finding: Finding, lane: Lane) -> str:
    """Return the script. It exits with 1 where the fault shows, 0 where not, 5 where a step cannot be taken.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.

    Raises:
        CannotPrint: the fault is a client's, or a step is one that only the kit can take.
    """
    if finding.requirement.subject != "server":
        raise CannotPrint("the fault is the client's, and curl would send what that should have sent")
    told = played(run, finding, lane)
    lines = [f"# {line}".rstrip() for line in (*heading(finding), *beyond_others(told))]
    head = BASE.replace("@ALGORITHM@", lane.algorithm).replace("@SALT@", str(ALGORITHMS[lane.algorithm]))
    parts = [part for kind, part in PARTS.items() if any(isinstance(turn, kind) for turn in told.turns)]
    digest = DIGEST.replace("@DIGEST@", inspect.getsource(answer_digest).rstrip())
    keys = [f"fresh '{key}'" for key in told.keys]
    steps = [line for step in told.steps for line in _step(step)]
    head = head.replace("@REGION@", lane.region)
    return "\n".join(("#!/usr/bin/env bash", *lines, head, *parts, digest, *keys, *steps, _end(told)))


def _end(told: Played) -> str:
    if told.permitted:
        return END_OF_RACE.replace("@PERMITTED@", "\n".join(map("; ".join, told.permitted)))
    test = '[[ " $told " == *" $wrong "* ]]' if told.is_race else '[ "$told" = "$wrong" ]'
    return END.replace("@WRONG@", " ".join(told.wrong)).replace("@SHOWS@", test)


def _step(step: Taken) -> Iterator[str]:
    yield ""
    if not step.turns:
        yield f"# {step.number}. not taken: {step.told} ({step.why})"
        return
    yield f"step {step.number} {shlex.quote(step.told)}"
    for turn in step.turns:
        yield from _turn(turn)


def _turn(turn: Turn) -> Iterator[str]:
    if isinstance(turn, Act):
        yield f"control POST {turn.verb} {shlex.quote(as_json(turn.body))}"
    elif isinstance(turn, Rotate):
        yield f"rotate {'revoking' if turn.revokes else 'adding'}"
    elif isinstance(turn, Admit):
        yield "admit"
    elif isinstance(turn, Learn):
        yield f"learn {shlex.quote(turn.symbol)} {turn.kind}"
    elif isinstance(turn, Together):
        yield from _together(turn)
    else:
        yield from _asked(turn)
        yield from _heard(turn.answered)


def _asked(turn: Ask | Spoilt | Again) -> Iterator[str]:
    if isinstance(turn, Again):
        yield "again"
    elif isinstance(turn, Ask):
        headers = [f"{name}:{value}" for name, value in sorted(turn.headers.items())]
        yield _words("call", turn.method, turn.path, turn.query, turn.body, *headers)
    else:
        signed = turn.signed
        who = {"": "own", "former key": "former", "another merchant": "merchant"}.get(signed.who, signed.who)
        yield _words("signs", who, signed.algorithm, str(signed.salt), signed.body, signed.canonical)
        headers = [f"{name}: {value}" if value else f"{name};" for name, value in turn.headers]
        yield _words("sends", turn.method, turn.target, turn.body, *headers)


def _heard(answered: Answered) -> Iterator[str]:
    """What is done with an answer: where the fault shows in it, it is not yet known to be as it was."""
    if not answered.tells:
        yield f"expect {answered.status:03}"
    yield from (
        f"{'note' if answered.tells else 'keep'} {shlex.quote(symbol)} {name}"
        for symbol, name in answered.keeps.items()
    )
    if answered.tells:
        yield "tell"


def _together(turn: Together) -> Iterator[str]:
    yield f"meet {len(turn.callers)}"
    for number, asks in enumerate(turn.callers, 1):
        yield "("
        yield f"  caller {number}"
        for ask in asks:
            yield from (f"  {line}" for line in _raced(ask, asks, turn.judged))
        yield ") &"
        yield "callers+=($!)"
    yield "together"


def _raced(ask: Ask, asks: tuple[Ask, ...], judged: Judged) -> Iterator[str]:
    """One call of a caller; where it builds on one before that came to nothing, it is not made."""
    (line,) = _asked(ask)
    made = [symbol for before in asks for symbol in before.answered.keeps if before is not ask]
    needs = [symbol for symbol in made if f"{{{{{symbol}}}}}" in line]
    if needs:
        yield f"if {' && '.join(f'known {shlex.quote(symbol)}' for symbol in needs)}; then"
    yield line
    yield from (f"note {shlex.quote(symbol)} {name}" for symbol, name in ask.answered.keeps.items())
    if judged == "together":
        yield f"became {shlex.quote(ask.key)} {shlex.quote(ask.shows)}"
    elif judged == "alone":
        yield "tell"
    if needs:
        yield "else"
        yield 'echo unclear >> "$at/told"'
        yield "fi"


def _words(*words: str) -> str:
    first, *others = words
    return " ".join((first, *map(shlex.quote, others)))
