"""A certificate says what its profile was measured to find, and plainly when that is no longer so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from amazonpay_conformance.reporting.detection import detection_of, told

TABLE = json.loads((Path(__file__).parents[2] / "docs" / "power.json").read_text(encoding="utf-8"))
FIGURES: dict[str, Any] = {
    "found": 9, "of": 10, "catalogue": 10, "false_alarms": 0, "right_subjects": 3,
    "kit": "1.0", "model_hash": "a" * 64, "source": "amazonpay-conformance power",
}  # fmt: skip


def line(model_hash: str = "a" * 64, **changed: Any) -> str:
    figures = {**FIGURES, **changed}
    return told({"profile": "quick", "kit": {"model_hash": model_hash}, "detection": figures})


def test_the_figures_that_ship_are_those_of_the_committed_table() -> None:
    figures = detection_of(TABLE["profile"])
    assert figures is not None
    total = TABLE["totals"]["all"]
    assert (figures["found"], figures["of"]) == (total["found"], total["of"])
    assert figures["model_hash"] == TABLE["model_hash"]


def test_a_profile_that_was_not_measured_has_none() -> None:
    assert detection_of("no such profile") is None
    assert told({"profile": "full", "kit": {}, "detection": None}) == "not measured for the profile full"


def test_the_line_tells_how_many_were_found_and_with_what() -> None:
    assert line() == "9 of 10 faults, 0 false alarms, measured with kit 1.0, model aaaaaaaaaaaaaaaa…"


def test_figures_of_a_part_of_the_catalogue_say_so() -> None:
    assert line(catalogue=700).startswith("9 of 10 faults that were measured of 700, ")


def test_figures_of_another_model_are_said_to_be_stale() -> None:
    assert "stale" not in line()
    assert line("b" * 64).endswith("which is not the model that judged: stale")
