"""The environment variables that make a client trust the mock's certificate and reach it without a proxy.

REQUESTS_CA_BUNDLE and SSL_CERT_FILE replace the system's authorities: while they are set, a client that goes
astray to the real service fails at TLS instead of reaching it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

CA_VARIABLES = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
PROXY_VARIABLES = ("NO_PROXY", "no_proxy")  # requests reads the lower-case one first
THROUGH_PROXY = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
LOCAL_HOSTS = ("localhost", "127.0.0.1")


def trust_variables(
    ca_file: str | None, environment: Mapping[str, str], proxy: str | None = None
) -> dict[str, str]:
    """Return what to set over `environment`: trust in `ca_file`, and no proxy before local hosts.

    Args:
        ca_file: whom to trust, as the only one.
        environment: what is there.
        proxy: the proxy before all other hosts; as it is where None.
    """
    authorities = dict.fromkeys(CA_VARIABLES, ca_file) if ca_file else {}
    through = (
        dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy) if proxy else {}
    )
    direct = {name: _with_local_hosts(environment.get(name, "")) for name in PROXY_VARIABLES}
    return {**authorities, **through, **direct}


@contextmanager
def trusted(ca_file: str | None, proxy: str | None = None) -> Iterator[None]:
    """Set the variables in this very process, and put back on leaving what was there before."""
    variables = trust_variables(ca_file, os.environ, proxy)
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        _restore(before)


def _with_local_hosts(hosts: str) -> str:
    named = [host.strip() for host in hosts.split(",") if host.strip()]
    return ",".join([*named, *(host for host in LOCAL_HOSTS if host not in named)])


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
