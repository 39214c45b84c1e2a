"""The catalogue as it is measured: every fault by group, what it costs a merchant, where it was seen; and who is right."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from amazonpay_conformance.clients import reference
from amazonpay_conformance.mutants import (
    client_faults,
    client_seams,
    client_variations,
    endpoint_faults,
    endpoint_variations,
    integration_faults,
    integration_variations,
    race_faults,
    resource_faults,
    server_faults,
    server_slight_faults,
    server_variations,
)
from amazonpay_conformance.mutants.resource_seams import changing

Group: TypeAlias = Literal["client", "integration", "endpoint", "server", "generated"]
Kind: TypeAlias = Literal["client", "integration", "endpoint", "server"]
"""Who is under test, and so how it is measured; generated faults are servers'."""

GROUPS: Final[tuple[Group, ...]] = ("client", "integration", "endpoint", "server", "generated")

TICKETS: Final[Mapping[str, str]] = {
    "integration: cancels-when-complete-is-refused": "amzn/amazon-payments-magento-2-plugin #1280",
    "integration: refunds-after-a-second-complete": "amzn/amazon-payments-magento-2-plugin #1297",
    "integration: closes-after-a-second-complete": "amzn/amazon-payments-magento-2-plugin #943",
    "integration: asks-for-ever": "amzn/amazon-payments-magento-2-plugin #1300",
    "integration: captures-a-declined-charge": "woocommerce/woocommerce-gateway-amazon-pay #5",
    "endpoint: takes decided for paid": "woocommerce/woocommerce-gateway-amazon-pay #5",
    "client: amount-with-thousands-separators": "OXID-eSales/amazon-pay-module PR 137",
    "integration: refunds-with-the-permissions-id": "amzn/amazon-payments-magento-plugin #149",
    "client: salt-32-for-20": "amzn/amazon-pay-api-sdk-dotnet #4",
    "client: button-payload-with-arrays": "amzn/amazon-pay-api-sdk-php #18",
    "integration: a-payload-of-version-1": "amzn/amazon-pay-api-sdk-php #18",
    "client: button-payload-escaped": "amzn/amazon-pay-api-sdk-php #48",
    "integration: never-completes": "amzn/amazon-pay-api-sdk-php #6",
    "integration: never-charges-the-repaired-card": "amzn/amazon-payments-magento-plugin #158",
    "endpoint: reads chargebacks as charges": "amzn/amazon-pay-api-sdk-php #11",
    "endpoint: reads disputes for certain": "amzn/amazon-pay-api-sdk-php #11",
    "endpoint: trusts every host": "novuhq/novu PR #11056, robbiet480/go.sns #2",
}
"""Faults that are public tickets of real integrations, rebuilt in small, each with its reference."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject of the catalogue. `breaks` is empty for one that is right; `shows` are SHOULDs that it departs from."""

    id: str
    group: Group
    kind: Kind
    costs: str
    breaks: frozenset[str]
    row: Any
    shows: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()
    """What may be found broken as well, since it follows."""

    @property
    def ticket(self) -> str:
        """Where it was seen, "" where it was not."""
        return TICKETS.get(self.id, "")


@functools.cache
def faults() -> tuple[Listed, ...]:
    """Return every fault, in the order of the groups."""
    found = (*_of_clients(), *_of_integrations(), *_of_endpoints(), *_of_servers())
    return tuple(sorted(found, key=lambda one: GROUPS.index(one.group)))


@functools.cache
def right_subjects() -> tuple[Listed, ...]:
    """Return every right subject: ours, and the variations that real ones have."""
    ours = client_seams.Variation("ours", (), "this kit", retries=reference.retries, troubled=True)
    return (
        *(_right("client", row, row.shows) for row in (ours, *client_variations.VARIATIONS)),
        *(_right("integration", row, row.shows) for row in integration_variations.VARIATIONS),
        *(_right("endpoint", row, row.shows) for row in endpoint_variations.VARIATIONS),
        *(_right("server", row, ()) for row in server_variations.VARIATIONS),
    )


def _listed(group: Group, kind: Kind, row: Any) -> Listed:
    follows: frozenset[str] = getattr(row, "follows", frozenset())
    return Listed(f"{group}: {row.id}", group, kind, row.costs, frozenset(row.breaks), row, follows=follows)


def _right(kind: Kind, row: Any, shows: Any) -> Listed:
    return Listed(f"{kind}: {row.id}", kind, kind, "", frozenset(), row, frozenset(shows))


def _of_clients() -> Iterator[Listed]:
    yield from (_listed("client", "client", row) for row in client_faults.FAULTS)


def _of_integrations() -> Iterator[Listed]:
    yield from (_listed("integration", "integration", row) for row in integration_faults.FAULTS)


def _of_endpoints() -> Iterator[Listed]:
    yield from (_listed("endpoint", "endpoint", row) for row in endpoint_faults.FAULTS)


def _of_servers() -> Iterator[Listed]:
    by_hand = (*server_faults.BY_HAND, *server_slight_faults.SLIGHT_FAULTS, *race_faults.FAULTS)
    yield from (_listed("server", "server", row) for row in by_hand)
    yield from (_of_resource("server", row) for row in resource_faults.BY_HAND)
    yield from (_listed("generated", "server", row) for row in server_faults.GENERATED)
    yield from (_of_resource("generated", row) for row in resource_faults.GENERATED)


@dataclass(frozen=True, slots=True)
class _OfResource:
    """A fault of the lesser resources as a server."""

    id: str
    breaks: frozenset[str]
    costs: str
    service: Any


def _of_resource(group: Group, row: resource_faults.Fault) -> Listed:
    # some are named by a rule that a generated fault is named by, too
    service = changing(row.operation, row.change)
    return _listed(group, "server", _OfResource(f"resource, {row.id}", row.breaks, row.costs, service))
