"""Waiting for another thread in slices, so that an interrupt is never noticed late."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

_SLICE_SECONDS = 0.2


def take(queue: SimpleQueue[T], within: float) -> T:
    """Return the next item of `queue`.

    One long wait would do, but a Ctrl-C that comes in the moment before it begins is only seen when it ends,
    and on Windows any Ctrl-C is.

    Raises:
        Empty: none came within that many seconds.
    """
    end = monotonic() + within
    while (left := end - monotonic()) > _SLICE_SECONDS:
        try:
            return queue.get(timeout=_SLICE_SECONDS)
        except Empty:
            continue
    return queue.get(timeout=max(left, 0.0))
