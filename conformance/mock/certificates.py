"""A certificate authority and the mock's server certificates, made at start, never written into the repo.

One certificate is good. The others have a flaw each, so that one can see whether a client minds.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

# the real hosts too, for clients that cannot be pointed elsewhere
from amazonpay_conformance.model.regions import SERVICE_HOSTS

if TYPE_CHECKING:
    import trustme
    from cryptography import x509

Flaw: TypeAlias = Literal["untrusted", "wrong-name", "expired", "not-yet-valid", "wrong-purpose"]

LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
ANOTHER_NAME: Final = "another.example"


class Certificates:
    """A CA whose one good server certificate is for localhost and for the real host names."""

    def __init__(self, directory: Path, *, keeps_key: bool = False, more_hosts: tuple[str, ...] = ()) -> None:
        """Make both, and write the CA certificate to `directory`/ca.pem.

        Args:
            directory: where the CA is.
            keeps_key: take the CA that is there with its key, and leave the key of a new one, for its owner
                only, so that clients need not be told to trust another one at each start.
            more_hosts: whom the good certificate is for, too.

        Raises:
            OSError: the directory cannot be written to.
            ValueError: the CA that is there cannot be read, or its key is another's.
        """
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.ca_file = directory / "ca.pem"
        self._authority = self._kept() if keeps_key else _new_authority()
        self._server = self._authority.issue_cert(*LOCAL_HOSTS, *SERVICE_HOSTS, *more_hosts)
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def _kept(self) -> trustme.CA:
        import trustme

        key_file = self._directory / "ca-key.pem"
        if key_file.exists() and self.ca_file.exists():
            certificate, key = self.ca_file.read_bytes(), key_file.read_bytes()
            _check_pair(certificate, key)
            return trustme.CA.from_pem(certificate, key)
        made = _new_authority()
        key_file.touch(mode=0o600)
        key_file.write_bytes(made.private_key_pem.bytes())
        return made

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context to serve with: TLS 1.2 or later."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._server.configure_cert(context)
        return context

    def context_of(self, version: ssl.TLSVersion) -> ssl.SSLContext:
        """Return a TLS context with the good certificate that speaks one version only, however old."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")  # OpenSSL's own level refuses what is before TLS 1.2
        context.minimum_version = context.maximum_version = version
        self._server.configure_cert(context)
        return context

    def flawed_context(self, flaw: Flaw) -> ssl.SSLContext:
        """Return a TLS context whose certificate a client must refuse for just this flaw."""
        import trustme

        now, day = datetime.now(UTC), timedelta(days=1)
        names = (*LOCAL_HOSTS, *SERVICE_HOSTS)
        if flaw == "untrusted":
            return _serving(trustme.CA(organization_name="nobody's CA").issue_cert(*names))
        if flaw == "wrong-name":
            return _serving(self._authority.issue_cert(ANOTHER_NAME))
        if flaw == "expired":
            return _serving(
                self._authority.issue_cert(*names, not_before=now - 30 * day, not_after=now - day)
            )
        if flaw == "not-yet-valid":
            return _serving(
                self._authority.issue_cert(*names, not_before=now + day, not_after=now + 30 * day)
            )
        return self._for_clients_only(names)

    def _for_clients_only(self, names: tuple[str, ...]) -> ssl.SSLContext:
        """A certificate that proves who a client is (extended key usage), and no server."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        authority = x509.load_pem_x509_certificate(self._authority.cert_pem.bytes())
        signing = serialization.load_pem_private_key(self._authority.private_key_pem.bytes(), None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise TypeError("the CA of trustme has another kind of key than before")
        key = ec.generate_private_key(ec.SECP256R1())
        now, day = datetime.now(UTC), timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_named("a client of the mock"))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.SubjectAlternativeName(list(map(_general, names))), critical=False)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .sign(signing, hashes.SHA256())
        )
        pem = self._directory / "client-only.pem"
        pem.touch(mode=0o600)
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _check_pair(certificate: bytes, key: bytes) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    mine = load_pem_private_key(key, None).public_key()
    if x509.load_pem_x509_certificate(certificate).public_key() != mine:
        raise ValueError("ca-key.pem is not the key of ca.pem")


def _new_authority() -> trustme.CA:
    import trustme

    return trustme.CA(organization_name="amazonpay-conformance mock")


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _named(name: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])


def _general(name: str) -> x509.GeneralName:
    import ipaddress

    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
