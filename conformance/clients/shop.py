"""A shop whose notification endpoint is tried: an adapter as a client's is, or only the endpoint's address.

`connect(config)` of the adapter points the shop at the mock and returns what the kit may ask of it:

    endpoint   its address, or a function of (headers, body) that returns a status
    order      a function of a mapping: an order begins, and waits for the charge that the mapping names
    accepted   a function of a charge's id: how often the shop took that order for paid (or True and False)
    close      a function of nothing, called at the end

All but `endpoint` may be left out; what cannot be judged without them is not exercised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from amazonpay_conformance.clients.protocol import one_line

Answering: TypeAlias = Callable[[Mapping[str, str], bytes], int]

PARTS: Final = ("endpoint", "order", "accepted", "close")


class BrokenShop(Exception):
    """The adapter of a shop cannot be used, or raised; the message is one line."""


@dataclass(frozen=True, slots=True)
class ShopConfig:
    """How the shop is to be configured.

    `base_url` is where Amazon Pay is, `ca_file` whom to trust there; `certificate_host` is the one host, with
    its port, whose certificates the endpoint is to trust in the place of SNS's. With a `proxy` it is a host
    of SNS's, which is reached through that.
    """

    base_url: str
    ca_file: str | None
    region: str
    public_key_id: str
    private_key: str = field(repr=False)
    merchant_id: str
    certificate_host: str
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """What an adapter gave."""

    endpoint: str | Answering
    _order: Callable[[Mapping[str, str]], object] | None = None
    _accepted: Callable[[str], object] | None = None
    _close: Callable[[], object] | None = None

    @property
    def tells_orders(self) -> bool:
        """Whether it can be asked what it took for paid."""
        return self._accepted is not None

    def order(self, order: Mapping[str, str]) -> None:
        """Let an order begin.

        Raises:
            BrokenShop: that raised.
        """
        if self._order is not None:
            _asked("order", self._order, order)

    def accepted(self, charge: str) -> int | None:
        """Return how often the shop took an order for paid, None where it cannot be asked.

        Raises:
            BrokenShop: that raised, or returned no number.
        """
        if self._accepted is None:
            return None
        told = _asked("accepted", self._accepted, charge)
        if not isinstance(told, int):
            raise BrokenShop(f"accepted: expected True, False or a number, it returned {type(told).__name__}")
        return int(told)

    def close(self) -> None:
        """End it."""
        if self._close is not None:
            _asked("close", self._close)


def connect(adapter: Any, config: ShopConfig) -> Shop:
    """Point a shop at the mock.

    Args:
        adapter: what has `connect`.
        config: how it is to be configured.

    Raises:
        BrokenShop: it raised, or returned something else than what this module says.
    """
    parts = _asked("connect", adapter.connect, config)
    if not isinstance(parts, Mapping):
        raise BrokenShop(f"connect: expected a mapping, it returned {type(parts).__name__}")
    unknown = [name for name in parts if name not in PARTS]
    if unknown:
        raise BrokenShop(f"connect: {unknown[0]!r} is none of {', '.join(PARTS)}")
    endpoint = parts.get("endpoint")
    if not isinstance(endpoint, str) and not callable(endpoint):
        raise BrokenShop("connect: endpoint is neither an address nor a function of headers and body")
    wrong = [name for name in PARTS[1:] if parts.get(name) is not None and not callable(parts[name])]
    if wrong:
        raise BrokenShop(f"connect: {wrong[0]} is no function")
    return Shop(endpoint, parts.get("order"), parts.get("accepted"), parts.get("close"))


def _asked(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception as problem:
        raise BrokenShop(f"{name} raised {type(problem).__name__}: {one_line(str(problem))}") from problem
