"""What one peer made of one faulty server: the row that every peer writes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """`requests` and `seconds` are those to first sight, None where nothing was seen; `total` is all of them.

    `shrinking` are the requests after first sight until what is printed was found, None where they cannot
    be told apart. `printed` is how many lines are printed of the fault. `reproduces`: what is printed for
    running it again, run on a fresh server, showed the fault again; None where nothing can be run.
    """

    peer: str
    subject: str
    seed: int
    found: bool
    requests: int | None = None
    seconds: float | None = None
    shrinking: int | None = None
    printed: int | None = None
    reproduces: bool | None = None
    total: int = 0
    said: str = ""
