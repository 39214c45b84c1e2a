"""Whole scenarios as Hypothesis values, for tests of one's own; Hypothesis draws, and so it shrinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amazonpay_conformance.strategies.generator import GROUP_WEIGHTS, Abilities, Candidate, Planner

if TYPE_CHECKING:
    from amazonpay_conformance.model.scenario import Scenario, Step
    from hypothesis.strategies import DrawFn, SearchStrategy


def scenarios(
    abilities: Abilities | None = None,
    *,
    region: str = "na",
    max_steps: int = 12,
    refused: bool = True,
) -> SearchStrategy[Scenario]:
    """Return a strategy of scenarios: legal steps, and steps that must be refused, mixed.

    Args:
        abilities: what the client and the target can do; everything by default.
        region: whose currency the amounts have: na, eu or jp.
        max_steps: how many steps to draw at most; a sweep of reads is added at the end.
        refused: whether steps that the model expects to be refused are drawn too.

    Returns:
        A Hypothesis strategy. Its values never depend on what a server answers.
    """
    from hypothesis import strategies as st

    @st.composite
    def build(draw: DrawFn) -> Any:
        planner = Planner.start(abilities or Abilities(), region)
        for _ in range(draw(st.integers(1, max_steps))):
            # one in four is to be refused: the ways to call wrongly are too many to be drawn from alike
            wrong = refused and draw(st.sampled_from(_WRONG_OR_NOT))
            choices = _choices(draw, planner, wrong)
            if choices:
                planner = planner.then(draw(st.sampled_from(choices)))
        return planner.sweep(refused=refused).scenario

    return build()


def steps(
    after: Scenario | None = None,
    abilities: Abilities | None = None,
    *,
    region: str = "na",
    refused: bool = False,
) -> SearchStrategy[Step]:
    """Return a strategy of steps that can come next.

    Args:
        after: what was planned before; nothing where not said.
        abilities: what the client and the target can do; everything by default.
        region: whose currency the amounts have: na, eu or jp.
        refused: steps that the model expects to be refused, instead of those that succeed.

    Raises:
        ValueError: a step of `after` cannot be taken where it stands.
    """
    from hypothesis import strategies as st

    planner = Planner.start(abilities or Abilities(), region)
    for planned in after.steps if after else ():
        expected = planner.expect(planned)
        if expected is None:
            raise ValueError(f"cannot be taken in its place: {planned}")
        planner = planner.then(expected)

    @st.composite
    def build(draw: DrawFn) -> Any:
        return draw(st.sampled_from(_choices(draw, planner, refused))).step

    return build()


_WRONG_OR_NOT = (False, False, False, True)


def _choices(draw: DrawFn, planner: Planner, wrong: bool) -> list[Candidate]:
    """Draw a kind of step of which some can be taken, and return those, the likeliest first."""
    from hypothesis import strategies as st

    kinds = planner.groups()
    while kinds:
        weighted = [kind for kind in kinds for _ in range(GROUP_WEIGHTS.get(kind, 4))]
        kind = draw(st.sampled_from(weighted))
        possible = sorted(planner.possible(kind), key=_weight, reverse=True)
        expected = [(weight, planner.expect(planned, weight)) for weight, planned in possible]
        found = [c for weight, c in expected for _ in range(weight) if c is not None and c.refused is wrong]
        if found:
            return found
        kinds.remove(kind)
    return []


def _weight(possible: tuple[int, Step]) -> int:
    return possible[0]
