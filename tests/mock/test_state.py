"""A state file has all that was answered, whenever and however the mock ended."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.mock.state import State, StateProblem
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.messages import Headers, Request, Response
from mock_shop import KEY_ID, Shop, order, private_key, signed


@contextmanager
def opened(path: Path, *, frozen: bool = True) -> Iterator[tuple[Mock, Control]]:
    """A mock whose state is in a file."""
    mock = Mock(Merchant({KEY_ID: private_key().public}), clock=Clock(frozen=frozen))
    state = State(path)
    state.reopen(mock)
    yield mock, Control(mock)
    mock.save()
    state.close()


def create(mock: Mock, key: str) -> Response:
    """Create a session."""
    shop = Shop(mock.default.service)
    return site(mock)(signed(shop.request("POST", "/v2/checkoutSessions", order(), key=key)))


def test_everything_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.sqlite"
    with opened(path) as (mock, control):
        first = create(mock, "once").json()
        session = first["checkoutSessionId"]
        control.approve(session)
        for kind, state in (("Refund", "Refunded"), ("Charge", "AuthorizationInitiated")):
            control.seed(kind, state)
        control.faults("503", times=3, operation="create_charge")
        control.throttle("sandbox")
        control.add_key("SANDBOX-SECOND")
        control.open_namespace("mine", "SANDBOX-MINE")
        Control(mock, mock.find("mine")).seed("Charge", "Captured")
        control.advance(7)
        before = [control.object(o["id"]) for o in control.objects()], control.status(), control.scripted()
        mine = Control(mock, mock.find("mine")).objects()
    with opened(path) as (mock, control):
        after = [control.object(o["id"]) for o in control.objects()], control.status(), control.scripted()
        for status in (before[1], after[1]):
            status.pop("exchanges")
        assert after == before
        assert Control(mock, mock.find("mine")).objects() == mine
        again = create(mock, "once")
        assert (again.status, again.json()) == (201, first)


def test_what_came_due_meanwhile_has_happened(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path, frozen=False) as (_, control):
        charge = control.seed("Charge", "AuthorizationInitiated")["id"]
        control.advance(20)
    with opened(path, frozen=False) as (_, control):
        assert control.clock()["now"] - int(time.time()) in (19, 20, 21)
        control.advance(10)
        assert control.object(charge)["history"][-1]["state"] == "Authorized"


def test_a_reset_and_a_restored_snapshot_are_kept_too(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path) as (mock, control):
        control.seed("Charge", "Captured")
        kept = control.snapshot()["snapshot"]
        control.seed("Charge", "Captured")
        mock.save()
        control.restore(kept)
        mock.save()
    with opened(path) as (mock, control):
        assert len(control.objects("Charge")) == 1
        control.reset()
        mock.save()
    with opened(path) as (_, control):
        assert control.objects("Charge") == []


def test_a_closed_namespace_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path) as (mock, control):
        control.open_namespace("mine")
        mock.save()
        control.close_namespace("mine")
    with opened(path) as (mock, _):
        assert list(mock.namespaces) == ["default"]


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path) as (mock, _):
        session = create(mock, "once").json()["checkoutSessionId"]
        shop = Shop(mock.default.service)
        written = path.with_name("state.sqlite-wal").stat().st_size
        assert site(mock)(signed(shop.request("GET", f"/v2/checkoutSessions/{session}"))).status == 200
        assert path.with_name("state.sqlite-wal").stat().st_size == written


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_its_owner_alone_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_mock_has_a_file_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path), pytest.raises(StateProblem, match="another mock"):
        State(path)


def test_what_is_no_state_file_is_refused(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"nonsense" * 1_000)
    with pytest.raises(StateProblem, match="no state file"):
        State(nonsense)
    with pytest.raises(StateProblem, match=str(tmp_path)):
        State(tmp_path)
    other = tmp_path / "other"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE format (number INTEGER)")
        database.execute("INSERT INTO format VALUES (99)")
    database.close()
    with pytest.raises(StateProblem, match="format 99"):
        State(other)


def test_what_it_has_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with opened(path) as (_, control):
        control.seed("Charge", "Captured")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE objects SET value = '{}'")
    database.close()
    with pytest.raises(StateProblem, match=r"'default' cannot be read"), opened(path):
        pass


# --- killed

SERVED = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from amazonpay_conformance.mock.serving import Place, served

    with served(Path(sys.argv[1]), place=Place(tls=False, state=Path(sys.argv[2]))) as mock:
        print(mock.base_url, flush=True)
        mock.wait()
    """
)


@contextmanager
def process(directory: Path, path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A mock of its own process."""
    started = subprocess.Popen(
        [sys.executable, "-c", SERVED, str(directory), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    try:
        yield started, started.stdout.readline().strip()
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_nothing_that_was_answered_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    told: list[str] = []
    for _ in range(3):
        with process(tmp_path, path) as (mock, url), requests.Session() as session:
            session.trust_env = False
            killer = threading.Timer(0.4, os.kill, (mock.pid, signal.SIGKILL))
            killer.start()
            try:
                while True:
                    body = {"kind": "CheckoutSession", "state": "Open"}
                    told.append(session.post(f"{url}/_mock/objects", json=body, timeout=10).json()["id"])
            except requests.ConnectionError:
                pass
            killer.join()
            assert mock.wait(10) == -signal.SIGKILL
    assert len(told) > 10
    with process(tmp_path, path) as (_, url):
        held = requests.get(f"{url}/_mock/objects?kind=CheckoutSession", timeout=10).json()
    assert {shown["id"] for shown in held} >= set(told)


def test_an_answer_that_cannot_be_kept_is_not_given(tmp_path: Path) -> None:
    with opened(tmp_path / "state.sqlite") as (mock, control):

        def fail() -> None:
            raise sqlite3.OperationalError("disk is full")

        mock.savers.append(fail)
        with pytest.raises(sqlite3.OperationalError):
            site(mock)(
                Request(
                    "POST",
                    "/_mock/objects",
                    None,
                    Headers(),
                    json.dumps({"kind": "Charge", "state": "Captured"}).encode(),
                )
            )
        mock.savers.remove(fail)
        assert control.objects("Charge") != []
