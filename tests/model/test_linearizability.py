"""The check of overlapping calls: silent about an atomic server, and not about what no order explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, permutations
from typing import Any

from amazonpay_conformance.model.actions import Call, NewIds
from amazonpay_conformance.model.linearizability import (
    Answer,
    Interval,
    Linearization,
    distinct,
    follow,
    frozen,
    linearize,
    parts,
)
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.step import step
from amazonpay_conformance.model.world import World
from hypothesis import given, settings
from hypothesis import strategies as st
from model_stories import Story, on, order, price


@cache
def paid(intent: str) -> World:
    """The world after a checkout of 100 dollars; made when a test asks, not when it is collected."""
    return Story().completed(order(intent, price("100.00"))).world


def authorized() -> World:
    return paid("Authorize")


def captured() -> World:
    return paid("AuthorizeWithCapture")


def confirmed() -> World:
    return paid("Confirm")


OK = Answer(200)
CREATED = Answer(201)
WRONG_STATE = Answer(422, "InvalidChargeStatus")


def call(operation: str, target: str | None, body: Any, key: str | None = None, **new: str) -> Call:
    return Call(operation, target, body, key=key, fingerprint=repr((operation, body)), new=NewIds(**new))


def capture(amount: str = "100.00", key: str = "") -> Call:
    return call("capture_charge", "charge1", {"captureAmount": price(amount)}, key or f"capture {amount}")


def cancel() -> Call:
    return call("cancel_charge", "charge1", {"cancellationReason": "sold out"})


def refund(amount: str, number: int) -> Call:
    body = {"chargeId": "charge1", "refundAmount": price(amount)}
    return call("create_refund", None, body, f"refund {number}", refund=f"refund{number}")


def charge(amount: str, number: int, key: str = "", **more: Any) -> Call:
    body = on("permission1", price(amount), **more)
    return call("create_charge", None, body, key or f"charge {number}", charge=f"charge{number}")


def read() -> Call:
    return call("get_charge", "charge1", {})


def at_once(*calls: tuple[Call, Answer | None]) -> list[Interval]:
    """A history in which all calls overlap; the answers come in the order of the calls."""
    return [
        Interval(number, float(number), None if answer is None else 100.0 + number, made, answer)
        for number, (made, answer) in enumerate(calls)
    ]


def one_by_one(*calls: tuple[Call, Answer | None]) -> list[Interval]:
    """A history in which no calls overlap."""
    return [
        Interval(number, 10.0 * number, None if answer is None else 10.0 * number + 5, made, answer)
        for number, (made, answer) in enumerate(calls)
    ]


# --- what no order explains


def test_two_captures_of_one_charge_cannot_both_succeed() -> None:
    judged = linearize(at_once((capture(), OK), (capture("50.00"), OK)), [authorized()])
    assert judged.decision == "illegal"
    assert judged.prefix == (0, 1)


def test_a_capture_and_a_cancellation_cannot_both_succeed() -> None:
    assert linearize(at_once((cancel(), OK), (capture(), OK)), [authorized()]).decision == "illegal"


def test_refunds_cannot_exceed_together_what_each_alone_could_take() -> None:
    """Of a server of which it is known that refunds share their headroom: that is an open question."""

    def shared(world: World, interval: Interval) -> Iterator[World]:
        outcomes = (o for o in step(world, interval.call) if ("refund-headroom", "each") not in o.shows)
        return (o.world for o in outcomes if interval.answer is not None and interval.answer.is_of(o))

    history = at_once((refund("100.00", 1), CREATED), (refund("100.00", 2), CREATED))
    assert linearize(history, [captured()], shared).decision == "illegal"
    assert linearize(history, [captured()]).decision == "legal"
    beyond = at_once((refund("115.00", 1), CREATED), (refund("115.01", 2), CREATED))
    assert linearize(beyond, [captured()]).decision == "illegal"


def test_one_key_cannot_make_two_charges() -> None:
    shown = [replace(CREATED, object_id=name) for name in ("charge1", "charge2")]
    history = at_once((charge("60.00", 1, "k"), shown[0]), (charge("60.00", 2, "k"), shown[1]))
    assert linearize(history, [confirmed()]).decision == "illegal"


def test_a_read_that_began_after_an_answer_cannot_show_what_was_before() -> None:
    def seen(world: World, interval: Interval) -> Iterator[World]:
        is_stale = interval.call.operation == "get_charge" and world.charges["charge1"].state == "Captured"
        return iter(()) if is_stale else follow(world, interval)

    history = [Interval(1, 0, 1, capture(), OK), Interval(2, 2, 3, read(), OK)]
    assert linearize(history, [authorized()], seen).decision == "illegal"
    overlapping = [Interval(1, 0, 3, capture(), OK), Interval(2, 2, 4, read(), OK)]
    assert linearize(overlapping, [authorized()], seen).decision == "legal"


def test_a_call_that_is_answered_in_the_moment_in_which_it_begins_is_part_of_the_prefix() -> None:
    history = [
        Interval(1, 0, 1, capture(), OK),
        Interval(2, 5, 5, capture("50.00"), OK),
        Interval(3, 6, 7, read(), OK),
    ]
    judged = linearize(history, [authorized()])
    assert (judged.decision, judged.prefix) == ("illegal", (0, 1))


def test_whoever_begins_in_the_moment_of_an_answer_overlaps_it() -> None:
    first, second = Interval(1, 0, 1, capture(), OK), Interval(2, 1, 2, read(), OK)
    assert not first.precedes(second)
    assert first.precedes(replace(second, began=1.5))


def test_a_history_that_is_illegal_has_been_looked_at_as_a_whole() -> None:
    judged = linearize(at_once((capture(), OK), (capture("50.00"), OK)), [authorized()])
    assert (judged.decision, judged.complete) == ("illegal", True)


def test_a_session_and_the_charges_that_come_of_it_are_one_object() -> None:
    history = at_once((call("get_checkout_session", "session1", {}), OK), (read(), OK))
    assert parts(history, [authorized()]) == [(0, 1)]


def test_calls_that_name_nothing_have_nothing_in_common() -> None:
    nowhere = [
        call("create_charge", None, on("", price("1.00")), f"key {n}", charge=f"charge{n}") for n in (7, 8)
    ]
    assert parts(at_once(*((made, CREATED) for made in nowhere)), [authorized()]) == [(0,), (1,)]


def test_the_prefix_ends_with_the_answer_at_which_the_last_order_fell_away() -> None:
    history = at_once((read(), OK), (capture(), OK), (cancel(), OK), (capture("1.00"), WRONG_STATE))
    assert linearize(history, [authorized()]).prefix == (0, 1, 2)


# --- what some order explains


def test_one_of_two_captures_succeeds() -> None:
    judged = linearize(at_once((capture(), WRONG_STATE), (capture("50.00"), OK)), [authorized()])
    assert judged.decision == "legal"
    assert judged.witnesses[0].order == (1, 0)
    assert [world.charges["charge1"].captured for world in judged.worlds] == [
        judged.witnesses[0].trail[1].charges["charge1"].captured
    ]


def test_two_callers_with_one_key_get_one_charge() -> None:
    one = replace(CREATED, object_id="charge1")
    history = at_once((charge("60.00", 1, "k"), one), (charge("60.00", 1, "k"), one))
    judged = linearize(history, [confirmed()])
    assert judged.decision == "legal"
    assert [set(world.charges) for world in judged.worlds] == [{"charge1"}]


def test_refunds_within_the_headroom_are_legal_and_lead_to_one_world() -> None:
    history = at_once((refund("60.00", 1), CREATED), (refund("55.00", 2), CREATED))
    judged = linearize(history, [captured()])
    assert judged.decision == "legal"
    assert len(judged.worlds) == 1


def test_a_call_that_was_never_answered_may_have_taken_effect_or_not() -> None:
    lost = (capture("50.00"), None)
    refused = linearize(at_once(lost, (capture(), WRONG_STATE)), [authorized()])
    assert refused.decision == "legal"
    assert {world.charges["charge1"].state for world in refused.worlds} == {"Captured"}
    done = linearize(at_once(lost, (capture(), OK)), [authorized()])
    # the worlds differ in what is remembered of the lost call: nothing, or how it was refused
    assert {world.charges["charge1"].captured for world in done.worlds} == {Price(Decimal("100.00"), "USD")}
    unknown = linearize(at_once(lost), [authorized()])
    assert {world.charges["charge1"].state for world in unknown.worlds} == {"Authorized", "Captured"}


def test_a_lost_call_may_take_effect_long_after_others_were_answered() -> None:
    history = one_by_one((capture("50.00"), None), (read(), OK), (capture(), WRONG_STATE))
    assert linearize(history, [authorized()]).decision == "legal"


def test_a_history_goes_on_from_any_of_several_worlds() -> None:
    either = linearize(at_once((capture(), None)), [authorized()]).worlds
    assert linearize(at_once((refund("10.00", 1), CREATED)), either).decision == "legal"
    assert linearize(at_once((cancel(), OK)), either).decision == "legal"
    both = at_once((refund("10.00", 1), CREATED), (cancel(), OK))
    assert linearize(both, either).decision == "illegal"


# --- the bound


def test_beyond_its_bound_it_does_not_decide() -> None:
    history = at_once(*((refund("1.00", n), CREATED) for n in range(1, 5)))
    assert linearize(history, [captured()], max_nodes=3).decision == "undecided"
    assert linearize(history, [captured()]).decision == "legal"


def test_an_order_that_was_found_within_the_bound_counts_though_there_may_be_more_worlds() -> None:
    history = at_once((capture("50.00"), None), (capture("60.00"), None), (capture("70.00"), None))
    judged = linearize(history, [authorized()], max_nodes=2)
    assert (judged.decision, judged.complete) == ("legal", False)


def test_eight_calls_of_four_callers_are_far_within_the_bound() -> None:
    history = at_once(*((refund("1.00", n), CREATED) for n in range(1, 9)))
    judged = linearize(history, [captured()])
    assert judged.decision == "legal"
    assert judged.nodes <= 1000


# --- the parts


def test_calls_on_unrelated_objects_are_judged_apart() -> None:
    story = Story()
    for _ in range(2):
        story.completed(order("Authorize", price("100.00")))
    other = call("capture_charge", "charge2", {"captureAmount": price("1.00")}, "other")
    history = at_once((capture(), OK), (other, OK), (cancel(), WRONG_STATE))
    assert parts(history, [story.world]) == [(0, 2), (1,)]
    assert linearize(history, [story.world]).decision == "legal"


def test_charges_of_one_permission_and_calls_with_one_key_belong_together() -> None:
    history = at_once((charge("10.00", 1), CREATED), (charge("10.00", 2), CREATED))
    assert parts(history, [confirmed()]) == [(0, 1)]
    sessions = [call("create_checkout_session", None, {}, "k", session=f"session{n}") for n in (7, 8, 9)]
    other = replace(sessions[2], key="other")
    history = at_once((sessions[0], CREATED), (other, CREATED), (sessions[1], CREATED))
    assert parts(history, [confirmed()]) == [(0, 2), (1,)]


# --- properties

POOL: list[Call] = [
    capture(),
    capture("50.00"),
    capture("50.00", "same key"),
    capture("60.00", "same key"),
    cancel(),
    read(),
    refund("100.00", 1),
    refund("15.00", 2),
    refund("15.01", 3),
    charge("40.00", 5),
    call("close_charge_permission", "permission1", {"closureReason": "done", "cancelPendingCharges": True}),
    call("get_charge_permission", "permission1", {}),
]
INTENTS = ["Authorize", "AuthorizeWithCapture"]
CALLS = st.lists(st.sampled_from(POOL), min_size=1, max_size=5)


@st.composite
def served(draw: st.DrawFn, *, losing: bool = False) -> tuple[World, list[Interval], World]:
    """What a server that takes calls one at a time answers to callers who overlap; its world in the end."""
    world = start = paid(draw(st.sampled_from(INTENTS)))
    history = []
    for number, made in enumerate(draw(CALLS)):
        outcome = draw(st.sampled_from(step(world, made)))
        world = outcome.world
        shown = outcome.subject[1] if outcome.subject and outcome.status < 400 else None
        lost = losing and draw(st.booleans())
        began, ended = number - draw(st.floats(0, 3)), number + draw(st.floats(0, 3))
        answer = None if lost else Answer(outcome.status, outcome.reason, shown)
        history.append(Interval(number, began, None if lost else ended, made, answer))
    return start, draw(st.permutations(history)), world


@settings(deadline=None)
@given(served())
def test_what_an_atomic_server_answers_is_legal_and_its_world_is_among_those_that_follow(
    served: tuple[World, list[Interval], World],
) -> None:
    start, history, end = served
    judged = linearize(history, [start])
    assert (judged.decision, judged.complete) == ("legal", True)
    assert frozen(end) in {frozen(world) for world in judged.worlds}


@settings(deadline=None)
@given(served(losing=True))
def test_answers_that_are_lost_on_the_way_make_nothing_illegal(
    served: tuple[World, list[Interval], World],
) -> None:
    start, history, end = served
    judged = linearize(history, [start])
    assert judged.decision == "legal"
    assert frozen(end) in {frozen(world) for world in judged.worlds}


ANSWERS = st.sampled_from([OK, CREATED, WRONG_STATE, Answer(400, "TransactionAmountExceeded"), None])


@st.composite
def histories(draw: st.DrawFn) -> tuple[World, list[Interval]]:
    """Calls with any answers at all, that overlap in any way."""
    history = []
    for number, made in enumerate(draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=4))):
        answer, began = draw(ANSWERS), draw(st.integers(0, 8))
        ended = None if answer is None else began + draw(st.integers(1, 8))
        history.append(Interval(number, began, ended, made, answer))
    return paid(draw(st.sampled_from(INTENTS))), history


def by_force(history: list[Interval], start: World) -> Iterator[World]:
    """The worlds after every legal order, all orders of all that may have happened tried one by one."""
    lost = [interval for interval in history if interval.answer is None]
    answered = [interval for interval in history if interval.answer is not None]
    for count in range(len(lost) + 1):
        for some in combinations(lost, count):
            for tried in permutations([*answered, *some]):
                if not any(b.precedes(a) for n, a in enumerate(tried) for b in tried[n + 1 :]):
                    yield from _ends(tried, [start])


def _ends(order: tuple[Interval, ...], worlds: Iterable[World]) -> Iterable[World]:
    for interval in order:
        worlds = [after for world in worlds for after in follow(world, interval)]
    return worlds


@settings(deadline=None)
@given(histories())
def test_it_decides_as_trying_every_order_does(drawn: tuple[World, list[Interval]]) -> None:
    start, history = drawn
    judged = linearize(history, [start])
    ends = {frozen(world) for world in by_force(history, start)}
    assert judged.decision == ("legal" if ends else "illegal")
    assert {frozen(world) for world in judged.worlds} == ends


@settings(deadline=None)
@given(histories())
def test_a_witness_is_an_order_that_explains_every_answer(drawn: tuple[World, list[Interval]]) -> None:
    start, history = drawn
    for witness in linearize(history, [start]).witnesses:
        made = [history[number] for number in witness.order]
        assert {n for n, i in enumerate(history) if i.answer is not None} <= set(witness.order)
        assert not any(b.precedes(a) for n, a in enumerate(made) for b in made[n + 1 :])
        for interval, before, after in zip(made, witness.trail, witness.trail[1:], strict=False):
            assert frozen(after) in {frozen(world) for world in follow(before, interval)}


@settings(deadline=None)
@given(histories())
def test_an_illegal_prefix_is_illegal_and_no_shorter_one_is(drawn: tuple[World, list[Interval]]) -> None:
    start, history = drawn
    judged = linearize(history, [start])
    if judged.decision == "illegal":
        assert _of_prefix(history, judged.prefix, start).decision == "illegal"
        assert _of_prefix(history, judged.prefix[:-1], start).decision == "legal"


def _of_prefix(history: list[Interval], answered: tuple[int, ...], start: World) -> Linearization:
    moment = max((history[number].ended or 0 for number in answered), default=-1)
    known = [
        interval if number in answered else replace(interval, ended=None, answer=None)
        for number, interval in enumerate(history)
        if interval.began <= moment
    ]
    return linearize(known, [start])


# --- worlds


def test_worlds_that_hold_the_same_are_equal_whatever_the_order_in_which_it_came() -> None:
    a = linearize(one_by_one((refund("1.00", 1), CREATED), (refund("2.00", 2), CREATED)), [captured()]).worlds
    b = linearize(one_by_one((refund("2.00", 2), CREATED), (refund("1.00", 1), CREATED)), [captured()]).worlds
    assert distinct([*a, *b]) == a


# --- what is told beside the decision


def test_worlds_that_are_equal_are_told_once_in_their_order() -> None:
    one, other, third = authorized(), captured(), confirmed()
    found = distinct([one, replace(one), other, third])
    assert found == (one, other, third)
    assert found[0] is one


def test_a_search_tells_how_far_it_went_and_whether_it_saw_all() -> None:
    judged = linearize(at_once((capture(), OK)), [authorized()])
    assert (judged.decision, judged.complete) == ("legal", True)
    assert 0 < judged.nodes < 10
    both = linearize(at_once((capture(), OK), (cancel(), WRONG_STATE)), [authorized()])
    assert judged.nodes < both.nodes < 20
    given_up = linearize(at_once((capture(), OK), (cancel(), WRONG_STATE)), [authorized()], max_nodes=1)
    assert not given_up.complete


def test_an_answer_that_is_wrong_by_itself_is_the_whole_prefix() -> None:
    history = one_by_one((cancel(), WRONG_STATE), (read(), OK), (read(), OK))
    assert linearize(history, [authorized()]).prefix == (0,)
