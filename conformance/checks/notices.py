"""What a merchant's endpoint makes of notifications: true, forged, strange, twice, and out of order. §11.

A message holds no state. So what is right to do is told by the object, and an effect is what shows: a call
about the object that reaches the service, or an order that the shop takes for paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_notice
from amazonpay_conformance.checks.subject import Answered, Notified
from amazonpay_conformance.model.variants import VARIANTS

BAD_SIGNATURE: Final = ("forged-signature", "altered-message", "strange-version")
NO_SIGNATURE: Final = ("unsigned", "bare-message")
ANOTHER_HOST: Final = ("foreign-certificate", "host-in-path", "host-as-user")
STRANGE: Final = ("strange-object", "strange-change")

BOUGHT: Final = ("create_delivery_tracker", "complete_checkout_session")
"""Calls that are made of a paid order only."""


@on_notice("NTF-001")
def true_ones_are_taken(notified: Notified) -> Answer:
    if notified.trial not in ("authorized", "captured", "pending", "declined", "canceled"):
        return None
    if notified.first.is_good:
        return HELD
    return Problem(
        "a 2xx status, 200 as documented",
        notified.first.words,
        "it comes as text/plain; the endpoint must be told to trust the mock's certificates in SNS's place",
    )


@on_notice("NTF-002")
def answers_come_in_time(notified: Notified) -> Answer:
    slowest = max((a for a in notified.answers if a.status is not None), key=_seconds, default=None)
    if slowest is None:
        return None
    if slowest.seconds <= notified.deadline:
        return HELD
    return Problem(
        f"an answer within {notified.deadline:g} s",
        f"an answer after {slowest.seconds:.1f} s",
        "answer first, and do the work afterwards",
    )


@on_notice("NTF-003")
def bad_signatures_have_no_effect(notified: Notified) -> Answer:
    return _refused(
        notified, BAD_SIGNATURE, "verify the signature over the string to sign, whatever the version"
    )


@on_notice("NTF-004")
def missing_signatures_have_no_effect(notified: Notified) -> Answer:
    return _refused(notified, NO_SIGNATURE, "an envelope without a signature is no notification")


@on_notice("NTF-005")
def other_hosts_are_not_trusted(notified: Notified) -> Answer:
    hint = "parse SigningCertURL, and match its whole host: sns.<region>.amazonaws.com or .com.cn"
    return _refused(notified, ANOTHER_HOST, hint)


@on_notice("NTF-006")
def plain_http_is_not_trusted(notified: Notified) -> Answer:
    return _refused(notified, ("plain-certificate",), "the scheme of SigningCertURL must be https")


@on_notice("NTF-007")
def other_files_are_not_trusted(notified: Notified) -> Answer:
    return _refused(notified, ("other-file",), "the path of SigningCertURL must end in .pem")


@on_notice("NTF-008")
def subscriptions_are_verified_first(notified: Notified) -> Answer:
    if notified.first.variant != "forged-subscription":
        return None
    if not notified.visited:
        return HELD
    return Problem(
        "nothing: the signature does not verify",
        "its SubscribeURL was visited",
        "whoever can post to the endpoint chooses what it fetches, inside your network too",
    )


@on_notice("NTF-009")
def objects_are_read_first(notified: Notified) -> Answer:
    """Whoever has done something must have been shown the object before it."""
    if notified.situation == "nowhere" or VARIANTS[notified.first.variant].kind == "forged":
        return None
    seen = False
    for call in notified.calls:
        seen = seen or call.saw
        if not call.reads and not seen:
            return _unread(f"{call.operation} {call.target}")
    if notified.accepted and not seen:
        return _unread("the order was taken for paid")
    return HELD if notified.calls or notified.accepted else None


@on_notice("NTF-010")
def what_is_declined_is_not_paid(notified: Notified) -> Answer:
    return _not_paid(notified, ("declined", "canceled"))


@on_notice("NTF-011")
def what_is_pending_is_not_paid(notified: Notified) -> Answer:
    return _not_paid(notified, ("pending",))


@on_notice("NTF-012")
def twice_is_once(notified: Notified) -> Answer:
    if notified.trial != "twice":
        return None
    return tuple(_doubled(notified))


@on_notice("NTF-013")
def order_makes_no_difference(notified: Notified) -> Answer:
    if notified.trial != "reordered":
        return None
    bad = next((answer for answer in notified.answers if not answer.is_good), None)
    if bad is not None:
        return Problem("a 2xx status of each", bad.words, "an earlier change may be told of later")
    if notified.accepted in (None, 1):
        return HELD
    return Problem(
        "an order that is taken for paid once, as its charge is captured",
        f"an order that is taken for paid {_times(notified.accepted or 0)}",
        "do what the object's state calls for, not what the message seems to say",
    )


@on_notice("NTF-014")
def paid_orders_are_taken_for_paid(notified: Notified) -> Answer:
    if notified.trial != "captured" or notified.accepted is None:
        return None
    if notified.accepted:
        return HELD
    return Problem(
        "an order that is taken for paid: a notification told of its charge, which is captured",
        f"{notified.first.words}, and an order that waits on",
    )


@on_notice("NTF-015")
def strange_types_are_no_error(notified: Notified) -> Answer:
    return _no_error(notified, notified.first.variant in STRANGE, "what is not known is to be passed over")


@on_notice("NTF-016")
def unknown_objects_are_no_error(notified: Notified) -> Answer:
    return _no_error(notified, notified.trial == "unknown", "another shop may use the same merchant account")


@on_notice("NTF-017")
def chargebacks_are_no_error(notified: Notified) -> Answer:
    hint = "its id is no charge's; GET /disputes/{id} may answer 404"
    if notified.trial == "chargeback" and notified.accepted:
        return Problem("no effect on whether the order is paid", "the order was taken for paid", hint)
    return _no_error(notified, notified.trial == "chargeback", hint)


@on_notice("NTF-018")
def rubbish_is_no_error(notified: Notified) -> Answer:
    return _no_error(notified, notified.first.variant == "rubbish", "answer 400")


@on_notice("NTF-019")
def nothing_is_lost_while_the_service_is_busy(notified: Notified) -> Answer:
    if not notified.busy or not notified.calls:
        return None
    if notified.accepted or any(call.saw for call in notified.calls):
        return HELD
    return Problem(
        "a 5xx status, so that it is sent again, or another look at the object later",
        f"{notified.first.words} while the service answered 503, and no further look at the object",
    )


@on_notice("NTF-020")
def subjects_are_verified_too(notified: Notified) -> Answer:
    if notified.first.variant != "subject":
        return None
    if notified.first.is_good:
        return HELD
    return Problem(
        "a 2xx status, as without a Subject",
        notified.first.words,
        "Subject stands between MessageId and Timestamp in the string to sign, where there is one",
    )


def _refused(notified: Notified, variants: tuple[str, ...], hint: str) -> Answer:
    if notified.first.variant not in variants:
        return None
    if not notified.effects:
        return HELD
    row = VARIANTS[notified.first.variant]
    return Problem(
        f"no effect: {row.statement[0].lower()}{row.statement[1:].removesuffix('.')}",
        f"{notified.first.words}, and then: {', '.join(notified.effects)}",
        hint,
    )


def _unread(what: str) -> Problem:
    return Problem(
        "the object is read before anything is done",
        f"{what}, and the object had not been read since the notification came",
        "the message holds no state: GET the object that it names",
    )


def _not_paid(notified: Notified, situations: tuple[str, ...]) -> Answer:
    if notified.situation not in situations:
        return None
    bought = next((call for call in notified.calls if call.operation in BOUGHT), None)
    if not notified.accepted and bought is None:
        return None if notified.accepted is None else HELD
    done = f"{bought.operation} {bought.target}" if bought else "the order was taken for paid"
    return Problem(f"nothing that a paid order gets: the charge is {notified.situation}", done)


def _doubled(notified: Notified) -> Iterator[Problem]:
    bad = next((answer for answer in notified.answers if not answer.is_good), None)
    if bad is not None:
        yield Problem("a 2xx status, the second time too", bad.words, "or it is sent for three hours")
    changes = Counter((c.operation, c.target) for c in notified.calls if not c.reads)
    for (operation, target), times in changes.items():
        if times > 1 and any(c.posts > 1 for c in notified.calls if c.operation == operation):
            yield Problem("one effect", f"{operation} {target}, {_times(times)}", "keep the MessageId")
    if (notified.accepted or 0) > 1:
        yield Problem(
            "an order that is taken for paid once",
            f"an order that is taken for paid {_times(notified.accepted or 0)}",
            "look at what the order has become before anything is done",
        )


def _no_error(notified: Notified, applies: bool, hint: str) -> Answer:
    if not applies:
        return None
    if not notified.first.is_error:
        return HELD
    return Problem("a status below 500", notified.first.words, hint)


def _seconds(answer: Answered) -> float:
    return answer.seconds


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
