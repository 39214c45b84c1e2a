"""What a second worker of pytest-xdist gains: a certification in two shards with `-n 1` and with `-n 2`.

    python benchmarks/throughput/workers.py [--rounds N] [--client CLIENT] [--transport in-process|https]

They take turns. Time is that of the clock on the wall, so it says something on a machine with two idle cores
only; `cores` are what the machine has and `load` what others did with them meanwhile.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

WORKERS = (1, 2)


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    spent: dict[int, list[float]] = {number: [] for number in WORKERS}
    for _ in range(arguments.rounds):
        for number in WORKERS:
            spent[number].append(_run(number, arguments.client, arguments.transport))
    for number in WORKERS:
        print(f"-n {number}    {median(spent[number]):.1f} s")
    gains = [one / two for one, two in zip(spent[1], spent[2], strict=True)]
    print(f"gain    {median(gains):.2f}")
    print(f"cores   {os.cpu_count()}, load {os.getloadavg()[0]:.1f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", default="reference")
    parser.add_argument("--transport", choices=("in-process", "https"), default="in-process")
    return parser.parse_args()


def _run(workers: int, client: str, transport: str) -> float:
    """Return the seconds that a certification in two shards takes.

    Raises:
        CalledProcessError: a requirement does not hold, or pytest could not run.
    """
    options = (f"--amazonpay-client={client}", f"--amazonpay-transport={transport}", "--amazonpay-shards=2")
    spread = (f"-n{workers}", "--dist=loadgroup", "-q", "--amazonpay-seed=1")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            (sys.executable, "-m", "pytest", *spread, *options),
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
