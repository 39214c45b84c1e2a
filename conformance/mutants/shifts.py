"""Measures many subjects, in this process or in several; each process has a laboratory of its own."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Iterator, Sequence
from typing import Any, Final

from amazonpay_conformance.mutants.ledger import Row
from amazonpay_conformance.mutants.listing import Listed, faults, right_subjects
from amazonpay_conformance.mutants.measuring import laboratory

_LOOK_SECONDS: Final = 1.0


class LostShift(Exception):
    """A process ended before its work was done."""


def measured(subjects: Sequence[Listed], profile: str, seed: int, jobs: int = 1) -> Iterator[Row]:
    """Yield how each subject fares, in the order in which they are done.

    Raises:
        LostShift: a process was killed.
    """
    if jobs == 1 or len(subjects) < jobs:
        yield from _in_turn(subjects, profile, seed)
        return
    context = multiprocessing.get_context("spawn")
    done: Any = context.Queue()
    # every n-th: neighbours cost about the same
    shares = [[(bool(s.breaks), s.id) for s in subjects[number::jobs]] for number in range(jobs)]
    workers = [context.Process(target=_shift, args=(s, profile, seed, done), daemon=True) for s in shares]
    for worker in workers:
        worker.start()
    try:
        yield from _collected(done, workers, len(subjects))
    finally:
        for worker in workers:
            worker.terminate()


def _collected(done: Any, workers: list[Any], left: int) -> Iterator[Row]:
    while left:
        try:
            row = done.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            if any(worker.exitcode not in (None, 0) for worker in workers):
                raise LostShift("a process that measured ended before its work was done") from None
            continue
        left -= 1
        yield row


def _in_turn(subjects: Sequence[Listed], profile: str, seed: int) -> Iterator[Row]:
    with laboratory(profile, seed) as bench:
        for subject in subjects:
            yield bench.fault(subject) if subject.breaks else bench.right(subject)


def _shift(share: list[tuple[bool, str]], profile: str, seed: int, done: Any) -> None:
    known = {(bool(one.breaks), one.id): one for one in (*faults(), *right_subjects())}
    employer = multiprocessing.parent_process()
    for row in _in_turn([known[name] for name in share], profile, seed):
        if employer is not None and not employer.is_alive():
            return  # it was killed, and could not say so
        done.put(row)
