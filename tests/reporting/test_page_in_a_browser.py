"""The page in Chromium, where there is one: it runs its script, loads nothing and can be printed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Small

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


def browse(small: Small, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    address = (small.directory / "report.html").as_uri()
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={home}", *words, address]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_filters_are_there_and_count_the_requirements(small: Small, tmp_path: Path) -> None:
    done = browse(small, tmp_path, "--dump-dom", "--enable-logging=stderr")
    rows = len(small.report["requirements"])
    assert f"{rows} of {rows}</output>" in done.stdout
    assert 'id="filters" hidden' not in done.stdout
    told = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert told == []


def test_it_can_be_printed(small: Small, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    browse(small, tmp_path / "home", f"--print-to-pdf={file}", "--no-pdf-header-footer")
    assert file.read_bytes().startswith(b"%PDF")
    assert file.stat().st_size > 20_000
