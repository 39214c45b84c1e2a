"""Mutation run over the model: change one thing, run the fast tests of the model, list what nobody noticed.

Mutants are made by cosmic-ray, in two clones in a temporary directory, each with its own environment, so the
working tree is never touched. What is not committed is not tested.

    python benchmarks/mutation/run.py [MODULE ...]      # default: every module of model/
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "conformance" / "model"
PORTS = (9801, 9802)
SECONDS = 120
TEXTS = frozenset({"__init__.py", "requirements.py", "buyer.py"})
"""Modules of which nothing but texts and made-up data would be mutated."""

SLOW = ("test_proofs.py", "test_proof_properties.py", "test_step_properties.py")
IGNORED = " ".join(f"--ignore=tests/model/{name}" for name in SLOW)
TESTS = f".venv/bin/pytest tests/model -x -q -p no:cacheprovider {IGNORED}"

CONFIG = """
[cosmic-ray]
module-path = [{modules}]
timeout = {seconds}.0
excluded-modules = []
test-command = "{tests}"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/RemoveDecorator",
    "core/ReplaceComparisonOperator_(Eq|NotEq)_(Is|IsNot)",
]

[cosmic-ray.distributor]
name = "http"

[cosmic-ray.distributor.http]
worker-urls = [{urls}]
"""


def main(names: list[str]) -> int:
    """Run, print survivors, and return 1 if there are any."""
    modules = [name if name.endswith(".py") else f"{name}.py" for name in names] or sorted(
        path.name for path in MODEL.glob("*.py") if path.name not in TEXTS
    )
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        clones = [_clone(Path(folder) / str(port)) for port in PORTS]
        workers = [_worker(clone, port) for clone, port in zip(clones, PORTS, strict=True)]
        try:
            return _run(clones[0], modules)
        finally:
            for worker in workers:
                worker.terminate()
                worker.wait()


def _clone(place: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place)], check=True)
    python = place / ".venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / ".venv")], check=True)
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    # dependencies come from this environment; .pth files in it are not read, so neither is its editable kit
    here = sysconfig.get_path("purelib")
    Path(site.stdout.strip(), "dependencies.pth").write_text(f"{here}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python)]
    options = ["--no-deps", "--no-build-isolation", "--editable"]
    subprocess.run([*pip, "install", *options, str(place)], check=True)
    (place / ".venv" / "bin" / "pytest").write_text(
        f"#!{python}\nimport sys\nimport pytest\nsys.exit(pytest.console_main())\n", encoding="utf-8"
    )
    (place / ".venv" / "bin" / "pytest").chmod(0o755)
    return place


def _worker(clone: Path, port: int) -> subprocess.Popen[bytes]:
    command = [_cosmic_ray(), "http-worker", "--port", str(port)]
    worker = subprocess.Popen(command, cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(port)
    return worker


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"no worker answers at port {port}")


def _run(clone: Path, modules: list[str]) -> int:
    subprocess.run(TESTS.split(), cwd=clone, check=True)
    config, session = clone.parent / "config.toml", clone.parent / "session.sqlite"
    config.write_text(
        CONFIG.format(
            modules=", ".join(f'"conformance/model/{name}"' for name in modules),
            seconds=SECONDS,
            tests=TESTS,
            urls=", ".join(f'"http://localhost:{port}"' for port in PORTS),
        ),
        encoding="utf-8",
    )
    subprocess.run([_cosmic_ray(), "init", str(config), str(session)], cwd=clone, check=True)
    # `X | None` in an annotation, `is` for `==` between texts: nobody can notice, and there are hundreds
    subprocess.run([_script("cr-filter-operators"), str(session), str(config)], cwd=clone, check=True)
    subprocess.run([_cosmic_ray(), "exec", str(config), str(session)], cwd=clone, check=True)
    report = [
        _script("cr-report"),
        "--show-diff",
        "--surviving-only",
        str(session),
    ]
    said = subprocess.run(report, cwd=clone, check=True, capture_output=True, text=True).stdout
    print(said)
    return 1 if "surviving mutants: 0 " not in said else 0


def _cosmic_ray() -> str:
    return _script("cosmic-ray")


def _script(name: str) -> str:
    return os.fspath(Path(sys.executable).with_name(name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
