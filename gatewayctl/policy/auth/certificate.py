"""A client's certificate, once TLS has verified it: the names in it, and the field that tells a service (RFC 9440)."""

import base64
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


class PeerCertificate:
    """``der`` is the certificate as it was shown."""

    def __init__(self, der: bytes) -> None:
        self.der = der

    @cached_property
    def line(self) -> bytes:
        """The Client-Cert field (RFC 9440 2.2): a byte sequence of structured fields."""
        return b"Client-Cert: :%b:\r\n" % base64.b64encode(self.der)

    def names(self, kind: str) -> list[str]:
        """The names of a kind: cn, san_dns or san_uri."""
        from cryptography import x509

        certificate = self._read
        if kind == "cn":
            found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            return [value for one in found if isinstance(value := one.value, str)]
        try:
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return []
        if kind == "san_dns":
            return list(names.get_values_for_type(x509.DNSName))
        return list(names.get_values_for_type(x509.UniformResourceIdentifier))

    @cached_property
    def _read(self) -> "Certificate":
        from cryptography.x509 import load_der_x509_certificate

        return load_der_x509_certificate(self.der)
