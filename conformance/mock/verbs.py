"""The verbs by which a mock is controlled, a row a verb: its name in Python, its HTTP route, what it takes.

The HTTP routes, their description as OpenAPI and the methods of `Control` are made of these rows or held to
them. A verb of another module has its row here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from amazonpay_conformance.mock.arguments import Argument, Flag, OneOf, Text, Whole
from amazonpay_conformance.mock.quota import FIGURES
from amazonpay_conformance.mock.seeds import KINDS, REASONS, STATES
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.buyer import ADDRESSES
from amazonpay_conformance.model.faults import FAULT_OF
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.variants import VARIANTS

PREFIX: Final = "/_mock/"

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    `path` follows the prefix; a name in braces is an argument in it. `returns` is the schema of what comes
    back, None where nothing does.
    """

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    arguments: tuple[Argument, ...] = ()
    returns: Schema | None = None

    @property
    def in_path(self) -> tuple[str, ...]:
        """The names of the arguments that stand in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def _of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
_NUMBER: Final[Schema] = {"type": "integer"}
_FLAG: Final[Schema] = {"type": "boolean"}
_ANYTHING: Final[Schema] = {}

CLOCK: Final = _of(now=_NUMBER, time=_TEXT, frozen=_FLAG)
SUMMARY: Final = _of(
    kind=_TEXT, id=_TEXT, state=_TEXT, reason=_TEXT_OR_NULL, created=_NUMBER, changed=_NUMBER
)
TURN: Final = _of(at=_NUMBER, cause=_TEXT, state=_TEXT, reason=_TEXT_OR_NULL, transitions=_list(_TEXT))
WHOLE: Final = _of(**SUMMARY["properties"], body={"type": ["object", "null"]}, history=_list(TURN))
REMARK: Final = _of(
    requirement=_TEXT, level={"enum": ["MUST", "SHOULD"]}, statement=_TEXT, operation=_TEXT, expected=_TEXT,
    received=_TEXT, hint=_TEXT,
)  # fmt: skip
MESSAGE: Final = _of(headers=_list(_list(_TEXT)), body=_ANYTHING)
ENTRY: Final = _of(
    number=_NUMBER, at={"type": "number"}, operation=_TEXT_OR_NULL, method=_TEXT, target=_TEXT, status={"type": ["integer", "null"]},
    fault=_TEXT_OR_NULL, request=MESSAGE, response={"anyOf": [MESSAGE, {"type": "null"}]}, findings=_list(REMARK),
)  # fmt: skip
LETTER: Final = _of(
    number=_NUMBER, message_id=_TEXT, variant=_TEXT, object_type=_TEXT, object_id=_TEXT, kind=_TEXT, endpoint=_TEXT, fate=_TEXT,
    due=_NUMBER, tries=_NUMBER, status={"type": ["integer", "null"]}, why=_TEXT,
)  # fmt: skip
CREDENTIALS: Final = _of(namespace=_TEXT, public_key_id=_TEXT, private_key=_TEXT_OR_NULL)
STATUS: Final = _of(
    namespace=_TEXT, namespaces=_list(_TEXT), region=_TEXT, host=_TEXT, public_key_ids=_list(_TEXT), clock=CLOCK,
    throttling={"enum": list(FIGURES)}, objects=_NUMBER, exchanges=_NUMBER, findings=_NUMBER,
)  # fmt: skip

_SESSION: Final = Argument("session", Text("the id of a session"), "the session", required=True)
_CARD: Final = Argument("card", OneOf(tuple(CARDS)), "the ending of the simulated card that he pays with")
_PEM: Final = Argument(
    "public_key", Text("a public key as PEM"), "the public key; a pair is made where none is given"
)
_KEY_ID: Final = Argument("public_key_id", Text("a public key id", r"[A-Za-z0-9-]{1,100}"), "its id; a made-up one where none is given")  # fmt: skip

# fmt: off
VERBS: Final[tuple[Verb, ...]] = (
    Verb("status", "GET", "status", "What this is: its keys, its clock, how much is in it.", (), STATUS),
    Verb("reset", "POST", "reset", "Forget every object, idempotency key, fault, exchange and finding; set the clock back, too."),
    Verb("snapshot", "POST", "snapshots", "Keep everything as it is now, under a name that `restore` takes.", (), _of(snapshot=_TEXT)),
    Verb("restore", "POST", "restore", "Put everything back to a snapshot, the clock too. What was seen since stays listed.", (
        Argument("snapshot", Text("the name of a snapshot"), "which one", required=True),
    )),
    # --- objects
    Verb("objects", "GET", "objects", "Every object, oldest first of its kind.", (
        Argument("kind", Text("a kind of object, as Charge"), "of this kind only"),
    ), _list(SUMMARY)),
    Verb("object", "GET", "objects/{id}", "One object as the API shows it, and every state that it was in.", (
        Argument("id", Text("the id of an object"), "which one", required=True),
    ), WHOLE),
    Verb("seed", "POST", "objects", "Bring an object into being in a state, with what it hangs on, and a past that led there.", (
        Argument("kind", OneOf(KINDS), "what it is", required=True),
        Argument("state", OneOf(STATES), "the state that it is in", required=True),
        Argument("reason", OneOf(REASONS), "the reason code beside it; the usual one where none is given"),
        Argument("amount", Text("an amount, as 10.00", r"[0-9]{1,8}(\.[0-9]{1,2})?"), "of the order, in the region's currency; 10.00 where none is given"),
    ), _of(id=_TEXT, ids={"type": "object", "additionalProperties": _TEXT})),
    # --- the buyer
    Verb("buyer", "POST", "buyer", "Let the buyer do something with a session or a permission.", (
        Argument("deed", OneOf(get_args(BuyerDeed)), "what he does", required=True),
        Argument("target", Text("the id of a session or a permission"), "with what", required=True),
        _CARD,
        Argument("product", OneOf(get_args(Product)), "the button's product, where he signs in"),
        Argument("address", OneOf(tuple(ADDRESSES)), "which of his addresses he picks"),
    )),
    Verb("approve", "POST", "approve", "Let the buyer sign in where he has not, and approve.", (_SESSION, _CARD)),
    Verb("decline", "POST", "decline", "Let the buyer sign in where he has not, and his payment be declined.", (_SESSION,)),
    Verb("cancel", "POST", "cancel", "Let the buyer sign in where he has not, and cancel.", (_SESSION,)),
    # --- time
    Verb("clock", "GET", "clock", "What the clock says.", (), CLOCK),
    Verb("freeze", "POST", "freeze", "Let the clock stand still until it is moved.", (), CLOCK),
    Verb("run", "POST", "run", "Let the clock run on from where it stands.", (), CLOCK),
    Verb("advance", "POST", "advance", "Move the clock forward. What comes due happens now, in order.", (
        Argument("seconds", Whole(), "by how much", required=True),
    )),
    Verb("set_clock", "POST", "clock", "Move the clock forward to a time. What comes due happens now, in order.", (
        Argument("at", Whole(), "seconds since the epoch; not before what the clock says", required=True),
    ), CLOCK),
    # --- what goes wrong
    Verb("faults", "POST", "faults", "Let something go wrong with the next requests, or call off what has not gone wrong yet.", (
        Argument("fault", OneOf(tuple(FAULT_OF)), "what; needed unless `clear` is true"),
        Argument("times", Whole(1), "with how many requests; one where not said"),
        Argument("operation", OneOf(tuple(ALL_OPERATIONS)), "with those of one operation only"),
        Argument("clear", Flag(), "whether to call off all that was asked for"),
    )),
    Verb("scripted", "GET", "faults", "What is still to go wrong.", (), _list(_of(fault=_TEXT, times=_NUMBER, operation=_TEXT_OR_NULL))),
    Verb("throttle", "POST", "throttle", "Refuse calls above the documented quotas.", (
        Argument("figures", OneOf(FIGURES), "whose quotas: the sandbox's, the live ones, or off", required=True),
    )),
    # --- notifications
    Verb("notify_at", "POST", "endpoints", "Post notifications to an endpoint from now on, or to none.", (
        Argument("endpoint", Text("an address", r"https?://[^\s]{1,2000}"), "where; needed unless `clear` is true"),
        Argument("clear", Flag(), "whether to notify nobody any more"),
    )),
    Verb("notify", "POST", "notify", "Post a notification of an object, whatever has become of it.", (
        Argument("id", Text("the id of a charge, permission, refund or dispute"), "of what", required=True),
        Argument("variant", OneOf(tuple(VARIANTS)), "how, as docs/notifications.md says; a true one where not said"),
        Argument("endpoint", Text("an address", r"https?://[^\s]{1,2000}"), "where; to all endpoints where not said"),
    ), _of(numbers=_list(_NUMBER))),
    Verb("misdeliver", "POST", "misdeliveries", "Let something be wrong with the next notifications, or call that off.", (
        Argument("variant", OneOf(tuple(VARIANTS)), "what, as docs/notifications.md says; needed unless `clear` is true"),
        Argument("times", Whole(1), "with how many notifications; one where not said"),
        Argument("clear", Flag(), "whether to call off all that was asked for"),
    )),
    Verb("notifications", "GET", "notifications", "The notifications, oldest first: where each went, and what it was answered.", (), _list(LETTER)),
    # --- what was seen
    Verb("exchanges", "GET", "exchanges", "The last exchanges, oldest first; secrets and buyers' data are left out.", (
        Argument("since", Whole(), "only those with a higher number"),
    ), _list(ENTRY)),
    Verb("findings", "GET", "findings", "What was found wrong with whoever called.", (), _list(REMARK)),
    # --- who calls
    Verb("open_namespace", "POST", "namespaces", "Open a namespace: a merchant with objects and a clock of his own.", (
        Argument("name", Text("a name", r"[A-Za-z0-9_.:\[\]/-]{1,200}"), "its name; a made-up one where none is given"),
        _KEY_ID, _PEM,
    ), CREDENTIALS),
    Verb("close_namespace", "DELETE", "namespaces/{name}", "Forget a namespace and all that is in it.", (
        Argument("name", Text("a name"), "which one", required=True),
    )),
    Verb("add_key", "POST", "keys", "Give the merchant one more key; the ones that he has stay good.", (_KEY_ID, _PEM), CREDENTIALS),
    Verb("revoke_key", "DELETE", "keys/{public_key_id}", "Take a key from the merchant.", (
        Argument("public_key_id", Text("a public key id"), "which one", required=True),
    )),
)
# fmt: on
