"""What is one merchant's is no other's: his objects are not found, his idempotency keys stand for nothing.

Of the requests of another merchant only this is judged here; the rest is judged by the world that is his own.
"""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_exchange
from amazonpay_conformance.checks.subject import Made, Seen

ANOTHER: Final = "another-merchant"


@on_exchange("AUT-001")
def what_is_anothers_is_not_found(seen: Seen, made: Made) -> Answer:
    if seen.response is None or seen.transient or not is_anothers(seen, made):
        return None
    if seen.response.status in (401, 403, 404) or seen.matched is not None:
        return HELD
    return Problem("404 ResourceNotFound: the object is another merchant's", str(seen.response.status))


@on_exchange("IDM-002")
def keys_of_two_merchants_are_apart(seen: Seen, made: Made) -> Answer:
    if made.asked.tamper != ANOTHER or seen.reading.call is None or not seen.reading.call.key:
        return None
    if is_anothers(seen, made) or not made.earlier or seen.matched is None or not seen.matched.subject:
        return None
    kind, object_id = seen.matched.subject
    if made.earlier[-1].last is None or made.earlier[-1].last.after.find(kind, object_id) is None:
        return HELD
    return Problem("a new object: the key was another merchant's", "the object that he created with it")


def is_anothers(seen: Seen, made: Made) -> bool:
    """Tell whether a merchant asks for an object that only another one has."""
    call = seen.reading.call
    if made.asked.tamper != ANOTHER or call is None:
        return False
    named = (call.body.get(field) for field in ("chargePermissionId", "chargeId"))
    return call.target is not None or any(named)
