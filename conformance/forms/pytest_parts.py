"""The parts of a pytest file that are the same in each: what every file needs, and what some do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amazonpay_conformance.forms.turns import Act, Admit, Learn, Rotate, Spoilt, Together

IMPORTS: Final[Mapping[tuple[type, ...], tuple[str, ...]]] = {
    (): (
        "import base64",
        "import hashlib",
        "import http.client",
        "import json",
        "import os",
        "import re",
        "import ssl",
        "import time",
        "import uuid",
    ),
    (Together,): ("import threading",),
}
"""What is imported for which part."""

BASE: Final = '''"""@HEADING@

Needs pytest and cryptography, and in the environment: AMAZON_PAY_BASE_URL (as `amazonpay-conformance serve`
prints it), AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY (a file), and AMAZON_PAY_CA_FILE if a CA is to
be trusted.
"""

@IMPORTS@
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ALGORITHM, SALT, REGION = "@ALGORITHM@", @SALT@, "@REGION@"
KEYS = @KEYS@
STEPS = @STEPS@


@DIGEST@


class CannotReach(Exception):
    """A step cannot be taken."""


class Answer:
    """What came back; the status is 0 where nothing did."""

    def __init__(self, status=0, headers=None, body=b""):
        self.status, self.headers, self.body = status, headers or {}, body

    def json(self):
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Caller:
    """Signs, sends, and carries ids along."""

    def __init__(self):
        self.base = os.environ["AMAZON_PAY_BASE_URL"]
        self.host = self.base.partition("://")[2]
        self.key_id = os.environ["AMAZON_PAY_PUBLIC_KEY_ID"]
        self.key = self.loaded(Path(os.environ["AMAZON_PAY_PRIVATE_KEY"]).read_bytes())
        self.keys = {key: uuid.uuid4().hex for key in KEYS}
        self.ids, self.told, self.answer, self.before_sending = {}, [], Answer(), None

    @staticmethod
    def loaded(pem):
        return serialization.load_pem_private_key(pem, password=None)

    def filled(self, text, more=()):
        known = {**self.keys, **self.ids, **dict(more)}
        return re.sub("{{(.*?)}}", lambda found: known.get(found[1], found[0]), text)

    def signature(self, canonical, algorithm=ALGORITHM, salt=SALT, key=None):
        text = f"{algorithm}\\n{hashlib.sha256(canonical).hexdigest()}".encode()
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=salt)
        return base64.b64encode((key or self.key).sign(text, pss, hashes.SHA256())).decode()

    def exchanged(self, method, target, headers, body):
        """Send bytes as they are, and return what came back."""
        kind = http.client.HTTPSConnection if self.base.startswith("https:") else http.client.HTTPConnection
        trust = ssl.create_default_context(cafile=os.environ.get("AMAZON_PAY_CA_FILE") or None)
        more = {"context": trust} if self.base.startswith("https:") else {}
        connection = kind(self.host, timeout=30, **more)
        try:
            connection.connect()
        except OSError as problem:
            raise CannotReach(f"nobody answers at {self.base}: {problem}") from None
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            try:
                return Answer(response.status, response.headers, response.read())
            except http.client.IncompleteRead as cut:
                return Answer(response.status, response.headers, cut.partial)
        except (http.client.HTTPException, OSError):
            return Answer()
        finally:
            connection.close()

    def ask(self, method, path, query, more, body, status, keeps):
        """Sign a request as it should be, and send it."""
        path, query, body = self.filled(path), self.filled(query), self.filled(body).encode()
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": self.host,
            "x-amz-pay-region": REGION,
            **{name: self.filled(value) for name, value in more.items()},
        }
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\\n" for name in sorted(headers))
        hashed = hashlib.sha256(body).hexdigest()
        signature = self.signature(f"{method}\\n{path}\\n{query}\\n{lines}\\n{names}\\n{hashed}".encode())
        signed = f"PublicKeyId={self.key_id}, SignedHeaders={names}, Signature={signature}"
        headers["authorization"] = f"{ALGORITHM} {signed}"
        target = f"{path}?{query}" if query else path
        self.last = (method, target, list(headers.items()), body)
        self.again(status, keeps)

    def again(self, status, keeps):
        """Send the last request that was not spoilt, to the byte."""
        self.send(self.last, status, keeps)

    def send(self, request, status, keeps):
        if self.before_sending is not None:
            self.before_sending()
        self.answer = self.exchanged(*request)
        if status is not None and self.answer.status != status:
            raise CannotReach(f"expected {status}, received {self.answer.status}")
        found = self.answer.json()
        for symbol, name in keeps.items():
            if isinstance(found.get(name), str):
                self.ids[symbol] = found[name]
            elif status is not None:
                raise CannotReach(f"the answer has no {name}")
        if status is None:
            self.tell()

    def tell(self):
        """Note an answer by which the fault is known."""
        has_id = "x-amz-pay-request-id" in self.answer.headers
        self.told.append(answer_digest(self.answer.status, has_id, self.answer.body, self.ids))
@PARTS@

@pytest.mark.skipif("AMAZON_PAY_BASE_URL" not in os.environ, reason="set AMAZON_PAY_BASE_URL and the others")
def test_@NAME@():
    caller = Caller()
    for told, turns in STEPS:
        for name, *given in turns:
            try:
                getattr(caller, name)(*given)
            except CannotReach as problem:
                pytest.fail(f"cannot reach: step {told}: {problem}", pytrace=False)
@END@'''

CONTROL: Final = '''
    def control(self, verb, given=None, method="POST"):
        """Tell the kit's mock to do something."""
        body = self.filled(json.dumps(given or {})).encode()
        answer = self.exchanged(method, f"/_mock/{verb}", [], body if method == "POST" else b"")
        if answer.status == 404:
            raise CannotReach(f"{verb} takes the kit's mock, which has /_mock/{verb}: {answer.body.decode()}")
        if not 200 <= answer.status < 300:
            raise CannotReach(f"{verb} was refused: {answer.body.decode()}")
        return answer
