"""What Amazon's prose calls a state, and what it is called on the wire: api-facts §4.0.

The wire's names are the machines' (`objects`). A prose name that the wire has as well means itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ObjectKind


@dataclass(frozen=True, slots=True)
class Name:
    """One prose name of a state: which object's, what the wire calls it, and where the prose stands."""

    id: str
    object: ObjectKind
    prose: str
    wire: str
    stands: str
    statement: str
    source: str
    tag: Tag


# fmt: off
NAMES: tuple[Name, ...] = (
    Name("NAM-01", "Charge",           "Pending (authorization)", "AuthorizationInitiated", "introduction", "An authorization that is not yet decided.", "§4.0", "W"),
    Name("NAM-02", "Charge",           "Pending (capture)",       "CaptureInitiated",       "introduction", "A capture that is not yet decided. The introduction has Pending before Authorized if a charge is captured more than 7 days after authorization: garbled, the 7 days concern the capture.", "§4.0, §13.2", "D"),
    Name("NAM-03", "Charge",           "CaptureInitiated",        "CaptureInitiated",       "introduction", "The same, by the name that the wire has too.", "§4.0", "W"),
    Name("NAM-04", "Charge",           "Completed",               "Captured",               "introduction", "The buyer has paid.", "§4.0", "W"),
    Name("NAM-05", "Refund",           "Pending",                 "RefundInitiated",        "introduction", "A refund that is not yet decided.", "§4.0", "W"),
    Name("NAM-06", "Refund",           "Completed",               "Refunded",               "introduction", "The buyer has his money back.", "§4.0", "W"),
    Name("NAM-07", "ChargePermission", "Non-Chargeable",          "NonChargeable",          "introduction", "No charge can be created now.", "§4.0", "W"),
    Name("NAM-08", "Charge",           "AuthorizeInitiated",      "AuthorizationInitiated", "sandbox page", "A slip of the sandbox page.", "§4.0", "W"),
    Name("NAM-09", "Charge",           "CaptureInitated",         "CaptureInitiated",       "state table",  "A misprint of the table of states.", "§4.0", "W"),
)
# fmt: on

_WIRE: Mapping[tuple[str, str], str] = {(row.object, row.prose): row.wire for row in NAMES}


def wire_name(object_kind: ObjectKind, prose: str) -> str:
    """Return what the wire calls a state.

    Args:
        object_kind: whose state it is; "Completed" is a state of a session, but prose for one of a charge.
        prose: the name, as `NAMES` has it; where two are alike, what is pending stands in brackets.

    Returns:
        The wire's name; the name itself if it is the wire's already.

    Raises:
        KeyError: the object has no such state by any name, or two by that name.
    """
    known = _WIRE.get((object_kind, prose))
    if known is not None:
        return known
    if any(state.name == prose for state in MACHINES[object_kind].states):
        return prose
    alike = [name for kind, name in _WIRE if kind == object_kind and name.startswith(f"{prose} (")]
    hint = f"; say which: {', '.join(alike)}" if alike else ""
    raise KeyError(f"a {object_kind} has no state {prose!r}{hint}")
