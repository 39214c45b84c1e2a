"""The shop's orders, in SQLite. What Amazon Pay says of a charge or a refund is written down as told."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, session TEXT UNIQUE NOT NULL, goods TEXT NOT NULL, total TEXT NOT NULL,
    state TEXT NOT NULL, charge TEXT, permission TEXT
);
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount TEXT NOT NULL, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS notifications (id TEXT PRIMARY KEY, about TEXT NOT NULL);
"""

STATES = {
    "AuthorizationInitiated": "payment pending",
    "Authorized": "paid, to be sent",
    "CaptureInitiated": "sent, money on its way",
    "Captured": "sent",
    "Declined": "payment declined",
    "Canceled": "canceled",
}
"""What a charge's state is to the shop."""


@dataclass(frozen=True)
class Order:
    id: str
    session: str
    goods: str
    total: Decimal
    state: str
    charge: str | None
    permission: str | None


@dataclass(frozen=True)
class Refund:
    id: str
    amount: Decimal
    state: str


class Orders:
    """Every method is one transaction."""

    def __init__(self, database: str) -> None:
        self._database = database
        with self._open() as connection:
            connection.executescript(_TABLES)

    def place(self, session: str, goods: str, total: Decimal) -> Order:
        """Note an order before the buyer is sent to pay; the same one where he came back to change it."""
        with self._open() as connection:
            connection.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, 'not paid yet', NULL, NULL) "
                "ON CONFLICT (session) DO UPDATE SET goods = excluded.goods, total = excluded.total",
                (f"LK-{secrets.token_hex(4)}", session, goods, str(total)),
            )
        found = self.of_session(session)
        assert found is not None
        return found

    def paid(self, order: str, charge: str | None, permission: str | None) -> None:
        with self._open() as connection:
            connection.execute(
                "UPDATE orders SET charge = ?, permission = ? WHERE id = ?", (charge, permission, order)
            )

    def move(self, order: str, state: str) -> None:
        with self._open() as connection:
            connection.execute("UPDATE orders SET state = ? WHERE id = ?", (state, order))

    def note_refund(self, order: str, refund: str, amount: Decimal, state: str) -> None:
        with self._open() as connection:
            connection.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET state = excluded.state",
                (refund, order, str(amount), state),
            )

    def move_refund(self, refund: str, state: str) -> None:
        with self._open() as connection:
            connection.execute("UPDATE refunds SET state = ? WHERE id = ?", (state, refund))

    def is_new(self, notification: str, about: str) -> bool:
        """Note a notification; False where it was noted before."""
        with self._open() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO notifications VALUES (?, ?)", (notification, about)
            )
            return done.rowcount == 1

    def forget(self, notification: str) -> None:
        """Forget a notification that could not be acted on, so that it may come again."""
        with self._open() as connection:
            connection.execute("DELETE FROM notifications WHERE id = ?", (notification,))

    # --- reading

    def all(self) -> list[Order]:
        return self._orders("ORDER BY rowid DESC")

    def get(self, order: str) -> Order | None:
        return next(iter(self._orders("WHERE id = ?", order)), None)

    def of_session(self, session: str) -> Order | None:
        return next(iter(self._orders("WHERE session = ?", session)), None)

    def of_charge(self, charge: str) -> Order | None:
        return next(iter(self._orders("WHERE charge = ?", charge)), None)

    def refunds(self, order: str) -> list[Refund]:
        with self._open() as connection:
            rows = connection.execute("SELECT id, amount, state FROM refunds WHERE order_id = ?", (order,))
            return [Refund(name, Decimal(amount), state) for name, amount, state in rows]

    def notified(self) -> list[str]:
        with self._open() as connection:
            return [
                about for (about,) in connection.execute("SELECT about FROM notifications ORDER BY rowid")
            ]

    def _orders(self, where: str, *values: str) -> list[Order]:
        query = f"SELECT id, session, goods, total, state, charge, permission FROM orders {where}"  # noqa: S608
        with self._open() as connection:
            return [
                Order(name, session, goods, Decimal(total), *rest)
                for name, session, goods, total, *rest in connection.execute(query, values)
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database, timeout=10)) as connection, connection:
            yield connection
