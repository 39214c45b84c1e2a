"""Judging mutants, each in a process of its own that is forked from one in which all is loaded already.

What a mutant changes inside a function that has not run yet is put in place of the function's code, in a fork
of a process that has collected the tests. What has run at import, a table for instance, needs the kit to be
imported anew: the fork is then taken from a process that has imported everything but the kit.
"""

from __future__ import annotations

import gc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from mutants import Mutant

KILLED, SURVIVED, SLOW = "killed", "survived", "out of time"
EXAMPLES = 30
"""So many examples a search of Hypothesis tries for each mutant."""

CPU = 20
"""Seconds of processor time that a mutant may take beyond what its tests take without it."""

MEMORY = 3 * 1024**3


@dataclass
class Suite:
    """The tests: which lines each covers, how long it takes, and how often it has killed.

    Tests that take longer than `longest`, in seconds, are left out.
    """

    package: str
    folder: Path
    paths: Sequence[str]
    longest: float
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    started: set[tuple[str, int, str]] = field(default_factory=set)
    killers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def order(self, module: str, line_numbers: range | None) -> list[str]:
        """Return the tests to try on a change, those first that have killed most, then the quick ones."""
        covering = self._covering(module, line_numbers) if line_numbers else set(self.seconds)
        killed = self.killers[module]
        quick = (test for test in covering if self.seconds[test] <= self.longest)
        return sorted(quick, key=lambda test: (-min(killed[test], 3), self.seconds[test]))

    def add(self, other: Suite) -> None:
        """Take over what is known of other tests."""
        self.seconds |= other.seconds
        self.started |= other.started
        for path, lines in other.lines.items():
            held = self.lines.setdefault(path, {})
            for line, tests in lines.items():
                held[line] = [*held.get(line, ()), *tests]

    def _covering(self, module: str, line_numbers: range) -> set[str]:
        held = self.lines.get(module, {})
        return {test for line in line_numbers for test in held.get(line, ())}


def in_fork(work: Callable[[int], None], seconds: float) -> tuple[int, bytes]:
    """Run `work` in a fork with a pipe to write to; return its exit code and what it wrote."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_and_exit(work, writing, seconds)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said


def _run_and_exit(work: Callable[[int], None], pipe: int, seconds: float) -> None:
    code = 99
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        work(pipe)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 98
    finally:
        os._exit(code)


# --- pytest with a loop of our own


class Loop:
    """A plugin that has `run` do what is to be done with the collected tests, instead of running them all."""

    def __init__(self, run: Callable[[dict[str, pytest.Item]], None]) -> None:
        self._run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for item in items.values():
            _search_less(item)
        self._run(items)
        return True


def _search_less(item: pytest.Item) -> None:
    function = getattr(item, "obj", None)
    function = getattr(function, "__func__", function)
    held = getattr(function, "_hypothesis_internal_use_settings", None)
    if held is not None:  # slow is what a machine is that others use; it is no mutant's doing
        less = hypothesis.settings(
            held,
            max_examples=min(held.max_examples, EXAMPLES),
            phases=[hypothesis.Phase.generate],
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        function._hypothesis_internal_use_settings = less  # type: ignore[union-attr]


def run_pytest(folder: Path, paths: Sequence[str], run: Callable[[dict[str, pytest.Item]], None]) -> None:
    """Collect the tests at `paths` and hand them to `run`."""
    os.chdir(folder)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *paths]
    if pytest.main(options, plugins=[Loop(run)]) not in (0, 5):
        raise SystemExit(97)


def passes(item: pytest.Item, following: pytest.Item | None = None) -> bool:
    """Run a test and tell whether it passed (or was skipped)."""
    reports = runtestprotocol(item, log=False, nextitem=following)
    return not any(report.failed for report in reports)


def first_failure(items: dict[str, pytest.Item], order: Sequence[str]) -> str:
    """Run tests until one fails; return its id, or an empty text."""
    chosen = [items[name] for name in order if name in items]
    for item, following in zip(chosen, [*chosen[1:], None], strict=True):
        if not passes(item, following):
            return item.nodeid
    return ""


# --- what covers what


def measure(suite: Suite) -> None:
    """Fill in which test covers which lines, how long it takes, and what runs before any test does."""

    def work(pipe: int) -> None:
        measured = coverage.Coverage(
            data_file=None, source=[str(suite.folder / "conformance")], config_file=False
        )
        seconds: dict[str, float] = {}
        started: set[tuple[str, int, str]] = set()

        def run(items: dict[str, pytest.Item]) -> None:
            sys.setprofile(None)
            measured.start()
            for item, following in zip(items.values(), [*list(items.values())[1:], None], strict=True):
                measured.switch_context(item.nodeid)
                begun = time.process_time()
                if not passes(item, following):
                    os.write(pipe, json.dumps({"fails": item.nodeid}).encode())
                    raise SystemExit(96)
                seconds[item.nodeid] = time.process_time() - begun
            measured.stop()

        def note(frame: Any, event: str, _: object) -> None:
            if event == "call" and suite.package in frame.f_globals.get("__name__", ""):
                started.add(_key(frame.f_code))

        sys.setprofile(note)
        run_pytest(suite.folder, suite.paths, run)
        data = measured.get_data()
        lines = {path: dict(data.contexts_by_lineno(path)) for path in data.measured_files()}
        told = {"seconds": seconds, "lines": lines, "started": sorted(started)}
        with os.fdopen(pipe, "wb", closefd=False) as out:
            out.write(json.dumps(told).encode())

    code, said = in_fork(work, 3600)
    told = json.loads(said or b"{}")
    if code or "lines" not in told:
        raise SystemExit(f"the tests do not pass without a mutant: {told.get('fails', f'exit code {code}')}")
    suite.seconds = told["seconds"]
    suite.started = {(path, line, name) for path, line, name in told["started"]}
    suite.lines = {
        str(Path(path)): {int(line): tests for line, tests in held.items()}
        for path, held in told["lines"].items()
    }


def _key(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


# --- judging


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant; `by` is the test that noticed, or what else did."""

    outcome: str
    by: str = ""


