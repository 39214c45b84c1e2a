"""A counterexample as a pytest file: against a server it needs pytest and cryptography, else the kit."""

from __future__ import annotations

import inspect
import pprint
from collections.abc import Iterator, Mapping
from typing import Any

from amazonpay_conformance.engine.findings import Cell, Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import to_json
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.forms.heading import beyond_others, heading
from amazonpay_conformance.forms.pytest_parts import BASE, CLIENT, END, END_OF_RACE, IMPORTS, PARTS
from amazonpay_conformance.forms.telling import played
from amazonpay_conformance.forms.turns import (
    Act,
    Admit,
    Again,
    Ask,
    Learn,
    Played,
    Rotate,
    Spoilt,
    Together,
    Turn,
)
from amazonpay_conformance.wire.signing import ALGORITHMS


def server_test(run: Run, finding: Finding, lane: Lane) -> str:
    """Return a test that fails where a server answers as it did.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.

    Raises:
        CannotPrint: a step is one that only the kit can take.
    """
    told = played(run, finding, lane)
    kinds = [kind for kind in PARTS if any(isinstance(turn, kind) for turn in told.turns)]
    steps = [
        (f"{step.number}. {step.told}", [_turn(turn) for turn in step.turns])
        if step.turns
        else (f"{step.number}. not taken: {step.told} ({step.why})", [])
        for step in told.steps
    ]
    filled = {
        "@HEADING@": "\n".join(_harmless(iter((*heading(finding), *beyond_others(told))))),
        "@IMPORTS@": "\n".join(
            sorted({*IMPORTS[()], *(line for kind in kinds for line in IMPORTS.get(kind, ()))})
        ),
        "@KEYS@": repr(told.keys),
        "@STEPS@": pprint.pformat(steps, width=100, sort_dicts=False),
        "@ALGORITHM@": lane.algorithm,
        "@SALT@": str(ALGORITHMS[lane.algorithm]),
        "@REGION@": lane.region,
        "@DIGEST@": inspect.getsource(answer_digest).rstrip(),
        "@PARTS@": "".join(PARTS[kind] for kind in kinds),
        "@END@": _end(told),
        "@NAME@": _name(finding),
    }
    return _filled(BASE, filled)


def client_test(
    run: Run, finding: Finding, lane: Lane, shows: frozenset[Cell], meeting: Mapping[str, Any]
) -> str:
    """Return a test that has the kit drive the client, and fails where it does wrong again.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.
        shows: where the requirement broke.
        meeting: client, target, transport and switches, as on the command line.
    """
    filled = {
        "@HEADING@": "\n".join(_harmless(heading(finding))),
        "@SCENARIO@": pprint.pformat(to_json(run.scenario, lane, shows), width=100, sort_dicts=False),
        "@CLIENT@": repr(meeting["client"]),
        "@TARGET@": repr(meeting["target"]),
        "@TRANSPORT@": repr(meeting["transport"]),
        "@SWITCHES@": repr(meeting["switches"]),
        "@NAME@": _name(finding),
    }
    return _filled(CLIENT, filled)


def _end(told: Played) -> str:
    if told.permitted:
        permitted = pprint.pformat(["; ".join(known) for known in told.permitted], width=96)
        return END_OF_RACE.replace("@PERMITTED@", permitted.replace("\n", "\n    "))
    found = "wrong[0] in told" if told.is_race else "told == wrong"
    return END.replace("@WRONG@", repr(list(told.wrong))).replace("@FOUND@", found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _turn(turn: Turn) -> tuple[Any, ...]:
    """A turn as the name of a function in the file, and what it is given."""
    if isinstance(turn, Ask):
        given = (turn.method, turn.path, turn.query, dict(turn.headers), turn.body)
        return ("ask", *given, *_expected(turn))
    if isinstance(turn, Spoilt):
        signed = turn.signed
        signs = (signed.who, signed.algorithm, signed.salt, signed.canonical, signed.body)
        return ("spoilt", signs, turn.method, turn.target, list(turn.headers), turn.body, *_expected(turn))
    if isinstance(turn, Again):
        return ("again", *_expected(turn))
    if isinstance(turn, Together):
        return ("together", turn.judged, [[_raced(ask) for ask in asks] for asks in turn.callers])
    return _told_to_the_mock(turn)


def _told_to_the_mock(turn: Act | Rotate | Admit | Learn) -> tuple[Any, ...]:
    if isinstance(turn, Act):
        return ("control", turn.verb, dict(turn.body))
    if isinstance(turn, Rotate):
        return ("rotate", turn.revokes)
    return ("learn", turn.symbol, turn.kind) if isinstance(turn, Learn) else ("admit",)


def _raced(ask: Ask) -> tuple[Any, ...]:
    return (*_turn(ask)[1:6], dict(ask.answered.keeps), ask.key, ask.shows)


def _expected(turn: Ask | Spoilt | Again) -> tuple[Any, ...]:
    """The status to go on with, None where the fault shows in the answer, and the ids that it holds."""
    answered = turn.answered
    return (None if answered.tells else answered.status, dict(answered.keeps))


def _name(finding: Finding) -> str:
    return finding.requirement.id.replace("-", "_").lower()


def _harmless(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\\", "\\\\").replace('"', "'").rstrip() for line in lines)
