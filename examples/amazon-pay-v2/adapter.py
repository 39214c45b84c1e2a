"""Connects amazon-pay-v2, a Python client built on requests, to the conformance kit."""

from importlib.metadata import version as version_of

from amazon_pay_v2.api import AmazonPayAPIV2
from amazonpay_conformance.clients.python_driver import payload_of

name = "amazon-pay-v2"
version = version_of(name)
idempotency_key = "caller"  # an optional argument of the creating calls and of complete
headers = False
retries = 0


def connect(config):
    environment = "sandbox" if config.sandbox else "live"
    api = AmazonPayAPIV2(config.private_key_path, config.public_key_id, config.region, environment)
    api.host = config.service_host
    return {
        "create_checkout_session": lambda call: api.create_checkout_session(payload_of(call), key(call)),
        "get_checkout_session": lambda call: api.get_checkout_session(call.path_id),
        "update_checkout_session": lambda call: api.update_checkout_session(call.path_id, payload_of(call)),
        "complete_checkout_session": lambda call: api.complete_checkout_session(
            call.path_id, payload_of(call), key(call)
        ),
        "create_refund": lambda call: api.create_refund(payload_of(call), key(call)),
        "get_refund": lambda call: api.get_refund(call.path_id),
        "sign_button": api.generate_button_signature,
    }


def key(call):
    """The idempotency key among the caller's headers: this client takes it as an argument."""
    return next((value for name, value in call.headers if name.lower() == "x-amz-pay-idempotency-key"), None)
