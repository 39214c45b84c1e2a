"""The API as an OpenAPI 3.1 document, for generators of clients and for testers that read such documents.

It says what the tables and the schemas say. What the form cannot say, states and amounts, it leaves out; a
link says only that an id of one answer can go into another request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.model.errors import ERRORS
from amazonpay_conformance.model.headers import HEADERS, Header
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
from amazonpay_conformance.model.regions import REGIONS, VERSION
from amazonpay_conformance.specification.openapi_examples import EXAMPLES

PARAMETERS: Final[Mapping[str, str]] = {
    "checkoutSessions": "checkoutSessionId",
    "chargePermissions": "chargePermissionId",
    "charges": "chargeId",
    "refunds": "refundId",
    "buyers": "buyerToken",
    "authorizationTokens": "mwsAuthToken",
    "reports": "reportId",
    "report-documents": "reportDocumentId",
    "report-schedules": "reportScheduleId",
    "merchantAccounts": "merchantAccountId",
    "stores": "merchantStoreId",
    "disputes": "disputeId",
}
"""What an id in a path is called, by what stands before it; in answers it has the same name."""

BY_CALLER: Final = ("x-amz-pay-idempotency-key", "x-amz-pay-simulation-code")
"""Headers that whoever calls chooses; the others a client sets when it signs."""

SIGNATURE: Final = (
    "ALGORITHM PublicKeyId=ID, SignedHeaders=NAMES, Signature=BASE64: RSASSA-PSS with SHA-256 over the "
    "canonical request, by AMZN-PAY-RSASSA-PSS-V2 (salt of 32 bytes) or AMZN-PAY-RSASSA-PSS (20 bytes). The "
    "signer also sets x-amz-pay-date, x-amz-pay-host and x-amz-pay-region (api-facts §10 [D][S])."
)

_SIMULATED: Final = "x-amz-pay-simulation-code"


def text(version: str) -> str:
    """Return the document as it is written: JSON, indented.

    Args:
        version: the kit's version.
    """
    return json.dumps(document(version), indent=2, ensure_ascii=False) + "\n"


def document(version: str) -> dict[str, Any]:
    """Return the document.

    Args:
        version: the kit's version.
    """
    paths: dict[str, Any] = {}
    for operation in ALL_OPERATIONS.values():
        paths.setdefault(f"/{VERSION}{_path(operation)}", {})[operation.method.lower()] = _operation(
            operation
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Amazon Pay API v2, as amazonpay-conformance has it",
            "version": version,
            "description": "Made from public documents, SDKs and recorded answers, not by Amazon. Each "
            "description names its source, a section of docs/api-facts.md, and how far to trust it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": list(_servers()),
        "security": [{"signature": []}],
        "paths": paths,
        "components": {
            "schemas": dict(_components()),
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "authorization",
                    "description": SIGNATURE,
                }
            },
        },
    }


def _servers() -> Iterator[dict[str, Any]]:
    """Each region's host, with the environment for keys that do not tell it: api-facts §1."""
    environment = {"enum": ["sandbox", "live"], "default": "sandbox"}
    for region in REGIONS.values():
        yield {
            "url": f"https://{region.host}/{{environment}}",
            "description": f"{region.key}, for keys without a prefix",
            "variables": {"environment": environment},
        }
        yield {"url": f"https://{region.host}", "description": f"{region.key}, for SANDBOX- and LIVE- keys"}


def _path(operation: Operation) -> str:
    parts = operation.path.split("/")
    named = [f"{{{PARAMETERS[parts[n - 1]]}}}" if part == "{id}" else part for n, part in enumerate(parts)]
    return "/".join(named)


