"""Notification endpoints, each wrong in exactly one known way: the measure of every check of the NTF family.

Some are tickets of real integrations, rebuilt in small. One that breaks more than one requirement says why
that cannot be avoided.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from amazonpay_conformance.mutants.endpoint_seams import Body, Fault, Refused, RightShop, anywhere

# --- answers


class WantsJson(RightShop):
    """The framework parses bodies by their content-type only."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        return super().endpoint(headers, body) if "json" in headers["content-type"] else 415


class AnswersAccepted(RightShop):
    """Redirects to the page that a person would see."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        status = super().endpoint(headers, body)
        return 302 if status == 200 else status


class TakesItsTime(RightShop):
    """The order is booked, the invoice printed and the mail sent before the answer."""

    def deliver(self, charge: str) -> None:
        if self.paid.total() < 2:  # it is seen twice: more would only be waiting
            time.sleep(0.6)
        super().deliver(charge)


# --- verification


class VerifiesNothing(RightShop):
    """The signature is left for later."""

    def verify_signature(self, envelope: Body) -> None:
        pass


class VerifiesKnownVersions(RightShop):
    """Of a version that it does not know, nothing can be verified, so nothing is."""

    def verify_signature(self, envelope: Body) -> None:
        if envelope["SignatureVersion"] in ("1", "2"):
            super().verify_signature(envelope)


class LogsBadSignatures(RightShop):
    """A bad signature is written to the log."""

    def verify_signature(self, envelope: Body) -> None:
        with contextlib.suppress(Refused):
            super().verify_signature(envelope)


class VerifiesWhatIsSigned(RightShop):
    """Where there is no signature, there is nothing to verify."""

    def verify(self, envelope: Body) -> None:
        if "Signature" in envelope:
            super().verify(envelope)


class TakesBareMessages(RightShop):
    """The tests post messages without envelopes, and the endpoint takes them."""

    def parsed(self, body: bytes) -> Body:
        envelope = super().parsed(body)
        if "ObjectType" in envelope:
            return {"MessageId": envelope["NotificationId"], "Message": json.dumps(envelope), "bare": True}
        return envelope

    def verify(self, envelope: Body) -> None:
        if "bare" not in envelope:
            super().verify(envelope)


class TrustsEveryHost(RightShop):
    """Whatever is https and ends in .pem."""

    def trusts(self, url: str) -> bool:
        return url.startswith("https://") and url.endswith(".pem")


class LooksForTheHost(RightShop):
    """The pattern has no anchors."""

    def trusts(self, url: str) -> bool:
        return url.startswith("https://") and anywhere(self.config.certificate_host, url) and ".pem" in url


class LooksAtTheBeginning(RightShop):
    """The pattern has an anchor in front only."""

    def trusts(self, url: str) -> bool:
        return url.startswith(f"https://{self.config.certificate_host}") and url.endswith(".pem")


class TrustsPlainHttp(RightShop):
    """The host is looked at, the scheme is not."""

    def trusts(self, url: str) -> bool:
        parts = urlsplit(url)
        right = parts.hostname == self.config.certificate_host.partition(":")[0]
        return right and parts.path.endswith(".pem")


class TrustsEveryFile(RightShop):
    """The host is looked at, the path is not."""

    def trusts(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.netloc == self.config.certificate_host


class ConfirmsSubscriptions(RightShop):
    """A subscription is confirmed first, since nothing would come without it."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        with contextlib.suppress(Refused):
            envelope = self.parsed(body)
            if envelope.get("Type") == "SubscriptionConfirmation":
                self.network.fetch(envelope["SubscribeURL"])
                return 200
        return super().endpoint(headers, body)


# --- what is done


class CapturesAtOnce(RightShop):
    """A notification of a charge is that of an authorization: it is captured."""

    def charge_changed(self, charge: str) -> int:
        if charge in self.orders and self.capture(charge) != "Captured":
            return super().charge_changed(charge)
        return 200


class BelievesTheMessage(RightShop):
    """What is notified of is paid."""

    def charge_changed(self, charge: str) -> int:
        if charge in self.orders:
            self.accept(charge)
        return 200


class TakesDecidedForPaid(RightShop):
    """The order leaves `pending` when the authorization does."""

    def look(self, charge: str, state: str) -> None:
        if state in ("Declined", "Canceled"):
            self.accept(charge)
        super().look(charge, state)


class TakesCanceledForPaid(RightShop):
    """The list of bad states has one in it."""

    def look(self, charge: str, state: str) -> None:
        super().look(charge, "Captured" if state == "Canceled" else state)


