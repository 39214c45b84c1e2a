"""Repetitions, and keys of something else, are answered as the model says."""

from __future__ import annotations

from amazonpay_conformance.model.scenario import RepeatStep
from amazonpay_conformance.model.step import step
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.repeats import REPEATS, repeats


def test_every_repetition_gets_the_first_answer_and_every_other_use_of_a_key_is_refused() -> None:
    for scenario in REPEATS:
        planner = Planner.start(Abilities())
        for planned in scenario.steps:
            reused = getattr(planned, "key", None) in planner.repeatable
            outcome = step(planner.world, planner.action(planned))[0]
            if isinstance(planned, RepeatStep):
                assert outcome.replays == planned.key
            elif reused:
                assert (outcome.status, outcome.reason) == (400, "DuplicateIdempotencyKey")
            candidate = planner.expect(planned)
            assert candidate is not None
            planner = planner.then(candidate)


def test_a_client_that_makes_its_own_keys_is_asked_for_no_repetition() -> None:
    assert list(repeats(Abilities())) == list(REPEATS)
    assert not list(repeats(Abilities(caller_keys=False)))
    assert len(list(repeats(Abilities(clock=False)))) < len(REPEATS)
