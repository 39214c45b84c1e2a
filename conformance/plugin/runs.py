"""Runs what is asked for, each part once: the workers of pytest-xdist share one certification of a part."""

from __future__ import annotations

import contextlib
import importlib.util
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from amazonpay_conformance.plugin.outcomes import Outcome, Part, outcome_of
from amazonpay_conformance.plugin.settings import Settings, settings_of

if TYPE_CHECKING:
    from amazonpay_conformance.engine.corpus import Corpus
    from amazonpay_conformance.engine.order import Order

OUTCOMES: Final = pytest.StashKey[dict[str, Outcome]]()
"""What was certified so far, by the label of its part."""

_CAN_LOCK: Final = importlib.util.find_spec("fcntl") is not None


def outcome(config: pytest.Config, part: Part) -> Outcome:
    """Return what came of a part; it is run when it is asked for first.

    Raises:
        KeyboardInterrupt: the user stopped it; what was found is written.
    """
    held = config.stash.setdefault(OUTCOMES, {})
    if part.label not in held:
        held[part.label] = (
            _shared(config, part) if _is_worker(config) and _CAN_LOCK else _certified(config, part)
        )
        if held[part.label].interrupted:
            raise KeyboardInterrupt
    return held[part.label]


def meeting_place(config: pytest.Config) -> Path:
    """Return where the workers of a run find what one of them certified."""
    return Path(tempfile.gettempdir(), f"amazonpay-conformance-{_worker_input(config)['testrunuid']}")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _worker_input(config: pytest.Config) -> Any:
    return config.workerinput  # type: ignore[attr-defined]  # pytest-xdist's


def _shared(config: pytest.Config, part: Part) -> Outcome:
    """Certify, or wait for the worker that does and take what it found."""
    place = meeting_place(config)
    place.mkdir(mode=0o700, exist_ok=True)
    file = place / f"{part.label or 'all'}.json"
    with _locked(place / (f"{file.stem}.lock" if settings_of(config)["target"] == "mock" else "target.lock")):
        if file.exists():
            return Outcome.from_json(file.read_text(encoding="utf-8"))
        found = _certified(config, part)
        file.write_text(found.to_json(), encoding="utf-8")
        return found


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, which the system lets go with the process."""
    import fcntl

    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _certified(config: pytest.Config, part: Part) -> Outcome:
    from amazonpay_conformance.engine.corpus import Corpus, add_to_corpus, read_corpus
    from amazonpay_conformance.engine.setup import SetUpProblem, prepared
    from amazonpay_conformance.engine.stores import NoStore, store_at
    from amazonpay_conformance.forms.printing import Meeting
    from amazonpay_conformance.reporting.report import write_report

    settings = settings_of(config)
    choice = settings.choice(part.region)
    out = _directory(config, settings, part)
    try:
        store = None if settings["corpus"] is None else store_at(settings["corpus"])
        corpus = Corpus((), ()) if store is None else read_corpus(store)
        with prepared(choice) as ready:
            result = ready.certify(_order(settings, part, corpus))
        write_report(result, out, Meeting(choice.client, choice.target, choice.transport, choice.switches))
        if store is not None:
            add_to_corpus(store, result.findings)
    except (SetUpProblem, NoStore) as problem:
        return Outcome(part.label, set_up=str(problem))
    except OSError as problem:
        return Outcome(part.label, set_up=f"cannot use {problem.filename or out}: {problem.strerror}")
    found = outcome_of(result, part, out, _command(settings, part))
    return replace(found, unread=list(corpus.problems))


def _order(settings: Settings, part: Part, corpus: Corpus) -> Order:
    from amazonpay_conformance.engine.order import PROFILES, Order

    return Order(
        PROFILES[settings["profile"]],
        settings["seed"],
        region=part.region or "na",
        subjects=settings.choice(part.region).subjects,
        max_seconds=settings["max-time"],
        max_requests=settings["max-requests"],
        corpus=corpus.scenarios,
        shard=(part.shard or 1, part.shards),
    )


def _directory(config: pytest.Config, settings: Settings, part: Part) -> Path:
    out: Path = settings["out"] / part.label if part.label else settings["out"]
    alone = not _is_worker(config) or _CAN_LOCK
    return out if alone else out / _worker_input(config)["workerid"]


def _command(settings: Settings, part: Part) -> str:
    """Return how to have the item of a requirement again, {id} in its place."""
    words = ["pytest", f"--amazonpay-client={settings['client']}"]
    if part.label:
        words += [f"--amazonpay-regions={part.region}"] if part.region else []
        words += [f"--amazonpay-shards={part.shards}"] if part.shard else []
    return f"{shlex.join(words)} -k {{id}}"
