"""A search is spread over the lanes, and loses nothing by it."""

from __future__ import annotations

import pytest
from amazonpay_conformance.engine.lane import CLASSIC_KEY_ID, PREFIXED_KEY_ID, Lane, spread_over
from amazonpay_conformance.model.scenario import AdvanceStep, Scenario

MAIN = Lane("na", "AMZN-PAY-RSASSA-PSS-V2", PREFIXED_KEY_ID)
OTHERS = tuple(Lane(region, "AMZN-PAY-RSASSA-PSS-V2", CLASSIC_KEY_ID) for region in ("eu", "jp"))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40])
def test_every_scenario_of_a_search_is_run_in_one_lane(count: int) -> None:
    scenarios = [Scenario((AdvanceStep(number),)) for number in range(count)]
    spread = dict(spread_over((MAIN, *OTHERS), scenarios))
    assert sorted((s.steps for part in spread.values() for s in part), key=str) == sorted(
        (s.steps for s in scenarios), key=str
    )
    assert len(spread[MAIN]) == (count + 1) // 2
    assert abs(len(spread[OTHERS[0]]) - len(spread[OTHERS[1]])) <= 1


def test_where_there_is_one_lane_all_are_run_in_it() -> None:
    scenarios = [Scenario((AdvanceStep(number),)) for number in range(3)]
    assert dict(spread_over((MAIN,), scenarios)) == {MAIN: scenarios}
