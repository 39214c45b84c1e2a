"""A counterexample as a pytest file: against a server it needs requests and cryptography, else the kit."""

from __future__ import annotations

import inspect
import pprint
from collections.abc import Iterator, Mapping
from typing import Any, Final

from amazonpay_conformance.engine.findings import Cell, Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.scenario_files import to_json
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.forms.heading import heading
from amazonpay_conformance.forms.turns import Act, Ask, played
from amazonpay_conformance.wire.signing import ALGORITHMS


def server_test(run: Run, finding: Finding, lane: Lane) -> str:
    """Return a test that fails where a server answers as it did.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.

    Raises:
        CannotPrint: a step is one that only the kit can take.
    """
    told = played(run, finding)
    turns = [_turn(turn) for turn in told.turns]
    filled = {
        "@HEADING@": _docstring(finding),
        "@KEYS@": repr(told.keys),
        "@TURNS@": pprint.pformat(turns, width=100, sort_dicts=False),
        "@ALGORITHM@": lane.algorithm,
        "@SALT@": str(ALGORITHMS[lane.algorithm]),
        "@REGION@": lane.region,
        "@WRONG@": told.digest,
        "@DIGEST@": inspect.getsource(answer_digest).rstrip(),
        "@NAME@": _name(finding),
    }
    return _filled(_SERVER, filled)


def client_test(
    run: Run, finding: Finding, lane: Lane, shows: frozenset[Cell], meeting: Mapping[str, str]
) -> str:
    """Return a test that has the kit drive the client, and fails where it does wrong again.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.
        shows: where the requirement broke.
        meeting: client, target and transport, as on the command line.
    """
    filled = {
        "@HEADING@": _docstring(finding),
        "@SCENARIO@": pprint.pformat(to_json(run.scenario, lane, shows), width=100, sort_dicts=False),
        "@CLIENT@": repr(meeting["client"]),
        "@TARGET@": repr(meeting["target"]),
        "@TRANSPORT@": repr(meeting["transport"]),
        "@NAME@": _name(finding),
    }
    return _filled(_CLIENT, filled)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _turn(turn: Ask | Act) -> tuple[Any, ...]:
    if isinstance(turn, Act):
        return (turn.verb, dict(turn.body))
    return (turn.method, turn.path, dict(turn.headers), turn.body, turn.status, dict(turn.keeps))


def _name(finding: Finding) -> str:
    return finding.requirement.id.replace("-", "_").lower()


def _docstring(finding: Finding) -> str:
    return "\n".join(_harmless(heading(finding)))


def _harmless(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\\", "\\\\").replace('"', "'").rstrip() for line in lines)


_SERVER: Final = '''"""@HEADING@

Needs pytest, requests and cryptography, and in the environment: AMAZON_PAY_BASE_URL (as
`amazonpay-conformance serve` prints it), AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY (a file), and
AMAZON_PAY_CA_FILE if a CA is to be trusted.
"""

import base64
import hashlib
import json
import os
import re
import time
import uuid
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

ALGORITHM, SALT, REGION = "@ALGORITHM@", @SALT@, "@REGION@"
KEYS = @KEYS@
TURNS = @TURNS@


@DIGEST@


def filled(text, ids):
    return re.sub("{{(.*?)}}", lambda found: ids.get(found[1], found[0]), text)


def send(base, method, path, more, body):
    headers = {
        "accept": "application/json",
        "content-type": "application/json",
        "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        "x-amz-pay-host": base.partition("://")[2],
        "x-amz-pay-region": REGION,
        **more,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\\n" for name in sorted(headers))
    hashed = hashlib.sha256(body.encode()).hexdigest()
    canonical = f"{method}\\n{path}\\n\\n{lines}\\n{names}\\n{hashed}"
    text = f"{ALGORITHM}\\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    pem = Path(os.environ["AMAZON_PAY_PRIVATE_KEY"]).read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=SALT)
    signature = base64.b64encode(key.sign(text.encode(), pss, hashes.SHA256())).decode()
    key_id = os.environ["AMAZON_PAY_PUBLIC_KEY_ID"]
    headers["authorization"] = (
        f"{ALGORITHM} PublicKeyId={key_id}, SignedHeaders={names}, Signature={signature}"
    )
    return requests.request(method, base + path, headers=headers, data=body.encode() or None, **trust())


def trust():
    return {"verify": os.environ.get("AMAZON_PAY_CA_FILE") or True, "timeout": 30, "allow_redirects": False}


@pytest.mark.skipif("AMAZON_PAY_BASE_URL" not in os.environ, reason="set AMAZON_PAY_BASE_URL and the others")
def test_@NAME@():
    base, answer = os.environ["AMAZON_PAY_BASE_URL"], None
    keys, ids = {key: uuid.uuid4().hex for key in KEYS}, {}
    for number, turn in enumerate(TURNS, 1):
        if len(turn) == 2:
            acted = requests.post(f"{base}/_mock/{turn[0]}", filled(json.dumps(turn[1]), ids), **trust())
            assert acted.status_code == 204, f"cannot reach step {number}: {acted.text}"
            continue
        method, path, headers, body, status, keeps = turn
        headers = {name: filled(value, keys) for name, value in headers.items()}
        answer = send(base, method, filled(path, ids), headers, filled(body, ids))
        if number < len(TURNS):
            assert answer.status_code == status, f"cannot reach step {number}: {answer.status_code}"
            ids.update({symbol: answer.json()[name] for symbol, name in keeps.items()})
        elif keeps and answer.status_code == status:
            ids.update({symbol: answer.json()[name] for symbol, name in keeps.items()})
    has_id = "x-amz-pay-request-id" in answer.headers
    digest = answer_digest(answer.status_code, has_id, answer.content, ids)
    assert digest != "@WRONG@", f"still fails: {answer.status_code} {answer.text}"
'''

_CLIENT: Final = '''"""@HEADING@

Needs pytest and amazonpay-conformance. AMAZONPAY_CLIENT names another client than the one below.
"""

import os

from amazonpay_conformance.engine.replay import replay
from amazonpay_conformance.engine.scenario_files import stored_from_json
from amazonpay_conformance.engine.setup import Choice, prepared

CLIENT = os.environ.get("AMAZONPAY_CLIENT", @CLIENT@)
SCENARIO = @SCENARIO@


def test_@NAME@():
    choice = Choice(CLIENT, @TARGET@, @TRANSPORT@)
    with prepared(choice) as ready:
        replayed = replay(ready, stored_from_json(SCENARIO), choice.subjects)
    assert replayed.answer == "passes now", "\\n".join(replayed.lines())
'''
