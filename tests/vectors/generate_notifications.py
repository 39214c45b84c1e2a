"""Writes the vectors of notifications anew: `python tests/vectors/generate_notifications.py`.

Keys, certificates and signatures differ each time. What is signed is written down here by hand or by plain
changes of it: nothing is asked of the kit's verifier, which the vectors are to test.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

FILE: Final = Path(__file__).parent / "sns-notification.json"

NOTES: Final = {
    "Normal": "What Amazon SNS posts.",
    "Unsigned": "A field that the signature does not cover was changed or added.",
    "Tampered": "A field that the signature covers was changed, added or taken away after it was signed.",
    "Signature": "The signature is of another key, form or hash, or there is none.",
    "CertificateHost": "The certificate is not on a host of SNS, though it verifies the signature.",
    "CertificateUrl": "The certificate's URL is not https or names no .pem file.",
    "Certificate": "There is no RSA certificate at the URL.",
    "CertificateTime": "The certificate is not valid at the time; AWS's validators do not look.",
    "Spelling": "AWS Lambda spells keys in another way, and parsers of URLs differ.",
    "Form": "The body is not an envelope.",
}

HOST: Final = "sns.us-east-1.amazonaws.com"
NAME: Final = "SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
URL: Final = f"https://{HOST}/{NAME}"
EVIL: Final = "attacker.example"

MESSAGE: Final = json.dumps(
    {
        "MerchantID": "A2EXAMPLEID",
        "ObjectType": "CHARGE",
        "ObjectId": "S01-5105180-3221187-C056351",
        "ChargePermissionId": "S01-5105180-3221187",
        "NotificationType": "STATE_CHANGE",
        "NotificationId": "d0b0ed2d-5d5f-4a3f-9a53-6e7a6c1f3c11",
        "NotificationVersion": "V2",
    }
)

NOTIFICATION: Final[Mapping[str, Any]] = {
    "Type": "Notification",
    "MessageId": "cf5543af-dd65-5f74-8ccf-0a410c2b1e7d",
    "TopicArn": "arn:aws:sns:us-east-1:598607868003:A3BXB0YN3XH17HA2EXAMPLEID",
    "Message": MESSAGE,
    "Timestamp": "2026-11-23T18:26:58.719Z",
    "UnsubscribeURL": f"https://{HOST}/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:598607868003:A3",
}
SUBSCRIPTION: Final[Mapping[str, Any]] = {
    "Type": "SubscriptionConfirmation",
    "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    "Token": "2336412f37fb687f5d51e6e2425c464de257ebea91e6b53d6f43ed0a9b1e3ec9",
    "TopicArn": "arn:aws:sns:us-east-1:598607868003:A3BXB0YN3XH17HA2EXAMPLEID",
    "Message": "You have chosen to subscribe to the topic.",
    "SubscribeURL": f"https://{HOST}/?Action=ConfirmSubscription&Token=2336412f37fb",
    "Timestamp": "2026-11-23T18:26:58.719Z",
}
OF_NOTIFICATIONS: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
OF_SUBSCRIPTIONS: Final = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")

HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}


@dataclass(frozen=True)
class Case:
    """What is posted, and what a receiver has to make of it.

    `signed` is the envelope as it was when it was signed, `after` what was changed then (None takes a key away).
    `by` made the signature, `at` is where the envelope says his certificate is; `version` names the hash that it
    was made with. `keys` are signed, in this order. `body` stands in place of all of it.
    """

    comment: str
    result: str
    flag: str
    signed: Mapping[str, Any] = field(default_factory=lambda: NOTIFICATION)
    after: Mapping[str, Any] = field(default_factory=dict)
    by: str = "sns"
    at: str = URL
    version: str = "1"
    keys: tuple[str, ...] = OF_NOTIFICATIONS
    body: str | None = None


C = Case
LIES: Final = {**NOTIFICATION, "Message": MESSAGE.replace("C056351", "C999999")}


def cases() -> Iterator[Case]:
    """Yield every case, in the order in which they are numbered."""
    yield from _right()
    yield from _unsigned()
    yield from _tampered()
    yield from _signatures()
    yield from _certificates()
    yield from _forms()


def _right() -> Iterator[Case]:
    subject = {**NOTIFICATION, "Subject": "Amazon Pay"}
    yield C("a notification, version 1", "valid", "Normal")
    yield C("a notification, version 2", "valid", "Normal", version="2")
    yield C("with a subject, version 1", "valid", "Normal", subject)
    yield C("with a subject, version 2", "valid", "Normal", subject, version="2")
    yield C(
        "letters beyond ASCII", "valid", "Normal", {**NOTIFICATION, "Message": '{"note": "Grüße, 東京 🛒"}'}
    )
    yield C(
        "line breaks in the message", "valid", "Normal", {**NOTIFICATION, "Message": "one\ntwo\r\n\nthree\n"}
    )
    yield C("an empty message", "valid", "Normal", {**NOTIFICATION, "Message": ""})
    yield C("keys in another order", "valid", "Normal", dict(reversed(NOTIFICATION.items())))
    for region in ("cn-north-1.amazonaws.com.cn", "eu-west-1.amazonaws.com", "ap-northeast-1.amazonaws.com"):
        yield C(f"from {region}", "valid", "Normal", at=f"https://sns.{region}/{NAME}")
    for version in ("1", "2"):
        about = f"version {version}"
        yield C(
            f"a subscription, {about}",
            "valid",
            "Normal",
            SUBSCRIPTION,
            version=version,
            keys=OF_SUBSCRIPTIONS,
        )


def _unsigned() -> Iterator[Case]:
    yield C("another UnsubscribeURL", "valid", "Unsigned", after={"UnsubscribeURL": f"https://{EVIL}/"})
    yield C("no UnsubscribeURL", "valid", "Unsigned", after={"UnsubscribeURL": None})
    yield C("a key that nobody knows", "valid", "Unsigned", after={"MessageAttributes": {}})
    yield C("a token in a notification", "acceptable", "Unsigned", after={"Token": "0"})
    yield C(
        "a SubscribeURL in a notification",
        "acceptable",
        "Unsigned",
        after={"SubscribeURL": f"https://{EVIL}/"},
    )
    yield C("an empty subject that was not signed", "acceptable", "Unsigned", after={"Subject": ""})


def _tampered() -> Iterator[Case]:
    changes: Mapping[str, str] = {
        "Message": LIES["Message"],
        "MessageId": "00000000-0000-4000-8000-000000000000",
        "TopicArn": "arn:aws:sns:us-east-1:000000000000:another",
        "Timestamp": "2026-11-23T18:26:59.719Z",
        "Subject": "Amazon Pay",
    }
    for key, value in changes.items():
        yield C(f"another {key}", "invalid", "Tampered", after={key: value})
        yield C(f"another {key}, version 2", "invalid", "Tampered", after={key: value}, version="2")
    yield C("a blank behind the message", "invalid", "Tampered", after={"Message": MESSAGE + " "})
    yield C("the message anew as JSON", "invalid", "Tampered", after={"Message": MESSAGE.replace(": ", ":")})
    yield C(
        "a subject taken away", "invalid", "Tampered", {**NOTIFICATION, "Subject": "x"}, {"Subject": None}
    )
    turned = {"Type": "SubscriptionConfirmation", "Token": "0", "SubscribeURL": f"https://{EVIL}/"}
    yield C("a notification turned into a subscription", "invalid", "Tampered", after=turned)
    for key in ("SubscribeURL", "Token"):
        change = {key: f"https://{EVIL}/"}
        yield C(f"another {key}", "invalid", "Tampered", SUBSCRIPTION, change, keys=OF_SUBSCRIPTIONS)


def _signatures() -> Iterator[Case]:
    yield C("signed by another key", "invalid", "Signature", by="attacker")
    yield C("signed by another key, version 2", "invalid", "Signature", by="attacker", version="2")
    yield C("version 1, said to be 2", "invalid", "Signature", after={"SignatureVersion": "2"})
    yield C("version 2, said to be 1", "invalid", "Signature", version="2", after={"SignatureVersion": "1"})
    for version in ("3", "0", "", "1.0"):
        yield C(f"signature version {version!r}", "invalid", "Signature", after={"SignatureVersion": version})
    yield C("PSS in place of PKCS #1 v1.5", "invalid", "Signature", by="sns with PSS", version="2")
    yield C("no signature", "invalid", "Signature", after={"Signature": None})
    yield C("an empty signature", "invalid", "Signature", after={"Signature": ""})
    yield C("a signature of zeros", "invalid", "Signature", after={"Signature": "A" * 342 + "=="})
    yield C("a signature that is no base64", "invalid", "Signature", after={"Signature": "????"})
    yield C("no signature version", "invalid", "Signature", after={"SignatureVersion": None})
    order = tuple(reversed(OF_NOTIFICATIONS))
    yield C("keys signed in another order", "invalid", "Signature", keys=order)
    yield C("the message signed alone", "invalid", "Signature", keys=("Message",))


HOSTS: Final = (
    EVIL,
    f"{HOST}.{EVIL}",
    f"{HOST}-{EVIL}",
    f"x{HOST}",
    f"{EVIL}.{HOST}",
    "sns-us-east-1-amazonaws.com",
    "snsxus-east-1xamazonawsxcom",
    "sns.us-east-1.amazonaws.org",
    "sns.us-east-1.amazonaws.com.cn.attacker.example",
    "sns.us-east-1.evil.amazonaws.com",
    "sns.attacker.example.amazonaws.com",
    "sns.ab.amazonaws.com",
    "sns..amazonaws.com",
    "sns.amazonaws.com",
    "s3.us-east-1.amazonaws.com",
    "attacker-bucket.s3.amazonaws.com",
    f"{HOST}:8443",
)


def _certificates() -> Iterator[Case]:
    for host in HOSTS:
        at = f"https://{host}/{NAME}"
        yield C(f"a certificate on {host}", "invalid", "CertificateHost", LIES, by="attacker", at=at)
    tricks = (
        f"https://{HOST}@{EVIL}/{NAME}",
        f"https://{HOST}:443@{EVIL}/{NAME}",
        f"https://{EVIL}/{HOST}/{NAME}",
        f"https://{EVIL}/?{HOST}/{NAME}",
        f"https://{EVIL}/#{HOST}/{NAME}",
        f"https://{EVIL}\\@{HOST}/{NAME}",
        f"//{EVIL}/{NAME}",
    )
    for at in tricks:
        yield C(f"a certificate at {at}", "invalid", "CertificateHost", LIES, by="attacker", at=at)
    yield C(
        "a certificate over http",
        "invalid",
        "CertificateUrl",
        LIES,
        by="attacker",
        at=f"http://{HOST}/{NAME}",
    )
    yield C(
        "a certificate by ftp", "invalid", "CertificateUrl", LIES, by="attacker", at=f"ftp://{HOST}/{NAME}"
    )
    yield C("no .pem", "invalid", "CertificateUrl", LIES, by="attacker", at=f"https://{HOST}/upload")
    yield C("a .pem in the query", "acceptable", "CertificateUrl", at=f"https://{HOST}/upload?x=.pem")
    yield C("no certificate's URL", "invalid", "CertificateUrl", after={"SigningCertURL": None})
    yield C("an empty URL", "invalid", "CertificateUrl", after={"SigningCertURL": ""})
    yield C("nothing at the URL", "invalid", "Certificate", at=f"https://{HOST}/nothing.pem")
    yield C("HTML at the URL", "invalid", "Certificate", at=f"https://{HOST}/html.pem")
    yield C("an EC certificate", "invalid", "Certificate", at=f"https://{HOST}/ec.pem")
    yield C(
        "an expired certificate",
        "acceptable",
        "CertificateTime",
        by="expired",
        at=f"https://{HOST}/expired.pem",
    )
    later = f"https://{HOST}/later.pem"
    yield C("a certificate that is not valid yet", "acceptable", "CertificateTime", by="later", at=later)
    yield C("the port written out", "acceptable", "Spelling", at=f"https://{HOST}:443/{NAME}")
    yield C("the host in capitals", "acceptable", "Spelling", at=f"https://{HOST.upper()}/{NAME}")
    lambdas = {"SigningCertURL": None, "SigningCertUrl": URL}
    yield C("keys as AWS Lambda spells them", "acceptable", "Spelling", after=lambdas)


def _forms() -> Iterator[Case]:
    for name, body in {
        "nothing": "",
        "no JSON": "MerchantID=A2EXAMPLEID",
        "half of an envelope": '{"Type": "Notification", "Mess',
        "a list": "[]",
        "null": "null",
        "the message without an envelope": MESSAGE,
    }.items():
        yield C(name, "invalid", "Form", body=body)
    for key in ("Message", "MessageId", "TopicArn", "Timestamp", "Type"):
        yield C(f"no {key}", "invalid", "Form", after={key: None})
    yield C("a message that is an object", "invalid", "Form", after={"Message": json.loads(MESSAGE)})


# --- keys and certificates


@cache
def key(_of: str) -> rsa.RSAPrivateKey:
    """Return the key of somebody, who is made when he is first needed."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(of: str) -> str:
    """Return somebody's certificate as PEM."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    shift = {"expired": -3_000, "later": 36_500}.get(of, 0)
    signer: Any = ec.generate_private_key(ec.SECP256R1()) if of == "ec" else key(of)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, f"{of}, a vector")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began + timedelta(days=shift))
        .not_valid_after(began + timedelta(days=shift + 20 * 365 if not shift else shift + 365))
        .sign(signer, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _signature(case: Case) -> str:
    text = "".join(f"{name}\n{case.signed[name]}\n" for name in case.keys if name in case.signed)
    who, _, how = case.by.partition(" with ")
    filling = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if how else padding.PKCS1v15()
    return base64.b64encode(key(who).sign(text.encode(), filling, HASHES[case.version]())).decode("ascii")


def _posted(case: Case) -> str:
    if case.body is not None:
        return case.body
    signature = {"SignatureVersion": case.version, "Signature": _signature(case), "SigningCertURL": case.at}
    posted = {**case.signed, **signature, **case.after}
    return json.dumps(
        {name: value for name, value in posted.items() if value is not None}, ensure_ascii=False
    )


def _served() -> dict[str, str]:
    """What stands at each URL: as an attacker would have it, at his own everywhere, at SNS's only theirs."""
    found = {case.at: certificate(case.by.partition(" with ")[0]) for case in cases()}
    ours = {url: certificate("sns") for url in found if url.startswith(f"https://{HOST}/{NAME}")}
    special = {
        f"https://{HOST}/html.pem": "<html>not a certificate</html>",
        f"https://{HOST}/ec.pem": certificate("ec"),
    }
    served = found | ours | special
    del served[f"https://{HOST}/nothing.pem"]
    return dict(sorted(served.items()))


def file() -> dict[str, Any]:
    """Return the file of vectors."""
    rows = [
        {
            "tcId": number,
            "comment": case.comment,
            "flags": [case.flag],
            "body": _posted(case),
            "result": case.result,
        }
        for number, case in enumerate(cases(), 1)
    ]
    return {
        "algorithm": "SNS-RSASSA-PKCS1-v1_5",
        "schema": "notification-verify-schema.json",
        "numberOfTests": len(rows),
        "header": ["Test vectors for verifying notifications of Amazon Pay: see README.md."],
        "notes": dict(sorted(NOTES.items())),
        "certificates": _served(),
        "tests": rows,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(file(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
