"""Schemathesis on the twenty, in an environment of its own, with the model as OpenAPI, a signer and a buyer.

What it says of the right server, it would say of any: only what it says of a faulty one beyond that counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.specification import openapi
from amazonpay_conformance.wire.messages import Request, Response
from measured import Measured
from subjects import KEY, KEY_ID, House

HERE = Path(__file__).parent
FOUR = re.compile(r"/v2/(checkoutSessions|chargePermissions|charges|refunds)")
PORT = 8931
"""One port for all, for a request that is printed was signed for it."""


def document() -> dict[str, Any]:
    """The four objects' part of the model: the state machine and the kit's plan know no other."""
    whole = openapi.document("0")
    paths = {path: held for path, held in whole["paths"].items() if FOUR.match(path)}
    known = {operation["operationId"] for held in paths.values() for operation in held.values()}
    for answer in (a for held in paths.values() for o in held.values() for a in o["responses"].values()):
        answer["links"] = {n: k for n, k in answer.get("links", {}).items() if k["operationId"] in known}
    return {**whole, "paths": paths, "servers": [{"url": f"http://127.0.0.1:{PORT}"}]}


class Watched:
    """A house that notes when each request came."""

    def __init__(self, subject: str) -> None:
        self.house = House(subject)
        self.times: list[float] = []

    def __call__(self, request: Request) -> Response:
        self.times.append(time.time())
        return self.house.handle(request)


@contextlib.contextmanager
def served(subject: str) -> Iterator[Watched]:
    """Serve a subject on the one port."""
    watched = Watched(subject)
    with Server(watched, port=PORT):
        yield watched


def measured(subject: str, seconds: float, program: str, known: frozenset[str]) -> Measured:
    """Run it on a subject.

    Args:
        subject: which.
        seconds: how long.
        program: Schemathesis's.
        known: what it says of the right server; that is no find.
    """
    failures, watched = _run(subject, seconds, program)
    return _row(subject, [one for one in failures if _name(one) not in known], watched)


def _row(subject: str, new: list[dict[str, Any]], watched: Watched) -> Measured:
    total = len(watched.times)
    if not new:
        return Measured("Schemathesis", subject, 0, False, total=total)
    first = min(new, key=lambda one: one["at"])
    requests = sum(at <= first["at"] for at in watched.times)
    seconds = first["at"] - watched.times[0]
    lines = len(first["text"].splitlines()) or None
    again = _reproduces(subject, first)
    said = "\n".join(sorted(_said(new)))
    return Measured("Schemathesis", subject, 0, True, requests, seconds, None, lines, again, total, said)


def _run(subject: str, seconds: float, program: str) -> tuple[list[dict[str, Any]], Watched]:
    with tempfile.TemporaryDirectory() as name, served(subject) as watched:
        directory = Path(name)
        (directory / "openapi.json").write_text(json.dumps(document()), encoding="utf-8")
        (directory / "key.pem").write_text(KEY.to_pem(), encoding="ascii")
        shutil.copy(HERE / "signing_hook.py", directory)
        words = ["run", "openapi.json", "--url", f"http://127.0.0.1:{PORT}", "--max-time", str(int(seconds))]
        words += ["--phases", "coverage,stateful", "--seed", "1", "--continue-on-failure", "--workers", "1"]
        words += ["--report", "ndjson", "--report-ndjson-path", "events.ndjson", "--output-sanitize", "false"]
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "signing_hook",
            "PYTHONPATH": name,
            "PEER_KEY": str(directory / "key.pem"),
            "PEER_KEY_ID": KEY_ID,
            "NO_COLOR": "1",
        }
        with contextlib.suppress(subprocess.TimeoutExpired):
            ran = subprocess.run(
                [program, *words],
                cwd=name,
                env=environment,
                capture_output=True,
                text=True,
                timeout=seconds + 60,
                check=False,
            )
            return list(_failures(directory / "events.ndjson", ran.stdout)), watched
        return [], watched


def _failures(events: Path, printed: str) -> Iterator[dict[str, Any]]:
    """Yield each failed check: what it was, when the exchange was, and what is printed of it."""
    starts = list(re.finditer(r"^\d+\. Test Case ID: (\w+)", printed, re.MULTILINE))
    ends = [*(one.start() for one in starts[1:]), printed.find("\n====", starts[-1].end())] if starts else []
    blocks = {one[1]: printed[one.start() : end] for one, end in zip(starts, ends, strict=True)}
    for line in events.read_text(encoding="utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder") or {}
        for case, checks in recorder.get("checks", {}).items():
            seen = recorder.get("interactions", {}).get(case) or {}
            for check in checks:
                if check["status"] != "success":
                    failure = check["failure_info"]["failure"]
                    yield {
                        "check": check["name"],
                        "operation": failure.get("operation") or recorder["label"],
                        "status": (seen.get("response") or {}).get("status_code"),
                        "at": _moment(seen),
                        "text": blocks.get(case, ""),
                    }


def _moment(seen: dict[str, Any]) -> float:
    at = seen.get("timestamp")
    return float(at) if isinstance(at, int | float) else time.time()


def _name(failure: dict[str, Any]) -> str:
    return f"{failure['check']} of {failure['operation']}"


def _said(failures: list[dict[str, Any]]) -> set[str]:
    return {_name(failure) for failure in failures}


def _reproduces(subject: str, failure: dict[str, Any]) -> bool | None:
    """Run the printed curl lines in order on a fresh server: the last has the same status again."""
    lines = [line.strip() for line in failure["text"].splitlines() if line.strip().startswith("curl ")]
    if not lines:
        return None
    with served(subject):
        words = [["bash", "-c", f"{line} -s -o /dev/null -w '%{{http_code}}'"] for line in lines]
        ended = [subprocess.run(one, capture_output=True, text=True, check=False).stdout for one in words]
    return ended[-1] == str(failure["status"])
