"""Headers and request line of what a client sends: api-facts §1, §2.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_exchange, on_wire
from amazonpay_conformance.checks.subject import Act, Made, Seen, Watched
from amazonpay_conformance.model.headers import SINGLE
from amazonpay_conformance.model.operations import Operation, match
from amazonpay_conformance.model.regions import REGIONS, VERSION, environment_of, names_environment
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.reading.requests import (
    DATE_FORMS,
    DATE_HEADER,
    IDEMPOTENCY_HEADER,
    REGION_HEADER,
    SIMULATION_HEADER,
    media_type,
)

HOST_HEADER: Final = "x-amz-pay-host"
TOKEN_HEADER: Final = "x-amz-pay-authtoken"  # noqa: S105 - a name

_CHARSET: Final = re.compile(r'application/json(?:\s*;\s*charset\s*=\s*"?utf-?8"?)?\s*;?\s*', re.IGNORECASE)


@on_wire("HDR-001")
def date_is_sent(seen: Seen, made: Act) -> Answer:
    return HELD if DATE_HEADER in seen.request.headers else _missing(DATE_HEADER, "20261123T182658Z")


@on_wire("HDR-002")
def date_is_well_formed(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get(DATE_HEADER)
    if value is None:
        return None
    if DATE_FORMS.fullmatch(value) and _time(value) is not None:
        return HELD
    return Problem("a UTC time as 20261123T182658Z", f"{DATE_HEADER}: {value}")


@on_wire("HDR-003")
def date_has_the_basic_form(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get(DATE_HEADER)
    if value is None or not DATE_FORMS.fullmatch(value):
        return None
    basic = "-" not in value
    return HELD if basic else Problem("the basic form, 20261123T182658Z", f"{DATE_HEADER}: {value}")


@on_wire("HDR-004")
def date_is_the_time_of_the_request(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get(DATE_HEADER)
    sent = _time(value) if value else None
    if sent is None:
        return None
    off = round(sent.timestamp() - seen.exchange.received_at)
    if abs(off) <= made.configured.skew_seconds:
        return HELD
    return Problem(
        f"at most {made.configured.skew_seconds} s from the time of receipt",
        f"{DATE_HEADER}: {value}, {abs(off)} s {'ahead' if off > 0 else 'behind'}",
        "is it local time written with a Z? is the machine's clock right?",
    )


@on_wire("HDR-005")
def content_type_is_json(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get("content-type")
    if value is None:
        return _missing("content-type", "application/json")
    return (
        HELD
        if media_type(value) == "application/json"
        else Problem("application/json", f"content-type: {value}")
    )


@on_wire("HDR-006")
def authorization_is_sent(seen: Seen, made: Act) -> Answer:
    return (
        HELD
        if "authorization" in seen.request.headers
        else _missing("authorization", "AMZN-PAY-RSASSA-PSS-V2 …")
    )


@on_wire("HDR-007")
def accept_is_json(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get("accept")
    if value is None:
        return _missing("accept", "application/json")
    return HELD if "application/json" in value.lower() else Problem("application/json", f"accept: {value}")


@on_wire("HDR-008")
def region_is_the_configured_one(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get(REGION_HEADER)
    if value is None:
        return _missing(REGION_HEADER, made.configured.region)
    if value.lower() in REGIONS[made.configured.region].aliases:
        return HELD
    return Problem(f"{made.configured.region} or an alias of it", f"{REGION_HEADER}: {value}")


@on_exchange("HDR-009")
def headers_of_the_caller_are_sent(seen: Seen, made: Made) -> Answer:
    given = [(n, v) for n, v in made.asked.headers if n.lower() != IDEMPOTENCY_HEADER]
    return tuple(_lost(seen, given)) if given else None


def _lost(seen: Seen, given: list[tuple[str, str]]) -> Iterator[Problem]:
    for name, value in given:
        values = seen.request.headers.get_all(name)
        if values != (value,):
            yield Problem(
                f"{name}: {value}, once",
                f"{name}: {', '.join(values)}" if values else f"no {name}",
                ""
                if values
                else "does the adapter pass call.headers on? A client whose callers cannot add headers "
                "declares headers = False (docs/drivers.md)",
            )


@on_wire("HDR-010")
def host_is_named(seen: Seen, made: Act) -> Answer:
    wanted = made.configured.hosts
    return HELD if HOST_HEADER in seen.request.headers else _missing(HOST_HEADER, next(iter(wanted), "…"))


@on_wire("HDR-011")
def named_host_is_the_configured_one(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get(HOST_HEADER)
    if value is None or not made.configured.hosts:
        return None
    if _bare(value) in map(_bare, made.configured.hosts):
        return HELD
    return Problem(f"{_either(made.configured.hosts)}, with its port or without", f"{HOST_HEADER}: {value}")


@on_wire("HDR-012")
def single_headers_are_sent_once(seen: Seen, made: Act) -> Answer:
    if not seen.request.headers.repeat:
        return HELD
    # what the caller gave is another matter: headers_of_the_caller_are_sent, key_of_the_caller_is_sent
    given = {name.lower() for name in _given(made)}
    values = {name: seen.request.headers.get_all(name) for name in SINGLE if name not in given}
    return tuple(
        Problem(f"{name} once", f"{name}: {len(sent)} times, {_alike(name, sent)}")
        for name, sent in values.items()
        if len(sent) > 1
    )


@on_wire("HDR-013")
def content_type_says_utf_8_or_nothing(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get("content-type")
    if value is None or media_type(value) != "application/json":
        return None  # content_type_is_json says so
    if _CHARSET.fullmatch(value.strip()):
        return HELD
    return Problem("application/json, or application/json; charset=utf-8", f"content-type: {value}")


@on_wire("HDR-014")
def simulations_are_the_callers(seen: Seen, made: Act) -> Answer:
    code = seen.request.headers.get(SIMULATION_HEADER)
    if code is None or (isinstance(made, Made) and SIMULATION_HEADER in map(str.lower, _given(made))):
        return HELD
    if "live" in (_environment(made), seen.reading.environment):
        return Problem("no simulation outside the sandbox", f"{SIMULATION_HEADER}: {code}")
    if isinstance(made, Watched):
        return HELD
    known = ", ".join(SIMULATIONS.get(made.asked.operation.id, ())) or "none"
    return Problem(
        f"no {SIMULATION_HEADER}: the caller gave none (codes of {made.asked.operation.title}: {known})",
        f"{SIMULATION_HEADER}: {code}",
        "it was given for an earlier call: build the headers of each call anew"
        if _is_left_over(made)
        else "",
    )


@on_exchange("HDR-015")
def authtoken_is_the_callers(seen: Seen, made: Made) -> Answer:
    if TOKEN_HEADER not in seen.request.headers or TOKEN_HEADER in map(str.lower, _given(made)):
        return HELD
    return Problem(f"no {TOKEN_HEADER}: the caller gave none", f"a {TOKEN_HEADER} header")


def _given(made: Act) -> list[str]:
    return [name for name, _ in made.asked.headers] if isinstance(made, Made) else []


def _is_left_over(made: Made) -> bool:
    return any(SIMULATION_HEADER in map(str.lower, _given(other)) for other in made.earlier)


def _alike(name: str, values: tuple[str, ...]) -> str:
    if name in ("authorization", TOKEN_HEADER):
        return "all alike" if len(set(values)) == 1 else "not alike"
    return " and ".join(dict.fromkeys(values))


def _bare(host: str) -> str:
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdigit() else host.strip().lower()


def _either(hosts: tuple[str, ...]) -> str:
    return " or ".join(dict.fromkeys(hosts))


@on_wire("URL-001")
def request_is_the_operation_asked_for(seen: Seen, made: Act) -> Answer:
    got = f"{seen.request.method} {seen.request.path}"
    if isinstance(made, Watched):
        known = seen.reading.version is None or _named(seen) is not None
        return HELD if known else Problem("a method and path of the API", got)
    asked = made.asked
    if _named(seen) == (asked.operation, asked.path_id):
        return HELD
    want = f"{asked.operation.method} …/v2{asked.operation.path_for(asked.path_id)}"
    return Problem(want, got)


@on_wire("URL-002")
def path_names_the_environment(seen: Seen, made: Act) -> Answer:
    if seen.reading.version is None:
        return None
    specific = names_environment(made.configured.public_key_id)
    wanted = _environment(made)
    found = seen.reading.environment
    if found == wanted or (specific and found is None):
        return HELD
    also = f" or /v2/… (the key is {made.configured.public_key_id.partition('-')[0]}-)" if specific else ""
    return Problem(f"a path that starts with /{wanted}/v2/{also}", seen.request.path)


def _environment(made: Act) -> str:
    """The environment that the key names, else the one that is configured."""
    otherwise = "sandbox" if made.configured.sandbox else "live"
    return environment_of(made.configured.public_key_id) or otherwise


@on_wire("URL-003")
def path_has_no_trailing_slash(seen: Seen, made: Act) -> Answer:
    slash = len(seen.request.path) > 1 and seen.request.path.endswith("/")
    return Problem("no slash at the end", seen.request.path) if slash else HELD


@on_wire("URL-004")
def version_is_v2(seen: Seen, made: Act) -> Answer:
    if seen.reading.version is None:
        return None
    return HELD if seen.reading.version == VERSION else Problem(VERSION, seen.request.path)


@on_wire("URL-005")
def host_is_the_configured_one(seen: Seen, made: Act) -> Answer:
    value = seen.request.headers.get("host")
    if value is None or not made.configured.hosts:
        return None  # no HTTP/1.1 request is without one: RFC 9112 §3.2
    if value.strip().lower() in {spelling for host in made.configured.hosts for spelling in _spelled(host)}:
        return HELD
    return Problem(_either(made.configured.hosts), f"Host: {value}")


def _spelled(host: str) -> tuple[str, ...]:
    """A host's spellings in Host: the port belongs to it, but for the one that https has anyway."""
    host = host.lower()
    return (host, f"{host}:443") if ":" not in host else (host, host.removesuffix(":443"))


def _named(seen: Seen) -> tuple[Operation, str | None] | None:
    """The operation and id that a request names, in whatever version of the API: URL-004 judges that."""
    if seen.reading.version is None:
        return None
    return match(seen.request.method, seen.request.path.partition(f"/{seen.reading.version}/")[2])


def _missing(name: str, example: str) -> Problem:
    return Problem(f"{name}: {example}", f"no {name} header")


@lru_cache(64)
def _time(value: str) -> datetime | None:
    for form in ("%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
