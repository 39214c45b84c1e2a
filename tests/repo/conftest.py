"""What the tests of the repository share: a copy of the tree, and the sdist and wheel built of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IDENTITY = ("-c", "user.name=test", "-c", "user.email=test@example.com")


@dataclass(frozen=True)
class Built:
    """A wheel, an sdist, and the files that git would commit."""

    wheel: Path
    sdist: Path
    files: frozenset[str]


def tracked() -> frozenset[str]:
    """Every file that git tracks or would add, relative to the root."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return frozenset(name for name in listed if name and (ROOT / name).is_file())


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints; the settings of whoever runs the tests are left out."""
    clean = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        ["git", "-c", f"safe.directory={folder}", *IDENTITY, *words],
        cwd=folder,
        env=clean,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build sdist and wheel from a commit of the tree as it is now, without a network."""
    if not (ROOT / ".git").exists():
        pytest.skip("sdist and wheel are built from a git checkout")
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    files = tracked()
    for name in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all", "--force")
    git(copy, "commit", "--quiet", "--message=tree")
    made = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, f"{made.stdout}\n{made.stderr}"
    return Built(next(out.glob("*.whl")), next(out.glob("*.tar.gz")), files)
