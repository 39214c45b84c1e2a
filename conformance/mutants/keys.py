"""The key of the merchant whom the subjects sign for, and one that is not his. Made once, when first needed."""

from __future__ import annotations

import functools

from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key


@functools.cache
def merchants_key() -> PrivateKey:
    """Make the merchant's key, once: that takes longer than many requests."""
    return generate_private_key()


@functools.cache
def nobodys_key() -> PrivateKey:
    """Make a key of which the service knows nothing, once."""
    return generate_private_key()
