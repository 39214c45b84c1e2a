"""Peers on the same twenty faulty servers, on this machine: how soon each finds them, and what it prints.

    python benchmarks/peers/run.py [--seconds N] [--seeds N] [--peers ours,machine,schemathesis]
        [--only TEXT] [--minutes N] [--out FILE]

Each result is a line of JSON in FILE as soon as it is there, and a second run goes on where the first
stopped; with `--minutes` it stops by itself. The table is printed of all that FILE has.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))

import ours
import schemathesis_peer
import stateful
from measured import Measured
from subjects import RIGHT, TWENTY

PEERS = ("ours", "machine", "schemathesis")
NAMES = {"ours": "ours", "machine": "state machine", "schemathesis": "Schemathesis"}


def main() -> int:
    """Run what is left, and print the table."""
    arguments = _arguments()
    kept = _kept(arguments.out)
    ends = time.monotonic() + arguments.minutes * 60
    for peer in arguments.peers.split(","):
        for name in (RIGHT, *(one.id for one in TWENTY if arguments.only in one.id)):
            for row in _left(peer, name, kept, arguments):
                kept.append(row)
                _keep(arguments.out, row)
                print(
                    f"{row.peer}: {row.subject}, seed {row.seed}: {_told(row)}", file=sys.stderr, flush=True
                )
                if time.monotonic() > ends:
                    return 3
    print("\n".join(_table(kept)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for one subject and seed (default: 60)")
    parser.add_argument("--seeds", type=int, default=10, help="of those that draw (default: 10)")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--only", default="", help="subjects whose id has this in it")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many, with exit code 3")
    parser.add_argument("--schemathesis", default="st", help="its program, in an environment of its own")
    parser.add_argument("--out", type=Path, default=Path("build/peers.jsonl"))
    return parser.parse_args()


def _left(peer: str, name: str, kept: list[Measured], given: argparse.Namespace) -> Iterator[Measured]:
    """Measure what is not kept already."""
    done = {row.seed for row in kept if (row.peer, row.subject) == (NAMES[peer], name)}
    if peer == "schemathesis":
        if 0 not in done:
            yield schemathesis_peer.measured(name, given.seconds, given.schemathesis, _known(kept))
        return
    measure = ours.measured if peer == "ours" else stateful.measured
    for seed in (seed for seed in range(given.seeds) if seed not in done):
        yield measure(name, seed, given.seconds)


def _known(kept: list[Measured]) -> frozenset[str]:
    """What Schemathesis says of the right server."""
    rows = [row for row in kept if (row.peer, row.subject) == ("Schemathesis", RIGHT)]
    return frozenset(line for row in rows for line in row.said.splitlines())


def _kept(place: Path) -> list[Measured]:
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    return [Measured(**json.loads(line)) for line in lines]


def _keep(place: Path, row: Measured) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def _told(row: Measured) -> str:
    if not row.found:
        return f"not found in {row.total} requests"
    return f"found after {row.requests} requests, {row.seconds:.1f} s; {row.said}"


def _table(kept: list[Measured]) -> Iterator[str]:
    peers = [name for name in NAMES.values() if any(row.peer == name for row in kept)]
    yield f"| | {' | '.join(peers)} |"
    yield f"|---|{'---|' * len(peers)}"
    for what, of in FIGURES.items():
        yield f"| {what} | {' | '.join(of([r for r in kept if r.peer == name]) for name in peers)} |"
    yield ""
    yield f"| server | kind | {' | '.join(peers)} |"
    yield f"|---|---|{'---|' * len(peers)}"
    for one in TWENTY:
        cells = [_cell([r for r in kept if (r.peer, r.subject) == (name, one.id)]) for name in peers]
        yield f"| {one.id} | {one.kind} | {' | '.join(cells)} |"


def _cell(rows: list[Measured]) -> str:
    found = [row.requests for row in rows if row.requests is not None]
    return f"{len(found)} of {len(rows)}" + (f", {median(found):.0f}" if found else "") if rows else "–"


def _faulty(rows: list[Measured]) -> list[Measured]:
    return [row for row in rows if row.subject != RIGHT]


def _found(rows: list[Measured]) -> str:
    faulty = _faulty(rows)
    return f"{sum(row.found for row in faulty)} of {len(faulty)}"


def _middle(field: str, form: str = ".0f") -> object:
    def of(rows: list[Measured]) -> str:
        values = [getattr(row, field) for row in _faulty(rows) if row.found]
        known = [value for value in values if value is not None]
        return format(median(known), form) if known else "–"

    return of


def _again(rows: list[Measured]) -> str:
    found = [row for row in _faulty(rows) if row.found]
    return f"{sum(row.reproduces is True for row in found)} of {len(found)}"


def _alarms(rows: list[Measured]) -> str:
    right = [row for row in rows if row.subject == RIGHT]
    lines = [line for row in right for line in row.said.splitlines() if row.found]
    return f"{len(lines)} in {len(right)} runs"


FIGURES = {
    "found": _found,
    "requests to first sight, median of those found": _middle("requests"),
    "seconds to first sight, median of those found": _middle("seconds", ".2f"),
    "requests to shrink, median": _middle("shrinking"),
    "lines printed of a fault, median": _middle("printed"),
    "printed reproductions that reproduce": _again,
    "different alarms on the right server": _alarms,
}

if __name__ == "__main__":
    sys.exit(main())
