"""What the tests of drivers share: a configuration and where the small drivers lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from amazonpay_conformance.clients.driver import ClientConfig

CONFIG = ClientConfig(
    public_key_id="SANDBOX-KEY",
    private_key="not a key",
    private_key_path="/nowhere/key.pem",
    region="eu",
    algorithm="AMZN-PAY-RSASSA-PSS-V2",
    service_host="localhost:8443",
    ca_file=None,
)


@pytest.fixture
def config() -> ClientConfig:
    """A configuration for clients that send nothing."""
    return CONFIG


@pytest.fixture
def driver_script() -> Callable[[str], str]:
    """From the name of a small driver to its path."""
    folder = Path(__file__).parent / "drivers"
    return lambda name: str(folder / f"{name}.py")
