"""The forms of identifiers, a row a kind: api-facts §3.0. Never derive one from another: see IDF-05."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag


@dataclass(frozen=True, slots=True)
class Identifier:
    """The form of an identifier, as a regular expression over the whole of it, with an example."""

    id: str
    name: str
    form: str
    example: str
    statement: str
    source: str
    tag: Tag


ORDER = r"[SPBC]\d{2}-\d{7}-\d{7}"

# fmt: off
_ROWS = (
    Identifier("IDF-01", "checkoutSessionId",  r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "bd504926-f659-4ad7-a1a9-9a747aaf5275", "A UUID in lower case.", "§3.0", "W"),
    Identifier("IDF-02", "chargePermissionId", ORDER, "S01-5105180-3221187", "S in the sandbox and P live for one-time, C or B for others; then 01 NA, 02 EU, 03 JP; the documents show other digits too.", "§3.0", "W"),
    Identifier("IDF-03", "chargeId",           ORDER + r"-C\d{6}", "S01-5105180-3221187-C056351", "An order id and C with six digits.", "§3.0", "W"),
    Identifier("IDF-04", "refundId",           ORDER + r"-R\d{6}", "S01-5105180-3221187-R000000", "An order id and R with six digits.", "§3.0", "D"),
    Identifier("IDF-05", "order id of a charge", ORDER, "S03-5890444-1926095", "A one-time charge carries its permission's id; the charge of another permission carries one of its own.", "§3.0", "W"),
    Identifier("IDF-06", "disputeId",          ORDER + r"-B\d{6}", "S01-0000000-0000000-B000000", "An order id and B with six digits.", "§3.0", "D"),
    Identifier("IDF-07", "buyerId",            r"amzn1\.account\.[A-Z0-9]+", "amzn1.account.AEXAMPLEBUYER0000000000000", "amzn1.account. and about 28 capitals and digits.", "§3.0", "W"),
    Identifier("IDF-08", "storeId",            r"amzn1\.application-oa2-client\.[0-9a-f]+", "amzn1.application-oa2-client.0000000000000000000000000000c0de", "A client id of Login with Amazon.", "§3.0", "W"),
    Identifier("IDF-09", "merchantId",         r"A[A-Z0-9]{9,14}", "ADZQ303FTXBLZ", "As platformId; the length is known from examples.", "§3.0", "W"),
    Identifier("IDF-10", "reportId",           r"[A-Z0-9]+", "A08439021T39K6DTX4JS8", "Capitals and digits; known from one example.", "§3.0", "D"),
)
# fmt: on

IDENTIFIERS: Mapping[str, Identifier] = {row.name: row for row in _ROWS}
"""The forms by the name of the identifier."""
