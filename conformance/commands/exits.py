"""Exit codes of every command, and how bad input is told: one line."""

from __future__ import annotations

import sys
from typing import Final

CONFORMS: Final = 0
FAILURES: Final = 1
USAGE: Final = 2
SET_UP: Final = 3
UNREACHABLE: Final = 4
NOTHING_EXERCISED: Final = 5
INTERRUPTED: Final = 130

EXIT_CODES: Final = (
    "exit codes: 0 conforms, 1 failures, 2 usage, 3 set-up (client, driver, key), 4 target unreachable, "
    "5 nothing exercised or inconclusive, 130 stopped (143 by SIGTERM)"
)


def refuse(message: str, code: int) -> int:
    """Say in one line what is wrong, and return the exit code that goes with it."""
    print(f"amazonpay-conformance: {message}", file=sys.stderr)
    return code