class TakesPendingForPaid(RightShop):
    """Whatever is not declined."""

    def look(self, charge: str, state: str) -> None:
        super().look(charge, "Captured" if state.endswith("Initiated") else state)


class DeliversTwice(RightShop):
    """Nothing is remembered of what came before."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        self.seen.clear()
        return super().endpoint(headers, body)

    def accept(self, charge: str) -> None:
        self.deliver(charge)

    def look(self, charge: str, state: str) -> None:
        first = len(self.seen) == 0
        super().look(charge, state if first else "")


class RefusesRepetitions(RightShop):
    """A second insert into the table of messages."""

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        with contextlib.suppress(Refused):
            if self.parsed(body).get("MessageId") in self.seen:
                raise KeyError("duplicate key")
        return super().endpoint(headers, body)


class WantsTransitions(RightShop):
    """A paid order is in no state that a charge's notification may lead out of."""

    def look(self, charge: str, state: str) -> None:
        if self.paid[charge]:
            raise ValueError("unexpected transition")
        super().look(charge, state)


class BooksTheLaterMessage(RightShop):
    """Each notification is booked, whatever was booked before."""

    def accept(self, charge: str) -> None:
        self.deliver(charge)


class OnlyAnswers(RightShop):
    """Amazon wants a 200, and gets it."""

    def look(self, charge: str, state: str) -> None:
        self.paid[charge] = 0


# --- what is strange


class KnowsFourTypes(RightShop):
    """A table of handlers, and no default."""

    def told(self, envelope: Body) -> int:
        message = json.loads(envelope["Message"])
        handlers: Mapping[str, Any] = dict.fromkeys(("CHARGE", "REFUND", "CHARGE_PERMISSION", "CHARGEBACK"))
        handlers[message["ObjectType"]]
        return super().told(envelope)


class KnowsTwoChanges(RightShop):
    """An enumeration of the version that was read when it was written."""

    def told(self, envelope: Body) -> int:
        message = json.loads(envelope["Message"])
        ("V1", "V2").index(message["NotificationVersion"])
        return super().told(envelope)


class WantsItsOrders(RightShop):
    """There is one shop for the merchant account."""

    def charge_changed(self, charge: str) -> int:
        self.orders[charge]
        return super().charge_changed(charge)


class ReadsChargebacksAsCharges(RightShop):
    """A chargeback is of a charge, so the charge is read, by the id that came."""

    def charged_back(self, message: Body) -> int:
        status, body = self.ask("GET", f"/charges/{message['ObjectId']}")
        self.look(message["ObjectId"], body["statusDetails"]["state"])
        return status


class ReadsDisputesForCertain(RightShop):
    """Every dispute can be read since there is a Dispute API."""

    def charged_back(self, message: Body) -> int:
        status, body = self.ask("GET", f"/disputes/{message['ObjectId']}")
        return 200 if body["statusDetails"] else status


class ParsesEverything(RightShop):
    """Only Amazon posts here."""

    def parsed(self, body: bytes) -> Body:
        found: Body = json.loads(body.decode("utf-8"))
        return found


class GivesUpWhenBusy(RightShop):
    """A 503 is logged, and the notification answered."""

    def charge_changed(self, charge: str) -> int:
        return min(super().charge_changed(charge), 200)


class SignsNoSubject(RightShop):
    """The string to sign as an example had it, that had no Subject."""

    def signed_keys(self, envelope: Body) -> list[str]:
        return [key for key in super().signed_keys(envelope) if key != "Subject"]


F = Fault

