"""Several machines share a run and what was found: shards become the whole, a corpus lies in Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.engine.corpus import corpus_hash
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.scenario_files import Stored, to_json
from amazonpay_conformance.engine.stores import store_at
from amazonpay_conformance.model.scenario import CallStep, Scenario
from amazonpay_conformance.reporting.certificate import signed
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis_server import redis_server

WRONG = """
from amazonpay_conformance.clients import reference
from amazonpay_conformance.clients.reference import ReferenceClient

class Wrong(ReferenceClient):
    def _retried(self, signed, *, may_retry):
        return self._send(signed)

    def _headers(self, operation, call):
        found = super()._headers(operation, call)
        return found if operation.has_body else found.with_value("content-type", "text/plain")

def connect(config):
    calls = reference.connect(config, Wrong)
    return {name: calls[name] for name in ("create_checkout_session", "get_checkout_session")}
"""
HYPOTHESIS = """
import redis
from hypothesis import given, settings, strategies as st
from hypothesis.extra.redis import RedisExampleDatabase

SHARED = RedisExampleDatabase(redis.Redis.from_url({address!r}))
tried = []

@settings(database=SHARED, max_examples={examples}, derandomize=False)
@given(st.integers(0, 10**9))
def test_small(number):
    tried.append(number)
    assert number < 1000

if __name__ == "__main__":
    try:
        test_small()
        print("passed")
    except AssertionError:
        print("failed", tried[0])
"""


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_server() as address:
        yield address


@pytest.fixture
def certify(command: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    words = ("certify", "--client", "wrong.py", "--transport", "in-process", "--seed", "5", "--region", "na")
    algorithm = ("--algorithm", "AMZN-PAY-RSASSA-PSS-V2")
    return lambda *more: command(*words, *algorithm, *more)


def _report(directory: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((directory / "report.json").read_text(encoding="utf-8"))
    return value


def test_shards_merge_to_the_verdicts_of_one_run(
    certify: Callable[..., Any], command: Callable[..., Any], tmp_path: Path
) -> None:
    assert certify("--out", "whole").code == 1
    for part in ("1/3", "2/3", "3/3"):
        certify("--shard", part, "--out", f"part-{part[0]}")
    assert command("merge", "part-1", "part-2", "part-3", "--out", "merged").code == 1

    whole, merged = _report(tmp_path / "whole"), _report(tmp_path / "merged")
    assert _verdicts(merged) == _verdicts(whole)
    assert {f["id"] for f in merged["findings"]} == {f["id"] for f in whole["findings"]}
    assert _covered(merged) == _covered(whole)
    assert merged["counts"] == whole["counts"]


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in report["requirements"]}


def _covered(report: dict[str, Any]) -> dict[str, tuple[int, set[str]]]:
    aspects = report["coverage"]["aspects"].items()
    return {name: (row["covered"], {missed["id"] for missed in row["not_covered"]}) for name, row in aspects}


def test_what_one_machine_found_another_tries_first(
    certify: Callable[..., Any], redis: str, tmp_path: Path
) -> None:
    assert certify("--corpus", redis, "--out", "first").code == 1
    (name,) = store_at(redis).names()
    assert name.startswith("HDR-005.")

    ran = certify("--corpus", redis, "--out", "second", "--max-requests", "3")
    assert ran.code == 1
    assert [finding["requirement"] for finding in _report(tmp_path / "second")["findings"]] == ["HDR-005"]
    assert "geheim" not in ran.out + ran.err
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert b"geheim" not in path.read_bytes()


def test_a_corpus_that_cannot_be_reached_is_told_before_anything_is_run(certify: Callable[..., Any]) -> None:
    pytest.importorskip("redis")
    for place, says in (
        ("redis://:geheim@127.0.0.1:1/0", "cannot read the corpus at redis://127.0.0.1:1/0: "),
        ("ftp://me:geheim@host/corpus", "a corpus is a directory, or at redis://"),
    ):
        ran = certify("--corpus", place)
        assert ran.code == 3
        (line,) = ran.error_lines
        assert says in line
        assert "geheim" not in line


def test_a_certificate_that_rests_on_a_corpus_is_repeated_with_that_one_only(
    command: Callable[..., Any], tmp_path: Path
) -> None:
    lane = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
    kept = Scenario((CallStep("get_charge", "charge#unknown"),))
    text = json.dumps(to_json(kept, lane)).encode()
    store_at(tmp_path / "right").keep("a.json", text)
    key = Ed25519PrivateKey.generate()
    for name, corpora in (("one", [corpus_hash([Stored(kept, lane)])]), ("two", ["a" * 64, "b" * 64])):
        (tmp_path / f"{name}.json").write_bytes(signed({**CERTIFIED, "corpora": corpora}, key))
    for words, code, says in (
        (("one.json",), 3, "rests on a corpus, "),
        (("one.json", "--corpus", "wrong"), 3, "not the certificate's corpus: "),
        (("one.json", "--corpus", "right", "--client", "nobody.py"), 2, "nobody.py"),
        (("two.json", "--corpus", "right"), 3, "had different corpora"),
    ):
        ran = command("verify", "--rerun", *words)
        assert ran.code == code
        assert says in ran.error_lines[-1]


CERTIFIED: dict[str, Any] = {
    "format": 1,
    "kit": {"name": "amazonpay-conformance", "version": "1.0", "python": "3.12.1", "model_hash": "a" * 64,
            "requirements_hash": "b" * 64},
    "subjects": ["client"], "client": None, "target": "mock", "profile": "quick",
    "setting": {"transport": "in-process", "switches": []}, "seeds": [1], "whole": True,
    "lanes": [{"region": "na", "algorithm": "AMZN-PAY-RSASSA-PSS-V2", "public_key_id": "SANDBOX-A"}],
    "started": "2026-11-24T20:00:00Z", "scenarios": 9, "requests": 99, "verdict": "pass", "level": "basic",
    "verdicts": {"SIG-001": "pass"}, "findings": [], "coverage": {"state": {"covered": 15, "of": 15}},
    "detection": None,
}  # fmt: skip


def test_a_database_of_hypothesis_is_shared_through_redis(redis: str, tmp_path: Path) -> None:
    found = _hypothesis(tmp_path / "one", redis, 1000)
    again = _hypothesis(tmp_path / "two", redis, 1)
    assert found.startswith("failed")
    assert again == "failed 1000"  # the first and only example is the smallest that the other found


def _hypothesis(directory: Path, address: str, examples: int) -> str:
    """Run a test in an empty directory, as on a machine of its own."""
    directory.mkdir()
    text = HYPOTHESIS.format(address=address, examples=examples)
    (directory.parent / "shared_test.py").write_text(text, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    words = [sys.executable, str(directory.parent / "shared_test.py")]
    ran = subprocess.run(
        words, cwd=directory, env=clean, capture_output=True, text=True, timeout=60, check=True
    )
    return ran.stdout.strip()
