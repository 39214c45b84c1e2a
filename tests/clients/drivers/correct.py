"""A driver that keeps the protocol, for a client that does nothing: it hands its call back as the body.

Its version is its process id, so that tests can look after it; its button signature is the payload, encoded.
"""

import base64
import json
import os
import sys

CAPABILITIES = {"operations": ["create_charge", "get_charge"], "button": True, "idempotency_key": "both"}


def answer(question):
    return ANSWERS[question["type"]](question)


def hello(_):
    client = {"name": "echo", "version": str(os.getpid()), "language": "Python"}
    return {"type": "hello", "protocol": 1, "client": client, "capabilities": CAPABILITIES}


def config(question):
    if question["public_key_id"] == "refused":
        return {"type": "error", "message": "no such key"}
    return {"type": "ready"}


def call(question):
    result = {"type": "result", "id": question["id"]}
    if question["path_id"] == "raise":
        error = {"type": "PaymentError", "message": "declined"}
        return {**result, "outcome": "raised", "error": error, "status": 422, "raw_body": "{}"}
    if question["operation"] not in CAPABILITIES["operations"]:
        return {**result, "outcome": "unsupported", "reason": "no such method"}
    trust = {
        name: os.environ.get(name) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "NO_PROXY", "EXTRA")
    }
    body = {"question": question, "trust": trust}
    headers = question["headers"]
    return {
        **result,
        "outcome": "returned",
        "status": 200,
        "body": body,
        "request_id": "r-1",
        "caller_headers": headers,
    }


def sign_button(question):
    signature = base64.b64encode(question["payload"].encode()).decode()
    return {"type": "signature", "id": question["id"], "signature": signature}


ANSWERS = {"hello": hello, "config": config, "call": call, "sign_button": sign_button}


def serve(respond):
    for line in sys.stdin:
        question = json.loads(line)
        if question["type"] == "bye":
            break
        print(respond(question), flush=True)


if __name__ == "__main__":
    serve(lambda question: json.dumps(answer(question)))
