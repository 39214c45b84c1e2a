"""Mutation run over the model: change one thing, run the tests that cover it, list what nobody noticed.

    python benchmarks/mutation/run.py [MODULE ...]      # default: every module of model/

What was judged is kept in build/mutation/ and not judged again while the module stays as it is; what survived
is, once a test has changed. `survivors.md` explains the survivors that are known; any other is exit code 1.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import marshal
import math
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from judge import KILLED, SURVIVED, Suite, Verdict, judge, measure
from mutants import EXCLUDED, Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KEPT = ROOT / "build" / "mutation"
SURVIVORS = HERE / "survivors.md"
PACKAGE = "amazonpay_conformance"

TESTS = {
    "model": ("tests/model",),
    "wire": ("tests/wire",),
    "checks": ("tests/checks",),
}
"""The tests that are run, by the layer that is changed."""

LONG = ("tests/model/test_proofs.py",)
"""Left out: it takes minutes, and every mutant would pay for it."""

SEARCHES = ("tests/model/test_proof_properties.py", "tests/model/test_step_properties.py")
"""Run with --thorough only."""

MACHINERY = frozenset(
    {"alphabet", "boundaries", "coverage", "figures", "shape", "unreached", "walk", "walks"}
)
"""Modules that plan, walk and count, and say nothing of the API: walks and tours look at them, which take
minutes for each mutant. They are run where they are named."""

QUICK = 0.1
"""Seconds that a test may take to be run without --thorough."""

LOADED = (
    "hypothesis.strategies",
    "jsonschema",
    "jsonschema_rs",
    "referencing.jsonschema",
    "cryptography",
    "requests",
)
"""What is imported once, before any fork."""


@dataclass(frozen=True)
class Row:
    """What is kept of a mutant."""

    module: str
    digest: str
    tests: str
    name: str
    outcome: str
    by: str


def main(arguments: list[str]) -> int:
    """Run; print the survivors that are not explained; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of model/; default: all")
    parser.add_argument("--layer", default="model", choices=sorted(TESTS))
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument(
        "--thorough", action="store_true", help="slow tests, too, on what the quick ones let pass"
    )
    options = parser.parse_args(arguments)
    folder = ROOT / "conformance" / options.layer
    paths = [folder / f"{name.removesuffix('.py')}.py" for name in options.modules] or sorted(
        folder.glob("*.py")
    )
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        parser.error(f"conformance/{options.layer}/ has no {', '.join(missing)}")
    return _run(options.layer, paths, fresh=options.fresh, longest=math.inf if options.thorough else QUICK)


def _run(layer: str, paths: list[Path], *, fresh: bool, longest: float) -> int:
    for name in LOADED:
        importlib.import_module(name)
    KEPT.mkdir(parents=True, exist_ok=True)
    book = Book(KEPT / f"{layer}.jsonl", _tests(layer, longest), fresh)
    ignored = LONG if longest == math.inf else (*LONG, *SEARCHES)
    suite = Suite(PACKAGE, ROOT, [*TESTS[layer], *(f"--ignore={name}" for name in ignored)], longest)
    left_out = Counter[str]()
    known: dict[Path, list[Mutant]] = {}
    for early in (False, True):  # what is judged in place first: it is most, and quick
        for path in paths:
            found, skipped = _mutants(path)
            left_out += Counter() if early else skipped
            known[path] = [replace(mutant, code=None) for mutant in found]
            digest = content(path)
            open_ones = [mutant for mutant in found if not book.knows(mutant, digest)]
            if open_ones and not suite.seconds:
                _measure(suite, layer, longest)
            suite.killers[str(path)].update(book.killers(path.stem))
            judge(
                suite,
                path,
                open_ones,
                lambda mutant, verdict, of=digest: book.write(mutant, of, verdict),
                early=early,
            )
            book.read_again()
            if early:
                _tell(path, [book.row(mutant, digest) for mutant in found])
    return _report([book.row(mutant, content(path)) for path in paths for mutant in known[path]], left_out)


def _mutants(path: Path) -> tuple[list[Mutant], Counter[str]]:
    """Return the mutants of a module, kept from an earlier run where neither it nor the table has changed."""
    kept = KEPT / f"{path.stem}-{_digest([path, HERE / 'mutants.py'])}.mutants"
    if not kept.exists():
        found, left_out = mutants(path)
        rows = [(one.module, one.name, one.span, one.code) for one in found]
        kept.write_bytes(marshal.dumps((rows, dict(left_out))))
    held, told = marshal.loads(kept.read_bytes())
    return [Mutant(*row) for row in held], Counter(told)


def _tell(path: Path, rows: list[Row]) -> None:
    noticed = sum(row.outcome != SURVIVED for row in rows)
    print(
        f"{path.stem:<18} {len(rows):>5} mutants, {noticed:>5} noticed, {len(rows) - noticed:>4} not",
        flush=True,
    )


def _tests(layer: str, longest: float) -> str:
    return _digest(sorted((ROOT / "tests" / layer).glob("*.py"))) + ("" if longest == QUICK else " thorough")


