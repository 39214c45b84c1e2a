"""Regions, headers and identifiers, typed again from the facts: api-facts §1, §2.1, §3.0."""

from __future__ import annotations

import re

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mock.ids import new_ids
from amazonpay_conformance.model.actions import Call
from amazonpay_conformance.model.headers import HEADERS, REQUIRED
from amazonpay_conformance.model.identifiers import IDENTIFIERS, Identifier
from amazonpay_conformance.model.regions import KEY_STYLES, REGIONS, SERVICE_HOSTS, names_environment
from amazonpay_conformance.model.world import CheckoutSession, World
from amazonpay_conformance.wire.mistakes import OFFICIAL_HOSTS

NOON = 1_700_049_600


def test_a_region_has_its_host_its_aliases_and_its_digits() -> None:
    rows = {key: (row.host, set(row.aliases), row.digits, row.currency) for key, row in REGIONS.items()}
    assert rows == {
        "na": ("pay-api.amazon.com", {"na", "us"}, "01", "USD"),
        "eu": ("pay-api.amazon.eu", {"eu", "de", "uk"}, "02", "EUR"),
        "jp": ("pay-api.amazon.jp", {"jp"}, "03", "JPY"),
    }


def test_a_buyer_mends_his_payment_method_on_a_page_of_his_region() -> None:
    """§5.2 [D]: the id of the permission follows; no source tells of Europe."""
    assert {key: row.mends for key, row in REGIONS.items()} == {
        "na": "https://payments.amazon.com/jr/your-account/ba/",
        "eu": "",
        "jp": "https://pay.amazon.com/jp/jr/your-account/ba/",
    }


def test_the_wire_knows_the_same_hosts() -> None:
    """It may import no table, so it has its own list."""
    assert OFFICIAL_HOSTS == SERVICE_HOSTS


@pytest.mark.parametrize(
    ("key_id", "says"),
    [
        ("SANDBOX-AFVX7ULWSGBZ5535PCUQOY7B", True),
        ("sandbox-afvx7ulwsgbz5535pcuqoy7b", True),
        ("LIVE-AFVX7ULWSGBZ5535PCUQOY7B", True),
        ("AHEGSJCM3L2S637RBGABLAFW", False),
    ],
)
def test_a_key_says_its_environment_by_how_it_begins(key_id: str, *, says: bool) -> None:
    assert names_environment(key_id) is says
    assert {style.prefix for style in KEY_STYLES} == {"", "SANDBOX", "LIVE"}


def test_three_headers_are_on_every_request_and_one_on_every_answer() -> None:
    assert set(REQUIRED) == {"authorization", "x-amz-pay-date", "content-type"}
    assert [h.name for h in HEADERS if h.of == "answer" and h.needed == "always"] == ["x-amz-pay-request-id"]
    assert [h.name for h in HEADERS if h.needed == "creating"] == ["x-amz-pay-idempotency-key"]


@pytest.mark.parametrize("row", IDENTIFIERS.values(), ids=lambda row: row.name)
def test_an_example_has_its_form(row: Identifier) -> None:
    assert re.fullmatch(row.form, row.example)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("kind", ["OneTime", "Recurring"])
def test_the_mock_makes_ids_of_these_forms(region: str, kind: str) -> None:
    session = CheckoutSession("s", "Open", NOON, NOON, data={"chargePermissionType": kind})
    world = World(now=NOON).with_object("CheckoutSession", session)
    new = new_ids(world, Call("complete_checkout_session", "s"), region)
    opened = new_ids(world, Call("create_checkout_session"), region)
    assert re.fullmatch(IDENTIFIERS["checkoutSessionId"].form, opened.session)
    assert re.fullmatch(IDENTIFIERS["chargePermissionId"].form, new.permission)
    assert re.fullmatch(IDENTIFIERS["chargeId"].form, new.charge)
    assert new.permission[1:3] == REGIONS[region].digits
    assert new.charge.startswith(new.permission) is (kind == "OneTime")
    assert new.permission[0] == ("S" if kind == "OneTime" else "C")


@pytest.mark.parametrize("name", ["checkoutSessionId", "chargePermissionId", "chargeId", "refundId"])
def test_the_schemas_take_what_has_the_form(name: str) -> None:
    pattern = re.compile(schemas.load("common")["$defs"][name]["pattern"])
    assert pattern.search(IDENTIFIERS[name].example)
    assert not pattern.search(f"{IDENTIFIERS[name].example}-")
