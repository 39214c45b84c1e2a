"""Every command in the documents runs: README, docs/ and examples/, block by block, in a scratch directory.

A block of `sh` or `console` is run as it stands, by bash, and must end well. What is not run is listed with
its reason, exactly: a row of a table that fits no block, and a block that is neither, are both errors.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import connect
from amazonpay_conformance.mock.serving import served
from amazonpay_conformance.wire.keys import generate_private_key

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path for pattern in ("*.md", "docs/*.md", "examples/**/*.md") for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)  # fmt: skip
BLOCK = re.compile(r"^```(?:sh|console|bash)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)

# fmt: off
NOT_RUN = {
    "make certify": ".ci/run does, in an environment of its own",
    "make test": "it is what runs this",
    "make certify CLIENT=examples/amazonpayclient/adapter.py": "tests/examples certifies the same clients",
    "make certify CLIENT=my_adapter.py": ".ci/run does the same with the reference client",
    "export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-…": "it needs credentials of Amazon's",
    "amazonpay-conformance certify --target https://localhost:8443 --ca-file ca.pem":
        "tests/engine/test_remote_targets.py certifies such a target",
    "amazonpay-conformance certify --client my_adapter.py --switch refused-keys=stored "
    "--switch replay-status=200":
        "tests/engine runs the mock with every choice",
    "pip install -r examples/amazonpayclient/requirements.txt": "make examples does",
    "pip install -r examples/amazon-pay-v2/requirements.txt": "make examples does",
    "cd examples/nodejs && npm install --no-package-lock": "make examples does",
    "cd examples/java && mvn -q dependency:copy-dependencies": "make examples does",
    "pytest examples/hypothesis": "tests/examples runs it",
    "make endpoint SHOP=my_shop.py": "tests/cli/test_certify_endpoint.py certifies the example",
    "amazonpay-conformance serve --notify http://localhost:8000/ipn":
        "tests/engine/test_notified_traces.py serves a mock that notifies",
    "amazonpay-conformance trigger S01-5105180-3221187-C056351 --endpoint http://localhost:8000/ipn":
        "tests/cli/test_trigger.py sends to an endpoint that is there",
    "make shop": "it serves until it is stopped; tests/browser runs the shop",
    "SHOP_PUBLIC_KEY_ID=SANDBOX-… SHOP_PRIVATE_KEY=key.pem SHOP_MERCHANT_ID=… SHOP_STORE_ID=… python -m shop":
        "it needs credentials of Amazon's",
}
# fmt: on
"""By the first line of a block: why it is not run here."""

MAY_END_WITH = {"amazonpay-conformance judge shop.har": {0, 1, 5}}
"""By the beginning of a block: exit codes that are as good as 0."""

ADAPTER = """
from amazonpay_conformance.clients import reference

class Once(reference.ReferenceClient):
    def _retried(self, signed, *, may_retry):
        return self._send(signed)

name, version, idempotency_key = "my client", "1", "both"

def connect(config):
    return {"get_charge": reference.connect(config, Once)["get_charge"]}
"""
SCENARIO = {
    "format": 1,
    "shows": [{"requirement": "SIG-004"}],
    "lane": {
        "region": "na",
        "algorithm": "AMZN-PAY-RSASSA-PSS-V2",
        "public_key_id": "SANDBOX-AEXAMPLE0CONFORMANCE0KEY",
    },
    "steps": [{"call": "get_charge", "target": "charge#unknown"}],
}


@dataclass(frozen=True)
class Block:
    """A block of commands in a document."""

    document: Path
    text: str

    @property
    def first(self) -> str:
        """Its first line, without a comment."""
        return self.text.splitlines()[0].partition("   #")[0].rstrip()

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}: {self.first}"


def blocks() -> Iterator[Block]:
    """Every block of commands, in the order of the documents."""
    for document in DOCUMENTS:
        for found in BLOCK.finditer(document.read_text(encoding="utf-8")):
            yield Block(document, found["text"].replace("\n$ ", "\n").removeprefix("$ "))


BLOCKS = tuple(blocks())
RUN = tuple({block.text: block for block in BLOCKS if block.first not in NOT_RUN}.values())


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of a reader who has followed the documents so far."""
    directory = tmp_path_factory.mktemp("reader")
    (directory / "my_adapter.py").write_text(ADAPTER, encoding="utf-8")
    checks = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```", checks, re.MULTILINE | re.DOTALL)
    (directory / "test_my_check.py").write_text(code[0], encoding="utf-8")
    scenarios = directory / "amazonpay-conformance-report" / "scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "SIG-004.json").write_text(json.dumps(SCENARIO), encoding="utf-8")
    (directory / "merchant.pem").write_text(generate_private_key().public.to_pem(), encoding="ascii")
    (directory / "shop.har").write_text(
        json.dumps({"log": {"version": "1.2", "entries": []}}), encoding="utf-8"
    )
    return directory


@pytest.mark.parametrize("block", RUN, ids=str)
def test_a_block_runs(block: Block, scratch: Path) -> None:
    _skip_where_it_cannot(block)
    if " serve" in block.text:
        _serve(block.text, scratch)
        return
    if "localhost:8443" in block.text:
        with served(scratch / "served") as mock:
            text = block.text.replace("localhost:8443", f"localhost:{mock.server.port}")
            ended = _run(re.sub(r"\S*ca\.pem", str(mock.ca_file), text), scratch)
    else:
        ended = _run(block.text, scratch)
    fine = next((codes for begins, codes in MAY_END_WITH.items() if block.first.startswith(begins)), {0})
    assert ended.returncode in fine, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_not_run_is_in_some_document() -> None:
    assert set(NOT_RUN) - {block.first for block in BLOCKS} == set()


def test_the_first_command_of_the_readme_is_run_by_the_checks_before_a_landing() -> None:
    assert "make certify" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def _skip_where_it_cannot(block: Block) -> None:
    for program in ("node", "curl"):
        if re.search(rf"(^|\| ){program} ", block.text, re.MULTILINE) and shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if "driver.mjs" in block.text and not (ROOT / "examples" / "nodejs" / "node_modules").is_dir():
        pytest.skip("the Node SDK is not installed: make examples")


def _environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AMAZON_PAY_")}
    return {**clean, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _run(text: str, directory: Path) -> subprocess.CompletedProcess[str]:
    text = text.replace("node driver.mjs", f"node {ROOT}/examples/nodejs/driver.mjs")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=directory,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _serve(text: str, directory: Path) -> None:
    """Run what serves until it is stopped, call it once, and stop it as a reader would, with Ctrl-C."""
    words = text.replace("--port 8443", "--port 0").split()
    serving = subprocess.Popen(
        words, cwd=directory, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        said = ""
        while not (host := re.search(r"localhost:\d+", said)):
            line = serving.stdout.readline()
            assert line, serving.communicate()
            said += line
        _call_once(host[0], directory / "amazonpay-conformance-mock")
        serving.send_signal(signal.SIGINT)
        _, err = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert serving.returncode == 0, err


def _call_once(host: str, out: Path) -> None:
    from amazonpay_conformance.mock.serving import MADE_UP_KEY_ID

    key = out / "private-key.pem"
    config = ClientConfig(
        MADE_UP_KEY_ID,
        key.read_text(encoding="ascii"),
        str(key),
        "na",
        "AMZN-PAY-RSASSA-PSS-V2",
        host,
        str(out / "ca.pem"),
    )
    answered = connect(config)["get_charge"](ClientCall("get_charge", "S01-0000000-0000000-C000000"))
    assert answered.status_code == 404
