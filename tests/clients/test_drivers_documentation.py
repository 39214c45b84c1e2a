"""docs/drivers.md: its messages obey the schemas, and its two programs run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig, Raised, Returned, Unsupported
from amazonpay_conformance.clients.locate import locate

TEXT = (Path(__file__).parents[2] / "docs" / "drivers.md").read_text(encoding="utf-8")
MESSAGES = [
    json.loads(line) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S) for line in block.splitlines()
]
ADAPTER, DRIVER = re.findall(r"```python\n(.*?)```", TEXT, re.S)

MY_SHOP = """
VERSION = "3"

class Failed(Exception):
    status = 422

class AmazonPay:
    def __init__(self, public_key_id, private_key, region, base_url):
        self.base_url = base_url

    def create_charge(self, payload, headers):
        print("the client prints")
        headers["x-added"] = "1"
        if payload is None:
            raise Failed("no payload")
        return 201, {"payload": payload, "at": self.base_url}

    def get_charge(self, charge_id, headers):
        return {"chargeId": charge_id}

    def button_signature(self, payload):
        return payload[:4]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the adapter, the driver and a client for both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    for name, text in {"my_shop.py": MY_SHOP, "adapter.py": ADAPTER, "driver.py": DRIVER}.items():
        (tmp_path / name).write_text(text)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_each_message_obeys_its_schema(message: dict[str, object]) -> None:
    request = message["type"] == "hello" and "client" not in message
    name = "hello-request" if request else str(message["type"]).replace("_", "-")

    assert schemas.violations(f"driver/{name}", message) == ()


def test_each_kind_of_message_has_an_example() -> None:
    shown = {str(message["type"]).replace("_", "-") for message in MESSAGES} | {"hello-request"}

    assert {f"driver/{kind}" for kind in shown} == {
        name for name in schemas.names() if name.startswith("driver/")
    }


def test_the_adapter_has_ten_lines_and_runs(config: ClientConfig) -> None:
    driver = locate("adapter.py", ca_file=None)
    driver.configure(config)

    assert len(ADAPTER.splitlines()) == 10
    assert driver.hello().capabilities.operations == {"create_charge", "get_charge"}
    expected = Returned(201, None, {"payload": {}, "at": "https://localhost:8443"})
    assert driver.call(ClientCall("create_charge", payload={})) == expected
    assert driver.call(ClientCall("get_charge", "C1")) == Returned(body={"chargeId": "C1"})
    assert driver.sign_button("abcdef") == "abcd"
    driver.close()


def test_the_complete_driver_runs(config: ClientConfig) -> None:
    driver = locate(f"{sys.executable} driver.py", ca_file=None)
    driver.configure(config)

    expected = Returned(
        201, None, {"payload": {}, "at": "https://localhost:8443"}, None, (("a", "b"), ("x-added", "1"))
    )
    assert driver.call(ClientCall("create_charge", payload={}, headers=(("a", "b"),))) == expected
    assert driver.call(ClientCall("create_charge")) == Raised("Failed", "no payload", 422)
    assert driver.call(ClientCall("get_refund")) == Unsupported("the client has no such method")
    assert driver.sign_button("abcdef") == "abcd"
    driver.close()


def test_the_complete_driver_is_short() -> None:
    assert len([line for line in DRIVER.splitlines() if line.strip()]) <= 50