def judge(
    suite: Suite, path: Path, found: Sequence[Mutant], told: Callable[[Mutant, Verdict], None], *, early: bool
) -> None:
    """Judge mutants of one module; `told` is called with each verdict.

    Args:
        suite: the tests.
        path: the module.
        found: its mutants.
        told: what to call.
        early: judge those of what has run before any test does, by importing the kit anew; else the others.
    """
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    late: list[tuple[Mutant, dict[CodeType, CodeType]]] = []
    for mutant in found:
        codes = replacements(code, mutant.code) if mutant.code else None
        if codes is None or any(_key(old) in suite.started for old in _innermost(codes)):
            if early:
                told(mutant, _judge_early(suite, path, mutant))
        elif not early:
            late.append((mutant, codes))
    if late:
        _judge_late(suite, path, late, told)


def replacements(old: CodeType, new: CodeType) -> dict[CodeType, CodeType] | None:
    """Pair the code of functions that differ; None where the two have not the same functions."""
    inner_old = [one for one in old.co_consts if isinstance(one, CodeType)]
    inner_new = [one for one in new.co_consts if isinstance(one, CodeType)]
    if [one.co_name for one in inner_old] != [one.co_name for one in inner_new]:
        return None
    found: dict[CodeType, CodeType] = {}
    for one, other in zip(inner_old, inner_new, strict=True):
        if one != other:
            within = replacements(one, other)
            if within is None:
                return None
            found |= {one: other, **within}
    alone = old.replace(co_consts=()) == new.replace(co_consts=()) and _plain(old) == _plain(new)
    return found if alone or old.co_name != "<module>" else None


def _plain(code: CodeType) -> list[object]:
    return [one for one in code.co_consts if not isinstance(one, CodeType)]


def _innermost(codes: dict[CodeType, CodeType]) -> Iterator[CodeType]:
    """Those whose own instructions differ, not only those of functions within them."""
    for old in codes:
        if not any(isinstance(one, CodeType) and one in codes for one in old.co_consts):
            yield old


