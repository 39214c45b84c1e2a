"""Fixtures for tests that need Amazon Pay to answer: a mock in process, and a served one (docs/mock.md).

What a test sends wrong fails it, unless its marker or the ini file allows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from amazonpay_conformance.engine.fixtures import AmazonPay, Keys, MockServer

ALLOWED: Final = "amazonpay_allow"
"""Marker and ini key."""

_MOCKS: Final = pytest.StashKey[list[Any]]()


@pytest.fixture(scope="session")
def amazonpay_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The key that the tests sign with; it is made when it is asked for first."""
    from amazonpay_conformance.engine.fixtures import Keys

    return Keys(tmp_path_factory.mktemp("amazonpay"))


@pytest.fixture
def amazonpay_mock(request: pytest.FixtureRequest, amazonpay_keys: Keys) -> Iterator[AmazonPay]:
    """A mock of the test's own, in place of the service's hosts, for clients that use `requests`."""
    from amazonpay_conformance.engine.fixtures import mock_in_process

    with mock_in_process(amazonpay_keys) as mock:
        yield _to_be_heard(request, mock)


@pytest.fixture(scope="session")
def amazonpay_serving(tmp_path_factory: pytest.TempPathFactory, amazonpay_keys: Keys) -> Iterator[MockServer]:
    """The one server of a run; tests take `amazonpay_server`."""
    from amazonpay_conformance.engine.fixtures import MockServer

    with MockServer(tmp_path_factory.mktemp("amazonpay-ca"), amazonpay_keys).serving() as server:
        yield server


@pytest.fixture
def amazonpay_server(request: pytest.FixtureRequest, amazonpay_serving: MockServer) -> Iterator[AmazonPay]:
    """A mock of the test's own, served over HTTPS on a free port, for clients in any language."""
    with amazonpay_serving.namespace() as mock:
        yield _to_be_heard(request, mock)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a test fail that passed, where its calls of Amazon Pay were wrong."""
    yield
    for mock in item.stash.get(_MOCKS, ()):
        complaint = mock.complaint(_allowed(item))
        if complaint:
            pytest.fail(f"what this test sent to Amazon Pay is wrong:\n{complaint}", pytrace=False)


def _to_be_heard(request: pytest.FixtureRequest, mock: AmazonPay) -> AmazonPay:
    request.node.stash.setdefault(_MOCKS, []).append(mock)
    return mock


def _allowed(item: pytest.Item) -> frozenset[str]:
    """What the markers of a test and the ini file allow.

    Raises:
        UsageError: that is no requirement.
    """
    from amazonpay_conformance.model.requirements import REQUIREMENTS

    marked = [name for marker in item.iter_markers(ALLOWED) for name in marker.args]
    named = frozenset((*marked, *item.config.getini(ALLOWED)))
    unknown = sorted(map(str, named - set(REQUIREMENTS)))
    if unknown:
        pytest.fail(f"amazonpay_allow: there is no requirement {', '.join(unknown)}", pytrace=False)
    return named