FAULTS: Final[tuple[Fault, ...]] = (
    F(
        "wants application/json",
        ("NTF-001",),
        "No notification is ever taken; pending orders stay pending.",
        WantsJson,
        "status 415",
    ),
    F(
        "redirects",
        ("NTF-001",),
        "Each notification counts as failed and is sent again.",
        AnswersAccepted,
        "status 302",
    ),
    F(
        "works before it answers",
        ("NTF-002",),
        "Each notification comes four times, and all four may be at work at once.",
        TakesItsTime,
        "an answer after",
    ),
    F(
        "verifies no signature",
        ("NTF-003",),
        "Anybody can have any order looked at, at any rate.",
        VerifiesNothing,
        "get_charge",
    ),
    F(
        "verifies the versions that it knows",
        ("NTF-003",),
        "Anybody who writes another version is believed.",
        VerifiesKnownVersions,
        "get_charge",
    ),
    F(
        "logs bad signatures",
        ("NTF-003",),
        "The attack is in the log, and a success.",
        LogsBadSignatures,
        "get_charge",
    ),
    F(
        "verifies what is signed",
        ("NTF-004",),
        "Who leaves the signature out is believed.",
        VerifiesWhatIsSigned,
        "status 200, and then",
    ),
    F(
        "takes bare messages",
        ("NTF-004",),
        "A way in for tests is one for everybody.",
        TakesBareMessages,
        "get_charge",
    ),
    F(
        "trusts every host",
        ("NTF-005",),
        "An attacker's certificate verifies an attacker's signature.",
        TrustsEveryHost,
        "get_charge",
        ticket="novuhq/novu PR #11056, robbiet480/go.sns #2",
    ),
    F(
        "looks for the host anywhere",
        ("NTF-005",),
        "The attacker puts the right host into his path.",
        LooksForTheHost,
        "the order was taken for paid",
    ),
    F(
        "looks at the URL's beginning",
        ("NTF-005",),
        "The attacker puts the right host before an @.",
        LooksAtTheBeginning,
        "get_charge",
    ),
    F(
        "trusts plain http",
        ("NTF-006",),
        "Whoever is on the way changes the certificate.",
        TrustsPlainHttp,
        "get_charge",
    ),
    F(
        "trusts every file",
        ("NTF-007",),
        "Whatever that host serves for others is a certificate.",
        TrustsEveryFile,
        "get_charge",
    ),
    F(
        "confirms every subscription",
        ("NTF-008",),
        "Anybody has the shop fetch any address in its own network.",
        ConfirmsSubscriptions,
        "SubscribeURL was visited",
    ),
    F(
        "captures without reading",
        ("NTF-009",),
        "Declined charges are captured, again and again, and refused.",
        CapturesAtOnce,
        "capture_charge",
    ),
    F(
        "believes the message",
        ("NTF-009", "NTF-010", "NTF-011"),
        "Goods are delivered on declined charges.",
        BelievesTheMessage,
        "taken for paid",
        why="who does not read cannot tell what is declined from what is paid",
    ),
    F(
        "takes decided for paid",
        ("NTF-010",),
        "Goods are delivered on declined charges.",
        TakesDecidedForPaid,
        "taken for paid",
        ticket="woocommerce/woocommerce-gateway-amazon-pay #5",
    ),
    F(
        "takes canceled for paid",
        ("NTF-010",),
        "Goods are delivered on authorizations that expired.",
        TakesCanceledForPaid,
        "taken for paid",
    ),
    F(
        "takes pending for paid",
        ("NTF-011",),
        "Goods are delivered before it is known whether anybody pays.",
        TakesPendingForPaid,
        "taken for paid",
    ),
    F(
        "refuses repetitions",
        ("NTF-012",),
        "What came once comes three times more.",
        RefusesRepetitions,
        "status 500",
    ),
    F(
        "wants transitions",
        ("NTF-013",),
        "A late notification is sent for three hours, and somebody is called.",
        WantsTransitions,
        "status 500",
    ),
    F(
        "books the later message",
        ("NTF-013",),
        "The order is delivered a second time.",
        BooksTheLaterMessage,
        "twice",
    ),
    F("only answers", ("NTF-014",), "Orders stay pending though they are paid.", OnlyAnswers, "waits on"),
    F(
        "knows four types",
        ("NTF-015",),
        "A new type is an error for three hours each time.",
        KnowsFourTypes,
        "status 500",
    ),
    F(
        "knows two versions",
        ("NTF-015",),
        "A new version is an error for three hours each time.",
        KnowsTwoChanges,
        "status 500",
    ),
    F(
        "wants its own orders",
        ("NTF-016",),
        "A second shop of the merchant's fills the log with errors.",
        WantsItsOrders,
        "status 500",
    ),
    F(
        "reads chargebacks as charges",
        ("NTF-017",),
        "Nobody hears of the chargeback, and the time to contest it runs out.",
        ReadsChargebacksAsCharges,
        "status 500",
        ticket="amzn/amazon-pay-api-sdk-php #11",
    ),
    F(
        "reads disputes for certain",
        ("NTF-017",),
        "Nobody hears of the chargeback, and the time to contest it runs out.",
        ReadsDisputesForCertain,
        "status 500",
        ticket="amzn/amazon-pay-api-sdk-php #11",
    ),
    F(
        "parses everything",
        ("NTF-018",),
        "Whoever posts rubbish fills the log, and may find more than that.",
        ParsesEverything,
        "status 500",
    ),
    F(
        "gives up when busy",
        ("NTF-019",),
        "A paid order stays pending, for the notification does not come again.",
        GivesUpWhenBusy,
        "503",
    ),
    F(
        "leaves the subject out",
        ("NTF-020",),
        "The day that Amazon writes a subject, no notification is taken.",
        SignsNoSubject,
        "status 400",
    ),
)
