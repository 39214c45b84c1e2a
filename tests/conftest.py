"""What several folders of tests share: small clients on disk, and the command line as a user runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

ADAPTER = """
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.reference import ReferenceClient

name = "small"
version = "1"
idempotency_key = "both"


class Once(ReferenceClient):
    # never tries again: waiting before each retry is most of what a run takes

    def _retried(self, signed, *, may_retry):
        return self._send(signed)


{body}
"""


EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def forgotten_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Forget the clients and shops that a test imports: the next test may call another by the same name."""
    path, known = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    homes = (str(EXAMPLES), str(tmp_path_factory.getbasetemp()))
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(homes):
            del sys.modules[name]


_TOLD = pytest.StashKey[dict[str, str]]()
"""What tests want printed at the end of the run: a text by its title."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = {}
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # a job in the background, as of nohup: what tests start and end with Ctrl-C would never hear it
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
    """Run the command line in an empty directory, in this process: starting another takes a second."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        from amazonpay_conformance import cli

        out, err = _captured(), _captured()
        with pytest.MonkeyPatch.context() as here, redirect_stdout(out), redirect_stderr(err):
            here.chdir(tmp_path)
            here.setattr(sys, "path", list(sys.path))
            for name in [name for name in os.environ if name.startswith("AMAZON_PAY_")]:
                here.delenv(name)
            for name, value in (env or {}).items():
                here.setenv(name, value)
            try:
                code = cli.main(arguments)
            except SystemExit as ended:  # argparse
                code = ended.code if isinstance(ended.code, int) else 1
        return Ran(code, _said(out), _said(err))

    return run


@pytest.fixture
def spawned(tmp_path: Path) -> Callable[..., Ran]:
    """Run the command line in an empty directory, in a process of its own."""

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


def _captured() -> TextIOWrapper:
    return TextIOWrapper(BytesIO(), encoding="utf-8", newline="", write_through=True)


def _said(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@pytest.fixture
def adapter(tmp_path: Path) -> Callable[[str], str]:
    """Write a Python adapter with a body of one's own and return where it is."""

    def write(body: str) -> str:
        path = tmp_path / "adapter.py"
        path.write_text(ADAPTER.format(body=body), encoding="utf-8")
        return str(path)

    return write
