"""Every command in the documents runs: README, docs/ and examples/, block by block, in a scratch directory.

A block of `sh` or `console` is run as it stands, by bash, and must end well. What is not run is listed with
its reason; a row of that table that fits no block of its document is an error.
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
    "README.md": {
        "make certify": ".ci/run does, in an environment of its own",
        "make test": "it is what runs this",
        "make certify CLIENT=examples/amazonpayclient/adapter.py": "tests/examples certifies these clients",
        "make certify CLIENT=my_adapter.py": ".ci/run does the same with the reference client",
        "amazonpay-conformance certify --client my_adapter.py --switch refused-keys=stored "
        "--switch replay-status=200": "tests/engine runs the mock with every choice",
    },
    "docs/certification.md": {
        "for seed in 1 2 3; do": "three full runs; tests/reporting merges and signs smaller ones",
        "amazonpay-conformance verify certificate.json --key signing.pub.pem --rerun --client my_adapter.py":
            "tests/cli/test_certificates_command.py does",
    },
    "docs/notifications.md": {
        "make endpoint SHOP=my_shop.py": "tests/cli/test_certify_endpoint.py certifies the example",
        "amazonpay-conformance serve --notify http://localhost:8000/ipn":
            "tests/engine/test_notified_traces.py serves a mock that notifies",
        "amazonpay-conformance trigger S01-5105180-3221187-C056351 --endpoint http://localhost:8000/ipn":
            "tests/cli/test_trigger.py sends to an endpoint that is there",
    },
    "docs/scale.md": {
        "pip install 'amazonpay-conformance[redis]'": "tests/cli/test_scale_out.py has a Redis server",
    },
    "docs/sandbox.md": {
        "export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-…": "it needs credentials of Amazon's",
        "amazonpay-conformance certify --target https://localhost:8443 --ca-file ca.pem":
            "tests/engine/test_remote_targets.py certifies such a target",
    },
    "examples/amazon-pay-v2/README.md": {
        "pip install -r examples/amazon-pay-v2/requirements.txt": "make examples does",
    },
    "examples/amazonpayclient/README.md": {
        "pip install -r examples/amazonpayclient/requirements.txt": "make examples does",
    },
    "examples/hypothesis/README.md": {"pytest examples/hypothesis": "tests/examples runs it"},
    "examples/java/README.md": {
        "cd examples/java && mvn -q dependency:copy-dependencies": "make examples does",
    },
    "examples/nodejs/README.md": {
        "cd examples/nodejs && npm install --no-package-lock": "make examples does",
    },
    "examples/shop/README.md": {
        "make shop": "it serves until it is stopped; tests/browser runs the shop",
        "SHOP_PUBLIC_KEY_ID=SANDBOX-… SHOP_PRIVATE_KEY=key.pem SHOP_MERCHANT_ID=… "
        "SHOP_STORE_ID=… python -m shop": "it needs credentials of Amazon's",
    },
}
# fmt: on
"""By document, where that is there, and by the first line of a block: why it is not run here."""

MAY_END_WITH = {"amazonpay-conformance judge shop.har": {0, 1, 5}}
"""By the beginning of a block: exit codes that are as good as 0."""

REPORTS = {"before": "1/1", "after": "1/1", "shard-1": "1/2", "shard-2": "2/2"}
"""Reports that a reader has, and the shards that they are of."""

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
    def where(self) -> str:
        """The document as it is named in the repository."""
        return str(self.document.relative_to(ROOT))

    @property
    def is_run(self) -> bool:
        """Whether it is run here."""
        return self.first not in NOT_RUN.get(self.where, {})

    @property
    def first(self) -> str:
        """Its first line, without a comment."""
        return self.text.splitlines()[0].partition("   #")[0].rstrip()

    def __str__(self) -> str:
        return f"{self.where}: {self.first}"


def blocks() -> Iterator[Block]:
    """Every block of commands, in the order of the documents."""
    for document in DOCUMENTS:
        for found in BLOCK.finditer(document.read_text(encoding="utf-8")):
            yield Block(document, found["text"].replace("\n$ ", "\n").removeprefix("$ "))


BLOCKS = tuple(blocks())
RUN = tuple({block.text: block for block in BLOCKS if block.is_run}.values())


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A directory of a reader who has followed the documents so far."""
    (tmp_path / "my_adapter.py").write_text(ADAPTER, encoding="utf-8")
    checks = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```", checks, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_my_check.py").write_text(code[0], encoding="utf-8")
    scenarios = tmp_path / "amazonpay-conformance-report" / "scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "SIG-004.json").write_text(json.dumps(SCENARIO), encoding="utf-8")
    (tmp_path / "merchant.pem").write_text(generate_private_key().public.to_pem(), encoding="ascii")
    empty = {"log": {"version": "1.2", "entries": []}}
    (tmp_path / "shop.har").write_text(json.dumps(empty), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("document", dict.fromkeys(block.where for block in RUN))
def test_the_commands_of_a_document_run_one_after_the_other(document: str, scratch: Path) -> None:
    mine = [block for block in RUN if block.where == document]
    _make_reports(mine, scratch)
    missing = {block: _missing(block) for block in mine}
    for block in mine:
        if not missing[block]:
            _try(block, scratch)
    if any(missing.values()):
        pytest.skip("; ".join(filter(None, missing.values())))


def _try(block: Block, directory: Path) -> None:
    """Run a block; it ends well.

    A certificate is where a reader has put the one that he was given.
    """
    certificate = directory / "amazonpay-conformance-report" / "certificate.json"
    if certificate.is_file():
        shutil.copy(certificate, directory)
    if " serve" in block.text:
        _serve(block.text, directory)
        return
    ended = (
        _answered(block.text, directory) if "localhost:8443" in block.text else _run(block.text, directory)
    )
    fine = next((codes for begins, codes in MAY_END_WITH.items() if block.first.startswith(begins)), {0})
    assert ended.returncode in fine, f"{block}\n{ended.stdout}{ended.stderr}"
    assert "Traceback" not in ended.stderr


def _answered(text: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run what calls a mock that the reader started."""
    with served(directory / "served") as mock:
        text = text.replace("localhost:8443", f"localhost:{mock.server.port}")
        return _run(re.sub(r"\S*ca\.pem", str(mock.ca_file), text), directory)


def _make_reports(blocks: list[Block], directory: Path) -> None:
    for name, shard in REPORTS.items():
        if any(name in block.text for block in blocks):
            certify = "amazonpay-conformance certify --client my_adapter.py --transport in-process --seed 1"
            _run(f"{certify} --shard {shard} --out {name}", directory).check_returncode()


@pytest.mark.parametrize("document", [name for name in NOT_RUN if (ROOT / name).is_file()])
def test_what_is_not_run_is_in_the_document(document: str) -> None:
    assert set(NOT_RUN[document]) <= {block.first for block in BLOCKS if block.where == document}


def test_the_first_command_of_the_readme_is_run_by_the_checks_before_a_landing() -> None:
    assert "make certify" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def _missing(block: Block) -> str:
    """What a block needs that is not on this machine."""
    for program in ("node", "curl"):
        if re.search(rf"(^|\| ){program} ", block.text, re.MULTILINE) and shutil.which(program) is None:
            return f"{program} is not installed"
    if "driver.mjs" in block.text and not (ROOT / "examples" / "nodejs" / "node_modules").is_dir():
        return "the Node SDK is not installed: make examples"
    return ""


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
