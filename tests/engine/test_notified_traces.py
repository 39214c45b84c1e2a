"""A trace and the live view tell of each notification, and of no secret in it."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

from amazonpay_conformance.engine.trace_files import RecordedNotification, read_trace
from amazonpay_conformance.engine.watching import Outlets, served_and_watched, watched_trace
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.reporting.live import Live
from amazonpay_conformance.wire.messages import Response


class Screen(io.StringIO):
    """Says when the last of two letters was tried, the one that nobody takes."""

    def __init__(self) -> None:
        super().__init__()
        self.nobody = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if "nobody answers there" in text:
            self.nobody.set()
        return written


def test_what_was_brought_is_told_live_and_in_the_trace(tmp_path: Path) -> None:
    trace, screen = tmp_path / "shop.jsonl", Screen()
    outlets = Outlets(Live(screen, colour=False), trace)
    with Server(lambda _: Response(204)) as shop:
        url = f"http://localhost:{shop.port}/ipn?secret=17"
        with served_and_watched(tmp_path, outlets, notify=(url, "http://localhost:9/")) as (mock, _):
            control = Control(mock.mock)
            charge = control.seed("Charge", "Captured")["id"]
            control.notify(charge, "forged-signature")
            assert screen.nobody.wait(20)
    shown, text = screen.getvalue(), trace.read_text(encoding="utf-8")
    assert f"notify CHARGE {charge} (forged-signature) at http://localhost:{shop.port}  204\n" in shown
    assert "at http://localhost:9  nobody answers there, again in an hour" in shown
    assert "secret" not in shown + text
    assert "Signature" not in text
    found = read_trace(trace, Merchant({}))
    assert found.broken == ""
    told = [entry for entry in found.entries if isinstance(entry, RecordedNotification)]
    assert told == [RecordedNotification(charge, 204), RecordedNotification(charge, None)]
    assert watched_trace(found, Merchant({})).findings == ()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["notification"]["kind"] for line in lines if "notification" in line] == ["STATE_CHANGE"] * 2
