"""A scenario as a file: JSON with a schema (schemas/formats/scenario.json), readable and stable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.engine.findings import Cell
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.model.scenario import (
    FIXED_IDS,
    PAGE,
    UNKNOWN_IDS,
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    RotateKeyStep,
    Scenario,
    Step,
)

FORMAT = 1
MAX_BYTES: Final = 1 << 20


class BadScenario(ValueError):
    """A file that holds no scenario; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A scenario, the lane to run it in, and what it was kept for: `shows`, empty where nobody said."""

    scenario: Scenario
    lane: Lane
    shows: frozenset[Cell] = frozenset()


def to_json(scenario: Scenario, lane: Lane, shows: Iterable[Cell] = ()) -> dict[str, Any]:
    """Return a scenario, its lane and what it shows as the JSON value of the file format."""
    kept_for = [{n: v for n, v in cell._asdict().items() if v} for cell in sorted(shows)]
    return {
        "format": FORMAT,
        **({"shows": kept_for} if kept_for else {}),
        "lane": {
            "region": lane.region,
            "algorithm": lane.algorithm,
            "public_key_id": lane.public_key_id,
        },
        "steps": steps_to_json(scenario.steps),
    }


def steps_to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return steps as the JSON value that they have in a file."""
    return [_step_to_json(step) for step in steps]


def from_json(value: Any) -> tuple[Scenario, Lane]:
    """Read the JSON value of the file format.

    Raises:
        BadScenario: it breaks the schema, or a symbol is used before it is made; the message names the place.
    """
    version = value.get("format") if isinstance(value, dict) else None
    if isinstance(version, int) and version != FORMAT:
        raise BadScenario(f"/format: {version} is of another kit; this one reads {FORMAT}")
    found = schemas.violations("formats/scenario", value)
    if found:
        raise BadScenario(_unknown_step(value) or f"{found[0].path or '/'}: {found[0].message}")
    lane = value["lane"]
    scenario = Scenario(tuple(_step_from_json(step) for step in value["steps"]))
    _check_symbols(scenario)
    return scenario, Lane(lane["region"], lane["algorithm"], lane["public_key_id"])


def stored_from_json(value: Any) -> Stored:
    """Read the JSON value of the file format, and what the scenario was kept for.

    Raises:
        BadScenario: as `from_json`.
    """
    scenario, lane = from_json(value)
    return Stored(scenario, lane, frozenset(Cell(**cell) for cell in value.get("shows", ())))


