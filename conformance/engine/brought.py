"""A notification as listeners are told of it, once it was brought to the shop's endpoint or could not be."""

from __future__ import annotations

from dataclasses import dataclass

from amazonpay_conformance.mock.outbox import Letter
from amazonpay_conformance.mock.postman import place_of


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought, where, and what it was answered: `status` None and `why` where there was no answer.

    `endpoint` is scheme and host only, `tries` how often it went until now, `again` whether it will again.
    """

    variant: str
    message_id: str
    object_type: str
    object_id: str
    kind: str
    endpoint: str
    tries: int
    status: int | None
    why: str
    again: bool

    @classmethod
    def of(cls, letter: Letter) -> Brought:
        """Return what is told of a letter."""
        about = letter.post.about
        return cls(
            letter.post.variant,
            letter.post.message_id,
            about.object_type,
            about.object_id,
            about.kind,
            place_of(letter.endpoint),
            letter.tries,
            letter.status,
            letter.why,
            not letter.is_done,
        )
