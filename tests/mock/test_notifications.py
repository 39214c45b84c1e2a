"""What the mock posts is an envelope of SNS around a message; what a forger posts is believed by nobody."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from amazonpay_conformance import schemas
from amazonpay_conformance.mock.notifications import About, Places, Post, Publisher
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.variants import VARIANTS
from amazonpay_conformance.wire.notifications import refusal

PLACES = Places("localhost:8443", "127.0.0.1:8443", "localhost:8080")
ABOUT = About("CHARGE", "S01-5105180-3221187-C056351", "S01-5105180-3221187")
TRUSTED = re.compile(r"localhost:\d+")
ANYBODY = re.compile(r".*")
FORGED = [name for name, row in VARIANTS.items() if row.kind == "forged"]
BELIEVED = [name for name, row in VARIANTS.items() if row.kind != "forged"]


@cache
def publisher() -> Publisher:
    return Publisher(PLACES)


def posted(variant: str) -> Post:
    return publisher().post(ABOUT, variant, sent_at=1_763_900_818.5)


def envelope(post: Post) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(post.body)
    return value


def fetched(url: str) -> bytes | None:
    return publisher().served(urlsplit(url).path)


@pytest.mark.parametrize("variant", BELIEVED)
def test_what_is_not_forged_is_believed(variant: str) -> None:
    post = posted(variant)
    assert refusal(envelope(post), fetched, TRUSTED) is None
    assert schemas.violations("objects/notification", envelope(post)) == ()
    assert envelope(post)["MessageId"] == post.message_id == post.headers["x-amz-sns-message-id"]


@pytest.mark.parametrize("variant", FORGED)
def test_what_is_forged_is_not(variant: str) -> None:
    try:
        body = envelope(posted(variant))
    except ValueError:
        assert variant == "rubbish"
        return
    assert refusal(body, fetched, TRUSTED) is not None


@pytest.mark.parametrize("variant", ["foreign-certificate"])
def test_who_trusts_every_host_believes_the_forger(variant: str) -> None:
    assert refusal(envelope(posted(variant)), fetched, ANYBODY) is None


@pytest.mark.parametrize("variant", ["plain-certificate", "other-file"])
def test_a_forger_s_other_urls_are_refused_for_their_form_alone(variant: str) -> None:
    body = envelope(posted(variant))
    assert refusal(body, fetched, TRUSTED) == "certificate URL"
    url = publisher()._certificate.url
    assert (
        refusal({**body, "SigningCertURL": url}, lambda _: fetched(body["SigningCertURL"]), TRUSTED) is None
    )


def test_a_true_message_is_one_of_amazon_pay_s() -> None:
    message = json.loads(envelope(posted("true"))["Message"])
    assert schemas.violations("objects/notification-message", message) == ()
    assert (message["ObjectType"], message["ObjectId"]) == (ABOUT.object_type, ABOUT.object_id)
    assert message["ChargePermissionId"] == ABOUT.permission


@pytest.mark.parametrize("variant", ["strange-object", "strange-change"])
def test_a_strange_message_is_strange_in_the_message_only(variant: str) -> None:
    message = json.loads(envelope(posted(variant))["Message"])
    assert schemas.violations("objects/notification-message", message)
    assert message["ObjectId"] == ABOUT.object_id


@pytest.mark.parametrize("variant", ["altered-message", "forged-signature", "foreign-certificate"])
def test_a_forger_tells_of_the_object_that_he_was_asked_for(variant: str) -> None:
    assert json.loads(envelope(posted(variant))["Message"])["ObjectId"] == ABOUT.object_id


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_signature_s_version_is_a_switch(version: str) -> None:
    chosen = Publisher(PLACES, settings=Settings.of({"notification-signature": version}))
    body = envelope(chosen.post(ABOUT, sent_at=0))
    assert body["SignatureVersion"] == version
    assert refusal(body, lambda url: chosen.served(urlsplit(url).path), TRUSTED) is None


def test_the_spelling_of_the_keys_is_a_switch() -> None:
    chosen = Publisher(PLACES, settings=Settings.of({"notification-keys": "camelCase"}))
    for variant in ("true", "strange-object"):
        message = json.loads(envelope(chosen.post(ABOUT, variant, sent_at=0))["Message"])
        assert {"merchantID", "objectId"} <= message.keys()
        assert "ObjectType" not in message


@pytest.mark.parametrize("path", ["", "/", "/SimpleNotificationService", "/uploads/"])
def test_nothing_else_is_served(path: str) -> None:
    assert publisher().served(path) is None


def test_two_notifications_of_one_object_differ() -> None:
    assert posted("true").message_id != posted("true").message_id
