"""Proofs of the model, by exhaustive walks over small worlds (`model.walks`).

The walks are done once, and each test reads one thing that they saw. Under xdist the processes share them.
"""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import pytest
from amazonpay_conformance.model import unreached
from amazonpay_conformance.model.actions import UNUSUAL, Call, Defect
from amazonpay_conformance.model.alphabet import AUTHORIZE, Bounds, actions
from amazonpay_conformance.model.effects import EFFECTS
from amazonpay_conformance.model.figures import Figures, conceivable_pairs
from amazonpay_conformance.model.machine import Machine
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.simulation import CARDS, SIMULATION_ROWS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.walk import walk
from amazonpay_conformance.model.walks import WALKS, figures
from amazonpay_conformance.model.world import World
from beside import beside
from model_stories import Story, on, order, price

model_proofs = beside(__file__, "model_proofs")

Answers: TypeAlias = set[tuple[int, str | None]]


@pytest.fixture(scope="session")
def examined(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, told: dict[str, str]
) -> tuple[Figures, dict[str, list[str]]]:
    """Return what the walks saw: each is done by one process, and read by the others."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    free = [walked(shared / f"proof-{number}", bounds, fcntl.LOCK_NB) for number, bounds in enumerate(WALKS)]
    for number, bounds in enumerate(WALKS):
        free[number] = free[number] or walked(shared / f"proof-{number}", bounds)
    found = model_proofs.Examined.union(free)
    told["proofs of the model"] = found.figures.text()
    return found.figures, found.breaches


def walked(path: Path, bounds: Bounds, flag: int = 0) -> model_proofs.Examined | None:
    """Return what one walk saw, done now or read; None, with LOCK_NB, while another process is at it."""
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | flag)
        except BlockingIOError:
            return None
        kept = path.with_suffix(".pickle")
        if not kept.exists():
            kept.write_bytes(pickle.dumps(model_proofs.Examined.within(bounds)))
        return pickle.loads(kept.read_bytes())  # noqa: S301  # written above


@pytest.fixture
def seen(examined: tuple[Figures, dict[str, list[str]]]) -> Figures:
    """Return the figures of all walks."""
    return examined[0]


# --- what holds everywhere


@pytest.mark.parametrize("proof", model_proofs.PROOFS)
def test_it_holds_in_every_world_and_of_every_step(
    proof: str, examined: tuple[Figures, dict[str, list[str]]]
) -> None:
    breaches = examined[1][proof]
    assert not breaches, "\n\n".join(breaches)


def test_the_walks_come_far_enough_to_mean_something(seen: Figures) -> None:
    assert seen.worlds > 20_000
    assert seen.steps > 1_000_000


def test_even_a_total_below_the_charge_does_not_overdraw_its_permission() -> None:
    body = order("AuthorizeWithCapture", price("100.00"), totalOrderAmount=price("0.01"))
    story = Story()
    (story.world,) = (o.world for o in story.ways("create_checkout_session", None, body) if o.status < 400)
    story.buyer("signs_in")
    story.buyer("approves")
    amounts = {"chargeAmount": price("100.00"), "totalOrderAmount": price("0.01")}
    for outcome in story.ways("complete_checkout_session", "session1", amounts):
        for permission in outcome.world.permissions.values():
            assert permission.limit is not None
            assert outcome.world.captured_of(permission.id) <= permission.limit.amount


# --- what can be reached


def test_every_transition_fires_or_is_listed_with_the_reason(seen: Figures) -> None:
    assert seen.rows | set(unreached.TRANSITIONS) == {
        row.id for m in MACHINES.values() for row in m.transitions
    }
    assert not seen.rows & set(unreached.TRANSITIONS)
    assert set(unreached.TRANSITIONS) <= set(UNREACHED)


def test_every_state_is_reached(seen: Figures) -> None:
    states = {(machine.name, state.name) for machine in MACHINES.values() for state in machine.states}
    assert {(kind, state) for kind, state, _ in seen.held} == states


def test_every_reason_code_is_reached_or_listed_with_the_reason(seen: Figures) -> None:
    all_reasons = {
        (machine.name, state.name, reason)
        for machine in MACHINES.values()
        for state in machine.states
        for reason in state.reasons
    }
    assert {held for held in seen.held if held[2]} | set(unreached.REASONS) == all_reasons
    assert not seen.held & set(unreached.REASONS)


def test_every_error_of_every_rule_is_given_or_listed_with_the_reason(seen: Figures) -> None:
    errors = {(rule.id, *error) for rule in RULES for error in rule.errors}
    given = {refusal for refusal in seen.refusals if refusal[0] in {rule.id for rule in RULES}}
    assert given | set(unreached.REFUSALS) == errors
    assert not given & set(unreached.REFUSALS)


def test_every_simulation_and_card_has_an_effect_or_is_listed_with_the_reason(seen: Figures) -> None:
    assert seen.simulations | set(unreached.SIMULATIONS) == {row.id for row in SIMULATION_ROWS}
    assert not seen.simulations & set(unreached.SIMULATIONS)
    assert seen.cards == set(CARDS)


def test_every_timer_runs_out_or_is_listed_with_the_reason(seen: Figures) -> None:
    assert seen.timers - {"month_ends"} | set(unreached.TIMERS) == set(TIMERS)
    assert not seen.timers & set(unreached.TIMERS)


def test_every_operation_is_called_on_its_object_in_every_state(seen: Figures) -> None:
    named = {"create_charge": "ChargePermission", "create_refund": "Charge"}
    square = {
        (machine.name, state.name, operation.id)
        for operation in OPERATIONS.values()
        for machine in MACHINES.values()
        for state in machine.states
        if machine.name == (operation.target or named.get(operation.id))
    }
    assert seen.called == square


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)
def test_every_pair_of_rows_is_taken_or_has_a_reason_not_to_be(machine: Machine, seen: Figures) -> None:
    rows = {row.id: row for row in machine.transitions}
    pairs = conceivable_pairs(machine)
    never = {(a, b) for a, b in pairs if unreached.why_never(rows[a], rows[b])}
    assert pairs - seen.pairs == never


def test_every_effect_on_a_related_object_is_seen(seen: Figures) -> None:
    for effect in EFFECTS:
        rows = {row.id for row in MACHINES[effect.kind].transitions if row.trigger == effect.trigger}
        assert rows & seen.rows, effect.id
        assert set(effect.cause) - {"CHG-006"} <= seen.rows | set(unreached.TRANSITIONS), effect.id


def test_no_rule_for_pairs_is_idle() -> None:
    rows = {row.id: row for machine in MACHINES.values() for row in machine.transitions}
    pairs = [pair for machine in MACHINES.values() for pair in conceivable_pairs(machine)]
    for rule in unreached.PAIRS:
        assert any(rule.applies(rows[a], rows[b]) for a, b in pairs), rule.reason


def test_what_follows_beyond_the_tables_follows_a_closing_that_may_not_have_been(seen: Figures) -> None:
    """What a rejected or a declined charge does to its permission is open: §8.2 [?]."""
    rows = {row.id: row for machine in MACHINES.values() for row in machine.transitions}
    conceivable = {pair for machine in MACHINES.values() for pair in conceivable_pairs(machine)}
    before = {rows[a] for a, _ in seen.pairs - conceivable}
    unsure = {"AmazonCanceled", "PaymentMethodInvalid"}
    assert {row.reason for row in before if row.trigger != "update_charge_permission"} == unsure


# --- how it walks

SMALL = next(bounds for bounds in WALKS if bounds.name == "yen")
TINY = Bounds("tiny", (AUTHORIZE,), charges=1, refunds=0, amounts=("all",), over=False)


def test_a_walk_is_the_same_twice() -> None:
    once, again = ([(t.source.number, t.action) for t in walk(SMALL)] for _ in range(2))
    assert once == again


def test_the_way_to_a_place_leads_there() -> None:
    places = [place for taken in walk(SMALL) for place in taken.found]
    for place in places[::17]:
        worlds = [SMALL.start()]
        for action in place.way():
            worlds = [outcome.world for world in worlds for outcome in step(world, action)]
        assert place.world in worlds


def test_figures_of_some_walks_are_the_union_of_each() -> None:
    few = [bounds for bounds in WALKS if bounds.name in ("cards", "refunds")]
    both = figures(few)
    first, second = (figures([bounds]) for bounds in few)
    assert both == first | second
    assert both.worlds == first.worlds + second.worlds
    assert first.rows != both.rows != second.rows


def test_names_of_walks_are_unique() -> None:
    assert len({bounds.name for bounds in WALKS}) == len(WALKS)


# --- the order of errors


def refusals(outcomes: tuple[Outcome, ...]) -> Answers:
    return {(o.status, o.reason) for o in outcomes if o.status >= 400 and not o.used}


def well_formed_calls() -> Iterator[tuple[World, Call]]:
    """Calls of every operation, in the worlds after an approval, a completion and a capture."""
    story = Story().approved(order("Authorize", price("100.00")))
    yield from calls_in(story.world)
    story = Story().completed(order("Authorize", price("100.00")))
    yield from calls_in(story.world)
    yield from calls_in(Story().captured(price("100.00")).world)


def calls_in(world: World) -> Iterator[tuple[World, Call]]:
    seen: set[str] = set()
    for action in actions(world, TINY):
        if isinstance(action, Call) and action.operation not in seen:
            seen.add(action.operation)
            yield world, action


@pytest.mark.parametrize("number", [2, 3])
def test_of_several_defects_each_may_be_the_one_that_is_told(number: int) -> None:
    """The permitted refusals are those of each alone, and no others: in which order is looked is not said."""
    for world, call in well_formed_calls():
        alone = {defect: step(world, replace(call, defects=frozenset({defect}))) for defect in Defect}
        for several in combinations(Defect, number):
            together = step(world, replace(call, defects=frozenset(several)))
            expected = set().union(*(refusals(alone[defect]) for defect in several))
            assert refusals(together) == expected, (call, several)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_call_may_succeed_only_if_nothing_asserted_is_wrong_with_it(number: int) -> None:
    for world, call in well_formed_calls():
        plain = [o.status for o in step(world, call) if o.status < 400]
        for several in combinations(Defect, number):
            outcomes = step(world, replace(call, defects=frozenset(several)))
            succeeds = any(o.status < 400 for o in outcomes)
            unusual = all(defect in UNUSUAL or not applies(defect, call) for defect in several)
            assert succeeds == bool(plain and unusual), (call, several)


def applies(defect: Defect, call: Call) -> bool:
    """Whether the operation has what is wrong, and a server that does not refuse is wrong too."""
    of_bodies = {Defect.NOT_JSON, Defect.MISSING_FIELD, Defect.UNKNOWN_FIELD, Defect.INVALID_VALUE}
    if defect is Defect.INVALID_KEY:
        return False  # how it is refused is not said: §9
    return defect not in of_bodies or OPERATIONS[call.operation].has_body


def test_of_three_rules_about_money_each_may_be_the_one_that_is_told() -> None:
    story = Story().completed(order("Confirm", price("100.00")))
    story.close()
    ways = story.ways("create_charge", None, on("permission1", price("200000.00", "EUR")))
    assert refusals(ways) == {
        (422, "InvalidChargePermissionStatus"),
        (400, "TransactionAmountExceeded"),
        (400, "CurrencyMismatch"),
        (400, "InvalidParameterValue"),
        (400, "PeriodicAmountExceeded"),
    }
    assert all(outcome.status >= 400 for outcome in ways)


def test_what_only_uncertain_rules_forbid_may_be_done_and_refused_for_each() -> None:
    story = Story().completed(order("Confirm", price("100.00")))
    body = on("permission1", price("0.00"), captureNow=True, canHandlePendingAuthorization=True)
    ways = story.ways("create_charge", None, body)
    assert refusals(ways) == {(400, "InvalidParameterValue"), (400, "InvalidParameterCombination")}
    assert any(outcome.status < 400 for outcome in ways)
