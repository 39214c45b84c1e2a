"""Nobody waits while subjects are measured: whoever would sleep before he tries again is that much later at once."""

from __future__ import annotations

import contextlib
import functools
import time
import warnings
from collections.abc import Iterator
from typing import Final
from unittest.mock import patch

from amazonpay_conformance.clients import reference, tampering
from amazonpay_conformance.engine import tap
from amazonpay_conformance.mock import clock, inprocess
from amazonpay_conformance.wire.keys import load_private_key

SLEEPERS: Final = (reference, tampering, tap, inprocess, clock)
"""The modules that look at the time or sleep: client, tap and mock have to agree how late it is."""


class Clock:
    """Stands for the module `time`: who sleeps is late at once, for everybody who has this clock."""

    strftime = staticmethod(time.strftime)

    def __init__(self) -> None:
        self.late = 0.0

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        self.late += seconds

    def gmtime(self) -> time.struct_time:
        """Return the time of day in Greenwich."""
        return time.gmtime(self.time())

    def perf_counter(self) -> float:
        """Return the seconds since some moment."""
        return time.perf_counter() + self.late

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time() + self.late


@contextlib.contextmanager
def nobody_waits() -> Iterator[Clock]:
    """Put a clock in the place of `time` wherever somebody might sleep, and load a client's keys once."""
    late = Clock()
    with contextlib.ExitStack() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries say of clients that verify nothing
        for module in SLEEPERS:
            patched.enter_context(patch.object(module, "time", late))
        loading = functools.cache(load_private_key)  # loading one takes longer than ten requests
        patched.enter_context(patch.object(reference, "load_private_key", loading))
        yield late