def _ids(operation: Operation) -> list[str]:
    return re.findall(r"\{(\w+)\}", _path(operation))


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.title,
        "description": f"{operation.requirement}. (api-facts {operation.source} [{operation.tag}])",
        "tags": [operation.target or operation.returns or "Other"],
        "parameters": [*_in_path(operation), *_in_header(operation), *_in_query(operation)],
        "responses": {**_answers(operation), **_refusals(operation)},
    }
    if operation.request is not None:
        content: dict[str, Any] = {"schema": _ref(operation.request)}
        if operation.id in EXAMPLES:
            content["example"] = EXAMPLES[operation.id]
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _in_path(operation: Operation) -> Iterator[dict[str, Any]]:
    known = schemas.load("common")["$defs"]
    for name in _ids(operation):
        schema = {
            "type": "string",
            **({"$ref": _pointer("common", name)} if name in known else {"minLength": 1}),
        }
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_header(operation: Operation) -> Iterator[dict[str, Any]]:
    for header in HEADERS:
        if header.of == "request" and header.name in BY_CALLER and _is_sent(header, operation):
            form = {"pattern": f"^({header.form})$"} if header.form else {}
            yield {
                "name": header.name,
                "in": "header",
                "required": header.needed == "creating",
                "description": f"{header.statement} (api-facts {header.source} [{header.tag}])",
                "schema": {"type": "string", **form},
            }


def _is_sent(header: Header, operation: Operation) -> bool:
    return operation.needs_key if header.needed == "creating" else header.name == _SIMULATED


def _in_query(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = schemas.load(operation.query)
    for name, held in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _placed(held, operation.query),
        }


def _answers(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": f"{operation.title}: done."}
    if operation.response is not None:
        answer["content"] = {"application/json": {"schema": _ref(operation.response)}}
    if links := dict(_links(operation)):
        answer["links"] = links
    pending = {**answer, "description": f"{operation.title}: accepted, not decided yet."}
    return {str(status): pending if status == 202 else answer for status in operation.success}


def _refusals(operation: Operation) -> dict[str, Any]:
    rows: dict[int, list[str]] = {}
    for row in ERRORS:
        if operation.id in row.operations:
            rows.setdefault(row.status, []).append(f"{row.reason}: {row.when}")
    content = {"application/json": {"schema": _ref("objects/error")}}
    return {str(status): {"description": " ".join(said), "content": content} for status, said in rows.items()}


def _links(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a link for each id of a good answer and each operation that takes it, in its path or its body."""
    told = schemas.load(operation.response)["properties"] if operation.response else {}
    for name in (name for name in dict.fromkeys(PARAMETERS.values()) if name in told):
        value = f"$response.body#/{name}"
        for other in ALL_OPERATIONS.values():
            if other.id == operation.id and operation.target is None:
                continue
            if _ids(other) == [name]:
                yield f"{name}_to_{other.id}", {"operationId": other.id, "parameters": {name: value}}
            elif other.request and name in schemas.load(other.request)["properties"]:
                yield f"{name}_to_{other.id}", {"operationId": other.id, "requestBody": {name: value}}


def _components() -> Iterator[tuple[str, Any]]:
    """Yield the schemas: each file by its name, and what files share by the name that it has there."""
    for name, schema in schemas.load("common")["$defs"].items():
        yield _named("common", name), _placed(schema, "common")
    for file in schemas.names():
        if file.startswith(("objects/", "requests/")):
            held = {key: value for key, value in schemas.load(file).items() if not key.startswith("$")}
            yield _named(file), _placed(held, file)


def _named(file: str, definition: str = "") -> str:
    if definition:
        return definition
    folder, _, stem = file.partition("/")
    name = "".join(word.capitalize() for word in stem.split("-"))
    return f"{name}Request" if folder == "requests" else name


def _pointer(file: str, definition: str = "") -> str:
    return f"#/components/schemas/{_named(file, definition)}"


def _ref(file: str) -> dict[str, str]:
    return {"$ref": _pointer(file)}


def _placed(value: Any, home: str) -> Any:
    """Return a schema with its references led to where they are in this document."""
    if isinstance(value, list):
        return [_placed(each, home) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _led(each, home) if key == "$ref" else _placed(each, home) for key, each in value.items()}


def _led(reference: str, home: str) -> str:
    file, _, pointer = reference.partition("#")
    place = file.removeprefix("../").removesuffix(".json") or home
    if pointer:
        return _pointer(place, pointer.removeprefix("/$defs/"))
    folder = home.partition("/")[0]
    return _pointer(place if "/" in place or place == "common" else f"{folder}/{place}")
