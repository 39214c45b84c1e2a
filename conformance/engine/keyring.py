"""Whose keys sign in a run: the merchant's, which may be changed in its middle, and another merchant's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients.driver import ClientConfig, Driver
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.follow import Oracle
from amazonpay_conformance.engine.targets import Target
from amazonpay_conformance.model.actions import Advance
from amazonpay_conformance.model.tampers import TAMPERS
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key

Signer: TypeAlias = tuple[str, PrivateKey]
"""A public key id and the private key to it."""


@dataclass
class Keyring:
    """The keys of one run. What the client was configured with at first is restored at the end."""

    target: Target
    driver: Driver
    crew: Crew | None
    config: ClientConfig | None
    configured: Configured
    _former: ClientConfig | None = None
    _first: ClientConfig | None = field(default=None, repr=False)
    _another: tuple[Signer, Oracle] | None = None

    def rotate(self, oracle: Oracle, *, revokes: bool) -> None:
        """Let the merchant have a new key, and construct the client anew with it.

        Args:
            oracle: who has to know the new key.
            revokes: the former key is no longer his.

        Raises:
            DriverError: the client cannot be constructed.
        """
        if self.config is None:
            return
        public_key_id, key = self.target.rotate(revokes=revokes)
        former = {} if revokes else dict(oracle.merchant.keys)
        oracle.merchant = Merchant({**former, public_key_id: key.public})
        path = Path(self.config.private_key_path).with_name(f"{public_key_id}.pem")
        path.touch(mode=0o600)
        path.write_text(key.to_pem("pkcs8"), encoding="ascii")
        self._first, self._former = self._first or self.config, self.config
        self.configured = replace(self.configured, public_key_id=public_key_id, public_key=key.public)
        self._configure(
            replace(
                self.config,
                public_key_id=public_key_id,
                private_key=key.to_pem("pkcs8"),
                private_key_path=str(path),
            )
        )

    def restore(self) -> None:
        """Construct the client anew as it was at first, if it was changed."""
        if self._first is not None:
            self._configure(self._first)
            self._first = None

    def signer(self, tamper: str | None) -> Signer | None:
        """Return who signs a request that is spoilt so, if that is not the client as it is configured."""
        whose = _signer_of(tamper)
        if whose == "another merchant":
            return self.target.other
        if whose == "former key" and self._former is not None:
            return self._former.public_key_id, load_private_key(self._former.private_key)
        return None

    def oracle_of(self, tamper: str | None, oracle: Oracle) -> Oracle:
        """Return the oracle that knows the merchant who signs: another one has a world of his own."""
        if _signer_of(tamper) != "another merchant":
            return oracle
        signer = self.target.other
        if self._another is None or self._another[0] != signer:
            public_key_id, key = signer
            world = World(now=oracle.world.now, settings=oracle.world.settings)
            self._another = signer, Oracle(Merchant({public_key_id: key.public}), world)
        return self._another[1]

    def advance(self, action: Advance) -> None:
        """Move the other merchant's world on as well."""
        if self._another is not None:
            self._another[1].act(action)

    def _configure(self, config: ClientConfig) -> None:
        self.config = config
        self.driver.configure(config)
        if self.crew is not None:
            self.crew.configure(config)


def _signer_of(tamper: str | None) -> str:
    row = TAMPERS.get(tamper or "")
    return row.signer if row else ""
