"""Notifications as a mock writes them: true ones, and forged and strange ones on demand. No I/O.

A forger has a key and a certificate of his own, which the mock serves on a host that nobody trusts, over
http, and under a name that is no .pem file. He knows everything else: object, topic, addresses.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from amazonpay_conformance.model.notifications import OBJECT_TYPES, VERSION
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.model.variants import VARIANTS
from amazonpay_conformance.model.world import Charge, World
from amazonpay_conformance.wire.notifications import (
    CONTENT_TYPE,
    Certificate,
    make_certificate,
    notification,
    signed,
)

Body: TypeAlias = dict[str, Any]

MERCHANT_ID: Final = "A2EXAMPLEID"
TOPIC: Final = "arn:aws:sns:us-east-1:598607868003:A3BXB0YN3XH17H"
"""Another part of the ARN than the merchant's id is not known. Source: api-facts §11.1."""

PEM_NAME: Final = "SimpleNotificationService"


@dataclass(frozen=True, slots=True)
class About:
    """What a message tells of: an object, the permission that it belongs to, and the kind of change."""

    object_type: str
    object_id: str
    permission: str
    kind: str = "STATE_CHANGE"

    @classmethod
    def of(cls, world: World, kind: Kind, object_id: str, change: str = "STATE_CHANGE") -> About:
        """Return what a message says of an object of the mock; "" for a permission that is not known."""
        return cls(OBJECT_TYPES[kind], object_id, _permission(world, kind, object_id), change)


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted: the name of its variant, the MessageId, what it is about, and the body."""

    variant: str
    message_id: str
    about: About
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers that SNS sends with it."""
        kind = "SubscriptionConfirmation" if self.variant == "forged-subscription" else "Notification"
        return {
            "content-type": CONTENT_TYPE,
            "user-agent": "Amazon Simple Notification Service Agent",
            "x-amz-sns-message-type": kind,
            "x-amz-sns-message-id": self.message_id,
            "x-amz-sns-topic-arn": TOPIC,
        }


@dataclass(frozen=True, slots=True)
class Places:
    """Where certificates are fetched: at SNS's host, the forger's, and in clear; hosts with their ports."""

    trusted: str
    foreign: str
    clear: str


