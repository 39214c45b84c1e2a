"""Clients, each wrong in exactly one known way: the measure of every check of a client's requirement.

A row is the reference client with one change (client_seams.py), the requirements that it breaks, what that
would cost a merchant, and words that its findings must hold to be of use. A row that breaks more than one
requirement says why that cannot be avoided.
"""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.mutants.client_call_faults import CALL_FAULTS
from amazonpay_conformance.mutants.client_request_faults import REQUEST_FAULTS
from amazonpay_conformance.mutants.client_seams import Fault
from amazonpay_conformance.mutants.client_signature_faults import SIGNATURES
from amazonpay_conformance.mutants.client_tls_faults import TLS_FAULTS
from amazonpay_conformance.mutants.client_trouble_faults import TROUBLE_FAULTS

FAULTS: Final[tuple[Fault, ...]] = (
    *REQUEST_FAULTS,
    *SIGNATURES,
    *CALL_FAULTS,
    *TROUBLE_FAULTS,
    *TLS_FAULTS,
)
"""The catalogue, in the order of the requirements."""
