"""Puts a watch where there is something to see: before a mock that is served, or over a recorded trace."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.engine.listening import Listener, Listening, listen_to
from amazonpay_conformance.engine.trace_files import (
    Head,
    Recorded,
    RecordedButton,
    RecordedNotification,
    Trace,
    TraceWriter,
)
from amazonpay_conformance.engine.watch import Watch
from amazonpay_conformance.mock.namespaces import Namespace
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.serving import ServedMock, ServingProblem, served
from amazonpay_conformance.reading.requests import Merchant


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where it is told: to a listener at once, and in a trace file."""

    live: Listener | None = None
    trace: Path | None = None


@contextlib.contextmanager
def served_and_watched(
    directory: Path, outlets: Outlets, **options: Any
) -> Iterator[tuple[ServedMock, Watch]]:
    """Serve a mock and watch whoever calls it, while the context is open.

    Args:
        directory: where the CA certificate goes, and the private key where one is made.
        outlets: where it is told what happens.
        **options: as of `served`.

    Raises:
        ServingProblem: the mock cannot be served, or the trace not written.
    """
    with contextlib.ExitStack() as stack:
        heard: list[Listening] = []

        def attach(namespace: Namespace) -> None:
            listeners = () if outlets.live is None else (outlets.live,)
            if not heard:  # a trace is of one merchant
                listeners = (*listeners, *_writing(outlets, namespace.service, stack))
            heard.append(listen_to(namespace, listeners))

        mock = stack.enter_context(served(directory, attach=(attach,), **options))
        yield mock, heard[0].watch


def watched_trace(trace: Trace, merchant: Merchant) -> Watch:
    """Watch a trace that was recorded, to its end.

    Args:
        trace: what was read of a file.
        merchant: whose keys sign in it, where they are known.
    """
    key_id = trace.head.public_key_id
    watch = Watch(merchant, Configured(key_id, trace.head.region, "", merchant.keys.get(key_id)))
    for entry in trace.entries:
        if isinstance(entry, Recorded) and entry.reading is not None:
            watch.see_again(entry.exchange, entry.reading, entry.on_the_wire)
        elif isinstance(entry, Recorded):
            watch.see(entry.exchange)
        elif isinstance(entry, RecordedButton):
            watch.see_button_again(entry.judgements)
        elif not isinstance(entry, RecordedNotification):
            watch.act(entry)
    watch.finish()
    return watch


def _writing(outlets: Outlets, service: Service, stack: contextlib.ExitStack) -> Iterator[Listener]:
    if outlets.trace is None:
        return
    try:
        stream = stack.enter_context(outlets.trace.open("w", encoding="utf-8"))
    except OSError as problem:
        raise ServingProblem(f"cannot write to {outlets.trace}: {problem.strerror}") from None
    head = Head(service.region, next(iter(service.merchant.keys), ""))
    yield TraceWriter(stream, head)
