"""The pytest plugin: `pytest --amazonpay-client=…` collects one item a requirement.

Paid for in every pytest run of every user, so nothing is imported, made or opened before it is asked for.
A failing item says that the subject is wrong; an error in its set-up says that the kit could not try it.
"""

from __future__ import annotations

from typing import Any

import pytest
from amazonpay_conformance.plugin.fixtures import amazonpay_client, amazonpay_conformance
from amazonpay_conformance.plugin.mocks import (
    ALLOWED,
    amazonpay_keys,
    amazonpay_mock,
    amazonpay_server,
    amazonpay_serving,
    pytest_runtest_call,
)
from amazonpay_conformance.plugin.options import OPTIONS
from amazonpay_conformance.plugin.settings import settings_of

__all__ = [
    "amazonpay_client",
    "amazonpay_conformance",
    "amazonpay_keys",
    "amazonpay_mock",
    "amazonpay_server",
    "amazonpay_serving",
    "pytest_runtest_call",
]

MARKERS = (
    "amazonpay(level, subject): an item of the certification, one a requirement (amazonpay-conformance)",
    f"{ALLOWED}(*requirements): what the test's calls of Amazon Pay may break, as HDR-003",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, and an ini key for each."""
    group = parser.getgroup("amazonpay", "Amazon Pay conformance")
    group.addoption(
        "--amazonpay-config",
        metavar="FILE",
        help="configuration file (default: amazonpay-conformance.toml beside the ini file, if there)",
    )
    parser.addini(ALLOWED, "requirements that no test has to keep, as HDR-003 SIG-005", type="args")
    for option in OPTIONS:
        shown = f"{option.help}: {', '.join(option.choices)}" if option.choices else option.help
        shown = f"{shown} (default: {option.default})" if option.default else shown
        flag = {"action": "store_const", "const": "true"} if option.kind == "flag" else {"metavar": "…"}
        group.addoption(f"--amazonpay-{option.name}", dest=option.key, default=None, help=shown, **flag)
        parser.addini(option.key, f"default of --amazonpay-{option.name}", type="string", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and refuse values that cannot be meant, before anything is collected."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if settings_of(config).wanted and config.pluginmanager.hasplugin("xdist"):
        from amazonpay_conformance.plugin.workers import Workers

        config.pluginmanager.register(Workers(config), "amazonpay-conformance-workers")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell in one line what is asked for, and where that was said."""
    if not settings_of(config).wanted:
        return None
    from amazonpay_conformance.plugin.telling import header

    return header(settings_of(config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the items, before -k and -m look at them."""
    if settings_of(config).wanted:
        from amazonpay_conformance.plugin.items import NODE, Certification

        items.extend(Certification.from_parent(session, name=NODE, nodeid=NODE).collect())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was found and where the report is; nothing where nothing was certified."""
    if not settings_of(config).wanted:
        return
    from amazonpay_conformance.plugin.runs import OUTCOMES
    from amazonpay_conformance.plugin.telling import summary

    outcomes = config.stash.get(OUTCOMES, {})
    if outcomes:
        terminalreporter.section("Amazon Pay conformance")
        for line in summary(list(outcomes.values())):
            terminalreporter.line(line)
