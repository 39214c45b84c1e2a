"""The tests of docs/mock.md are run as they stand there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "mock.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(importlib.util.find_spec("AmazonPay") is None, reason="needs `make examples`")
def test_the_tests_of_the_document_pass(pytester: pytest.Pytester) -> None:
    blocks = BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    pytester.makepyfile(test_document="\n\n".join(blocks))
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    ran.assert_outcomes(passed=5)
