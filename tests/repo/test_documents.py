"""What the documents say is so: links lead somewhere, commands exist, generated parts are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "examples/*.md", "examples/*/*.md")
    for path in ROOT.glob(pattern)
)
OURS = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\((?P<to>[^)\s]+)\)")
COMMAND = re.compile(
    r"amazonpay-conformance "
    r"(?P<words>(?:doctor|certify-endpoint|certify|trigger|replay|explain|serve|judge|power|model|completion)"
    r"\b[^`\n]*)"
)
TARGETS = re.compile(r"(?:^|`|&& )make (?P<target>[a-z]+)", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]+")
PYTEST_OPTION = re.compile(r"--amazonpay-[a-z-]+")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them, and those that it sets itself."""
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    of_headings = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return of_headings | set(re.findall(r'<a id="([^"]+)"></a>', text))


@cache
def options_of(command: str) -> frozenset[str]:
    """The options that a command's own help names."""
    done = subprocess.run(
        [sys.executable, "-m", "amazonpay_conformance.cli", command, "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"there is no command {command!r}"
    return frozenset(OPTION.findall(done.stdout))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    prose = FENCED.sub("", document.read_text(encoding="utf-8"))
    for found in LINK.finditer(prose):
        to, _, anchor = found["to"].partition("#")
        if re.match(r"https?:", to):
            continue
        path = (document.parent / to).resolve() if to else document
        where = f"{name(document)} links to {found['to']}"
        assert path.exists(), f"{where}, which is not there"
        assert not anchor or anchor in anchors(path), f"{where}, which has no such heading"


@pytest.mark.parametrize("document", OURS, ids=name)
def test_every_command_and_option_exists(document: Path) -> None:
    for found in COMMAND.finditer(document.read_text(encoding="utf-8")):
        command = found["words"].split()[0]
        given = set(OPTION.findall(found["words"].partition(" -- ")[0]))
        assert given <= options_of(command), f"{name(document)}: {found[0]}"


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    pages = re.findall(r": ([a-z-]+\.md)$", navigation, re.MULTILINE)
    left_out = {path.name for path in (ROOT / "docs").glob("*.md")} - set(pages)
    assert left_out == set(), "name them in the nav of mkdocs.yml"
    assert len(pages) == len(set(pages))


@pytest.mark.parametrize("document", OURS, ids=name)
def test_every_make_target_exists(document: Path) -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(TARGETS.findall(document.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("document", OURS, ids=name)
def test_every_option_of_the_plugin_exists(document: Path, pytestconfig: pytest.Config) -> None:
    for option in PYTEST_OPTION.findall(document.read_text(encoding="utf-8")):
        pytestconfig.getoption(option)  # ValueError: there is none


@pytest.mark.parametrize("document", OURS, ids=name)
def test_every_environment_variable_is_read_somewhere(document: Path) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "conformance").rglob("*.py"))
    for variable in re.findall(r"\bAMAZON_PAY_[A-Z_]+\b", document.read_text(encoding="utf-8")):
        assert f'"{variable}"' in source, f"{name(document)} names {variable}"


def test_the_hypothesis_example_of_the_readme_runs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = next(
        block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "@given" in block
    )
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "test_example.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
