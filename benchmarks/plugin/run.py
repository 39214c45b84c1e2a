"""What the plugin adds to the start of a pytest run that does not use it: `python benchmarks/plugin/run.py`.

One trivial test is run with the plugin and without it, in turn, in processes of their own; other plugins are
left out. Told is CPU time, which a busy machine does not stretch as it stretches the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUND_SECONDS = 0.05
OTHERS = ("hypothesispytest", "xdist", "xdist.looponfail", "randomly", "pytest_cov", "html", "anyio")
WITHOUT = ("-p", "no:amazonpay_conformance.plugin")


def main() -> int:
    """Measure and tell; 1 where more is added than the bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="runs of each kind (default: 20)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        Path(name, "test_nothing.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
        for warming in ((), WITHOUT):
            measured(name, warming)
        pairs = [(measured(name, ()), measured(name, WITHOUT)) for _ in range(runs)]
    with_it, without = (min(cpu for cpu, _ in kind) for kind in zip(*pairs, strict=True))
    added = with_it - without
    print(f"pytest without the plugin  {without * 1000:6.1f} ms of CPU")
    print(f"pytest with it, unused     {with_it * 1000:6.1f} ms, {with_it / without:.3f} times as much")
    print(f"added                      {added * 1000:6.1f} ms; the bound is {BOUND_SECONDS * 1000:.0f} ms")
    print(f"least of {runs} pairs; by the clock {_clock(pairs) * 1000:.1f} ms (median)")
    return 0 if added < BOUND_SECONDS else 1


def _clock(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> float:
    return statistics.median(used[1] - unused[1] for used, unused in pairs)


def measured(directory: str, more: tuple[str, ...]) -> tuple[float, float]:
    """Return the CPU time and the time by the clock of one run."""
    left_out = [word for other in OTHERS for word in ("-p", f"no:{other}")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *left_out, *more]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit("pytest failed")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