def _judge_late(
    suite: Suite,
    path: Path,
    found: Sequence[tuple[Mutant, dict[CodeType, CodeType]]],
    told: Callable[[Mutant, Verdict], None],
) -> None:
    def work(_: int) -> None:
        def run(items: dict[str, pytest.Item]) -> None:
            functions = _functions(str(path))
            gc.freeze()  # or each fork copies what the collector touches
            for mutant, codes in found:
                first, _, last, _ = mutant.span
                order = suite.order(str(path), range(first, last + 1))
                told(mutant, _in_place(suite, items, functions, codes, order, str(path)))

        run_pytest(suite.folder, suite.paths, run)

    code, _ = in_fork(work, 36000)
    if code:
        raise SystemExit(f"the process that judges mutants of {path.name} ended with {code}")


def _functions(path: str) -> list[FunctionType]:
    """Return the functions there are of a module, closures and lambdas too."""
    functions = (one for one in gc.get_objects() if isinstance(one, FunctionType))
    return [function for function in functions if function.__code__.co_filename == path]


def _in_place(
    suite: Suite,
    items: dict[str, pytest.Item],
    functions: Sequence[FunctionType],
    codes: dict[CodeType, CodeType],
    order: Sequence[str],
    path: str,
) -> Verdict:
    if not order:
        return Verdict(SURVIVED, "no test comes here")

    def work(pipe: int) -> None:
        changed = [function for function in functions if function.__code__ in codes]
        for function in changed:
            function.__code__ = codes[function.__code__]
        if not changed:
            os.write(pipe, b"?")
        os.write(pipe, first_failure(items, order).encode())

    code, said = in_fork(work, CPU + 2 * sum(suite.seconds[name] for name in order))
    return _verdict(suite, path, code, said.decode())


def _judge_early(suite: Suite, path: Path, mutant: Mutant) -> Verdict:
    """Import the kit with the mutant; collect the file first whose tests have killed most, then all."""
    kill = suite.killers[str(path)]
    files = Counter[str]()
    for test, count in kill.items():
        files[test.partition("::")[0]] += count
    named = f"{suite.paths[0]}/test_{path.stem}.py"
    likely = list(
        dict.fromkeys([name for name, _ in files.most_common(2)] + [named] * (suite.folder / named).is_file())
    )
    for paths in [[name] for name in likely] + [list(suite.paths)]:
        verdict = _anew(suite, path, mutant, paths)
        if verdict.outcome != SURVIVED:
            return verdict
    return verdict


def _anew(suite: Suite, path: Path, mutant: Mutant, paths: Sequence[str]) -> Verdict:
    module = (
        f"{suite.package}.{'.'.join(path.relative_to(suite.folder / 'conformance').with_suffix('').parts)}"
    )

    def work(pipe: int) -> None:
        sys.meta_path.insert(0, Changed(module, path, mutant.code))

        def run(items: dict[str, pytest.Item]) -> None:
            order = [name for name in suite.order(str(path), None) if name in items]
            os.write(pipe, first_failure(items, order).encode())

        run_pytest(suite.folder, paths, run)

    code, said = in_fork(work, CPU + 2 * sum(one for one in suite.seconds.values() if one <= suite.longest))
    return _verdict(suite, str(path), code, said.decode())


def _verdict(suite: Suite, path: str, code: int, said: str) -> Verdict:
    if said == "?":
        return Verdict(SURVIVED, "no function has this code")
    if said:
        suite.killers[path][said.lstrip("?")] += 1
        return Verdict(KILLED, said)
    if code == -signal.SIGPROF:
        return Verdict(SLOW)
    return Verdict(KILLED, f"exit code {code}") if code else Verdict(SURVIVED)


class Changed(MetaPathFinder):
    """Finds one module, with other code than it has on disk."""

    def __init__(self, module: str, path: Path, code: CodeType | None) -> None:
        self._module, self._path, self._code = module, path, code

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> Any:  # noqa: ARG002
        """Return the module's spec, or None for any other."""
        if name != self._module:
            return None
        return importlib.util.spec_from_file_location(
            name, self._path, loader=_Loader(name, self._path, self._code)
        )


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: Path, code: CodeType | None) -> None:
        super().__init__(name, str(path))
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002
        """Return the changed code."""
        return self._code
