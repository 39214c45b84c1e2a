"""Options come from the command line, the ini file, the configuration file or a default, in this order."""

from __future__ import annotations

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.engine.order import PROFILES
from amazonpay_conformance.plugin.options import BY_NAME, OPTIONS

pytest_plugins = ["pytester"]

HEADER = "amazonpay: client reference ({}), target mock (default), profile quick (default), seed {}"


def header(pytester: pytest.Pytester, *arguments: str) -> str:
    ran = pytester.runpytest_subprocess("--collect-only", *arguments)
    return next((line for line in ran.outlines if line.startswith("amazonpay: ")), "")


def test_the_order_is_command_line_ini_file_default(pytester: pytest.Pytester) -> None:
    file = pytester.path / "amazonpay-conformance.toml"
    file.write_text('client = "reference"\nseed = 3\n', encoding="utf-8")
    by_file = header(pytester)
    pytester.makeini("[pytest]\namazonpay_seed = 5\n")
    by_ini, by_command = header(pytester), header(pytester, "--amazonpay-seed=7")

    assert by_file == HEADER.format(file.name, f"3 ({file.name})")
    assert by_ini == HEADER.format(file.name, "5 (tox.ini)")
    assert by_command == HEADER.format(file.name, "7 (command line)")


def test_the_ini_file_alone_is_enough(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\namazonpay_client = "reference"\n')
    assert header(pytester) == HEADER.format("pyproject.toml", "0 (default)")


def test_paths_are_relative_to_the_file_that_has_them(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("elsewhere")
    (folder / "mine.py").write_text("", encoding="utf-8")
    (folder / "some.toml").write_text('client = "mine.py"\nout = "found"\nshards = 2\n', encoding="utf-8")
    told = header(pytester, "--amazonpay-config=elsewhere/some.toml")
    assert f"client {folder / 'mine.py'} (some.toml)" in told
    assert f"out {folder / 'found'} (some.toml)" in told
    assert "shards 2 (some.toml)" in told


BAD = {
    "profile": "huge",
    "seed": "x",
    "transport": "pigeon",
    "max-time": "soon",
    "max-requests": "0",
    "regions": "mars",
    "shards": "0",
}


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_be_meant_is_a_usage_error_that_says_where(
    pytester: pytest.Pytester, name: str
) -> None:
    ran = pytester.runpytest_subprocess("--amazonpay-client=reference", f"--amazonpay-{name}={BAD[name]}")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines([f"ERROR: --amazonpay-{name} is '{BAD[name]}': expected *"])


BAD_FILES = {
    'clinet = "reference"': ": there is no key 'clinet'; there are client, *",
    'seed = "one"': ": seed: *, expected integer",
    "seed = ": " is not TOML*",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_file_that_cannot_be_meant_is_a_usage_error_that_says_where(
    pytester: pytest.Pytester, text: str
) -> None:
    (pytester.path / "amazonpay-conformance.toml").write_text(text, encoding="utf-8")
    ran = pytester.runpytest_subprocess()
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert len(ran.stderr.lines) == len([line for line in ran.stderr.lines if not line]) + 1
    ran.stderr.fnmatch_lines([f"ERROR: *amazonpay-conformance.toml{BAD_FILES[text]}"])


def test_options_and_the_schema_of_the_file_are_the_same() -> None:
    properties = schemas.load("formats/configuration")["properties"]
    assert [option.name for option in OPTIONS] == list(properties)
    for name, schema in properties.items():
        if "enum" in schema:
            assert list(BY_NAME[name].choices) == schema["enum"]
    assert BY_NAME["profile"].choices == tuple(PROFILES)
