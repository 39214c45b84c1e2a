"""One item a requirement, and region and shard where asked. A failing one says that the subject is wrong.

An item that is set up while its part was not certified yet has it certified. Where that cannot be, the first
item is an error, and those after it are skipped: one fault is told once, and the run is not green.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from amazonpay_conformance.plugin.outcomes import Outcome, Part, parts
from amazonpay_conformance.plugin.runs import outcome
from amazonpay_conformance.plugin.settings import settings_of

if TYPE_CHECKING:
    from amazonpay_conformance.model.requirements import Requirement

NODE: Final = "amazonpay-conformance"


class NotConforming(Exception):
    """A requirement does not hold; the message is all that was found."""


class Certification(pytest.Collector):
    """Stands for the certification; its items are the requirements."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for every requirement of the subjects under test, part by part, sorted."""
        from amazonpay_conformance.model.requirements import REQUIREMENTS

        settings = settings_of(self.config)
        subjects = settings.choice(None).subjects
        judged = sorted(r.id for r in REQUIREMENTS.values() if r.subject in subjects and r.level != "MAY")
        for part in parts(settings["regions"], settings["shards"]):
            for name in judged:
                shown = f"{name}[{part.label}]" if part.label else name
                yield RequirementItem.from_parent(self, name=shown, requirement=REQUIREMENTS[name], part=part)


class RequirementItem(pytest.Item):
    """One requirement in one part."""

    def __init__(self, *, requirement: Requirement, part: Part, **more: Any) -> None:
        super().__init__(**more)
        self.requirement = requirement
        self.part = part
        self.extra_keyword_matches |= {requirement.level, requirement.subject}
        self.add_marker(pytest.mark.amazonpay(level=requirement.level, subject=requirement.subject))
        if self.config.pluginmanager.hasplugin("xdist"):
            self.add_marker(pytest.mark.xdist_group(f"amazonpay-{part.label}"))

    def setup(self) -> None:
        """Have the part certified if it was not yet."""
        found = self._outcome()
        if not found.set_up or found.verdicts.get(self.requirement.id) in ("fail", "warning"):
            return
        told = self.config.stash.setdefault(_TOLD, set())
        if self.part.label in told:
            pytest.skip(f"not certified: {found.set_up}")
        told.add(self.part.label)
        pytest.fail(f"could not certify: {found.set_up}", pytrace=False)

    def runtest(self) -> None:
        """Hold the requirement against what was found.

        Raises:
            NotConforming: it does not hold.
        """
        found = self._outcome()
        verdict = found.verdicts[self.requirement.id]
        text = "\n".join(found.findings.get(self.requirement.id, ()))
        self.user_properties += [("requirement", self.requirement.id), ("verdict", verdict)]
        if verdict == "fail" or (verdict == "warning" and settings_of(self.config)["strict"]):
            raise NotConforming(text)
        if verdict == "warning":
            self.add_report_section("call", "warning", text)
        if verdict in ("not exercised", "inconclusive"):
            pytest.skip(f"{verdict} with this client and target")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the finding, not a traceback."""
        if isinstance(excinfo.value, NotConforming):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the item by the requirement's own words."""
        return Path(NODE), None, f"{self.name} {self.requirement.statement}"

    def _outcome(self) -> Outcome:
        return outcome(self.config, self.part)


_TOLD: Final = pytest.StashKey[set[str]]()