def _measure(suite: Suite, layer: str, longest: float) -> None:
    """Learn what each test covers: of all where the layer has changed, else of those files that have."""
    kept = KEPT / f"{layer}-tests.json"
    key = _digest(sorted((ROOT / "conformance" / layer).glob("*.py"))) + ("" if longest == QUICK else "+")
    held = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    held = held if held.get("key") == key else {"seconds": {}, "lines": {}, "started": [], "files": {}}
    files = _files(suite)
    stale = [name for name, digest in files.items() if held["files"].get(name) != digest]
    gone = [name for name in held["files"] if name not in files]
    _take(suite, held, without=tuple(f"{name}::" for name in (*stale, *gone)))
    for name in stale:
        found = replace(suite, paths=[name], seconds={}, lines={}, started=set())
        measure(found)
        suite.add(found)
        held["files"][name] = files[name]
        known = {file: digest for file, digest in held["files"].items() if files.get(file) == digest}
        told = {"seconds": suite.seconds, "lines": suite.lines, "started": sorted(suite.started)}
        kept.write_text(json.dumps({"key": key, "files": known, **told}), encoding="utf-8")


def _files(suite: Suite) -> dict[str, str]:
    """Return the digest of each file of tests with all that lies beside it and is no test."""
    shared = [
        path
        for name in suite.paths
        for path in (ROOT / name).glob("*.py")
        if not path.name.startswith("test_")
    ]
    ignored = {name.removeprefix("--ignore=") for name in suite.paths if name.startswith("--")}
    found = (
        path
        for name in suite.paths
        if not name.startswith("--")
        for path in ([ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).glob("test_*.py")))
    )
    return {
        str(path.relative_to(ROOT)): _digest([path, *sorted(shared)])
        for path in found
        if str(path.relative_to(ROOT)) not in ignored
    }


def _take(suite: Suite, held: dict[str, Any], without: tuple[str, ...]) -> None:
    suite.seconds = {test: s for test, s in held["seconds"].items() if not test.startswith(without)}
    suite.started = {(path, line, name) for path, line, name in held["started"]}
    suite.lines = {
        path: {int(line): [test for test in of if not test.startswith(without)] for line, of in lines.items()}
        for path, lines in held["lines"].items()
    }


class Book:
    """What is known of mutants, a line each in a file; the last line of a mutant counts."""

    def __init__(self, path: Path, tests: str, fresh: bool) -> None:
        self._path, self.tests = path, tests
        if fresh:
            path.unlink(missing_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._rows = {(row.digest, row.name): row for row in (Row(**json.loads(line)) for line in lines)}

    def knows(self, mutant: Mutant, digest: str) -> bool:
        """Whether a mutant need not be judged again."""
        if (digest, mutant.name) not in self._rows:
            self.read_again()
        row = self._rows.get((digest, mutant.name))
        return row is not None and (row.outcome != SURVIVED or row.tests == self.tests)

    def row(self, mutant: Mutant, digest: str) -> Row:
        """What is known of a mutant."""
        if (digest, mutant.name) not in self._rows:
            self.read_again()
        return self._rows[digest, mutant.name]

    def killers(self, module: str) -> Counter[str]:
        """Which tests have noticed mutants of a module, in whatever state it was."""
        return Counter(row.by for row in self._rows.values() if row.module == module and "::" in row.by)

    def write(self, mutant: Mutant, digest: str, verdict: Verdict) -> None:
        """Keep a verdict; called in forks, too."""
        row = Row(mutant.module, digest, self.tests, mutant.name, verdict.outcome, verdict.by)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")

    def read_again(self) -> None:
        """Take note of what forks have written since."""
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            row = Row(**json.loads(line))
            self._rows[row.digest, row.name] = row


def _report(rows: list[Row], left_out: Counter[str]) -> int:
    explained = _explained()
    survivors = [row for row in rows if row.outcome == SURVIVED]
    new = [row for row in survivors if _plain(row.name) not in explained]
    outcomes = Counter(row.outcome for row in rows)
    print(f"\n{len(rows)} mutants: " + ", ".join(f"{count} {name}" for name, count in outcomes.most_common()))
    for name, count in left_out.most_common():
        print(
            f"  {count:>5} left out, {name}: {EXCLUDED[name][1] if name in EXCLUDED else 'does not compile'}"
        )
    print(f"{len(survivors) - len(new)} survivors are explained in {SURVIVORS.name}, {len(new)} are not")
    for row in new:
        print(f"  {row.name}" + (f"   ({row.by})" if row.by else ""))
    gone = explained & {_plain(row.name) for row in rows if row.outcome == KILLED}
    for name in sorted(gone):
        print(f"  explained, but a test notices it: {name}")
    return 1 if new or gone else 0


def _explained() -> set[str]:
    text = SURVIVORS.read_text(encoding="utf-8")
    return {_plain(line) for line in text.splitlines() if "⟦" in line and " → " in line and "`" not in line}


def _plain(name: str) -> str:
    return " ".join(name.split())


def content(path: Path) -> str:
    """Return a hash of what a module defines: other imports or comments are no reason to judge it again."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def _digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
