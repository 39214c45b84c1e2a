"""A mock under control: every verb as a method, and as an HTTP route beneath /_mock/.

Tests call the methods; whoever plays the buyer or moves the clock from another process posts the same verbs
with the same arguments. An act answers 204 or what came of it, a misuse 400, what cannot be now 409, what
is not there 404, each with {"message"}.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from amazonpay_conformance.mock import openapi
from amazonpay_conformance.mock.arguments import Argument, Misused, Whole, checked
from amazonpay_conformance.mock.bodies import render
from amazonpay_conformance.mock.listing import (
    entry_shown,
    letter_shown,
    object_shown,
    remark_shown,
    turn_shown,
)
from amazonpay_conformance.mock.namespaces import NAMESPACE_HEADER, Mock, Namespace, NoSuchNamespace
from amazonpay_conformance.mock.postman import BadEndpoint, checked_endpoint
from amazonpay_conformance.mock.quota import Figures, Quota
from amazonpay_conformance.mock.routes import Route, json_response, message
from amazonpay_conformance.mock.seeds import seed, story_of
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.mock.verbs import PREFIX, VERBS, Verb
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.world import COLLECTIONS, AnyObject
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import KeyProblem, PublicKey, generate_private_key, load_public_key
from amazonpay_conformance.wire.messages import Request, Response

Shown: TypeAlias = dict[str, Any]
_Method = TypeVar("_Method", bound=Callable[..., Any])

DOCUMENT: Final = "openapi.json"


class NotThere(LookupError):
    """There is no such thing; the message says so."""


def _one_at_a_time(method: _Method) -> _Method:
    @functools.wraps(method)
    def locked(self: Control, *given: Any, **named: Any) -> Any:
        with self.mock.lock:
            return method(self, *given, **named)

    return locked  # type: ignore[return-value]


class Control:
    """The verbs, on one namespace of a mock. Safe to use while the mock is served.

    Raises:
        Misused: an argument cannot be meant.
        ImpossibleAct: that cannot be now.
        NotThere: there is no such thing.
    """

    def __init__(self, mock: Mock, namespace: Namespace | None = None) -> None:
        self.mock = mock
        self.namespace = namespace or mock.default

    # --- the whole

    @_one_at_a_time
    def status(self) -> Shown:
        """Return what this is: its keys, its clock, how much is in it."""
        service, journal = self.namespace.service, self.namespace.journal
        return {
            "namespace": self.namespace.name,
            "namespaces": list(self.mock.namespaces),
            "region": self.mock.region,
            "host": self.mock.host,
            "public_key_ids": list(service.merchant.keys),
            "clock": self.clock(),
            "throttling": service.quota.figures,
            "objects": len(self._objects(None)),
            "exchanges": len(journal.entries),
            "findings": len(journal.remarks),
        }

    @_one_at_a_time
    def reset(self) -> None:
        """Forget every object, idempotency key, fault, exchange and finding; set the clock back, too."""
        self.namespace.reset()

    @_one_at_a_time
    def snapshot(self) -> Shown:
        """Keep everything as it is now, under the name that is returned as `snapshot`."""
        name = f"snapshot-{len(self.namespace.snapshots) + 1}"
        self.namespace.snapshots[name] = self.namespace.remember()
        return {"snapshot": name}

    @_one_at_a_time
    def restore(self, snapshot: str) -> None:
        """Put everything back to a snapshot, the clock too."""
        if snapshot not in self.namespace.snapshots:
            raise NotThere(f"there is no snapshot {snapshot!r}")
        self.namespace.recall(self.namespace.snapshots[snapshot])

    # --- objects

    @_one_at_a_time
    def objects(self, kind: str | None = None) -> list[Shown]:
        """Return every object, oldest first of its kind."""
        return [object_shown(kind, value) for kind, value in self._objects(kind)]

    @_one_at_a_time
    def object(self, id: str) -> Shown:
        """Return one object as the API shows it, and every state that it was in."""
        for kind, value in self._objects(None):
            if value.id == id:
                world, host = self.namespace.service.world, self.mock.host
                body = render(world, kind, id, host=host) if kind in COLLECTIONS else None
                turns = self.namespace.history.of(kind, id)
                return {**object_shown(kind, value), "body": body, "history": list(map(turn_shown, turns))}
        raise NotThere(f"there is no object {id!r}")

    @_one_at_a_time
    def seed(self, kind: str, state: str, reason: str | None = None, amount: str | None = None) -> Shown:
        """Bring an object into being in a state, with what it hangs on and a past that led there."""
        service = self.namespace.service
        service.catch_up()
        seeded = seed(service.world, story_of(kind, state, reason), region=self.mock.region, amount=amount)
        service.place(*seeded.objects)
        for step in seeded.steps:
            self.namespace.history.take(step)
        return {"id": seeded.id, "ids": dict(seeded.ids)}

    # --- the buyer

    @_one_at_a_time
    def buyer(
        self,
        deed: BuyerDeed,
        target: str,
        card: str | None = None,
        product: Product | None = None,
        address: str | None = None,
    ) -> None:
        """Let the buyer do something with a session or a permission."""
        self._buyer(deed, target, card, product, address)

    @_one_at_a_time
    def approve(self, session: str, card: str | None = None) -> None:
        """Let the buyer sign in where he has not, and approve."""
        self._buyer("approves", session, card)

    @_one_at_a_time
    def decline(self, session: str) -> None:
        """Let the buyer sign in where he has not, and his payment be declined."""
        self._buyer("is_declined", session)

    @_one_at_a_time
    def cancel(self, session: str) -> None:
        """Let the buyer sign in where he has not, and cancel."""
        self._buyer("cancels", session)

    def _buyer(
        self,
        deed: BuyerDeed,
        target: str,
        card: str | None = None,
        product: Product | None = None,
        address: str | None = None,
    ) -> None:
        try:
            self.namespace.service.buyer(deed, target, card, product, address=address)
        except ImpossibleAct:
            state = self.object(target)["state"]
            raise ImpossibleAct(f"the buyer cannot do {deed!r} with {target!r}, which is {state}") from None

    # --- time

    @_one_at_a_time
    def clock(self) -> Shown:
        """Return what the clock says."""
        hands = self.namespace.service.clock.hands()
        time = datetime.fromtimestamp(hands.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"now": hands.at, "time": time, "frozen": hands.frozen}

    @_one_at_a_time
    def freeze(self) -> Shown:
        """Let the clock stand still until it is moved."""
        self.namespace.service.clock.freeze()
        return self.clock()

    @_one_at_a_time
    def run(self) -> Shown:
        """Let the clock run on from where it stands."""
        self.namespace.service.clock.run()
        return self.clock()

    @_one_at_a_time
    def advance(self, seconds: int) -> None:
        """Move the clock forward; what comes due happens now, in order."""
        self.namespace.service.advance(seconds)

    @_one_at_a_time
    def set_clock(self, at: int) -> Shown:
        """Move the clock forward to a time; what comes due happens now, in order."""
        try:
            self.namespace.service.set_clock(at)
        except ValueError as problem:
            raise ImpossibleAct(str(problem)) from None
        return self.clock()

    # --- what goes wrong

    @_one_at_a_time
    def faults(
        self, fault: str | None = None, times: int = 1, operation: str | None = None, clear: bool = False
    ) -> None:
        """Let something go wrong with the next requests, or call off what has not gone wrong yet."""
        if clear == (fault is not None):
            raise Misused("fault: expected one, or clear: true")
        if fault is None:
            self.namespace.faults.clear()
        else:
            self.namespace.faults.script(fault, times, operation)

    @_one_at_a_time
    def scripted(self) -> list[Shown]:
        """Return what is still to go wrong."""
        coming = self.namespace.faults.coming()
        return [{"fault": s.fault.id, "times": s.left, "operation": s.operation} for s in coming]

    @_one_at_a_time
    def throttle(self, figures: Figures) -> None:
        """Refuse calls above the documented quotas."""
        self.namespace.service.quota = Quota(figures)

    # --- notifications

    @_one_at_a_time
    def notify_at(self, endpoint: str | None = None, clear: bool = False) -> None:
        """Post notifications to an endpoint from now on, or to none."""
        if clear == (endpoint is not None):
            raise Misused("endpoint: expected one, or clear: true")
        notifier = self.namespace.notifier
        notifier.notify_at(() if endpoint is None else (_endpoint(endpoint),), notifier.ca_file)

    @_one_at_a_time
    def notify(self, id: str, variant: str = "true", endpoint: str | None = None) -> Shown:
        """Post a notification of an object, whatever has become of it."""
        self.namespace.service.catch_up()
        notifier = self.namespace.notifier
        where = None if endpoint is None else _endpoint(endpoint)
        numbers = notifier.send(notifier.about(id), variant, where)
        return {"numbers": list(numbers)}

    @_one_at_a_time
    def misdeliver(self, variant: str | None = None, times: int = 1, clear: bool = False) -> None:
        """Let something be wrong with the next notifications, or call that off."""
        if clear == (variant is not None):
            raise Misused("variant: expected one, or clear: true")
        if variant is None:
            self.namespace.notifier.outbox.coming.clear()
        else:
            self.namespace.notifier.outbox.script(variant, times)

    @_one_at_a_time
    def notifications(self) -> list[Shown]:
        """Return the notifications, oldest first: where each went, and what it was answered."""
        return list(map(letter_shown, self.namespace.notifier.outbox.letters))

    # --- what was seen

    @_one_at_a_time
    def exchanges(self, since: int = 0) -> list[Shown]:
        """Return the last exchanges, oldest first; secrets and buyers' data are left out."""
        return [entry_shown(entry) for entry in self.namespace.journal.entries if entry.number > since]

    @_one_at_a_time
    def findings(self) -> list[Shown]:
        """Return what was found wrong with whoever called."""
        return list(map(remark_shown, self.namespace.journal.remarks))

    # --- who calls

    @_one_at_a_time
    def open_namespace(
        self, name: str | None = None, public_key_id: str | None = None, public_key: str | None = None
    ) -> Shown:
        """Open a namespace: a merchant with objects and a clock of his own."""
        name = name or f"namespace-{secrets.token_hex(4)}"
        key_id, public, private = self._new_key(public_key_id, public_key)
        try:
            self.mock.open(name, Merchant({key_id: public}))
        except ValueError as problem:
            raise ImpossibleAct(str(problem)) from None
        return {"namespace": name, "public_key_id": key_id, "private_key": private}

    @_one_at_a_time
    def close_namespace(self, name: str) -> None:
        """Forget a namespace and all that is in it."""
        self.mock.close(name)

    @_one_at_a_time
    def add_key(self, public_key_id: str | None = None, public_key: str | None = None) -> Shown:
        """Give the merchant one more key; the ones that he has stay good."""
        service = self.namespace.service
        key_id, public, private = self._new_key(public_key_id, public_key)
        service.merchant = Merchant({**service.merchant.keys, key_id: public})
        return {"namespace": self.namespace.name, "public_key_id": key_id, "private_key": private}

    @_one_at_a_time
    def revoke_key(self, public_key_id: str) -> None:
        """Take a key from the merchant."""
        service = self.namespace.service
        if public_key_id not in service.merchant.keys:
            raise NotThere(f"the merchant has no key {public_key_id!r}")
        kept = {name: key for name, key in service.merchant.keys.items() if name != public_key_id}
        service.merchant = Merchant(kept)

    # ---

    def _objects(self, kind: str | None) -> list[tuple[Kind, AnyObject]]:
        self.namespace.service.catch_up()
        world = self.namespace.service.world
        kinds: tuple[Kind, ...] = (*COLLECTIONS, *world.records)
        if kind is not None and kind not in kinds:
            raise Misused(f"kind: expected one of {', '.join(kinds)}")
        return [(k, value) for k in kinds if kind in (None, k) for value in world.objects(k).values()]

    def _new_key(self, key_id: str | None, pem: str | None) -> tuple[str, PublicKey, str | None]:
        key_id = key_id or f"SANDBOX-{secrets.token_hex(12).upper()}"
        if pem is None:
            private = generate_private_key()
            return key_id, private.public, private.to_pem("pkcs8")
        try:
            return key_id, load_public_key(pem.encode()), None
        except KeyProblem as problem:
            raise Misused(f"public_key: {problem}") from None


