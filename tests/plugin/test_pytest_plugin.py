"""The pytest plugin, run as a user runs it: in a directory of its own, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import BARE, WRONG

pytest_plugins = ["pytester"]

IN_PROCESS = "--amazonpay-transport=in-process"


def test_one_item_a_requirement(pytester: pytest.Pytester, small: str) -> None:
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={small}", IN_PROCESS, "-v")
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(
        [
            f"amazonpay: client {small} (command line), target mock (default), "
            "transport in-process (command line), profile quick (default), seed 0 (default)"
        ]
    )
    ran.stdout.fnmatch_lines(["*SIG-004*PASSED*", "*SIG-005*PASSED*"])
    ran.stdout.fnmatch_lines(
        ["* pass*", "covered: * of * states, *", "report: *report.json", "verdict: pass"]
    )
    found = json.loads((pytester.path / "amazonpay-conformance-report" / "report.json").read_text("utf-8"))
    assert found["verdict"] == "pass"


def test_a_failing_item_shows_the_finding_and_no_traceback(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={adapter(WRONG)}", IN_PROCESS, "-k", "CAL-001")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        [
            "FAIL CAL-001: A call that breaks no rule is sent.",
            "*received*RuntimeError: closed*",
            "*repeat*pytest --amazonpay-client=* -k CAL-001",
        ]
    )
    ran.stdout.no_fnmatch_line("*Traceback*")
    ran.stdout.no_fnmatch_line("*items.py*")


def test_a_warning_passes_and_fails_where_it_is_strict(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    chosen = (f"--amazonpay-client={adapter(BARE)}", IN_PROCESS, "-k", "HDR-010 or HDR-001")
    tolerant = pytester.runpytest_subprocess(*chosen)
    ids = [line.split()[1].rstrip(":") for line in tolerant.outlines if line.startswith("warning ")]
    assert ids
    strict = pytester.runpytest_subprocess(*chosen[:2], "--amazonpay-strict", "-k", " or ".join(ids))
    strict.assert_outcomes(failed=len(ids))


def test_what_cannot_be_tried_is_one_error_and_no_failure(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--amazonpay-client=nosuchclient", "-k", "SIG-004 or SIG-005")
    ran.assert_outcomes(errors=1, skipped=1)
    ran.stdout.fnmatch_lines(["could not certify: *nosuchclient*"])
    ran.stdout.no_fnmatch_line("*Traceback*")
    ran.stdout.no_fnmatch_line("*items.py*")


def test_nothing_is_exercised_is_never_green(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    client = adapter("def connect(config): return {}")
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={client}", "-k", "SIG-004")
    ran.assert_outcomes(errors=1)


def test_a_budget_ends_the_run_and_what_was_judged_still_counts(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        "--amazonpay-client=reference", IN_PROCESS, "--amazonpay-max-requests=3", "-k", "SIG-004 or REF-001"
    )
    ran.assert_outcomes(passed=1, skipped=1)
    ran.stdout.fnmatch_lines(["ended early: the budget of 3 requests is spent"])


def test_what_is_found_joins_the_corpus_and_is_tried_first(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    pytester.makeini("[pytest]\namazonpay_corpus = kept\n")
    chosen = (f"--amazonpay-client={adapter(BARE)}", IN_PROCESS, "-k", "HDR")
    pytester.runpytest_subprocess(*chosen, "--amazonpay-max-requests=40")
    kept = sorted(path.name for path in (pytester.path / "kept").iterdir())
    (pytester.path / "kept" / "rubbish.json").write_text("{", encoding="utf-8")

    again = pytester.runpytest_subprocess(*chosen, "--amazonpay-max-requests=2", "--amazonpay-out=again")
    found = json.loads((pytester.path / "again" / "report.json").read_text("utf-8"))

    assert kept
    again.stdout.fnmatch_lines(["amazonpay: *corpus *kept (tox.ini)*", "skipped *rubbish.json is not JSON*"])
    assert {name.partition(".")[0] for name in kept} == {finding["id"] for finding in found["findings"]}
    assert found["untried"]["corpus"] == 0
    assert sorted(path.name for path in (pytester.path / "kept").iterdir()) == sorted((*kept, "rubbish.json"))


def test_regions_and_shards_have_items_of_their_own(pytester: pytest.Pytester, small: str) -> None:
    ran = pytester.runpytest_subprocess(
        f"--amazonpay-client={small}",
        IN_PROCESS,
        "--amazonpay-regions=jp,eu",
        "--amazonpay-shards=2",
        "--amazonpay-max-requests=5",
        "-k",
        "SIG-004 and (eu or jp-1of2)",
        "-v",
    )
    ran.assert_outcomes(passed=3)
    ran.stdout.fnmatch_lines(
        ["amazonpay-conformance::SIG-004?eu-1of2? *", "*SIG-004?eu-2of2?*", "*SIG-004?jp-1of2?*"]
    )
    for label in ("eu-1of2", "eu-2of2", "jp-1of2"):
        report = pytester.path / "amazonpay-conformance-report" / label / "report.json"
        assert json.loads(report.read_text("utf-8"))["lanes"][0]["region"] == label[:2]


def test_all_shards_together_run_what_one_run_does(pytester: pytest.Pytester, small: str) -> None:
    counts = []
    for shards in ("1", "2"):
        pytester.runpytest_subprocess(
            f"--amazonpay-client={small}",
            IN_PROCESS,
            f"--amazonpay-shards={shards}",
            f"--amazonpay-out={shards}",
            "-k",
            "SIG-004",
        ).assert_outcomes(passed=int(shards))
        reports = (pytester.path / shards).rglob("report.json")
        counts.append(sum(json.loads(path.read_text("utf-8"))["scenarios"] for path in reports))
    assert counts[0] == counts[1]


def test_items_can_be_chosen_by_marker_level_and_id(pytester: pytest.Pytester, small: str) -> None:
    pytester.makepyfile("def test_mine(): pass")
    client = f"--amazonpay-client={small}"
    chosen = {
        ("-m", "not amazonpay"): ["test_mine"],
        ("-k", "MUST and SIG"): ["SIG-004"],
        ("-k", "mine or HDR-001"): ["test_mine", "HDR-001"],
    }
    for arguments, named in chosen.items():
        ran = pytester.runpytest_subprocess(client, "--collect-only", "-q", "--strict-markers", *arguments)
        for name in named:
            ran.stdout.fnmatch_lines([f"*::{name}"])
    ran.stdout.no_fnmatch_line("*SIG-004*")


def test_ids_are_sorted_part_by_part(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        "--amazonpay-client=reference", "--amazonpay-regions=na,eu", "--collect-only", "-q"
    )
    shown = [line.partition("::")[2] for line in ran.outlines if "::" in line]
    for region in ("na", "eu"):
        mine = [name for name in shown if name.endswith(f"[{region}]")]
        assert mine == sorted(mine)
    assert len(shown) == len(set(shown)) > 200


def test_unused_it_leaves_a_users_run_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    ran = pytester.runpytest_subprocess()
    ran.assert_outcomes(passed=1)
    ran.stdout.no_fnmatch_line("*amazonpay:*")
    assert not (pytester.path / "amazonpay-conformance-report").exists()


def test_unused_it_imports_nothing_but_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            ours = {name for name in sys.modules if name.startswith("amazonpay_conformance")}
            mine = {name for name in ours if name.startswith("amazonpay_conformance.plugin")}
            below = {name.partition(".")[2] for name in ours - mine}
            assert below == {"", "engine", "engine.configuration"}
            assert not {"requests", "cryptography", "responses", "jsonschema", "tomllib"} & set(sys.modules)
        """
    )
    ran = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:randomly")
    ran.assert_outcomes(passed=1)


