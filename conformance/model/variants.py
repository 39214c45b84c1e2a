"""What a notification can be made to be on demand: forged, strange, or sent in another way than once and at once.

A forged one is believed by nobody who does what api-facts §11.3 says; all others are, whatever they tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

VariantKind: TypeAlias = Literal["true", "forged", "strange", "delivery"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which a notification is sent.

    A `forged` one must have no effect; a `strange` one is signed, and says what a receiver may not know; a
    `delivery` is a true one that is lost, comes twice, late, or behind a later one.
    """

    id: str
    name: str
    kind: VariantKind
    statement: str
    source: str
    tag: Tag


V = Variant

# fmt: off
VARIANT_ROWS: tuple[Variant, ...] = (
    V("NTF-V01", "true",                "true",     "As Amazon sends it.", "§11.1, §11.2", "D"),
    V("NTF-V02", "forged-signature",    "forged",   "Signed with another key than the certificate's.", "§11.3", "S"),
    V("NTF-V03", "altered-message",     "forged",   "The message was changed after it was signed: it names another object.", "§11.3", "S"),
    V("NTF-V04", "unsigned",            "forged",   "Without signature, version and certificate.", "§11.1, §11.3", "I"),
    V("NTF-V05", "bare-message",        "forged",   "The message alone, without an envelope.", "§11.1", "D"),
    V("NTF-V06", "foreign-certificate", "forged",   "Well signed, with a certificate on another host.", "§11.3", "S"),
    V("NTF-V07", "plain-certificate",   "forged",   "Well signed, with a certificate over http.", "§11.3", "S"),
    V("NTF-V08", "other-file",          "forged",   "Well signed, with a certificate on the right host that is no .pem, as somebody may have put it there.", "§11.3", "S"),
    V("NTF-V09", "forged-subscription", "forged",   "A SubscriptionConfirmation with a bad signature, whose SubscribeURL is to be visited.", "§11.1, §11.3", "S"),
    V("NTF-V10", "strange-object",      "strange",  "An ObjectType that there is not yet.", "§11.2 (v1 had two, V2 has four)", "D"),
    V("NTF-V11", "strange-change",      "strange",  "A NotificationType and a NotificationVersion that there are not yet, and a key more.", "§11.2", "D"),
    V("NTF-V12", "subject",             "strange",  "With a Subject, which is signed, too.", "§11.1", "D"),
    V("NTF-V13", "rubbish",             "forged",   "A body that is no JSON.", "§11.1", "D"),
    V("NTF-V18", "strange-version",     "forged",   "With a SignatureVersion that there is not, and no signature to speak of.", "§11.3", "S"),
    V("NTF-V19", "host-in-path",        "forged",   "Well signed, with a certificate on another host, whose path begins with the right one.", "§11.3", "S"),
    V("NTF-V20", "host-as-user",        "forged",   "Well signed, with a certificate on another host, behind the right one as a user's name.", "§11.3", "S"),
    V("NTF-V14", "lost",                "delivery", "It never comes.", "§11.4 (integrators take that for possible)", "I"),
    V("NTF-V15", "twice",               "delivery", "It comes twice, with one MessageId.", "§11.4 (integrators treat duplicates as normal)", "I"),
    V("NTF-V16", "late",                "delivery", "It comes an hour later.", "§11.4 (as a retry does)", "I"),
    V("NTF-V17", "reordered",           "delivery", "It comes behind the next one.", "§11.4 (as a retry does)", "I"),
)
# fmt: on

VARIANTS: Mapping[str, Variant] = {row.name: row for row in VARIANT_ROWS}
"""The variants by name."""