def _endpoint(url: str) -> str:
    try:
        return checked_endpoint(url)
    except BadEndpoint as problem:
        raise Misused(f"endpoint: {problem}") from None


def control_routes(mock: Mock) -> tuple[Route, ...]:
    """Return the routes of the control API, and of its description."""
    document = Route(
        "GET", PREFIX + DOCUMENT, lambda *_: json_response(200, openapi.document()), guarded=False
    )
    return (document, *(Route(verb.method, PREFIX + verb.path, _answering(mock, verb)) for verb in VERBS))


def _description(*_: Any) -> Response:
    return json_response(200, openapi.document())


def _answering(mock: Mock, verb: Verb) -> Callable[[Request, Mapping[str, str]], Response]:
    def answer(request: Request, in_path: Mapping[str, str]) -> Response:
        try:
            given = checked(verb.arguments, {**_given(verb, request), **in_path})
            with mock.lock:
                control = Control(mock, _namespace(mock, request))
                result = getattr(control, verb.name)(**given)
        except Misused as problem:
            return message(400, str(problem))
        except (NoSuchNamespace, NotThere) as problem:
            return message(404, str(problem))
        except ImpossibleAct as problem:
            return message(409, str(problem))
        return Response(204) if verb.returns is None else json_response(200, result)

    return answer


def _namespace(mock: Mock, request: Request) -> Namespace:
    """The namespace that a control request names in its query or in its header, or the default one."""
    query = dict(parse_qsl(request.query or ""))
    named = query.get("namespace") or request.headers.get(NAMESPACE_HEADER)
    return mock.default if named is None else mock.find(named)


def _given(verb: Verb, request: Request) -> Mapping[str, Any]:
    if verb.method == "POST":
        return _body(request)
    beside = ("namespace", "token")
    query = {name: value for name, value in parse_qsl(request.query or "") if name not in beside}
    shapes = {argument.name: argument for argument in verb.arguments}
    return {name: _read(shapes.get(name), value) for name, value in query.items()}


def _read(argument: Argument | None, value: str) -> Any:
    """A number in a query is written as text."""
    whole = argument is not None and isinstance(argument.shape, Whole)
    return int(value) if whole and value.isascii() and value.isdigit() and len(value) < 18 else value


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json() if request.body else {}
    except (ValueError, RecursionError):
        raise Misused("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Misused("the body is not a JSON object")
    return body
