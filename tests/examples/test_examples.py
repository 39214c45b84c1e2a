"""The examples, with the real SDKs from their registries: right clients come out without a failure.

What each SDK is warned of is written down here; docs/sdks.md explains it. `make examples` installs them.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def _node() -> str | None:
    if shutil.which("node") is None:
        return "node is not installed"
    installed = (EXAMPLES / "nodejs" / "node_modules").is_dir()
    return None if installed else "the Node SDK is not installed: make examples"


def _python(module: str) -> str | None:
    return None if importlib.util.find_spec(module) else f"{module} is not installed: make examples"


SDKS: dict[str, tuple[str, str | None, set[str]]] = {
    "nodejs": (f"exec:node {EXAMPLES / 'nodejs' / 'driver.mjs'}", _node(), {"HDR-003", "RTY-001", "TLS-008"}),
    "amazonpayclient": (str(EXAMPLES / "amazonpayclient" / "adapter.py"), _python("AmazonPay"), set()),
    "amazon-pay-v2": (
        str(EXAMPLES / "amazon-pay-v2" / "adapter.py"),
        _python("amazon_pay_v2"),
        {"SIG-008", "URL-003"},
    ),
}


@pytest.mark.parametrize("sdk", SDKS)
def test_an_sdk_conforms_and_its_warnings_are_the_known_ones(
    spawned: Callable[..., Any], tmp_path: Path, sdk: str
) -> None:
    client, missing, warnings = SDKS[sdk]
    if missing:
        pytest.skip(missing)
    ran = spawned("certify", "--client", client, "--seed", "1", "--out", "out")
    assert ran.code == 0, ran.out
    found = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert {finding["requirement"] for finding in found["findings"]} == warnings
