"""What must be right before a certification can begin, in turn, down to a signed request and a button.

A set-up fault says that nothing can be tried yet, and whose affair it is; only the last examination, of the
signed request, can find the client itself wrong. What cannot be looked at since something before it is
missing is not looked at.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.clients.driver import DriverError, Hello
from amazonpay_conformance.engine.button_payloads import BUTTON_PAYLOADS
from amazonpay_conformance.engine.certification import Certification
from amazonpay_conformance.engine.lane import Lane, lanes
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.remote import (
    HOSTS,
    Address,
    Credentials,
    MisnamedTarget,
    RefusedTarget,
    Relay,
    address_of,
    credentials,
    trusting,
)
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.setup import Choice, Prepared, SetUpProblem, prepared
from amazonpay_conformance.engine.targets import TargetUnreachable
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import CallStep, Scenario
from amazonpay_conformance.wire.keys import KeyProblem, PrivateKey, load_private_key, load_public_key
from amazonpay_conformance.wire.messages import Headers, Request

Subject: TypeAlias = Literal[
    "credentials",
    "key pair",
    "region",
    "host",
    "certificate",
    "clock",
    "client",
    "driver",
    "signed request",
    "signed button",
]
Answer: TypeAlias = Literal["ok", "left out", "client is wrong", "usage", "set-up", "unreachable"]

SKEW_SECONDS: Final = 300
"""How far the clocks may be apart: as `--skew` has it, for no source gives a figure (api-facts §10.3 [?])."""
SOON_DAYS: Final = 14
TIMEOUT_SECONDS: Final = 10
REFUSALS: Final = (
    "InvalidRequestSignature",
    "InvalidAuthentication",
    "InvalidAccountStatus",
    "UnauthorizedAccess",
)
"""What a service answers to a merchant that it does not know or let in. Source: api-facts §7 [D2][I]."""

# fmt: off
FIRST_CALLS: Final = (
    CallStep("get_charge", "charge#unknown"),
    CallStep("get_checkout_session", "session#unknown"),
    CallStep("get_charge_permission", "permission#unknown"),
    CallStep("get_refund", "refund#unknown"),
    CallStep("create_checkout_session", body={"storeId": "plain"}, makes={"session": "session#1"}),
)
# fmt: on
"""The call that is tried: the first that the client has. Those that change nothing come first."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one examination showed, and what to do where something is amiss."""

    subject: Subject
    answer: Answer
    told: str
    advice: str = ""

    @property
    def is_amiss(self) -> bool:
        """Whether something has to be done."""
        return self.answer not in ("ok", "left out")


def examine(choice: Choice, public_key_file: Path | None = None) -> Iterator[Examined]:
    """Look at all that a run needs; stop at the first that is amiss.

    Args:
        choice: the client and the target of the run.
        public_key_file: the public key that Amazon Pay was given, to see that the private one belongs to it.
    """
    for examined in _of_target(choice, public_key_file):
        yield examined
        if examined.is_amiss:
            return
    yield from _of_client(choice)


def _of_target(choice: Choice, public_key_file: Path | None) -> Iterator[Examined]:
    if choice.target == "mock":
        why = "the kit's own mock is the target, so a key pair is made for each run"
        yield Examined("credentials", "left out", why)
        if public_key_file is not None:
            yield Examined("key pair", "left out", f"{public_key_file.name} is not looked at: {why}")
        return
    given = None
    try:
        given = credentials()
        yield _credentials(choice, given)
        address = _address(choice, given)
        trust = trusting(choice.ca_file) if address.tls else None
    except MisnamedTarget as problem:
        yield Examined("host", "usage", str(problem), "name another --target")
        return
    except RefusedTarget as problem:
        yield Examined("credentials", "set-up", str(problem), "mend what the line names (docs/sandbox.md)")
        return
    if given is not None:
        yield _key_pair(given, public_key_file)
        yield _region(choice, given, address)
    yield from _of_host(choice, address, trust)


def _credentials(choice: Choice, given: Credentials | None) -> Examined:
    if choice.target == "sandbox" and not choice.allow_network:
        told = "nothing is sent to the sandbox without being told to"
        return Examined("credentials", "usage", told, "add --allow-network")
    if given is not None:
        return Examined("credentials", "ok", f"key {given.public_key_id}, region {given.region}")
    if choice.target == "sandbox":
        told = "none are in the environment"
        advice = "set AMAZON_PAY_PUBLIC_KEY_ID, AMAZON_PAY_PRIVATE_KEY, AMAZON_PAY_REGION (docs/sandbox.md)"
        return Examined("credentials", "set-up", told, advice)
    return Examined("credentials", "left out", "none in the environment: a key pair is made up for each run")


