"""The examples of tests of one's own, run as their readers run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "hypothesis"


def ran(directory: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run examples with pytest, in a directory of their own."""
    files = [str(EXAMPLES / name) for name in names]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLES), *files]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=600)


def test_the_property_tests_pass(tmp_path: Path) -> None:
    done = ran(tmp_path, "test_my_client.py", "test_my_parser.py")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_the_shop_with_a_mistake_is_found_out_in_the_fewest_steps(tmp_path: Path) -> None:
    done = ran(tmp_path, "test_my_shop.py")
    assert done.returncode == 1, done.stdout
    # only the traceback's own lines: with CI set, pytest's summary says the whole of it once more
    told = [line.removeprefix("E").strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    rules = [line for line in told if line.startswith("state.") and "(" in line and "books" not in line]
    assert rules == [
        "state.place_an_order(intent='AuthorizeWithCapture')",
        "state.a_buyer_returns_an_order(data=data(...))",
        "state.a_buyer_returns_an_order(data=data(...))",
        "state.teardown()",
    ]
