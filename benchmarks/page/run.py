"""How long a report's page takes to write, and Chromium to open it, with thousands of exchanges.

    .venv/bin/python benchmarks/page/run.py REPORT [--exchanges 5000]

REPORT is a directory that `certify` wrote, with a finding in it. Its exchanges are repeated.
"""

from __future__ import annotations

import argparse
import copy
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.shown import shown
from amazonpay_conformance.reporting.stored import read_report

PER_FINDING: Final = 20

FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--timeout=60000",
)  # fmt: skip

TIMER: Final = """<script>addEventListener("load", function () {
  var height = document.body.offsetHeight;
  document.documentElement.dataset.shown = Math.round(performance.now());
});</script></body>"""


def main() -> int:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path, metavar="REPORT")
    parser.add_argument("--exchanges", type=int, default=5000)
    arguments = parser.parse_args()
    report = enlarged(read_report(arguments.report), arguments.exchanges)
    began = time.process_time()
    text = page(shown(report, {}))
    print(f"written in {time.process_time() - began:.1f} s of CPU: {len(text) / 1e6:.1f} MB")
    count = text.count('class="exchange"')
    print(f"{count} exchanges, {len(report['findings'])} findings")
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no Chromium here")
        return 0
    for _ in range(3):
        print(f"laid out after {opened(chromium, text)} ms")
    return 0


def enlarged(report: dict[str, Any], exchanges: int) -> dict[str, Any]:
    """Return a report with so many exchanges, in findings of some each."""
    if not any(finding["exchanges"] for finding in report["findings"]):
        sys.exit("the report has no finding with an exchange")
    pattern = next(finding for finding in report["findings"] if finding["exchanges"])
    findings = []
    for number in range(exchanges // PER_FINDING):
        one = copy.deepcopy(pattern)
        one["id"], one["before"] = f"{pattern['id']}-{number}", []
        one["exchanges"] = (pattern["exchanges"] * PER_FINDING)[:PER_FINDING]
        findings.append(one)
    return {**report, "findings": findings}


def opened(chromium: str, text: str) -> str:
    """Return after how many milliseconds the page was loaded and laid out."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "page.html"
        file.write_text(text.replace("</body>", TIMER), encoding="utf-8")
        command = [chromium, *FLAGS, f"--user-data-dir={name}/home", "--dump-dom", file.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    found = re.search(r'data-shown="(\d+)"', done.stdout)
    return found[1] if found else "(not told)"


if __name__ == "__main__":
    sys.exit(main())
