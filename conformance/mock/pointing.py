"""How a client is pointed at a mock, a row a client: facts that `serve` prints with its own address in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Pointing:
    """One way: for whom, what to do, and what makes the client trust the mock's CA.

    `{host}` is the mock's host and port, `{url}` its address, `{ca}` the file of its CA, `{proxy}` the address
    of its proxy. `clear` is whether the client speaks plain HTTP where it is told to.
    """

    client: str
    how: str
    trust: str
    source: str
    clear: bool = False

    @property
    def by_proxy(self) -> bool:
        """Whether it is pointed elsewhere by a proxy, with which it speaks TLS in any case."""
        return "{proxy}" in self.how


# fmt: off
CLIENTS: Final[tuple[Pointing, ...]] = (
    Pointing("Node.js (Amazon)", "overrideServiceUrl: '{host}'",                          "NODE_EXTRA_CA_CERTS={ca}",  "§1, clients.md"),
    # its HttpCurl sets CURLOPT_PORT to 443, so override_service_url alone reaches a mock at --port 443 only
    Pointing("PHP (Amazon)",     "HTTPS_PROXY={proxy}",                                   "php -d curl.cainfo={ca}",   "HttpCurl.php"),
    Pointing("Java (Amazon)",    "a subclass of PayConfiguration: overrideServiceURL = \"{host}\"", "keytool -importcert -noprompt -alias mock -file {ca} -keystore mock.jks -storepass changeit && java -Djavax.net.ssl.trustStore=mock.jks -Djavax.net.ssl.trustStorePassword=changeit", "§1, clients.md"),
    Pointing(".NET (Amazon)",    "HTTPS_PROXY={proxy}",                                   "SSL_CERT_FILE={ca}",        "clients.md"),
    # Net::HTTP asks for http_proxy whatever it connects to
    Pointing("Ruby (Amazon)",    "http_proxy={proxy}",                                    "SSL_CERT_FILE={ca}",        "clients.md"),
    Pointing("amazonpayclient",  "client.endpoint = '{url}'",                             "REQUESTS_CA_BUNDLE={ca}",   "clients.md", clear=True),
    Pointing("amazon-pay-v2",    "api.host = '{host}'",                                   "REQUESTS_CA_BUNDLE={ca}",   "clients.md"),
)
# fmt: on


def pointing_lines(
    host: str, url: str, ca_file: Path | None, proxy: str | None, *, tls: bool = True
) -> Iterator[str]:
    """Yield how to point each client at a mock, and what to do with one that has no option for it.

    Args:
        host: the mock's host and port.
        url: its address.
        ca_file: its CA; None where nothing of it speaks TLS.
        proxy: the address of its proxy, None where it has none.
        tls: whether the mock itself speaks TLS; its proxy always does.
    """
    given = {"host": host, "url": url, "ca": ca_file, "proxy": proxy or "(serve --proxy-port PORT)"}
    for row in CLIENTS:
        over_tls = tls or (row.by_proxy and proxy is not None)
        if over_tls or row.clear:
            yield f"  {row.client:<17} {row.how.format(**given)}"
        else:
            yield f"  {row.client:<17} speaks HTTPS only: serve without --http"
        if over_tls:
            yield f"  {'':<17} {row.trust.format(**given)}"
    if not tls and proxy is None:
        return
    yield f"  {'any other':<17} HTTPS_PROXY={given['proxy']}, or --port 443 and in the hosts file of this machine:"
    yield f"  {'':<17} 127.0.0.1 pay-api.amazon.com pay-api.amazon.eu pay-api.amazon.jp"
