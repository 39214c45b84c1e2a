"""Samples: bodies re-created from the field lists of api-facts, one file each, and places within them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Sample:
    """A valid body, its schema, and variants of it that differ in one place."""

    id: str
    schema: str
    body: Any

    def pointers(self) -> list[str]:
        """Every place but the root."""
        return [pointer for pointer, _ in _places(self.body, "") if pointer]

    def objects(self) -> list[str]:
        """The places that hold an object, the root among them."""
        return [pointer for pointer, value in _places(self.body, "") if isinstance(value, dict)]

    def value(self, pointer: str) -> Any:
        holder, key = _holder({"": self.body}, "/" + pointer)
        return holder[key]

    def with_value(self, pointer: str, value: Any) -> Any:
        root = {"": copy.deepcopy(self.body)}
        holder, key = _holder(root, "/" + pointer)
        holder[key] = value
        return root[""]

    def without(self, pointer: str) -> Any:
        root = {"": copy.deepcopy(self.body)}
        holder, key = _holder(root, "/" + pointer)
        del holder[key]
        return root[""]


def _places(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, value
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in steps:
        yield from _places(inner, f"{pointer}/{key}")


def _holder(root: Any, pointer: str) -> tuple[Any, Any]:
    *steps, last = ("" if step == "" else step for step in pointer.split("/")[1:])
    holder = root
    for step in steps:
        holder = holder[int(step) if isinstance(holder, list) else step]
    return holder, int(last) if isinstance(holder, list) else last


OF_PAGES = ("requests/sign-in-payload",)
"""What pages hand over; that unknown fields are refused is known of the API's bodies only."""


@cache
def _samples() -> dict[str, Sample]:
    paths = sorted(Path(__file__).parent.joinpath("fixtures").glob("*.json"))
    files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    return {name: Sample(name, file["schema"], file["body"]) for name, file in files.items()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `sample` runs for each sample; `request_sample` and `object_sample` for some."""
    for fixture, prefix in (("sample", ""), ("request_sample", "requests/"), ("object_sample", "objects/")):
        if fixture in metafunc.fixturenames:
            chosen = [
                sample
                for sample in _samples().values()
                if sample.schema.startswith(prefix) and (not prefix or sample.schema not in OF_PAGES)
            ]
            metafunc.parametrize(fixture, chosen, ids=lambda sample: sample.id)


@pytest.fixture(scope="session")
def samples() -> dict[str, Sample]:
    """All samples by the names of their files."""
    return _samples()