def read_scenario(path: Path) -> Stored:
    """Read a scenario file.

    Raises:
        BadScenario: it cannot be read, is not JSON, or holds no scenario.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise BadScenario(f"{path}: {problem.strerror}") from None
    return stored_from_bytes(data, str(path))


def stored_from_bytes(data: bytes, name: str) -> Stored:
    """Read a scenario of what a file has in it.

    Args:
        data: what it has in it.
        name: how it is named in messages.

    Raises:
        BadScenario: it is not JSON, or holds no scenario.
    """
    if len(data) > MAX_BYTES:
        raise BadScenario(f"{name}: over {MAX_BYTES} bytes, more than any scenario has")
    try:
        value = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadScenario(f"{name} is not UTF-8") from None
    except RecursionError:
        raise BadScenario(f"{name} is nested too deeply") from None
    except json.JSONDecodeError as problem:
        raise BadScenario(f"{name} is not JSON: {problem}") from None
    try:
        return stored_from_json(value)
    except BadScenario as problem:
        raise BadScenario(f"{name}: {problem}") from None


def _unknown_step(value: Any) -> str | None:
    """Name the first step that is of no kind: the schema would take it for one of the last kind."""
    steps = value.get("steps") if isinstance(value, dict) else None
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict) or not _READERS.keys() & set(step):
            return f"/steps/{number}: is no step: expected one of {', '.join(_READERS)}"
    return None


def _check_symbols(scenario: Scenario) -> None:
    calls = [step.calls if isinstance(step, ParallelStep) else (step,) for step in scenario.steps]
    makers = {s for step in scenario.steps for s in _made_by(step)}
    made = {*UNKNOWN_IDS, *FIXED_IDS}
    for number, step in enumerate(scenario.steps):
        own = set(_made_by(step)) if isinstance(step, ParallelStep) else set()
        for symbol in (used for call in calls[number] for used in _used_by(call)):
            given = (
                symbol.startswith("permission#") and symbol not in makers
            )  # the kit may have been given it
            if symbol not in made | own and not given:
                raise BadScenario(f"/steps/{number}: {symbol} is used before a step makes it")
        made |= set(_made_by(step))


def _made_by(step: Step) -> Iterator[str]:
    for call in step.calls if isinstance(step, ParallelStep) else (step,):
        if isinstance(call, CallStep):
            yield from call.makes.values()
            yield from (call.key,) if call.key else ()


def _used_by(step: Step) -> Iterator[str]:
    if isinstance(step, RepeatStep):
        yield step.key
    elif isinstance(step, BuyerStep):
        yield step.target
    elif isinstance(step, CallStep):
        yield from step.target.split("/") if step.target else ()
        yield from (value for value in step.query.values() if value.startswith(PAGE))
        yield from _ids_in(step.body)


def _ids_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$id"), str):
            yield value["$id"]
        for item in value.values():
            yield from _ids_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _ids_in(item)


def describe(step: Step) -> str:
    """Return a step in one line, for people."""
    if isinstance(step, CallStep):
        target = f" {step.target}" if step.target else ""
        body = f" {_brief(step.body)}" if step.body else ""
        simulated = f" [simulation {step.simulation}]" if step.simulation else ""
        makes = f" -> {', '.join(step.makes.values())}" if step.makes else ""
        spoilt = f" [spoilt: {step.tamper}]" if step.tamper else ""
        query = f" ?{'&'.join(f'{name}={value}' for name, value in step.query.items())}" if step.query else ""
        return f"{step.operation}{target}{query}{body}{simulated}{spoilt}{makes}"
    if isinstance(step, RepeatStep):
        return f"repeat the call with {step.key}"
    if isinstance(step, ParallelStep):
        callers = ("; then ".join(map(describe, calls)) for calls in step.callers)
        return f"at once: {' || '.join(callers)}"
    if isinstance(step, BuyerStep):
        card = f" with card …{step.card}" if step.card else ""
        product = f" at a {step.product} button" if step.product else ""
        return f"buyer {step.deed.replace('_', ' ')}: {step.target}{card}{product}"
    if isinstance(step, FaultStep):
        which = "request" if step.times == 1 else f"{step.times} requests"
        return f"fault {step.fault}: the next {which}{f' of {step.operation}' if step.operation else ''}"
    return _of_the_service(step)


def _of_the_service(step: RotateKeyStep | AdvanceStep) -> str:
    if isinstance(step, RotateKeyStep):
        return f"the key is changed{', the former one revoked' if step.revokes else ''}"
    return f"clock advances {step.seconds} s"


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        if "$id" in value or "$price" in value:
            return str(next(iter(value.values())))
        return "{" + ", ".join(f"{name}: {_brief(item)}" for name, item in value.items()) + "}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f'"{text[1:28]}… ({len(text) - 2} characters)"'


def _step_to_json(step: Step) -> dict[str, Any]:
    if isinstance(step, CallStep):
        return _call_to_json(step)
    if isinstance(step, RepeatStep):
        return {"repeat": step.key}
    if isinstance(step, ParallelStep):
        return {"parallel": [[_call_to_json(call) for call in calls] for calls in step.callers]}
    if isinstance(step, BuyerStep):
        card = {"card": step.card} if step.card else {}
        product = {"product": step.product} if step.product else {}
        return {"buyer": step.deed, "target": step.target, **card, **product}
    return _event_to_json(step)


def _call_to_json(step: CallStep) -> dict[str, Any]:
    full: dict[str, Any] = {
        "call": step.operation,
        "target": step.target,
        "body": step.body,
        "simulation": step.simulation,
        "key": step.key,
        "makes": dict(step.makes) or None,
        "tamper": step.tamper,
        "query": dict(step.query) or None,
    }
    return {name: value for name, value in full.items() if value is not None}


def _event_to_json(step: FaultStep | RotateKeyStep | AdvanceStep) -> dict[str, Any]:
    if isinstance(step, FaultStep):
        operation = {"operation": step.operation} if step.operation else {}
        return {"fault": step.fault, "times": step.times, **operation}
    if isinstance(step, RotateKeyStep):
        return {"rotate": "revoking" if step.revokes else "adding"}
    return {"advance": step.seconds}


def _call_from_json(value: Mapping[str, Any]) -> CallStep:
    return CallStep(
        value["call"],
        value.get("target"),
        value.get("body"),
        value.get("simulation"),
        value.get("key"),
        value.get("makes") or {},
        value.get("tamper"),
        value.get("query") or {},
    )


def _calls_at_once(value: Mapping[str, Any]) -> ParallelStep:
    return ParallelStep(tuple(tuple(map(_call_from_json, calls)) for calls in value["parallel"]))


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Step]]] = {
    "call": _call_from_json,
    "parallel": _calls_at_once,
    "repeat": lambda value: RepeatStep(value["repeat"]),
    "buyer": lambda value: BuyerStep(
        value["buyer"], value["target"], value.get("card"), value.get("product")
    ),
    "fault": lambda value: FaultStep(value["fault"], value.get("times", 1), value.get("operation")),
    "rotate": lambda value: RotateKeyStep(value["rotate"] == "revoking"),
    "advance": lambda value: AdvanceStep(value["advance"]),
}
"""What reads a step, by the word that tells its kind."""


def _step_from_json(value: Mapping[str, Any]) -> Step:
    return next(read(value) for word, read in _READERS.items() if word in value)
