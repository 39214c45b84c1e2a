"""The published vectors are what they say: for the kit, the runners in their README, and their generator."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from amazonpay_conformance.wire.buttons import diagnose_button
from amazonpay_conformance.wire.forensics import diagnose
from amazonpay_conformance.wire.keys import PublicKey, load_public_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import ALGORITHMS, verify, verify_button

VECTORS = Path(__file__).parents[1] / "vectors"
FILES = [(kind, algorithm) for algorithm in ALGORITHMS for kind in ("request", "button")]
EXPLAINED = {"Padding", "StringToSign", "Canonicalisation", "WrongKey", "PayloadChanged", "TwoMistakes"}


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_vectors", VECTORS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()


def read(kind: str, algorithm: str) -> dict[str, Any]:
    text = (VECTORS / GENERATE.name_of(kind, algorithm)).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def key_of(pem: str) -> PublicKey:
    return load_public_key(pem)


def request_of(test: dict[str, Any]) -> Request:
    sent = test["request"]
    headers = Headers.of([(name, value) for name, value in sent["headers"]])
    return Request(sent["method"], sent["path"], sent["query"], headers, base64.b64decode(sent["body"]))


TESTS = [
    pytest.param(algorithm, group["publicKeyPem"], test, id=f"{algorithm}-{kind}-{test['tcId']}")
    for kind, algorithm in FILES
    for group in read(kind, algorithm)["testGroups"]
    for test in group["tests"]
]


@pytest.mark.parametrize(("algorithm", "pem", "test"), TESTS)
def test_the_kit_gets_the_result(algorithm: str, pem: str, test: dict[str, Any]) -> None:
    key = key_of(pem)
    if "payload" in test:
        ok = verify_button(test["payload"], test["signature"], key, algorithm)
    else:
        ok = verify(request_of(test), key).ok
    assert test["result"] in ("acceptable", "valid" if ok else "invalid"), test["comment"]


@pytest.mark.parametrize(("algorithm", "pem", "test"), TESTS)
def test_the_kit_explains_what_it_knows(algorithm: str, pem: str, test: dict[str, Any]) -> None:
    if test["result"] != "invalid" or not EXPLAINED & set(test["flags"]):
        return
    if test["comment"] in ("string to sign: nothing", "payload signed a field changed", "MGF1 with SHA-512"):
        return  # nothing known, or nothing that anybody is known to do
    if "payload" in test:
        found = diagnose_button(test["payload"], test["signature"], key_of(pem), algorithm)
    else:
        found = diagnose(request_of(test), key_of(pem))
    assert found is not None
    assert found.is_explained, (test["comment"], found)


@pytest.mark.parametrize(("kind", "algorithm"), FILES)
def test_a_file_satisfies_its_schema(kind: str, algorithm: str) -> None:
    document = read(kind, algorithm)
    schema = json.loads((VECTORS / document["schema"]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    tests = [test for group in document["testGroups"] for test in group["tests"]]
    assert document["numberOfTests"] == len(tests)
    assert set(document["notes"]) == {flag for test in tests for flag in test["flags"]}


@pytest.mark.parametrize(("kind", "algorithm"), FILES)
def test_a_file_is_what_its_generator_writes(kind: str, algorithm: str) -> None:
    (group,) = read(kind, algorithm)["testGroups"]
    written = [(test["comment"], tuple(test["flags"]), test["result"]) for test in group["tests"]]
    cases = GENERATE.cases(kind, algorithm)
    assert written == [(case.comment, case.flags, case.result) for case in cases]
    due = [test.get("canonicalRequest", test.get("payload")) for test in group["tests"]]
    assert due == [case.due for case in cases]


def test_no_case_is_there_twice() -> None:
    for kind, algorithm in FILES:
        comments = [case.comment for case in GENERATE.cases(kind, algorithm)]
        assert len(comments) == len(set(comments))


def runner(language: str) -> str:
    (code,) = re.findall(
        rf"```{language}\n(.*?)```", (VECTORS / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    return str(code)


@pytest.mark.parametrize(("language", "ending"), [("python", "py"), ("js", "cjs")])
def test_a_runner_that_knows_nothing_of_the_kit_agrees(tmp_path: Path, language: str, ending: str) -> None:
    command = sys.executable if language == "python" else shutil.which("node")
    if command is None:
        pytest.skip("node is not installed")
    script = tmp_path / f"runner.{ending}"
    script.write_text(runner(language), encoding="utf-8")
    names = [GENERATE.name_of(kind, algorithm) for kind, algorithm in FILES]
    ran = subprocess.run(
        [command, str(script), *names], cwd=VECTORS, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("tests agree") == len(names)


def test_a_runner_notices_a_wrong_result(tmp_path: Path) -> None:
    document = read("button", "AMZN-PAY-RSASSA-PSS")
    document["testGroups"][0]["tests"][0]["result"] = "invalid"
    wrong, script = tmp_path / "wrong.json", tmp_path / "runner.py"
    wrong.write_text(json.dumps(document), encoding="utf-8")
    script.write_text(runner("python"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), str(wrong)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 1
    assert "test 1" in ran.stderr
