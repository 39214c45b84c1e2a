"""The fixtures for users' own tests: a mock in process and one that is served, each of the test's own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

CLIENT = """
import pytest
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.model.operations import OPERATIONS

ORDER = {
    "webCheckoutDetails": {
        "checkoutReviewReturnUrl": "https://shop.example/review",
        "checkoutResultReturnUrl": "https://shop.example/result",
    },
    "storeId": "amzn1.application-oa2-client.00000000000000000000000000000000",
    "paymentDetails": {
        "paymentIntent": "Authorize",
        "chargeAmount": {"amount": "10.00", "currencyCode": "USD"},
    },
}


class Client:
    def __init__(self, mock):
        self.client = ReferenceClient(
            ClientConfig(
                mock.public_key_id, mock.private_key, mock.private_key_file, mock.region,
                "AMZN-PAY-RSASSA-PSS-V2", mock.host, mock.ca_file or "",
            )
        )

    def __call__(self, operation, target=None, body=ABSENT, **more):
        return self.client.call(OPERATIONS[operation], ClientCall(operation, target, body, **more)).json()
"""

TESTS = """
from client import ORDER, Client
import pytest


@pytest.fixture(params=["amazonpay_mock", "amazonpay_server"])
def mock(request):
    return request.getfixturevalue(request.param)


def test_a_payment(mock):
    pay = Client(mock)
    session = pay("create_checkout_session", None, ORDER)["checkoutSessionId"]
    mock.approve(session)
    amount = ORDER["paymentDetails"]["chargeAmount"]
    done = pay("complete_checkout_session", session, {"chargeAmount": amount})
    assert mock.object(done["chargeId"])["state"] == "Authorized"
    mock.advance(30 * 86_400)
    assert pay("get_charge", done["chargeId"])["statusDetails"]["reasonCode"] == "ExpiredUnused"


def test_each_has_a_mock_of_its_own(mock):
    assert [shown["kind"] for shown in mock.objects("Charge")] == []
    charge = mock.seed("Charge", "Captured", amount="12.00")["id"]
    assert Client(mock)("get_charge", charge)["captureAmount"]["amount"] == "12.00"


def test_fails_for_what_it_sent(mock):
    charge = mock.seed("Charge", "Captured")["id"]
    Client(mock)("get_charge", charge, headers=(("x-amz-pay-region", "mars"),))


@pytest.mark.amazonpay_allow("HDR-008", "HDR-001")
def test_is_allowed_what_it_sent(mock):
    charge = mock.seed("Charge", "Captured")["id"]
    Client(mock)("get_charge", charge, headers=(("x-amz-pay-region", "mars"),))


@pytest.mark.amazonpay_allow("HDR-999")
def test_allows_what_there_is_not(mock):
    pass


def test_fails_by_itself(mock):
    assert mock.clock()["frozen"], "the test's own words"
"""


def test_tests_with_a_mock_pass_and_fail_as_they_should(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(client=CLIENT, test_shop=TESTS)
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rf")
    ran.assert_outcomes(passed=6, failed=6)
    ran.stdout.fnmatch_lines(
        [
            "*what this test sent to Amazon Pay is wrong:*",
            "*HDR-008*",
            "*received*mars*",
            "*amazonpay_allow(*",
        ]
    )
    ran.stdout.fnmatch_lines(["*there is no requirement HDR-999*"])
    ran.stdout.fnmatch_lines(["*the test's own words*"])
    failed = [line for line in ran.outlines if line.startswith("FAILED")]
    assert {line.partition("::")[2].partition("[")[0] for line in failed} == {
        "test_fails_for_what_it_sent",
        "test_allows_what_there_is_not",
        "test_fails_by_itself",
    }


def test_the_ini_file_allows_for_all_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(client=CLIENT, test_shop=TESTS)
    pytester.makeini("[pytest]\namazonpay_allow = HDR-008\n")
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-k", "what_it_sent and amazonpay_mock")
    ran.assert_outcomes(passed=2)


def test_whoever_uses_no_fixture_pays_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_imported():
            heavy = {"cryptography", "hypothesis", "responses", "trustme", "jsonschema"}
            assert not heavy & {name.partition(".")[0] for name in sys.modules}
        """
    )
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    ran.assert_outcomes(passed=1)
