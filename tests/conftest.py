"""What several folders of tests share: small clients on disk, and the command line as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ADAPTER = """
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.reference import ReferenceClient

name = "small"
version = "1"
idempotency_key = "both"

{body}
"""


_TOLD = pytest.StashKey[dict[str, str]]()
"""What tests want printed at the end of the run: a text by its title."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = {}


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> dict[str, str]:
    """Hold what is to be printed at the end of the run, each text once."""
    return request.config.stash[_TOLD]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["told"] = session.config.stash[_TOLD]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_TOLD].update(getattr(node, "workeroutput", {}).get("told", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for title, text in config.stash[_TOLD].items():
        terminalreporter.section(title)
        terminalreporter.line(text)


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        """What it said on stderr, without the progress that precedes."""
        return [line for line in self.err.splitlines() if line.startswith("amazonpay-conformance: ")]


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Ran]:
    """Run the installed command line in an empty directory."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AMAZON_PAY_")}
        done = subprocess.run(
            [sys.executable, "-m", "amazonpay_conformance.cli", *arguments],
            cwd=tmp_path,
            env={**clean, **(env or {})},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def adapter(tmp_path: Path) -> Callable[[str], str]:
    """Write a Python adapter with a body of one's own and return where it is."""

    def write(body: str) -> str:
        path = tmp_path / "adapter.py"
        path.write_text(ADAPTER.format(body=body), encoding="utf-8")
        return str(path)

    return write
