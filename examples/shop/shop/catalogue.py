"""What the shop sells, and what it costs to have it sent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

CURRENCY = "USD"
DELIVERY = {"US": Decimal("4.90"), "GB": Decimal("8.90"), "DE": Decimal("8.90")}


@dataclass(frozen=True)
class Product:
    id: str
    name: str
    text: str
    price: Decimal


PRODUCTS = {
    product.id: product
    for product in (
        Product("assam", "Assam, 250 g", "Strong and malty, for the morning.", Decimal("12.50")),
        Product("sencha", "Sencha, 100 g", "Green, steamed, from the first harvest.", Decimal("14.00")),
        Product("pot", "Teapot", "Cast iron, holds 0.8 l.", Decimal("39.00")),
    )
}


@dataclass(frozen=True)
class Line:
    product: Product
    count: int

    @property
    def sum(self) -> Decimal:
        return self.product.price * self.count


def lines(cart: dict[str, int]) -> list[Line]:
    return [Line(PRODUCTS[name], count) for name, count in cart.items() if name in PRODUCTS and count > 0]


def goods(cart: dict[str, int]) -> Decimal:
    return sum((line.sum for line in lines(cart)), Decimal(0))


def delivery(country: str) -> Decimal | None:
    """What it costs to send something there; None where the shop does not."""
    return DELIVERY.get(country)
