"""How the shop is set up: environment variables, with Amazon's own addresses where none is given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """To go from the mock to Amazon, leave `endpoint`, `script` and `certificate_hosts` out."""

    public_key_id: str
    private_key: Path
    merchant_id: str = "AEXAMPLEMERCHANT"
    store_id: str = "amzn1.application-oa2-client.0000000000000000000000000000c0de"
    region: str = "na"
    sandbox: bool = True
    endpoint: str = ""
    script: str = "https://static-na.payments-amazon.com/checkout.js"
    certificate_hosts: str = r"sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?"
    database: str = "shop.db"
    secret: str = ""

    @classmethod
    def of_environment(cls) -> Settings:
        """Read SHOP_PUBLIC_KEY_ID and the others."""
        given = {
            name: os.environ[f"SHOP_{name.upper()}"]
            for name in cls.__dataclass_fields__
            if f"SHOP_{name.upper()}" in os.environ
        }
        missing = [f"SHOP_{name.upper()}" for name in ("public_key_id", "private_key") if name not in given]
        if missing:
            raise SystemExit(f"set {' and '.join(missing)}, see README.md")
        key = Path(given.pop("private_key"))
        sandbox = given.pop("sandbox", "true").lower() != "false"
        return cls(private_key=key, sandbox=sandbox, **given)