def _address(choice: Choice, given: Credentials | None) -> Address:
    if choice.target != "sandbox":
        return address_of(choice.target, choice.resolve)
    region = choice.region or (given.region if given else "na")
    return address_of(f"https://{HOSTS[region]}", choice.resolve)


def _key_pair(given: Credentials, public_key_file: Path | None) -> Examined:
    try:
        key = load_private_key(given.private_key)
    except KeyProblem as problem:
        told = f"AMAZON_PAY_PRIVATE_KEY: found {problem.found}, expected {problem.expected}"
        return Examined("key pair", "set-up", told, problem.remedy)
    told = f"RSA, {key.size} bits, public half sha256:{key.public.fingerprint[:16]}"
    if public_key_file is None:
        return Examined("key pair", "ok", f"{told}; --public-key compares it with the one in Seller Central")
    return _compared(key, public_key_file, told)


def _compared(key: PrivateKey, public_key_file: Path, told: str) -> Examined:
    try:
        public = load_public_key(public_key_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        told = f"--public-key {public_key_file} cannot be read"
        return Examined("key pair", "set-up", told, "name the PEM file of the public key")
    except KeyProblem as problem:
        told = f"--public-key {public_key_file}: found {problem.found}, expected {problem.expected}"
        return Examined("key pair", "set-up", told, problem.remedy)
    if public.fingerprint != key.public.fingerprint:
        told = f"the private key does not belong to {public_key_file}"
        return Examined("key pair", "set-up", told, "use the private key that was made together with it")
    return Examined("key pair", "ok", f"{told}, as in {public_key_file}")


def _region(choice: Choice, given: Credentials, address: Address) -> Examined:
    if choice.region not in (None, given.region):
        told = f"--region {choice.region}, but AMAZON_PAY_REGION is {given.region}"
        return Examined("region", "set-up", told, "a key is good for one region: say the same in both")
    return Examined("region", "ok", f"{given.region}, {address.host}")


def _of_host(choice: Choice, address: Address, trust: ssl.SSLContext | None) -> Iterator[Examined]:
    try:
        plain = socket.create_connection((address.connect_host, address.connect_port), TIMEOUT_SECONDS)
    except OSError as problem:
        told = f"{address.authority} cannot be reached: {problem.strerror or problem}"
        yield Examined(
            "host", "unreachable", told, "see that it runs, and that name, port and network are right"
        )
        return
    with contextlib.closing(plain):
        yield Examined("host", "ok", f"{address.authority} answers at {plain.getpeername()[0]}")
        if trust is None:
            yield Examined("certificate", "left out", "plain HTTP on this machine")
        else:
            yield _certificate(plain, address, trust)
    yield _clock(choice, address)


def _certificate(plain: socket.socket, address: Address, trust: ssl.SSLContext) -> Examined:
    try:
        with trust.wrap_socket(plain, server_hostname=address.host) as secured:
            expires = str((secured.getpeercert() or {}).get("notAfter", ""))
            version = secured.version()
    except ssl.SSLCertVerificationError as problem:
        told = f"that of {address.host} is not trusted: {problem.verify_message}"
        advice = "name its CA with --ca-file, or see whether something on the way replaces certificates"
        return Examined("certificate", "set-up", told, advice)
    except OSError as problem:
        told = f"no TLS with {address.authority}: {problem}"
        return Examined("certificate", "set-up", told, "see whether it speaks HTTPS at this port")
    left = int((ssl.cert_time_to_seconds(expires) - time.time()) // 86400)
    soon = ", which is soon" if left < SOON_DAYS else ""
    return Examined("certificate", "ok", f"trusted, {version}, expires in {left} days{soon}")


def _clock(choice: Choice, address: Address) -> Examined:
    sandbox = choice.target == "sandbox"
    relay = Relay(address, ca_file=choice.ca_file, per_second=None, sandbox_only=sandbox)
    headers = Headers.of({"accept": "application/json"})
    answer = relay(Request("GET", "/sandbox/v2/charges/none", headers=headers))
    if relay.fault:
        return Examined("host", "unreachable", relay.fault, "see whether it is an HTTP service")
    date = answer.headers.get("date")
    if date is None:
        return Examined("clock", "left out", f"{address.authority} does not tell its time")
    try:
        ahead = round(time.time() - parsedate_to_datetime(date).timestamp())
    except ValueError:
        return Examined("clock", "left out", f"{address.authority} tells no time that can be read")
    told = f"this machine is {abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} {address.authority}"
    if abs(ahead) > SKEW_SECONDS:
        return Examined("clock", "set-up", told, "set the clock (NTP): a request is signed with its time")
    return Examined("clock", "ok", told)


def _of_client(choice: Choice) -> Iterator[Examined]:
    try:
        with prepared(choice) as ready:
            yield Examined("client", "ok", f"{choice.client} is there")
            hello = ready.driver.hello()
            yield _hello(hello)
            step = _first_call(hello)
            signed = _signed_request(choice, ready, hello, step) if step is not None else None
            if signed is not None:
                yield signed
            if hello.capabilities.button and not (signed and signed.is_amiss):
                yield _signed_button(choice, ready, hello)
    except SetUpProblem as problem:
        answer: Answer = "usage" if problem.is_usage else "set-up"
        yield Examined("client", answer, str(problem), "mend what the line names (docs/drivers.md)")
    except DriverError as problem:
        yield Examined("driver", "set-up", str(problem), "mend the driver: docs/drivers.md has a checklist")
    except TargetUnreachable as problem:
        yield Examined("host", "unreachable", str(problem), "see that it runs")


def _hello(hello: Hello) -> Examined:
    declared = hello.capabilities.operations
    known = declared & set(ALL_OPERATIONS)
    unknown = sorted(declared - set(ALL_OPERATIONS))
    who = f"{hello.name} {hello.version} ({hello.language})"
    if not known:
        told = f"{who} declares no operation that scenarios are made of"
        return Examined("driver", "set-up", told, f"declare some of {', '.join(sorted(ALL_OPERATIONS))}")
    strange = f"; the kit has no {', '.join(unknown)}" if unknown else ""
    return Examined("driver", "ok", f"{who}, {len(known)} of {len(ALL_OPERATIONS)} operations{strange}")


def _first_call(hello: Hello) -> CallStep | None:
    able = hello.capabilities.operations
    return next((step for step in FIRST_CALLS if step.operation in able), None)


def _signed_request(choice: Choice, ready: Prepared, hello: Hello, step: CallStep) -> Examined:
    run = _certification(choice, ready).run_one(Scenario((step,)), _lane(ready, hello))
    return _judged(run, step, ready.target.service_host)


def _signed_button(choice: Choice, ready: Prepared, hello: Hello) -> Examined:
    """Have the client sign a button; whether rightly, a certification tells."""
    ready.driver.configure(_certification(choice, ready).config(_lane(ready, hello)))
    ready.driver.sign_button(BUTTON_PAYLOADS[0])
    return Examined("signed button", "ok", "sign_button takes a payload and returns a signature")


def _certification(choice: Choice, ready: Prepared) -> Certification:
    return ready.certification(
        Order(PROFILES["quick"], seed=0, region=ready.region, subjects=choice.subjects)
    )


def _lane(ready: Prepared, hello: Hello) -> Lane:
    lane = next(lanes(hello.capabilities, region=ready.region, algorithm=None))
    return lane if ready.public_key_id is None else replace(lane, public_key_id=ready.public_key_id)


def _judged(run: Run, step: CallStep, host: str) -> Examined:
    seen = [seen for made in run.made for seen in made.seen]
    if not seen:
        told = f"{step.operation} sent nothing to {host}"
        advice = "point the client at the host of its configuration (docs/drivers.md)"
        return Examined("signed request", "set-up", told + _error_of(run), advice)
    response = seen[-1].response
    answered = "no answer" if response is None else f"answered {response.status}"
    failures = [finding.requirement for finding in run.findings if finding.is_failure]
    wrong = sorted({requirement.id for requirement in failures if requirement.subject == "client"})
    if wrong:
        told = f"{step.operation} arrived, {answered}; it breaks {', '.join(wrong)}"
        advice = f"the set-up is right, the client is not: amazonpay-conformance explain {wrong[0]}"
        return Examined("signed request", "client is wrong", told, advice)
    reason = _reason_of(response.body if response else b"")
    if reason in REFUSALS:
        told = f"{step.operation} is signed as it should be, and refused: {reason}"
        advice = "see that key id, private key, region and environment belong together"
        return Examined("signed request", "set-up", told, advice)
    return Examined("signed request", "ok", f"{step.operation} arrived, its signature verifies, {answered}")


def _error_of(run: Run) -> str:
    told = next((made.told.error for made in run.made if made.told.error), "")
    return f": {told}" if told else ""


def _reason_of(body: bytes) -> str:
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    return str(value.get("reasonCode", "")) if isinstance(value, dict) else ""
