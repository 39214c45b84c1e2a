"""Connects amazonpayclient, a Python client built on requests, to the conformance kit."""

from importlib.metadata import version as version_of

from AmazonPay import Client
from amazonpay_conformance.clients.python_driver import payload_of

name = "amazonpayclient"
version = version_of(name)
idempotency_key = "client"  # a new one for each POST; the caller cannot give his own
headers = False
raw_payload = True
retries = 0


def connect(config):
    client = Client(config.public_key_id, config.private_key_path, config.region, config.sandbox)
    client.endpoint = config.base_url
    return {
        "create_checkout_session": lambda call: client.create_checkout_session(payload_of(call)),
        "get_checkout_session": lambda call: client.get_checkout_session(call.path_id),
        "update_checkout_session": lambda call: client.update_checkout_session(
            call.path_id, payload_of(call)
        ),
        "complete_checkout_session": lambda call: client.complete_checkout_session(
            call.path_id, payload_of(call)
        ),
        "get_charge_permission": lambda call: client.get_charge_permission(call.path_id),
        "update_charge_permission": lambda call: client.update_charge_permission(
            call.path_id, payload_of(call)
        ),
        "close_charge_permission": lambda call: client.close_charge_permission(
            call.path_id, payload_of(call)
        ),
        "create_charge": lambda call: client.create_charge(payload_of(call)),
        "get_charge": lambda call: client.get_charge(call.path_id),
        "capture_charge": lambda call: client.capture_charge(call.path_id, payload_of(call)),
        "cancel_charge": lambda call: client.cancel_charge(call.path_id, payload_of(call)),
        "create_refund": lambda call: client.create_refund(payload_of(call)),
        "get_refund": lambda call: client.get_refund(call.path_id),
        "sign_button": client.generate_button_signature,
    }
