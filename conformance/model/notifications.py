"""Which transitions the merchant's endpoint is told of, a row a group: api-facts §11.

A message names an object and holds no state of it. What the facts leave open has a switch in its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.switches import Settings

ObjectType: TypeAlias = Literal["CHARGE_PERMISSION", "CHARGE", "REFUND", "CHARGEBACK"]
NotificationType: TypeAlias = Literal["STATE_CHANGE", "ATTRIBUTE_CHANGE"]

VERSION: Final = "V2"
"""The version of every message, whatever that of the API. Source: api-facts §11.2 [D]."""

OBJECT_TYPES: Final[Mapping[Kind, ObjectType]] = {
    "ChargePermission": "CHARGE_PERMISSION",
    "Charge": "CHARGE",
    "Refund": "REFUND",
    "Dispute": "CHARGEBACK",
}
"""How a message names the kind of an object. Source: api-facts §11.2 [D]."""

RETRY_SECONDS: Final = 3_600
RETRIES: Final = 3
"""After a 5xx, or no answer in time: hourly, for three hours. Source: api-facts §11.4 [I quoting D]."""

PATIENCE_SECONDS: Final = 15.0
"""How long an answer is waited for. Amazon names no figure: it is that of SNS's own documentation."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Transitions of one kind of object of which a merchant is told, or is not where `kind` is "".

    `switch`, as NAME=CHOICE, is the choice with which he is told; "" if he always is.
    """

    id: str
    kind: NotificationType | Literal[""]
    transitions: tuple[str, ...]
    switch: str
    statement: str
    source: str
    tag: Tag


def _rows(prefix: str, *ranges: tuple[int, int]) -> tuple[str, ...]:
    return tuple(f"{prefix}{n:02}" for first, last in ranges for n in range(first, last + 1))


N = Notice

# fmt: off
NOTICES: tuple[Notice, ...] = (
    N("NTF-N01", "STATE_CHANGE",     _rows("CHG-T", (8, 13)),  "", "The result of an authorization that was pending.", "§11.4", "D"),
    N("NTF-N02", "STATE_CHANGE",     _rows("CHG-T", (20, 22)), "", "The result of a capture that was pending.", "§11.4", "D"),
    N("NTF-N03", "STATE_CHANGE",     _rows("REF-T", (2, 4)),   "", "The result of a refund.", "§11.4", "D"),
    N("NTF-N04", "STATE_CHANGE",     _rows("PRM-T", (18, 23)), "", "A permission that the buyer closed, that expired, or whose payment method he removed or repaired.", "§4.2, §11.4", "D"),
    N("NTF-N05", "STATE_CHANGE",     _rows("RES-T", (10, 27)), "", "A chargeback or another dispute that was created or changed.", "§11.4", "D"),
    N("NTF-N06", "STATE_CHANGE",     _rows("PRM-T", (6, 13)),  "permission-notifications=sent", "A permission whose state changes because of a charge.", "§4.2, §11.4 (which changes of state is not said)", "?"),
    N("NTF-N07", "STATE_CHANGE",     ("CHG-T23",),             "expiry-notifications=sent", "An authorization that expired unused.", "§4.3, §11.4 (it is not in the list)", "?"),
    N("NTF-N08", "STATE_CHANGE",     (*_rows("CHG-T", (1, 7), (14, 19), (24, 25), (27, 27)), *_rows("PRM-T", (1, 3), (14, 17)), "REF-T01"), "synchronous-notifications=sent", "What the merchant's own call did, and its answer told.", "§11.4", "?"),
    N("NTF-N09", "ATTRIBUTE_CHANGE", ("CHG-T26", "PRM-T04", "PRM-T05", "PRM-T24"), "attribute-notifications=sent", "An object that changed and kept its state.", "§11.2 (when this type is sent is not said)", "?"),
    N("NTF-N10", "",                 _rows("SES-T", (1, 14)),  "", "Checkout Sessions never notify.", "§11.4", "D"),
    N("NTF-N11", "",                 _rows("RES-T", (1, 4)),   "", "Reports are not among the objects of which messages tell.", "§11.2", "D"),
)
# fmt: on

_NOTICE_OF: Mapping[str, Notice] = {name: row for row in NOTICES for name in row.transitions}


def notice_of(transition: str, settings: Settings) -> NotificationType | None:
    """Return what kind of message tells of a transition, None where the merchant is not told.

    Args:
        transition: the id of its row.
        settings: what is chosen where the facts leave that open.
    """
    row = _NOTICE_OF.get(transition)
    if row is None or not row.kind:
        return None
    return row.kind if not row.switch or settings.has(row.switch) else None
