"""Every printed form of a server's fault is run against a faulty mock, and a right one, over HTTPS."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from amazonpay_conformance.engine.lane import PREFIXED_KEY_ID, Lane
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.forms.printing import Shown, printed
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.strategies.generator import Abilities, Planner
from printed import Stage, executed

LANE = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
HAR = json.loads((Path(__file__).parents[2] / "vectors" / "har-1.2-schema.json").read_text(encoding="utf-8"))

TRIED = (
    # a header, a body, a status, a state, money, a repetition, a relation, the clock
    "no request id",
    "a charge lacks a key",
    "SES-R04 is not enforced",
    "a canceled session stays Open",
    "a charge in cents",
    "a repetition creates a second object",
    "another permission is read",
    "a session never expires",
)
"""Faults of different kinds."""

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl"
)


@pytest.fixture(scope="module")
def shown(bench: Any, catalogue: Any) -> Callable[[str], tuple[Shown, type[Service]]]:
    """From a fault's id to the smallest run that shows it, and the faulty service."""
    known: dict[str, tuple[Shown, type[Service]]] = {}

    def find(name: str) -> tuple[Shown, type[Service]]:
        if name not in known:
            fault = next(fault for fault in catalogue.FAULTS if fault.id == name)
            run = bench.try_out(fault)
            found = next(f for f in run.findings if f.requirement.id in fault.breaks)
            cells = frozenset({found.cell})
            shrinker = Shrinker(bench.runner(fault.service), cells, 300, Planner.start(Abilities()))
            small = shrinker.shrink(run.scenario, found.step)
            assert small is not None
            finding = next(f for f in small.findings if f.cell in cells)
            known[name] = Shown(small, finding, LANE, cells), fault.service
        return known[name]

    return find


@pytest.fixture(scope="module")
def serving(bench: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Serve a fresh mock of a class over HTTPS; what a printed form needs to know is its environment."""
    return Stage(bench.key, tmp_path_factory.mktemp("serving")).serving


@needs_tools
@pytest.mark.parametrize("name", TRIED)
def test_the_curl_script_shows_the_same_failure(
    name: str, shown: Any, serving: Callable[..., Any], tmp_path: Path
) -> None:
    what, service = shown(name)
    script = tmp_path / "shown.sh"
    script.write_text(printed("curl", what), encoding="utf-8")

    with serving(service) as environment:
        wrong = executed(["bash", str(script)], environment)
    with serving(Service) as environment:
        right = executed(["bash", str(script)], environment)

    assert (wrong.returncode, wrong.stderr) == (1, ""), wrong.stdout + wrong.stderr
    assert wrong.stdout.splitlines()[-1].startswith("still fails")
    assert (right.returncode, right.stderr) == (0, ""), right.stdout + right.stderr
    assert right.stdout.splitlines()[-1].startswith("passes now")


@pytest.mark.parametrize("name", TRIED)
def test_the_pytest_file_shows_the_same_failure(
    name: str, shown: Any, serving: Callable[..., Any], tmp_path: Path
) -> None:
    what, service = shown(name)
    text = printed("pytest", what)
    assert "amazonpay_conformance" not in text, "it is self-contained"
    (tmp_path / "shown_test.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        str(tmp_path),
    ]

    with serving(service) as environment:
        wrong = executed(command, environment)
    with serving(Service) as environment:
        right = executed(command, environment)

    assert (wrong.returncode, right.returncode) == (1, 0), wrong.stdout + right.stdout
    assert "still fails: " in wrong.stdout


@pytest.mark.parametrize("name", TRIED)
def test_the_archive_is_har_and_the_diagram_is_a_sequence(name: str, shown: Any) -> None:
    what, _ = shown(name)
    archive = json.loads(printed("har", what))
    jsonschema.validate(archive, HAR)
    assert len(archive["log"]["entries"]) == sum(
        len(made.seen) for made in what.run.made if made.step <= what.finding.step
    )

    first, *lines = printed("mermaid", what).splitlines()
    assert first == "sequenceDiagram"
    arrows = [line for line in lines if "C->>S: " in line]
    assert len(arrows) == len(archive["log"]["entries"])
    assert any(f"FAIL {what.finding.requirement.id}" in line for line in lines)
    known = ("participant ", "Note over ", "B->>S: ", "C->>S: ", "S-->>C: ", "S--xC: ")
    assert not [line for line in lines if not line.startswith(tuple(f"    {start}" for start in known))]
    bare = [re.sub(r"#(35|59|37|lt|gt);", "", line) for line in lines]
    assert not [line for line in bare if set(";#") & set(line)]


def test_no_form_holds_a_key_a_signature_or_a_buyers_data(shown: Any, bench: Any) -> None:
    secret = bench.key.to_pem("pkcs8").splitlines()[1]
    for name in TRIED:
        what, _ = shown(name)
        signatures = {
            (seen.request.headers.get("authorization") or "").rpartition("Signature=")[2]
            for made in what.run.made
            for seen in made.seen
        }
        for form in ("curl", "pytest", "mermaid", "har"):
            text = printed(form, what)
            assert secret not in text
            assert not [signature for signature in signatures if signature in text]
            assert "Susie" not in text
