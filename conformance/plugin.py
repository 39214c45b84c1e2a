"""The pytest plugin: `pytest --amazonpay-client=…` collects one item a requirement.

Paid for in every pytest run of every user, so nothing is imported, made or opened before it is asked for.
A failing item says that the subject is wrong; an error in its set-up says that the kit could not try it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from amazonpay_conformance.engine.fixtures import AmazonPay, Keys, MockServer
    from amazonpay_conformance.engine.result import Result
    from amazonpay_conformance.engine.setup import Choice
    from amazonpay_conformance.model.requirements import Requirement

OPTIONS: Final = (
    (
        "client",
        None,
        "certify this client: 'reference', an adapter (path.py or module[:object]) or 'exec:COMMAND'",
    ),
    ("target", "mock", "what answers it: mock, sandbox, or https://host[:port]"),
    ("profile", "quick", "how much is tried: quick or full"),
    ("seed", "0", "seed of the random scenarios"),
    ("out", "amazonpay-conformance-report", "directory for report.json"),
    ("transport", "https", "how the client reaches the mock: https, http, in-process"),
    ("max-time", None, "stop after so many seconds"),
    ("max-requests", None, "stop after so many requests"),
    ("switches", None, "how the mock answers open questions: NAME=CHOICE, separated by blanks"),
)
"""name, default, help: each is --amazonpay-NAME and the ini key amazonpay_NAME."""

NODE: Final = "amazonpay-conformance"
ALLOWED: Final = "amazonpay_allow"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, and an ini key for each."""
    group = parser.getgroup("amazonpay", "Amazon Pay conformance")
    for name, default, text in OPTIONS:
        shown = f"{text} (default: {default})" if default else text
        key = _key(name)
        group.addoption(f"--amazonpay-{name}", dest=key, default=None, metavar=name.upper(), help=shown)
        parser.addini(key, f"default of --amazonpay-{name}")
    parser.addini(ALLOWED, "requirements that no test has to keep, as HDR-003 SIG-005", type="args")
    group.addoption(
        "--amazonpay-allow-network",
        dest="amazonpay_allow_network",
        action="store_true",
        help="really send requests to the sandbox",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse values that cannot be meant, before anything is collected."""
    config.addinivalue_line(
        "markers", "amazonpay_allow(*requirements): what the test's calls of Amazon Pay may break, as HDR-003"
    )
    if _setting(config, "client") is None:
        return
    if _setting(config, "profile") not in ("quick", "full"):
        raise pytest.UsageError(
            f"--amazonpay-profile is {_setting(config, 'profile')!r}: expected quick or full"
        )
    if not str(_setting(config, "seed")).lstrip("-").isdigit():
        raise pytest.UsageError(f"--amazonpay-seed is {_setting(config, 'seed')!r}: expected a whole number")
    for limit in ("max-time", "max-requests"):
        _limit(config, limit)
    if _setting(config, "transport") not in ("https", "http", "in-process"):
        raise pytest.UsageError(
            f"--amazonpay-transport is {_setting(config, 'transport')!r}: expected https, http or in-process"
        )


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name client, target, profile and seed in one line."""
    if _setting(config, "client") is None:
        return None
    shown = (f"{name} {_setting(config, name)}" for name in ("client", "target", "profile", "seed"))
    return f"amazonpay: {', '.join(shown)}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add one item a requirement, sorted by id, before -k and -m look at them."""
    if _setting(config, "client") is not None:
        items.extend(Certification.from_parent(session, name=NODE, nodeid=NODE).collect())


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


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was warned of and where the report is; nothing where nothing was certified."""
    result = config.stash.get(_RESULT, None)
    if result is None:
        return
    terminalreporter.section("Amazon Pay conformance")
    for group in result.findings:
        if not group.first.is_failure:
            terminalreporter.line(f"warning {group.requirement.id}: {group.requirement.statement}")
    terminalreporter.line(
        f"{result.scenarios} scenarios, {result.requests} requests, seed {result.order.seed}"
    )
    if result.error:
        terminalreporter.line(f"ended early: {result.error}")
    terminalreporter.line(f"report: {_out(config) / 'report.json'}")
    terminalreporter.line(f"verdict: {result.verdict}")


class Certification(pytest.Collector):
    """Stands for the certification; its items are the requirements."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for every requirement of the subjects under test."""
        from amazonpay_conformance.model.requirements import REQUIREMENTS

        subjects = _choice(self.config).subjects
        for requirement in REQUIREMENTS.values():
            if requirement.subject in subjects and requirement.level != "MAY":
                yield RequirementItem.from_parent(self, name=requirement.id, requirement=requirement)


class NotConforming(Exception):
    """A requirement does not hold; the message is all that was found."""


class RequirementItem(pytest.Item):
    """One requirement. The first item to be set up runs the certification for all."""

    def __init__(self, *, requirement: Requirement, **more: Any) -> None:
        super().__init__(**more)
        self.requirement = requirement

    def setup(self) -> None:
        """Run the certification if no item did before.

        Raises:
            CouldNotCertify: client, driver or target cannot be used.
        """
        result = _result(self.config)
        judged = result.groups.of(self.requirement.id) or result.error_kind == "budget"
        if result.error and not judged:
            raise CouldNotCertify(result.error)
        if result.verdict == "not exercised":
            raise CouldNotCertify("nothing was exercised: not one call of the client could be judged")

    def runtest(self) -> None:
        """Hold the requirement against what was found.

        Raises:
            NotConforming: it does not hold.
        """
        result = _result(self.config)
        verdict = result.verdict_of(self.requirement)
        if verdict == "fail":
            raise NotConforming("\n".join(self._findings(result)))
        if verdict == "warning":
            self.add_report_section("call", "warning", "\n".join(self._findings(result)))
        if verdict in ("not exercised", "inconclusive"):
            pytest.skip(f"{verdict} with this client and target")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the finding, not a traceback."""
        if isinstance(excinfo.value, NotConforming | CouldNotCertify):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the item by the requirement's own words."""
        return Path(NODE), None, f"{self.requirement.id} {self.requirement.statement}"

    def _findings(self, result: Result) -> Iterator[str]:
        from amazonpay_conformance.reporting.terminal import finding_lines

        command = f"pytest --amazonpay-client={_setting(self.config, 'client')} -k {self.requirement.id}"
        for number, group in enumerate(result.groups.of(self.requirement.id)):
            yield from ("",) if number else ()
            yield from finding_lines(
                group, directory=_out(self.config), command=command, colour=False, width=100
            )


class CouldNotCertify(Exception):
    """The kit could not try the subject; this says nothing about it."""


_RESULT: Final = pytest.StashKey[Any]()
_MOCKS: Final = pytest.StashKey[list[Any]]()


def _result(config: pytest.Config) -> Result:
    if _RESULT not in config.stash:
        config.stash[_RESULT] = _certified(config)
        if config.stash[_RESULT].error_kind == "interrupted":
            raise KeyboardInterrupt  # what was found is written; pytest ends its own way
    result: Result = config.stash[_RESULT]
    return result


def _certified(config: pytest.Config) -> Result:
    from amazonpay_conformance.engine.order import PROFILES, Order
    from amazonpay_conformance.engine.result import Result as Certified
    from amazonpay_conformance.engine.setup import SetUpProblem, prepared
    from amazonpay_conformance.forms.printing import Meeting
    from amazonpay_conformance.reporting.report import write_report

    choice = _choice(config)
    most = _limit(config, "max-requests")
    order = Order(
        PROFILES[_setting(config, "profile")],
        int(_setting(config, "seed")),
        subjects=choice.subjects,
        max_seconds=_limit(config, "max-time"),
        max_requests=None if most is None else int(most),
    )
    try:
        with prepared(choice) as ready:
            result = ready.certify(order)
    except SetUpProblem as problem:
        return Certified(order, choice.target, error=str(problem), error_kind="set-up")
    write_report(result, _out(config), Meeting(choice.client, choice.target, choice.transport))
    return result


def _choice(config: pytest.Config) -> Choice:
    from amazonpay_conformance.engine.setup import Choice

    return Choice(
        _setting(config, "client"),
        _setting(config, "target"),
        _setting(config, "transport"),
        allow_network=config.getoption("amazonpay_allow_network"),
        switches=tuple((_setting(config, "switches") or "").split()),
    )


def _out(config: pytest.Config) -> Path:
    # xdist: every worker certifies for itself, so none writes over another's report
    worker = getattr(config, "workerinput", {}).get("workerid")
    out = config.invocation_params.dir / str(_setting(config, "out"))
    return out / worker if worker else out


def _setting(config: pytest.Config, name: str) -> Any:
    """The command line's value, else the ini file's, else the default."""
    given = config.getoption(_key(name), default=None)
    default = next(default for known, default, _ in OPTIONS if known == name)
    return given or config.getini(_key(name)) or default


def _key(name: str) -> str:
    return f"amazonpay_{name.replace('-', '_')}"


def _limit(config: pytest.Config, name: str) -> float | None:
    """The value of --amazonpay-max-time or --amazonpay-max-requests.

    Raises:
        UsageError: it is no number above 0.
    """
    given = _setting(config, name)
    if given is None:
        return None
    try:
        value = float(given)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise pytest.UsageError(f"--amazonpay-{name} is {given!r}: expected a number above 0")
    return value
