"""The snippets for code hosts are valid, and what they have a shell do is done here, step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SNIPPETS = ROOT / "examples" / "ci"
ADAPTER = """
from amazonpay_conformance.clients import reference

class Once(reference.ReferenceClient):
    def _retried(self, signed, *, may_retry):
        return self._send(signed)

name, version, idempotency_key = "my client", "1", "both"

def connect(config):
    return {"get_charge": reference.connect(config, Once)["get_charge"]}
"""
SHARDS = ("1", "2", "3", "4")


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-workflows", "github-action.yml"), ("vendor.gitlab-ci", "gitlab-ci.yml")],
)
def test_a_snippet_obeys_the_schema_of_its_host(schema: str, file: str) -> None:
    pytest.importorskip("check_jsonschema", reason="needs check-jsonschema: pip install -e '.[dev]'")
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(SNIPPETS / file)]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_workflow_is_one_that_actionlint_takes() -> None:
    program = shutil.which("actionlint") or shutil.which("actionlint", path=ROOT / "build" / "tools")
    if program is None:
        pytest.skip("no actionlint: make actionlint")
    checked = subprocess.run(
        [program, "-no-color", "-shellcheck=", "-pyflakes=", str(SNIPPETS / "github-action.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def _github() -> Iterator[tuple[str, str]]:
    """Each job's commands: of one with shards for all of them, each where it is downloaded to."""
    for name, job in _loaded("github-action.yml")["jobs"].items():
        for shard in SHARDS if "strategy" in job else ("",):
            for step in job["steps"]:
                text = step.get("run", "").replace("${{ github.run_number }}", "7")
                text = text.replace("${{ matrix.shard }}", shard)
                yield name, text.replace("--out report", f"--out shard-{shard}") if shard else text


def _gitlab() -> Iterator[tuple[str, str]]:
    for name, job in _loaded("gitlab-ci.yml").items():
        if name == "variables":
            continue
        for index in SHARDS if "parallel" in job else ("",):
            text = "\n".join(job["script"]).replace("$CI_PIPELINE_ID", "7")
            yield (
                name,
                text.replace("$CI_NODE_INDEX", index).replace("$CI_NODE_TOTAL", str(job.get("parallel"))),
            )


@pytest.mark.parametrize("host", [_github, _gitlab])
def test_the_steps_of_a_snippet_run_and_their_shards_become_one_report(host: Any, tmp_path: Path) -> None:
    """Four of the kit's shards, one whole run and a doctor: the quick profile stands for the full one."""
    (tmp_path / "my_adapter.py").write_text(ADAPTER, encoding="utf-8")
    for job, text in host():
        text = re.sub(r"^pip install .*$", "", text, flags=re.MULTILINE).replace("full", "quick")
        ran = _run(text, tmp_path)
        assert ran.returncode == 0, f"{job}: {text}\n{ran.stdout}{ran.stderr}"
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert [run["shard"] for run in report["runs"]] == ["1/4", "2/4", "3/4", "4/4"]
    assert report["verdict"] == "pass"
    assert (tmp_path / "report" / "junit.xml").is_file()


def _loaded(file: str) -> dict[str, Any]:
    yaml = pytest.importorskip("ruamel.yaml", reason="needs check-jsonschema: pip install -e '.[dev]'")
    value: dict[str, Any] = yaml.YAML(typ="safe").load((SNIPPETS / file).read_text(encoding="utf-8"))
    return value


def _run(text: str, directory: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", text.replace("certify ", "certify --transport in-process ")],
        cwd=directory,
        env={**os.environ, "PATH": path, "CI": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
