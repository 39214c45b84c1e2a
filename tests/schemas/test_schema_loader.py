"""Loading: by name, lazily, from the installed package, without a network."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from amazonpay_conformance import schemas

ROOT = Path(__file__).parents[2] / "schemas"


def test_names_are_the_files_sorted() -> None:
    files = [path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.json")]
    assert schemas.names() == tuple(sorted(files))


def test_a_schema_is_loaded_by_its_name() -> None:
    assert schemas.load("objects/charge")["title"] == "Charge"


def test_what_a_caller_does_to_a_loaded_schema_stays_with_him() -> None:
    schemas.load("objects/error")["required"].append("surprise")
    assert schemas.load("objects/error")["required"] == ["reasonCode", "message"]
    assert schemas.is_valid("objects/error", {"reasonCode": "x", "message": "x"})


@pytest.mark.parametrize("call", [schemas.load, lambda name: schemas.is_valid(name, {})])
def test_an_unknown_name_is_answered_with_the_nearest_ones(call: object) -> None:
    with pytest.raises(KeyError, match=r"no schema 'objects/chrage'; did you mean objects/charge"):
        call("objects/chrage")  # type: ignore[operator]


@pytest.mark.parametrize("name", ["", "zzz", "../pyproject", "objects/charge.json/.."])
def test_no_path_leads_out_of_the_package(name: str) -> None:
    with pytest.raises(KeyError, match="there is no schema"):
        schemas.load(name)


def test_importing_it_brings_no_validator() -> None:
    code = (
        "import sys, amazonpay_conformance.schemas as s; s.names(); s.load('objects/charge'); "
        "print(*sorted({'jsonschema', 'jsonschema_rs', 'referencing', 'requests'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_judging_and_explaining_open_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a schema was looked for on a network")

    from amazonpay_conformance.schemas import loader

    for cached in (loader._judge, loader._explainer, loader._registry):
        cached.cache_clear()
    monkeypatch.setattr("socket.socket.connect", refuse)
    for name in schemas.names():
        schemas.is_valid(name, {})
        schemas.violations(name, {})


def test_it_refuses_to_be_imported_under_another_name() -> None:
    spec = importlib.util.spec_from_file_location("schemas", ROOT / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ImportError, match=r"installed as 'amazonpay_conformance\.schemas'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
