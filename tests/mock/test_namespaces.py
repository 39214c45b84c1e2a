"""A mock has namespaces that know nothing of each other; its steps are told one at a time."""

from __future__ import annotations

import itertools

import pytest
from amazonpay_conformance.mock.namespaces import NAMESPACE_HEADER, Mock, Namespace, NoSuchNamespace
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.steps import Step
from amazonpay_conformance.model.actions import Advance, BuyerAct, Call
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import generate_private_key
from amazonpay_conformance.wire.messages import Request
from mock_shop import KEY_ID, Shop, order, private_key, signed

OTHER = "SANDBOX-OTHER"


def followed(service: Service) -> list[Step]:
    """The steps of a service, from now on."""
    steps: list[Step] = []
    service.followers.append(steps.append)
    return steps


def create(shop: Shop, **headers: str) -> Request:
    """A request that is not signed."""
    return shop.request("POST", "/v2/checkoutSessions", order(), headers=headers)


def test_a_step_tells_what_caused_it_and_what_became_of_the_objects(shop: Shop) -> None:
    steps = followed(shop.service)
    session = shop.approved()
    created, signed_in, approved = steps
    assert isinstance(created.cause, Call)
    assert [type(step.cause) for step in (signed_in, approved)] == [BuyerAct, BuyerAct]
    (change,) = created.changes
    assert (change.kind, change.id, change.before) == ("CheckoutSession", session, None)
    assert change.after.state == "Open"
    (again,) = approved.changes
    assert again.before is signed_in.changes[0].after


def test_every_timer_is_a_step_of_its_own_at_its_own_time(shop: Shop) -> None:
    first = shop.completed(order(canHandlePendingAuthorization=True), card="0701")["chargeId"]
    shop.service.advance(10)
    second = shop.completed(order(canHandlePendingAuthorization=True), card="4354")["chargeId"]
    start = shop.service.world.now
    steps = followed(shop.service)
    shop.service.advance(31 * 86_400)
    told = [
        (step.at - start, c.id, c.after.state) for step in steps for c in step.changes if c.kind == "Charge"
    ]
    assert told == [
        (20, first, "Authorized"),
        (30, second, "Declined"),
        (30 * 86_400 - 10, first, "Canceled"),
    ]
    assert all(isinstance(step.cause, Advance) for step in steps)
    assert all(later.before.now >= earlier.at for earlier, later in itertools.pairwise(steps))


def test_reading_and_refusing_are_no_steps(shop: Shop) -> None:
    session = shop.opened()
    steps = followed(shop.service)
    shop.read(f"/checkoutSessions/{session}")
    assert shop.send("POST", "/checkoutSessions", {"storeId": 7}).status == 400
    assert steps == []


# --- namespaces


@pytest.fixture
def mock() -> Mock:
    return Mock(Merchant({KEY_ID: private_key().public}))


def test_a_request_belongs_to_whose_key_signs_it(mock: Mock, shop: Shop) -> None:
    key = generate_private_key()
    other = mock.open("other", Merchant({OTHER: key.public}))
    assert mock.handle(signed(create(shop), key_id=OTHER, key=key)).status == 201
    assert mock.handle(signed(create(shop))).status == 201
    assert [len(n.service.world.sessions) for n in (mock.default, other)] == [1, 1]
    assert [len(n.journal.entries) for n in (mock.default, other)] == [1, 1]


def test_a_request_belongs_to_the_namespace_that_its_header_names(mock: Mock, shop: Shop) -> None:
    mine = mock.open("tests/test_a.py::test_b[1]", mock.default.service.merchant)
    request = create(shop, **{NAMESPACE_HEADER: mine.name})
    assert mock.handle(signed(request)).status == 201
    assert [len(n.service.world.sessions) for n in (mock.default, mine)] == [0, 1]
    refused = mock.handle(signed(create(shop, **{NAMESPACE_HEADER: "nobody"})))
    assert (refused.status, "nobody" in refused.json()["message"]) == (400, True)


def test_an_unknown_key_is_refused_by_the_default_namespace(mock: Mock, shop: Shop) -> None:
    mock.open("other", Merchant({OTHER: private_key().public}))
    assert mock.handle(signed(create(shop), key_id="SANDBOX-NOBODY")).status == 403
    assert len(mock.default.journal.entries) == 1


def test_whoever_is_attached_gets_every_namespace() -> None:
    attached: list[Namespace] = []
    mock = Mock(Merchant({}), attach=(attached.append,))
    mock.open("other", Merchant({}))
    assert [namespace.name for namespace in attached] == ["default", "other"]


def test_a_namespace_is_opened_once_and_closed_once(mock: Mock) -> None:
    mock.open("other", Merchant({}))
    with pytest.raises(ValueError, match="other"):
        mock.open("other", Merchant({}))
    with pytest.raises(ValueError, match="expected"):
        mock.open("a name", Merchant({}))
    mock.close("other")
    for name in ("other", "default"):
        with pytest.raises(NoSuchNamespace):
            mock.close(name)


def test_what_is_read_is_read_once_and_anew_for_another_merchant(shop: Shop) -> None:
    request = signed(shop.request("GET", "/v2/charges/S01-0000000-0000000-C000000"))
    read, merchant = shop.service.read, shop.service.merchant
    first = read(request, merchant, received_at=0)
    assert read(request, merchant, received_at=1) is first
    other = read(request, Merchant({}), received_at=0)
    assert (first.verdict is not None, other.verdict) == (True, None)
