"""The control API as an OpenAPI 3.1 document, made of the verbs."""

from __future__ import annotations

import functools
from typing import Any, Final

from amazonpay_conformance.mock.arguments import Argument
from amazonpay_conformance.mock.verbs import PREFIX, VERBS, Verb

_NAMESPACE: Final = {
    "name": "namespace",
    "in": "query",
    "required": False,
    "description": "The namespace that is meant; the default one where none is named.",
    "schema": {"type": "string"},
}
_PROBLEM: Final = {
    "type": "object",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}
_REFUSALS: Final = {
    "400": "An argument cannot be meant; the message says what was expected.",
    "401": "The mock has a token, and it was not sent.",
    "403": "A page of another site asks.",
    "404": "There is no such thing.",
    "409": "That cannot be now.",
}


@functools.cache
def document() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, Any] = {}
    for verb in VERBS:
        paths.setdefault(PREFIX + verb.path, {})[verb.method.lower()] = _operation(verb)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the amazonpay-conformance mock",
            "version": "1",
            "description": "How tests play the buyer, move the clock, seed objects, see what was seen. "
            "Reachable by the token that the mock printed where it listens beyond this machine.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(verb: Verb) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": verb.name,
        "summary": verb.summary,
        "parameters": [_NAMESPACE, *(_parameter(verb, a) for a in verb.arguments if _is_parameter(verb, a))],
        "responses": {**_success(verb), **{status: _refusal(text) for status, text in _REFUSALS.items()}},
    }
    if verb.method == "POST":
        described["requestBody"] = _body(verb)
    return described


def _is_parameter(verb: Verb, argument: Argument) -> bool:
    return verb.method != "POST" or argument.name in verb.in_path


def _parameter(verb: Verb, argument: Argument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "in": "path" if argument.name in verb.in_path else "query",
        "required": argument.required,
        "description": argument.meaning,
        "schema": argument.shape.schema,
    }


def _body(verb: Verb) -> dict[str, Any]:
    sent = [argument for argument in verb.arguments if argument.name not in verb.in_path]
    schema = {
        "type": "object",
        "properties": {a.name: {**a.shape.schema, "description": a.meaning} for a in sent},
        "required": [argument.name for argument in sent if argument.required],
        "additionalProperties": False,
    }
    return {
        "required": any(argument.required for argument in sent),
        "content": {"application/json": {"schema": schema}},
    }


def _success(verb: Verb) -> dict[str, Any]:
    if verb.returns is None:
        return {"204": {"description": "It is done."}}
    return {"200": {"description": verb.summary, "content": {"application/json": {"schema": verb.returns}}}}


def _refusal(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}
