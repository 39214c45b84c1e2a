"""What an engineer writes in an afternoon: a RuleBasedStateMachine over the four objects, with its own books.

It knows states, amounts, repetitions and refusals, and of an answer the keys that it reads. It knows nothing
of this kit but where the server is.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule
from subjects import RIGHT, House

CENTS = st.integers(1, 30_000)
ERROR = {"reasonCode", "message"}
CHARGE = {
    "chargeId",
    "chargePermissionId",
    "chargeAmount",
    "captureAmount",
    "refundedAmount",
    "statusDetails",
}
STORE = "amzn1.application-oa2-client.5cd53c3ff1c94bf09a3a7f0d9b3a7a11"


def price(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02}", "currencyCode": "USD"}


class Shop(RuleBasedStateMachine):
    """A shop that calls, and writes down what must be."""

    subject: ClassVar[str] = RIGHT
    seen: ClassVar[list[House]] = []

    sessions = Bundle("sessions")
    permissions = Bundle("permissions")
    charges = Bundle("charges")

    def __init__(self) -> None:
        super().__init__()
        self.house = House(self.subject)
        self.seen.append(self.house)
        self.session: dict[str, dict[str, Any]] = {}
        self.permission: dict[str, dict[str, Any]] = {}
        self.charge: dict[str, dict[str, Any]] = {}
        self.keys = 0

    def post(self, path: str, body: Any, *, keyed: bool = False) -> tuple[int, dict[str, Any]]:
        self.keys += 1
        status, answer = self.house.call("POST", path, body, f"key{self.keys}" if keyed else None)
        assert status < 400 or set(answer) >= ERROR, f"a refusal has {ERROR}: {answer}"
        if keyed and status < 400:
            again = self.house.call("POST", path, body, f"key{self.keys}")
            assert again == (status, answer), "a repetition gets the first answer"
        return status, answer

    def refused(self, got: tuple[int, dict[str, Any]], status: int, reason: str) -> None:
        assert (got[0], got[1].get("reasonCode")) == (status, reason), f"{got} is not {status} {reason}"

    @rule(target=sessions, cents=CENTS, approved=st.booleans())
    def create_session(self, cents: int, approved: bool) -> str:
        self.house._buyer = approved
        details = {"paymentIntent": "Confirm", "chargeAmount": price(cents)}
        urls = {
            "checkoutReviewReturnUrl": "https://a.example/r",
            "checkoutResultReturnUrl": "https://a.example/d",
        }
        body = {"webCheckoutDetails": urls, "storeId": STORE, "paymentDetails": details}
        status, answer = self.post("/checkoutSessions", body, keyed=True)
        assert status == 201
        assert answer["statusDetails"]["state"] == "Open"
        assert answer["paymentDetails"]["chargeAmount"] == price(cents)
        self.session[answer["checkoutSessionId"]] = {"cents": cents, "approved": approved, "state": "Open"}
        return answer["checkoutSessionId"]

    @rule(field=st.sampled_from(["webCheckoutDetails", "storeId"]))
    def create_session_without_a_field(self, field: str) -> None:
        body = {"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://a.example/r"}, "storeId": STORE}
        del body[field]
        self.refused(self.post("/checkoutSessions", body, keyed=True), 400, "MissingParameterValue")

    @rule(target=permissions, session=sessions)
    def complete(self, session: str) -> str:
        known = self.session[session]
        got = self.post(f"/checkoutSessions/{session}/complete", {"chargeAmount": price(known["cents"])})
        if known["state"] == "Completed" or not known["approved"]:
            self.refused(got, 422, "InvalidCheckoutSessionStatus")
            return known.get("permission", "")
        assert got[0] == 200
        known["state"], name = "Completed", got[1]["chargePermissionId"]
        limit = self.house.call("GET", f"/chargePermissions/{name}")[1]["limits"]["amountLimit"]["amount"]
        cents = round(float(limit) * 100)
        self.permission[name] = {"state": "Chargeable", "limit": cents, "left": cents, "captured": 0}
        known["permission"] = name
        return name

    @rule(session=sessions)
    def get_session(self, session: str) -> None:
        status, answer = self.house.call("GET", f"/checkoutSessions/{session}")
        assert status == 200
        assert answer["statusDetails"]["state"] == self.session[session]["state"]

    @rule(permission=permissions)
    def get_permission(self, permission: str) -> None:
        if permission:
            known = self.permission[permission]
            status, answer = self.house.call("GET", f"/chargePermissions/{permission}")
            assert status == 200
            assert answer["statusDetails"]["state"] == known["state"]
            assert answer["limits"]["amountBalance"] == price(known["left"])

    @rule(target=charges, permission=permissions, cents=CENTS)
    def create_charge(self, permission: str, cents: int) -> str:
        if not permission:
            return ""
        known = self.permission[permission]
        body = {"chargePermissionId": permission, "chargeAmount": price(cents)}
        got = self.post("/charges", body, keyed=True)
        if known["state"] != "Chargeable":
            self.refused(got, 422, "InvalidChargePermissionStatus")
            return ""
        if cents > known["left"]:
            self.refused(got, 400, "TransactionAmountExceeded")
            return ""
        assert got[0] == 201
        name = got[1]["chargeId"]
        self.charge[name] = {
            "state": "Authorized",
            "cents": cents,
            "captured": 0,
            "refunded": 0,
            "of": permission,
        }
        known["left"] -= cents
        self.same_charge(name, got[1])
        return name

    @rule(charge=charges)
    def get_charge(self, charge: str) -> None:
        if charge:
            self.same_charge(charge, self.house.call("GET", f"/charges/{charge}")[1])

    def same_charge(self, name: str, answer: dict[str, Any]) -> None:
        known = self.charge[name]
        assert set(answer) >= CHARGE, f"a charge has {CHARGE}"
        assert answer["statusDetails"]["state"] == known["state"]
        assert answer["chargeAmount"] == price(known["cents"])
        if known["captured"]:
            assert answer["captureAmount"] == price(known["captured"])
            assert answer["refundedAmount"] == price(known["refunded"])

    @rule(charge=charges, cents=CENTS)
    def capture(self, charge: str, cents: int) -> None:
        if not charge:
            return
        known = self.charge[charge]
        got = self.post(f"/charges/{charge}/capture", {"captureAmount": price(cents)}, keyed=True)
        if known["state"] != "Authorized":
            self.refused(got, 422, "InvalidChargeStatus")
        elif cents > known["cents"]:
            self.refused(got, 400, "TransactionAmountExceeded")
        else:
            assert got[0] == 200
            known.update(state="Captured", captured=cents)
            owner = self.permission[known["of"]]
            owner["captured"] += cents
            owner["left"] += known["cents"] - cents
            if owner["captured"] == owner["limit"] and owner["state"] == "Chargeable":
                owner["state"] = "Closed"
            self.same_charge(charge, got[1])

    @rule(charge=charges)
    def cancel(self, charge: str) -> None:
        if not charge:
            return
        known, body = self.charge[charge], {"cancellationReason": "none"}
        got = self.house.call("DELETE", f"/charges/{charge}/cancel", body)
        if known["state"] != "Authorized":
            self.refused(got, 422, "InvalidChargeStatus")
            return
        assert got[0] == 200
        known["state"] = "Canceled"
        self.permission[known["of"]]["left"] += known["cents"]
        self.same_charge(charge, got[1])

    @rule(charge=charges, cents=CENTS)
    def refund(self, charge: str, cents: int) -> None:
        if not charge:
            return
        known = self.charge[charge]
        got = self.post("/refunds", {"chargeId": charge, "refundAmount": price(cents)}, keyed=True)
        headroom = min(known["captured"] * 15 // 100, 7500)
        if known["state"] != "Captured":
            self.refused(got, 422, "InvalidChargeStatus")
        elif known["refunded"] + cents > known["captured"] + headroom:
            self.refused(got, 400, "TransactionAmountExceeded")
        else:
            assert got[0] == 201
            assert got[1]["refundAmount"] == price(cents)
            known["refunded"] += cents

    @rule(permission=permissions)
    def close(self, permission: str) -> None:
        if permission and self.permission[permission]["state"] == "Chargeable":
            body = {"closureReason": "none", "cancelPendingCharges": True}
            assert self.house.call("DELETE", f"/chargePermissions/{permission}/close", body)[0] == 200
            self.permission[permission]["state"] = "Closed"
            for known in self.charge.values():
                if known["of"] == permission and known["state"] == "Authorized":
                    known["state"] = "Canceled"
                    self.permission[permission]["left"] += known["cents"]