'''

ROTATE: Final = '''
    def rotate(self, revokes):
        """Take another key from the mock, and sign with it from now on."""
        self.former_id, self.former = self.key_id, self.key
        given = self.control("keys").json()
        self.key_id, self.key = given["public_key_id"], self.loaded(given["private_key"].encode())
        if revokes:
            self.control(f"keys/{self.former_id}", method="DELETE")
'''

ADMIT: Final = '''
    def admit(self):
        """Let another merchant in: the one of AMAZON_PAY_OTHER_..., or one whom the mock makes up."""
        file = os.environ.get("AMAZON_PAY_OTHER_PRIVATE_KEY")
        if file:
            pem, self.merchant_id = Path(file).read_bytes(), os.environ["AMAZON_PAY_OTHER_PUBLIC_KEY_ID"]
        else:
            given = self.control("namespaces").json()
            pem, self.merchant_id = given["private_key"].encode(), given["public_key_id"]
        self.merchant = self.loaded(pem)
'''

LEARN: Final = '''
    def learn(self, symbol, kind):
        """Take the id of the newest object of a kind, of which no answer told."""
        found = json.loads(self.control(f"objects?kind={kind}", method="GET").body)
        if not found:
            raise CannotReach(f"there is no {kind}")
        self.ids[symbol] = found[-1]["id"]
'''

SPOIL: Final = '''
    def spoilt(self, signs, method, target, headers, body, status, keeps):
        """Send a request that is not what was signed, or is signed as it should not be sent."""
        who, algorithm, salt, canonical, signed = signs
        key_id, key = self.signer(who)
        now, basic = time.time(), "%Y%m%dT%H%M%SZ"
        marks = {
            "now": time.strftime(basic, time.gmtime(now)),
            "now, in the extended form": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "now, without a zone": time.strftime(basic, time.gmtime(now)).rstrip("Z"),
            "an hour ago": time.strftime(basic, time.gmtime(now - 3600)),
            "yesterday": time.strftime(basic, time.gmtime(now - 86400)),
            "tomorrow": time.strftime(basic, time.gmtime(now + 86400)),
            "host": self.host,
            "key id": key_id,
            "a new key": uuid.uuid4().hex,
            "a byte that is no UTF-8": "\\udcff",
        }
        hashed = hashlib.sha256(self.raw(signed, marks)).hexdigest()
        signature = self.signature(self.raw(canonical, marks) + hashed.encode(), algorithm, salt, key)
        marks["signature"], marks["half a signature"] = signature, signature[:172]
        marks["signature but its first letter"] = signature[1:]
        sent = [(name, self.filled(value, marks)) for name, value in headers]
        request = (method, self.filled(target, marks), sent, self.raw(body, marks))
        self.send(request, status, keeps)

    def raw(self, text, marks):
        return self.filled(text, marks).encode("utf-8", "surrogateescape")

    def signer(self, who):
        if who == "former key":
            return self.former_id, self.former
        if who == "another merchant":
            return self.merchant_id, self.merchant
        nobody = rsa.generate_private_key(public_exponent=65537, key_size=2048) if who == "nobody" else None
        return self.key_id, nobody or self.key
