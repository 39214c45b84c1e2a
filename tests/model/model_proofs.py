"""What must hold in every world and of every step: each proof yields a sentence for every breach it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from amazonpay_conformance.model.actions import Advance, Call
from amazonpay_conformance.model.alphabet import Bounds, actions
from amazonpay_conformance.model.balances import headroom, remainder
from amazonpay_conformance.model.effects import EFFECTS, Effect
from amazonpay_conformance.model.figures import Figures, Tally
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.observable import permitted_states
from amazonpay_conformance.model.operations import OPERATIONS, ObjectKind
from amazonpay_conformance.model.rules import RULES, RULES_OF
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.walk import Taken, histories, walk
from amazonpay_conformance.model.world import COLLECTIONS, LIVE_REFUND_STATES, Charge, ChargePermission, World

Breaches: TypeAlias = Iterator[str]

ROWS: Final = {row.id: row for machine in MACHINES.values() for row in machine.transitions}
RULE_ERRORS: Final = {(rule.id, *error) for rule in RULES for error in rule.errors}
DECLINES: Final = {
    ("CHG-006", 422, reason)
    for reason in ("SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut")
}
OPEN: Final = frozenset({"AuthorizationInitiated", "Authorized", "CaptureInitiated"})
SILENT_TIMERS: Final = frozenset({"capture_window", "month_ends", "session_deleted"})
"""Moments at which nothing moves: only the answer to a call changes."""


def every(kind: ObjectKind, world: World) -> Iterator[Any]:
    yield from world.objects(kind).values()


def everything(world: World) -> dict[tuple[ObjectKind, str], Any]:
    return {(kind, name): value for kind in COLLECTIONS for name, value in world.objects(kind).items()}


def total(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


# --- worlds


def captured_is_within_what_was_authorized(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for charge in every("Charge", world):
        if charge.captured is None:
            if charge.state == "Captured":
                yield f"{charge.id} is Captured, but nothing was"
        elif (
            charge.captured.amount > charge.amount.amount
            or charge.captured.currency != charge.amount.currency
        ):
            yield f"{charge.id}: {charge.captured} of {charge.amount}"


def captured_in_all_is_within_the_limit(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for permission in every("ChargePermission", world):
        if permission.type == "OneTime" and permission.limit is not None:
            captured = total(c.captured.amount for c in charges(world, permission) if c.state == "Captured")
            if captured > permission.limit.amount:
                yield f"{permission.id}: {captured} of {permission.limit}"


def refunded_is_within_the_headroom(world: World, bounds: Bounds) -> Breaches:
    for charge in every("Charge", world):
        refunds = [r for r in every("Refund", world) if r.charge == charge.id]
        if refunds and (charge.state != "Captured" or charge.captured is None):
            yield f"{charge.id} is {charge.state} and was refunded"
            continue
        if not refunds:
            continue
        most = charge.captured.amount + headroom(charge.captured)
        live = [r.amount.amount for r in refunds if r.state in LIVE_REFUND_STATES]
        if any(amount > most for amount in live) or any(
            r.amount.currency != charge.captured.currency for r in refunds
        ):
            yield f"{charge.id}: one refund is above {most}"
        if "REF-R04" not in bounds.liberties and sum(live) > most:
            yield f"{charge.id}: all refunds, {sum(live)}, are above {most}"


def balances_add_up(world: World, bounds: Bounds) -> Breaches:
    """limit = captured + reserved + free, each counted anew from the charges."""
    for permission in every("ChargePermission", world):
        if permission.type != "OneTime" or permission.limit is None:
            continue
        captured = total(c.captured.amount for c in charges(world, permission) if c.state == "Captured")
        reserved = total(c.amount.amount for c in charges(world, permission) if c.state in OPEN)
        free = remainder(world, permission, reserved=True, kept=False)
        if free is None or permission.limit.amount != captured + reserved + free:
            yield f"{permission.id}: {permission.limit} is not {captured} + {reserved} + {free}"
        elif free < 0 and "CHG-R05" not in bounds.liberties:
            yield f"{permission.id}: {-free} more than {permission.limit} is promised"


def who_is_spent_is_closed(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for permission in every("ChargePermission", world):
        left = remainder(world, permission, reserved=False, kept=False)
        if permission.type == "OneTime" and left is not None and left <= 0 and permission.state != "Closed":
            yield f"{permission.id} is {permission.state} with {left} left"


def amounts_are_above_zero(world: World, bounds: Bounds) -> Breaches:
    if "REQ-R13" in bounds.liberties:
        return
    for value in (*every("Charge", world), *every("Refund", world)):
        captured = getattr(value, "captured", None)
        if value.amount.amount <= 0 or (captured is not None and captured.amount <= 0):
            yield f"{value.id}: {value.amount}, captured {captured}"


def a_state_has_a_reason_of_its_own(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for (kind, name), value in everything(world).items():
        reasons = MACHINES[kind].state(value.state).reasons
        if value.reason not in (reasons or (None,)):
            yield f"{name}: {value.state}/{value.reason}"


def nothing_is_overdue(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for (_, name), value in everything(world).items():
        settles = getattr(value, "settles", None)
        waits = value.state in ("AuthorizationInitiated", "CaptureInitiated", "RefundInitiated")
        if waits != (settles is not None) or (settles is not None and settles.at <= world.now):
            yield f"{name} is {value.state} and settles {settles} at {world.now}"
        if not value.created <= value.changed <= world.now:
            yield f"{name}: created {value.created}, changed {value.changed}, now {world.now}"


def what_belongs_together_exists(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for charge in every("Charge", world):
        if charge.permission not in world.permissions:
            yield f"{charge.id} is under {charge.permission}"
    for refund in every("Refund", world):
        if refund.charge not in world.charges:
            yield f"{refund.id} is of {refund.charge}"


def what_is_held_may_be_shown(world: World, bounds: Bounds) -> Breaches:  # noqa: ARG001
    for (kind, name), value in everything(world).items():
        if (value.state, value.reason) not in permitted_states(world, kind, name):
            yield f"{name}: {value.state}/{value.reason}"


def a_walk_stays_within_its_bounds(world: World, bounds: Bounds) -> Breaches:
    if not bounds.holds(world):
        yield "out of bounds"


def charges(world: World, permission: ChargePermission) -> list[Charge]:
    return [charge for charge in every("Charge", world) if charge.permission == permission.id]


# --- steps


def a_call_has_an_answer_and_time_one_course(taken: Taken) -> Breaches:
    if isinstance(taken.action, Call) and not taken.outcomes:
        yield "no answer is permitted"
    if isinstance(taken.action, Advance) and len(taken.outcomes) != 1:
        yield f"{len(taken.outcomes)} outcomes"


def answers_are_documented(taken: Taken) -> Breaches:
    if not isinstance(taken.action, Call):
        return
    success = OPERATIONS[taken.action.operation].success
    for outcome in taken.outcomes:
        if outcome.status < 400:
            if outcome.reason is not None or outcome.status not in (
                *success,
                *((200,) if outcome.replays else ()),
            ):
                yield f"{outcome.status} {outcome.reason}"
        elif outcome.replays is None:
            named = (outcome.requirement, outcome.status, outcome.reason)
            if named not in RULE_ERRORS | DECLINES:
                yield str(named)


def a_broken_rule_explains_a_refusal_and_an_asserted_one_excludes_success(taken: Taken) -> Breaches:
    """Every answer of a rule that is broken is permitted; nothing else is, besides success and declines."""
    if not isinstance(taken.action, Call):
        return
    rules = {rule.id: rule for rule in RULES_OF[taken.action.operation]}
    told: dict[str, set[tuple[int, str | None]]] = {}
    for outcome in taken.outcomes:
        if (
            outcome.status >= 400
            and not outcome.used
            and outcome.requirement in rules
            and not outcome.replays
        ):
            told.setdefault(outcome.requirement, set()).add((outcome.status, outcome.reason))
    for rule, answers in told.items():
        if answers != set(rules[rule].errors):
            yield f"{rule} is answered {sorted(answers)}"
    others = sum(1 for outcome in taken.outcomes if outcome.requirement not in told)
    if any(rules[rule].asserted for rule in told):
        if others and not any(outcome.replays for outcome in taken.outcomes):
            yield f"{sorted(told)} and {others} other answers"
    elif not others:
        yield f"{sorted(told)} are not sure, and nothing else is permitted"


def nothing_leaves_a_terminal_state(taken: Taken) -> Breaches:
    """But Closed/AmazonCanceled: what a rejected charge does to its permission is open (§8.2 [?])."""
    changed = tuple(changing(taken))
    before = everything(taken.source.world) if changed else {}
    for outcome in changed:
        after = everything(outcome.world)
        for key, old in before.items():
            new = after.get(key)
            if MACHINES[key[0]].state(old.state).terminal and old.reason != "AmazonCanceled":
                if new is None or (new.state, new.reason) != (old.state, old.reason):
                    yield f"{key[1]}: {old.state}/{old.reason} to {new}"
            elif new is None:
                yield f"{key[1]} is gone"


def objects_move_along_rows_only(taken: Taken) -> Breaches:
    changed = tuple(changing(taken))
    before = everything(taken.source.world) if changed else {}
    for outcome in changed:
        fired = histories(taken.source.world, outcome)
        for key, new in everything(outcome.world).items():
            old = before.get(key)
            rows = [ROWS[row] for row in fired.get(key[1], ())]
            if old is not new and not _explains(rows, old, new):
                yield f"{key[1]}: {_state(old)} to {_state(new)} by {[row.id for row in rows]}"
        if sum(map(len, fired.values())) != len(outcome.used):
            yield f"{outcome.used} are not all given out: {fired}"


NOT_SURE: Final = {("Closed", "AmazonCanceled"), ("NonChargeable", "PaymentMethodInvalid")}
"""What a declined charge may have made of its permission, or not: §8.2, effect [?]."""


def _explains(rows: list[Any], old: Any, new: Any) -> bool:
    state = _state(old)
    for row in rows:
        reopened = state in NOT_SURE and row.source == "Chargeable"
        if row.source != state[0] and not reopened:
            return False
        stays = row.source == row.target and row.reason is None
        state = (row.target, None if reopened else state[1]) if stays else (row.target, row.reason)
    return state == _state(new)


def _state(value: Any) -> tuple[str | None, str | None]:
    return (value.state, value.reason) if value is not None else (None, None)


def related_objects_follow_as_the_effects_say(taken: Taken) -> Breaches:
    for outcome in taken.outcomes:
        causes = {*outcome.used, outcome.requirement}
        for row in outcome.used:
            effects = EFFECTS_OF.get((KIND_OF[row], ROWS[row].trigger))
            if effects and not any(causes & set(effect.cause) for effect in effects):
                yield f"{row} without any of {[effect.cause for effect in effects]}: {outcome.used}"


EFFECTS_OF: Final[dict[tuple[str, str], list[Effect]]] = {}
for _effect in EFFECTS:
    EFFECTS_OF.setdefault((_effect.kind, _effect.trigger), []).append(_effect)
KIND_OF: Final = {row.id: name for name, machine in MACHINES.items() for row in machine.transitions}


def a_refused_call_changes_nothing_but_keys(taken: Taken) -> Breaches:
    for outcome in taken.outcomes:
        if outcome.status >= 400 and not outcome.used:
            for collection in COLLECTIONS.values():
                if getattr(outcome.world, collection) is not getattr(taken.source.world, collection):
                    yield f"{outcome.status} {outcome.reason} changes {collection}"


def reading_changes_nothing(taken: Taken) -> Breaches:
    if isinstance(taken.action, Call) and OPERATIONS[taken.action.operation].method == "GET":
        yield from (f"{o.status} changes" for o in taken.outcomes if o.world is not taken.source.world)


def calls_take_no_time(taken: Taken) -> Breaches:
    ahead = taken.action.seconds if isinstance(taken.action, Advance) else 0
    for outcome in taken.outcomes:
        if outcome.world.now != taken.source.world.now + ahead:
            yield f"{outcome.world.now - taken.source.world.now} seconds, not {ahead}"


def timers_fire_when_they_are_due(taken: Taken) -> Breaches:
    """Nothing before the next moment; something at it, unless only answers change then."""
    if not isinstance(taken.action, Advance):
        return
    world, (outcome,) = taken.source.world, taken.outcomes
    ahead = moments(world)
    passed = {m.timer for m in ahead if m.at <= world.now + taken.action.seconds}
    if outcome.used and not passed - SILENT_TIMERS:
        yield f"{outcome.used} before anything is due"
    if passed - SILENT_TIMERS - {"permission_extended"} and not outcome.used:
        yield f"nothing fires at {passed}"


def changing(taken: Taken) -> Iterator[Outcome]:
    """Outcomes after which the world is another."""
    return (outcome for outcome in taken.outcomes if outcome.world is not taken.source.world)


# --- steps, of which a sample is enough


def a_step_is_pure(taken: Taken) -> Breaches:
    before = repr((taken.source.world, taken.action))
    if step(taken.source.world, taken.action) != taken.outcomes:
        yield "taken again it has other outcomes"
    if repr((taken.source.world, taken.action)) != before:
        yield "it changed what it was given"


def worlds_of_one_shape_have_one_future(taken: Taken) -> Breaches:
    """Whatever the shape leaves out makes no difference to any action."""
    for edge in taken.edges:
        if edge.target is None or edge.target is taken.source or edge.target in taken.found:
            continue
        renamed = _futures(edge.outcome.world), _futures(edge.target.world)
        if renamed[0] != renamed[1]:
            yield f"{edge.outcome.world}\nis not like\n{edge.target.world}"


def _futures(world: World) -> list[Any]:
    """What every action leads to, without names; in no order, as objects may stand in another."""
    bounds = Bounds("afterwards", (), amounts=("all",), over=False)
    return sorted(
        repr((_unnamed(action), [(o.status, o.reason, o.requirement, o.used) for o in step(world, action)]))
        for action in actions(world, bounds)
        if not _is_of_a_session(action)
    )


def _is_of_a_session(action: Any) -> bool:
    return isinstance(action, Call) and "session" in action.operation


def _unnamed(action: Any) -> Any:
    if isinstance(action, Call):
        return action.operation, action.simulation, sorted(action.body)
    return (action.deed, action.card) if hasattr(action, "deed") else action


WORLD_PROOFS: Final[Mapping[str, Callable[[World, Bounds], Breaches]]] = {
    proof.__name__: proof
    for proof in (
        captured_is_within_what_was_authorized,
        captured_in_all_is_within_the_limit,
        refunded_is_within_the_headroom,
        balances_add_up,
        who_is_spent_is_closed,
        amounts_are_above_zero,
        a_state_has_a_reason_of_its_own,
        nothing_is_overdue,
        what_belongs_together_exists,
        what_is_held_may_be_shown,
        a_walk_stays_within_its_bounds,
    )
}
STEP_PROOFS: Final[Mapping[str, Callable[[Taken], Breaches]]] = {
    proof.__name__: proof
    for proof in (
        a_call_has_an_answer_and_time_one_course,
        answers_are_documented,
        a_broken_rule_explains_a_refusal_and_an_asserted_one_excludes_success,
        nothing_leaves_a_terminal_state,
        objects_move_along_rows_only,
        related_objects_follow_as_the_effects_say,
        a_refused_call_changes_nothing_but_keys,
        reading_changes_nothing,
        calls_take_no_time,
        timers_fire_when_they_are_due,
    )
}
SAMPLED_PROOFS: Final[Mapping[str, tuple[int, Callable[[Taken], Breaches]]]] = {
    a_step_is_pure.__name__: (97, a_step_is_pure),
    worlds_of_one_shape_have_one_future.__name__: (997, worlds_of_one_shape_have_one_future),
}
"""One step in so many is looked at."""

PROOFS: Final = (*WORLD_PROOFS, *STEP_PROOFS, *SAMPLED_PROOFS)


class Examined:
    """Walks, each world and step held against every proof."""

    def __init__(self) -> None:
        self.figures = Figures()
        self.breaches: dict[str, list[str]] = {name: [] for name in PROOFS}

    @classmethod
    def within(cls, bounds: Bounds) -> Examined:
        """Walk within these bounds."""
        examined = cls()
        examined._walk(bounds)
        return examined

    @classmethod
    def union(cls, several: Iterable[Examined]) -> Examined:
        """Return what several walks saw."""
        both = cls()
        for one in several:
            both.figures |= one.figures
            for name, found in one.breaches.items():
                both.breaches[name] += found
        return both

    def _walk(self, bounds: Bounds) -> None:
        tally = Tally()
        for number, taken in enumerate(walk(bounds)):
            tally.note(taken)
            for place in taken.found:
                for name, proof in WORLD_PROOFS.items():
                    self._note(name, taken, bounds, proof(place.world, bounds))
            for name, of_step in STEP_PROOFS.items():
                self._note(name, taken, bounds, of_step(taken))
            for name, (every_nth, of_sample) in SAMPLED_PROOFS.items():
                if number % every_nth == 0:
                    self._note(name, taken, bounds, of_sample(taken))
        self.figures = tally.figures()

    def _note(self, name: str, taken: Taken, bounds: Bounds, found: Breaches) -> None:
        held = self.breaches[name]
        for breach in found:
            if len(held) < 5:
                way = "\n  ".join(str(action) for action in (*taken.source.way(), taken.action))
                held.append(f"{breach}\nin {bounds.name}, after\n  {way}")
