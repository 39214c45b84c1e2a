"""Endpoints that are right, each in its own way; all of them differ from the one that the faults are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from amazonpay_conformance.mutants.endpoint_seams import Body, RightShop, Variation


class Ordinary(RightShop):
    """As the seams have it."""


class AnswersNoContent(RightShop):
    """204 is a good status, too."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        status = super().endpoint(headers, body)
        return 204 if status == 200 else status


class RefusesWith403(RightShop):
    """What is forged is forbidden."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        status = super().endpoint(headers, body)
        return 403 if status == 400 else status


class SaysNothingToForgers(RightShop):
    """A forger is answered as everybody, and nothing is done."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        status = super().endpoint(headers, body)
        return 200 if status == 400 else status


class LeavesCapturesToPeople(RightShop):
    """What is authorized waits for somebody to pack it."""

    def look(self, charge: str, state: str) -> None:
        if state == "Captured":
            self.accept(charge)


class TakesAuthorizedForPaid(RightShop):
    """Captured is when the goods leave; the order is good before."""

    def look(self, charge: str, state: str) -> None:
        if state in ("Authorized", "Captured"):
            self.accept(charge)


class ReadsThePermissionToo(RightShop):
    """Both are read, whatever the message names."""

    def charge_changed(self, charge: str) -> int:
        if charge in self.orders:
            self.ask("GET", f"/chargePermissions/{self.orders[charge]['chargePermissionId']}")
        return super().charge_changed(charge)


class ReadsEachTime(RightShop):
    """No MessageId is kept: what is read tells what is still to be done."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        self.seen.clear()
        return super().endpoint(headers, body)


class RefusesStrangeTypes(RightShop):
    """What is not known is refused with 400; that is not sent again."""

    def told(self, envelope: Body) -> int:
        known = ("CHARGE", "REFUND", "CHARGE_PERMISSION", "CHARGEBACK")
        return super().told(envelope) if json.loads(envelope["Message"])["ObjectType"] in known else 400


class RefusesUnknownOrders(RightShop):
    """404: there is no such order."""

    def charge_changed(self, charge: str) -> int:
        return super().charge_changed(charge) if charge in self.orders else 404


class TellsNobody(RightShop):
    """Nothing is kept of orders, the adapter has an endpoint only: whatever comes is read."""

    def charge_changed(self, charge: str) -> int:
        status, _ = self.ask("GET", f"/charges/{charge}")
        return 200 if status in (200, 404) else 503


V = Variation

VARIATIONS: Final[tuple[Variation, ...]] = (
    V("ordinary", Ordinary),
    V("answers 204", AnswersNoContent),
    V("refuses with 403", RefusesWith403),
    V("says nothing to forgers", SaysNothingToForgers),
    V("leaves captures to people", LeavesCapturesToPeople),
    V("takes authorized for paid", TakesAuthorizedForPaid),
    V("reads the permission too", ReadsThePermissionToo),
    V("reads each time", ReadsEachTime),
    V("refuses strange types", RefusesStrangeTypes),
    V("refuses unknown orders", RefusesUnknownOrders),
    V("cannot be asked", TellsNobody, parts=("endpoint",)),
)
