"""From words to drivers, and what is told when they lead nowhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from amazonpay_conformance.clients.locate import FORMS, UnknownClient, locate
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.subprocess_driver import SubprocessDriver

ADAPTER = """
operations = ("create_charge",)
name = "found"

def connect(config):
    return {}

class Other:
    operations = ()
    name = "other"

    def connect(self, config):
        return {}

other = Other()
number = 1
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; what is imported from it is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return tmp_path


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("adapter.py", "found"),
        ("./adapter.py", "found"),
        ("adapter.py:other", "other"),
        ("my shop/adapter.py", "found"),
        ("shop.paying", "found"),
        ("shop.paying:other", "other"),
    ],
)
def test_an_adapter_is_found_by_file_and_by_module(project: Path, spec: str, name: str) -> None:
    for folder in ("", "shop", "my shop"):
        (project / folder).mkdir(exist_ok=True)
        (project / folder / "adapter.py").write_text(ADAPTER)
    (project / "shop" / "__init__.py").touch()
    (project / "shop" / "paying.py").write_text(ADAPTER)

    driver = locate(spec, ca_file=None)
    assert isinstance(driver, PythonDriver)
    assert driver.hello().name == name


def test_an_absolute_path_needs_no_working_directory(project: Path) -> None:
    (project / "adapter.py").write_text(ADAPTER)

    assert locate(str(project / "adapter.py"), ca_file=None).hello().name == "found"


def test_an_adapter_imports_what_lies_beside_it(project: Path) -> None:
    (project / "deep").mkdir()
    (project / "deep" / "beside_it.py").write_text(ADAPTER)
    (project / "deep" / "adapter.py").write_text("from beside_it import *")

    assert locate("deep/adapter.py", ca_file=None).hello().name == "found"


def test_the_reference_client_is_a_client_like_any_other() -> None:
    hello = locate("reference", ca_file=None).hello()

    assert "create_charge" in hello.capabilities.operations
    assert hello.capabilities.button


@pytest.mark.parametrize(
    "form", ["{python} {script}", "exec:{python} {script}", "exec:'{python}' '{script}'"]
)
def test_a_command_line_is_a_driver(driver_script: Callable[[str], str], form: str) -> None:
    driver = locate(form.format(python=sys.executable, script=driver_script("correct")), ca_file=None)

    assert isinstance(driver, SubprocessDriver)
    assert driver.hello().name == "echo"
    driver.close()


def test_an_executable_file_is_a_driver(project: Path, driver_script: Callable[[str], str]) -> None:
    executable = project / "my driver"
    executable.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{driver_script('correct')}'\n")
    executable.chmod(0o755)

    driver = locate("my driver", ca_file=None)
    assert driver.hello().name == "echo"
    driver.close()


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("nowhere.py", "'nowhere.py' is not there"),
        ("nowhere.py:client", "'nowhere.py' is not there"),
        ("nowhere/driver", "'nowhere/driver' is not there"),
        ("no_such_module", "there is no module 'no_such_module'"),
        ("no_such.module:client", "there is no module 'no_such.module'"),
        ("no-such-client", "there is no client 'no-such-client'"),
        ("", "there is no client ''"),
        ("nodee driver.mjs", "there is no command 'nodee'"),
        ("exec:nodee driver.mjs", "there is no command 'nodee'"),
    ],
)
def test_what_is_not_there_is_told_with_the_forms_there_are(spec: str, told: str) -> None:
    message = _refusal(spec)

    assert told in message
    assert message.endswith(FORMS)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("exec:", "there is no command after 'exec:'"),
        ("exec:'", "cannot be split: No closing quotation"),
        ("driver.mjs", "neither a Python adapter nor executable: name its interpreter too"),
        ("./folder/", "is a folder, where a file is wanted"),
        ("adapter.py:nothing", "adapter.py has no 'nothing'"),
        ("adapter.py:number", "adapter.py:number has no connect(config), so it is no adapter"),
        ("json", "json has no connect(config)"),
        ("needs_sdk.py", f"needs_sdk.py imports 'some_sdk', which is not installed for {sys.executable}"),
        ("needs_sdk", "needs_sdk imports 'some_sdk', which is not installed"),
        ("bad_syntax.py", "bad_syntax.py is not Python: "),
        ("exits.py", "exits.py cannot be imported: SystemExit: 2"),
        ("raises.py", "raises.py cannot be imported: ValueError: two lines"),
    ],
)
def test_what_is_broken_is_told_in_one_line(project: Path, spec: str, told: str) -> None:
    (project / "folder").mkdir()
    for name, text in {
        "driver.mjs": "",
        "adapter.py": ADAPTER,
        "needs_sdk.py": "import some_sdk.client",
        "bad_syntax.py": "def connect(:",
        "exits.py": "raise SystemExit(2)",
        "raises.py": "raise ValueError('two\\nlines')",
    }.items():
        (project / name).write_text(text)

    message = _refusal(spec)
    assert told in message
    assert "\n" not in message


def test_the_forms_are_those_of_the_documentation() -> None:
    documentation = Path(__file__).parents[2] / "docs" / "drivers.md"
    words = re.findall(r"[\w./:\[\]]+\.py\S*|exec:|reference", FORMS)

    assert all(word.strip(",'") in documentation.read_text(encoding="utf-8") for word in words)


def _refusal(spec: str) -> str:
    with pytest.raises(UnknownClient) as caught:
        locate(spec, ca_file=None)
    return str(caught.value)
