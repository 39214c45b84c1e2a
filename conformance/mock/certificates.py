"""A certificate authority and a server certificate, made at start and never written into the repo."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

# the real hosts too, for clients that cannot be pointed elsewhere
from amazonpay_conformance.model.regions import SERVICE_HOSTS

LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")


class Certificates:
    """A CA whose one server certificate is good for localhost and for the real host names."""

    def __init__(self, directory: Path) -> None:
        """Make both, and write the CA certificate to `directory`/ca.pem.

        Raises:
            OSError: the directory cannot be written to.
        """
        import trustme

        authority = trustme.CA(organization_name="amazonpay-conformance mock")
        self._server = authority.issue_cert(*LOCAL_HOSTS, *SERVICE_HOSTS)
        directory.mkdir(parents=True, exist_ok=True)
        self.ca_file = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context to serve with: TLS 1.2 or later."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._server.configure_cert(context)
        return context