'''

RACE: Final = '''
    def together(self, judged, callers):
        """Let several callers in at once; each signs his first request before anybody sends."""
        barrier, results, problems = threading.Barrier(len(callers)), {}, []
        threads = []
        for number, asks in enumerate(callers):
            mine = Caller()
            mine.keys, mine.ids, mine.key_id, mine.key = self.keys, self.ids, self.key_id, self.key
            mine.before_sending = lambda mine=mine: mine.meet(barrier)
            given = (mine, asks, results.setdefault(number, []), problems)
            threads.append(threading.Thread(target=self.make, args=given))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        made = [call for number in sorted(results) for call in results[number]]
        if judged != "later":
            self.told = [became if judged == "together" else digest for became, digest in made]

    def meet(self, barrier):
        self.before_sending = None
        try:
            barrier.wait(5)
        except threading.BrokenBarrierError:
            pass

    @staticmethod
    def make(caller, asks, made, problems):
        """Make the calls of one caller; one that builds on a call that came to nothing is not made."""
        own = {symbol for ask in asks for symbol in ask[5]}
        for method, path, query, more, body, keeps, key, shows in asks:
            if any(f"{{{{{symbol}}}}}" in path + body for symbol in own - set(caller.ids)):
                made.append((("unclear",), ""))
                continue
            try:
                caller.ask(method, path, query, more, body, None, keeps)
            except CannotReach as problem:
                problems.append(problem)
                return
            status = caller.answer.status
            became = ("done", key, caller.answer.json().get(shows)) if key else ("done",)
            if status in (0, 429) or status >= 400:
                became = ("refused",) if 400 <= status < 500 and status != 429 else ("unclear",)
            made.append((became, caller.told[-1]))
'''

PARTS: Final[Mapping[tuple[type, ...], str]] = {
    (Act, Rotate, Admit, Learn): CONTROL,
    (Rotate,): ROTATE,
    (Admit,): ADMIT,
    (Learn,): LEARN,
    (Spoilt,): SPOIL,
    (Together,): RACE,
}
"""What takes which part."""

END: Final = """    told, wrong, answer = caller.told, @WRONG@, caller.answer
    assert not (@FOUND@), f"still fails: {answer.status} {answer.body.decode('utf-8', 'replace')}"
"""

END_OF_RACE: Final = """    permitted = @PERMITTED@
    words = []
    for number, call in enumerate(caller.told):
        same = [n for n, other in enumerate(caller.told) if n == number or (len(call) == 3 and other == call)]
        words.append(call[0] if same[0] == number else f"done, as call {same[0] + 1}")
    if "unclear" in words:
        pytest.fail("cannot reach: a call got no clear answer", pytrace=False)
    assert "; ".join(words) in permitted, f"still fails: no order of the calls permits {'; '.join(words)}"
"""

CLIENT: Final = '''"""@HEADING@

Needs pytest and amazonpay-conformance. AMAZONPAY_CLIENT names another client than the one below.
"""

import os

from amazonpay_conformance.engine.replay import replay
from amazonpay_conformance.engine.scenario_files import stored_from_json
from amazonpay_conformance.engine.setup import Choice, prepared

CLIENT = os.environ.get("AMAZONPAY_CLIENT", @CLIENT@)
SCENARIO = @SCENARIO@


def test_@NAME@():
    choice = Choice(CLIENT, @TARGET@, @TRANSPORT@, switches=@SWITCHES@)
    with prepared(choice) as ready:
        replayed = replay(ready, stored_from_json(SCENARIO), choice.subjects)
    assert replayed.answer == "passes now", "\\n".join(replayed.lines())
'''