class Publisher:
    """Writes notifications, and serves the certificates that they name."""

    def __init__(
        self, places: Places, *, merchant_id: str = MERCHANT_ID, settings: Settings = DEFAULTS
    ) -> None:
        """Make two keys; that takes some 200 ms."""
        self.merchant_id = merchant_id
        self.settings = settings
        code = uuid.uuid4().hex
        self._certificate = make_certificate(f"https://{places.trusted}/{PEM_NAME}-{code}.pem")
        foreign = make_certificate(f"https://{places.foreign}/{PEM_NAME}-{code[::-1]}.pem")
        self._forger = foreign
        self._plain = replace(foreign, url=f"http://{places.clear}/{PEM_NAME}-{code[::-1]}.pem")
        self._file = replace(foreign, url=f"https://{places.trusted}/uploads/{code[::-1]}")
        name = f"{PEM_NAME}-{code[::-1]}.pem"
        self._in_path = replace(foreign, url=f"https://{places.foreign}/{places.trusted}/{name}")
        self._as_user = replace(foreign, url=f"https://{places.trusted}@{places.foreign}/{name}")
        own = (self._certificate, foreign, self._plain, self._file, self._in_path)
        self._served = {urlsplit(one.url).path: one.pem for one in own}
        self.bait = f"https://{places.foreign}/subscribe/{code}"
        """Where a forged subscription wants its receiver to go."""

    def post(self, about: About, variant: str = "true", *, sent_at: float) -> Post:
        """Return a notification.

        Args:
            about: what it tells of.
            variant: how, a name out of `VARIANTS`; a true one where it is only delivered in another way.
            sent_at: when it was published, in seconds since the epoch.

        Raises:
            KeyError: there is no such variant.
        """
        kind = VARIANTS[variant].kind
        make = _MADE[variant if kind in ("forged", "strange") else "true"]
        message_id = str(uuid.uuid4())
        return Post(variant, message_id, about, make(self, self._draft(about, message_id, sent_at)))

    @property
    def paths(self) -> tuple[str, ...]:
        """Where certificates are served, on whichever host."""
        return tuple(self._served)

    def served(self, path: str) -> bytes | None:
        """Return the certificate at a path of the hosts that it was made for, None where there is none."""
        pem = self._served.get(path)
        return None if pem is None else pem.encode()

    def _draft(self, about: About, message_id: str, sent_at: float) -> Body:
        text = json.dumps(self._message(about))
        return {**notification(text, topic=TOPIC, message_id=message_id, sent_at=sent_at)}

    def _message(self, about: About) -> Body:
        fields = {
            "MerchantID": self.merchant_id,
            "ObjectType": about.object_type,
            "ObjectId": about.object_id,
            "ChargePermissionId": about.permission,
            "NotificationType": about.kind,
            "NotificationId": str(uuid.uuid4()),
            "NotificationVersion": VERSION,
        }
        if self.settings.has("notification-keys=camelCase"):
            return {name[0].lower() + name[1:]: value for name, value in fields.items()}
        return fields

    def _signed(self, envelope: Body, by: Certificate | None = None, **then: Any) -> bytes:
        """Sign an envelope, change it, and write it down."""
        version = "1" if self.settings.has("notification-signature=1") else "2"
        envelope = signed(envelope, by or self._certificate, version)  # type: ignore[arg-type]
        return _written({**envelope, **then})

    # --- variants

    def _true(self, envelope: Body) -> bytes:
        return self._signed(envelope)

    def _forged_signature(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._forger, SigningCertURL=self._certificate.url)

    def _altered_message(self, envelope: Body) -> bytes:
        other = json.loads(envelope["Message"])
        other["NotificationId"] = str(uuid.uuid4())
        before = {**envelope, "Message": json.dumps({**other, "ObjectId": "S00-0000000-0000000-C000000"})}
        return self._signed(before, Message=envelope["Message"])

    def _unsigned(self, envelope: Body) -> bytes:
        return _written(envelope)

    def _bare_message(self, envelope: Body) -> bytes:
        text: str = envelope["Message"]
        return text.encode()

    def _foreign_certificate(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._forger)

    def _plain_certificate(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._plain)

    def _other_file(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._file)

    def _host_in_path(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._in_path)

    def _host_as_user(self, envelope: Body) -> bytes:
        return self._signed(envelope, self._as_user)

    def _strange_version(self, envelope: Body) -> bytes:
        return self._signed(envelope, SignatureVersion="3", Signature="AAAA")

    def _forged_subscription(self, envelope: Body) -> bytes:
        asked = {"Type": "SubscriptionConfirmation", "Token": uuid.uuid4().hex, "SubscribeURL": self.bait}
        asked["Message"] = "You have chosen to subscribe to the topic."
        return self._signed({**envelope, **asked}, self._forger, SigningCertURL=self._certificate.url)

    def _strange_object(self, envelope: Body) -> bytes:
        return self._signed(self._with(envelope, ObjectType="INSTALLMENT_PLAN"))

    def _strange_change(self, envelope: Body) -> bytes:
        news = {"NotificationType": "RISK_CHANGE", "NotificationVersion": "V3", "Region": "na"}
        return self._signed(self._with(envelope, **news))

    def _subject(self, envelope: Body) -> bytes:
        return self._signed({**envelope, "Subject": "Amazon Pay"})

    def _rubbish(self, _: Body) -> bytes:
        return b"{\xff not JSON"

    def _with(self, envelope: Body, **changes: str) -> Body:
        """An envelope with other values in its message, in the case in which keys are spelt."""
        message = json.loads(envelope["Message"])
        camel = "merchantID" in message
        named = {name[0].lower() + name[1:] if camel else name: value for name, value in changes.items()}
        return {**envelope, "Message": json.dumps({**message, **named})}


_MADE: Final[Mapping[str, Callable[[Publisher, Body], bytes]]] = {
    "true": Publisher._true,
    "forged-signature": Publisher._forged_signature,
    "altered-message": Publisher._altered_message,
    "unsigned": Publisher._unsigned,
    "bare-message": Publisher._bare_message,
    "foreign-certificate": Publisher._foreign_certificate,
    "plain-certificate": Publisher._plain_certificate,
    "other-file": Publisher._other_file,
    "host-in-path": Publisher._host_in_path,
    "host-as-user": Publisher._host_as_user,
    "strange-version": Publisher._strange_version,
    "forged-subscription": Publisher._forged_subscription,
    "strange-object": Publisher._strange_object,
    "strange-change": Publisher._strange_change,
    "subject": Publisher._subject,
    "rubbish": Publisher._rubbish,
}


def _written(envelope: Mapping[str, Any]) -> bytes:
    return json.dumps(envelope, ensure_ascii=False).encode()


def _permission(world: World, kind: Kind, object_id: str) -> str:
    if kind == "ChargePermission":
        return object_id
    if kind == "Refund":
        refund = world.refunds.get(object_id)
        return _of_charge(world, refund.charge) if refund else ""
    if kind == "Dispute":
        record = world.records.get("Dispute", {}).get(object_id)
        return _of_charge(world, str(record.data.get("chargeId"))) if record else ""
    return _of_charge(world, object_id)


def _of_charge(world: World, charge_id: str) -> str:
    charge: Charge | None = world.charges.get(charge_id)
    return charge.permission if charge else ""
