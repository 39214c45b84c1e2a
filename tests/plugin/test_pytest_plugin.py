"""The pytest plugin, run as a user runs it: in a directory of its own, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

WRONG = """
def connect(config):
    def call(call):
        raise RuntimeError("closed")
    return {"create_checkout_session": call}
"""


def test_one_item_a_requirement_for_the_reference_client(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        "--amazonpay-client=reference", "--amazonpay-transport=in-process", "-v"
    )
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(["amazonpay: client reference, target mock, profile quick, seed 0"])
    ran.stdout.fnmatch_lines(["*SIG-004*PASSED*"])
    ran.stdout.fnmatch_lines(["verdict: pass"])
    assert (pytester.path / "amazonpay-conformance-report" / "report.json").exists()


def test_a_failing_item_shows_the_finding_and_no_traceback(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={adapter(WRONG)}", "-k", "CAL-001")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(
        ["FAIL CAL-001: A call that breaks no rule is sent.", "*received*RuntimeError: closed*"]
    )
    ran.stdout.no_fnmatch_line("*Traceback*")
    ran.stdout.no_fnmatch_line("*plugin.py*")


def test_what_cannot_be_tried_is_an_error_and_no_failure(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--amazonpay-client=nosuchclient", "-k", "SIG-004")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*nosuchclient*"])
    ran.stdout.no_fnmatch_line("*Traceback*")


def test_nothing_is_exercised_is_never_green(
    pytester: pytest.Pytester, adapter: Callable[[str], str]
) -> None:
    ran = pytester.runpytest_subprocess(
        f"--amazonpay-client={adapter('def connect(config): return {}')}", "-k", "SIG-004"
    )
    ran.assert_outcomes(errors=1)


def test_options_can_stand_in_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        "[pytest]\namazonpay_client = reference\namazonpay_seed = 5\namazonpay_transport = in-process\n"
    )
    ran = pytester.runpytest_subprocess("-k", "SIG-004 or HDR-001")
    ran.assert_outcomes(passed=2)
    ran.stdout.fnmatch_lines(["amazonpay: client reference, target mock, profile quick, seed 5"])


@pytest.mark.parametrize(
    "bad", ["--amazonpay-profile=huge", "--amazonpay-seed=x", "--amazonpay-transport=pigeon"]
)
def test_values_that_cannot_be_meant_are_a_usage_error(pytester: pytest.Pytester, bad: str) -> None:
    ran = pytester.runpytest_subprocess("--amazonpay-client=reference", bad)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("bad", ["--amazonpay-max-time=soon", "--amazonpay-max-requests=0"])
def test_a_budget_that_cannot_be_meant_is_a_usage_error(pytester: pytest.Pytester, bad: str) -> None:
    ran = pytester.runpytest_subprocess("--amazonpay-client=reference", bad)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR


def test_a_budget_ends_the_run_and_what_was_judged_still_counts(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        "--amazonpay-client=reference",
        "--amazonpay-transport=in-process",
        "--amazonpay-max-requests=3",
        "-k",
        "SIG-004 or REF-001",
    )
    ran.assert_outcomes(passed=1, skipped=1)
    ran.stdout.fnmatch_lines(["ended early: the budget of 3 requests is spent"])


def test_unused_it_leaves_a_users_run_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    ran = pytester.runpytest_subprocess()
    ran.assert_outcomes(passed=1)
    ran.stdout.no_fnmatch_line("*amazonpay:*")
    assert not (pytester.path / "amazonpay-conformance-report").exists()


def test_users_own_tests_run_beside_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    ran = pytester.runpytest_subprocess(
        "--amazonpay-client=reference", "--amazonpay-transport=in-process", "-k", "mine or SIG-004"
    )
    ran.assert_outcomes(passed=2)


def test_collection_starts_no_client(pytester: pytest.Pytester, tmp_path: Path) -> None:
    client = tmp_path / "loud.py"
    client.write_text("raise SystemExit('imported')", encoding="utf-8")
    ran = pytester.runpytest_subprocess(f"--amazonpay-client={client}", "--collect-only", "-q")
    assert ran.ret == 0
    ran.stdout.fnmatch_lines(["amazonpay-conformance::SIG-004"])