def test_without_the_plugin_nothing_of_it_is_left(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            assert not [name for name in sys.modules if name.startswith("amazonpay_conformance")]
        """
    )
    without = ("-p", "no:amazonpay_conformance.plugin")
    pytester.runpytest_subprocess(*without, "--strict-markers", "--strict-config").assert_outcomes(passed=1)
    assert "amazonpay" not in pytester.runpytest_subprocess(*without, "--help").stdout.str()
    assert "amazonpay" not in pytester.runpytest_subprocess(*without, "--markers").stdout.str()


def test_collection_starts_no_client(pytester: pytest.Pytester, tmp_path: Path) -> None:
    client = tmp_path / "loud.py"
    client.write_text("raise SystemExit('imported')", encoding="utf-8")
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={client}", "--collect-only", "-q")
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(["amazonpay-conformance::SIG-004"])


def test_the_fixtures_check_a_client_of_ones_own(pytester: pytest.Pytester, small: str) -> None:
    pytester.makeconftest(
        f"""
        import pytest

        @pytest.fixture(scope="session")
        def amazonpay_client():
            return {small!r}
        """
    )
    pytester.makepyfile(
        """
        from amazonpay_conformance.model.scenario import CallStep, Scenario

        def test_mine(amazonpay_conformance):
            run = amazonpay_conformance.check(Scenario((CallStep("get_charge", "charge#unknown"),)))
            assert run.requests == 1
        """
    )
    pytester.runpytest_subprocess(IN_PROCESS).assert_outcomes(passed=1)


def test_junit_xml_names_requirement_and_verdict(pytester: pytest.Pytester, small: str) -> None:
    pytester.runpytest_subprocess(
        f"--amazonpay-client={small}", IN_PROCESS, "-k", "SIG-004", "--junitxml=found.xml"
    )
    root = ElementTree.parse(pytester.path / "found.xml").getroot()  # noqa: S314
    told = {prop.get("name"): prop.get("value") for prop in root.iter("property")}
    assert told == {"requirement": "SIG-004", "verdict": "pass"}


def test_workers_of_xdist_share_one_certification(pytester: pytest.Pytester, small: str) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    loud = Path(small)
    loud.write_text(f"{loud.read_text('utf-8')}\nprint('started', file=open('started', 'a'))\n", "utf-8")
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={small}", IN_PROCESS, "-n", "2")
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(["*Amazon Pay conformance*", "verdict: pass"])
    assert ran.outlines.count("verdict: pass") == 1
    assert (pytester.path / "started").read_text() == "started\n"
    assert (pytester.path / "amazonpay-conformance-report" / "report.json").exists()
