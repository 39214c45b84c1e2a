"""The machines and tables of the specification by name. What has a line here is in every form of it.

The one rule: a row is a frozen dataclass with an `id`, unique in its table, a `source` and a `tag`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from amazonpay_conformance.model.constraints import CONSTRAINTS
from amazonpay_conformance.model.effects import EFFECTS
from amazonpay_conformance.model.errors import ERRORS, RETRY_POLICIES
from amazonpay_conformance.model.faults import FAULTS
from amazonpay_conformance.model.headers import HEADERS
from amazonpay_conformance.model.identifiers import IDENTIFIERS
from amazonpay_conformance.model.limits import CURRENCIES, LIMITS
from amazonpay_conformance.model.machine import Machine, Tag
from amazonpay_conformance.model.names import NAMES
from amazonpay_conformance.model.notifications import NOTICES
from amazonpay_conformance.model.objects import MACHINES as OBJECT_MACHINES
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.regions import KEY_STYLES, REGIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.resources import RESOURCE_MACHINES
from amazonpay_conformance.model.rules import RULES
from amazonpay_conformance.model.simulation import CARDS, SIMULATION_ROWS
from amazonpay_conformance.model.switches import SWITCHES
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.model.throttling import THROTTLES
from amazonpay_conformance.model.timers import TIMER_ROWS
from amazonpay_conformance.model.variants import VARIANT_ROWS
from amazonpay_conformance.specification.fields import fields


class Row(Protocol):
    """What every row has, whatever else it says."""

    @property
    def id(self) -> str:
        """Its stable id."""

    @property
    def source(self) -> str:
        """Where in api-facts it is written."""

    @property
    def tag(self) -> Tag:
        """How far that may be trusted, api-facts §0."""


Tables: TypeAlias = Mapping[str, tuple[Row, ...]]

MACHINES: Mapping[str, Machine] = {**OBJECT_MACHINES, **RESOURCE_MACHINES}
"""The machines by name, in the order in which they are told."""

TABLES: Tables = {
    "regions": tuple(REGIONS.values()),
    "key_styles": KEY_STYLES,
    "headers": HEADERS,
    "identifiers": tuple(IDENTIFIERS.values()),
    "operations": tuple(ALL_OPERATIONS.values()),
    "fields": fields(),
    "effects": EFFECTS,
    "rules": RULES,
    "requirements": tuple(REQUIREMENTS.values()),
    "timers": TIMER_ROWS,
    "currencies": CURRENCIES,
    "limits": LIMITS,
    "cards": tuple(CARDS.values()),
    "simulations": SIMULATION_ROWS,
    "constraints": tuple(CONSTRAINTS.values()),
    "switches": tuple(SWITCHES.values()),
    "errors": ERRORS,
    "retry_policies": RETRY_POLICIES,
    "faults": FAULTS,
    "tampers": tuple(TAMPERS.values()),
    "throttles": THROTTLES,
    "names": NAMES,
    "notifications": NOTICES,
    "notification_variants": VARIANT_ROWS,
}
"""The tables by name, in the order in which they are told."""
