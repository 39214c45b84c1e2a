"""A world in the making: moves objects along the rows of the tables and notes which rows were used."""

from __future__ import annotations

from typing import Any

from amazonpay_conformance.model.balances import balance, is_used_up
from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.world import AnyObject, ChargePermission, World


class NoSuchTransition(LookupError):
    """The tables have no row for what was to happen: a mistake in the model, not in a subject."""


class Draft:
    """Collects one step's changes; `world` is the result, `used` the ids of the rows that fired."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.used: list[str] = []

    def create(self, kind: Kind, value: AnyObject, trigger: str, guard: str = "", **extra: Any) -> None:
        """Bring an object into being in the state that the row for `trigger` gives."""
        self._place(kind, value, self._row(kind, None, trigger, guard), extra)

    def move(self, kind: Kind, object_id: str, trigger: str, guard: str = "", **extra: Any) -> None:
        """Move an object along the row for `trigger`, changing `extra` fields with it."""
        value = self.world.objects(kind)[object_id]
        self._place(kind, value, self._row(kind, value.state, trigger, guard), extra)

    def can_move(self, kind: Kind, object_id: str, trigger: str, guard: str = "") -> bool:
        """Tell whether the tables have a row for `trigger` in the object's state."""
        return MACHINES[kind].find(self.world.objects(kind)[object_id].state, trigger, guard) is not None

    def change(self, kind: Kind, object_id: str, **extra: Any) -> None:
        """Change fields of an object without touching its state."""
        value = self.world.objects(kind)[object_id]
        self.world = self.world.with_object(kind, replace(value, **extra))

    def balance_permission(self, permission_id: str) -> None:
        """Let a one-time permission follow its charges: reserved, released, wholly captured.

        Source: api-facts §4.2; that it is NonChargeable/ChargeInProgress while reserved is uncertain.
        """
        permission = self.world.permissions.get(permission_id)
        if permission is None or permission.type != "OneTime" or permission.limit is None:
            return
        if permission.state == "Closed":
            return
        trigger = self._balance_trigger(permission)
        if trigger is not None:
            self.move("ChargePermission", permission_id, trigger)

    def _balance_trigger(self, permission: ChargePermission) -> str | None:
        if is_used_up(self.world, permission):
            return "balance_is_captured"
        if self._is_blocked(permission):
            return "charge_reserves_balance" if permission.state == "Chargeable" else None
        in_progress = (permission.state, permission.reason) == ("NonChargeable", "ChargeInProgress")
        return "charge_is_released" if in_progress else None

    def _is_blocked(self, permission: ChargePermission) -> bool:
        free = balance(self.world, permission, reserved=True)
        match self.world.settings.choice("charge-in-progress"):
            case "when-reserved":
                return free is not None and free <= 0
            case "always":
                return self.world.reserved_of(permission.id) > 0
            case _:
                return False

    def _row(self, kind: Kind, source: str | None, trigger: str, guard: str) -> Transition:
        row = MACHINES[kind].find(source, trigger, guard)
        if row is None:
            raise NoSuchTransition(f"{kind}: no row for {trigger!r} ({guard!r}) in state {source}")
        return row

    def _place(self, kind: Kind, value: AnyObject, row: Transition, extra: dict[str, Any]) -> None:
        keeps = row.source == row.target and row.reason is None
        fields: dict[str, Any] = {"state": row.target, "reason": value.reason if keeps else row.reason}
        if not keeps:
            fields["changed"] = self.world.now
        self.world = self.world.with_object(kind, replace(value, **{**fields, **extra}))
        self.used.append(row.id)
