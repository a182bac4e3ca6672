"""TLS to instances: the context of a service's settings, and what went wrong in words that may be shown.

RFC 9110 4.3.4: the certificate must be for the name that is asked for; that is ``server_name`` where it is set, else
the instance's host.
"""

import ssl
from typing import Final

from gatewayctl.core.failures import Failure, failure
from gatewayctl.plan.upstreams import TlsPlan


class TlsUnusable(Exception):  # noqa: N818
    """The files of a service's TLS settings cannot be used."""


def client_context(plan: TlsPlan) -> ssl.SSLContext:
    """The context for connections to the instances of a service. Reads files, the system's authorities may take 30 ms."""
    try:
        context = ssl.create_default_context(cafile=plan.ca or None)
        if plan.cert:
            context.load_cert_chain(plan.cert, plan.key or None, password=_no_passphrase)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise TlsUnusable(f"{type(error).__name__}: {error}") from None
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # the same authorities on every version of Python
    if not plan.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted")  # OpenSSL would ask on the terminal and wait


# ── what went wrong ───────────────────────────────────────────────────────

_CERTIFICATE: Final = {
    9: "the service's certificate is not valid yet",
    10: "the service's certificate has expired",
    18: "the service's certificate is self-signed and not trusted",
    19: "the service's certificate comes from an authority that is not trusted",
    20: "the service's certificate comes from an authority that is not trusted",
    21: "the service's certificate comes from an authority that is not trusted",
    23: "the service's certificate has been revoked",
    62: "the service's certificate is for another name",
    64: "the service's certificate is for another address",
}
"""By the code of OpenSSL's verification (X509_V_ERR_…)."""
_REFUSED_OURS: Final = "the service refused the gateway's certificate"
_WANTS_OURS: Final = "the service wants a certificate of the gateway"
_ALERTS: Final = (
    ("CERTIFICATE_REQUIRED", _WANTS_OURS),
    ("BAD_CERTIFICATE", _REFUSED_OURS),
    ("UNSUPPORTED_CERTIFICATE", _REFUSED_OURS),
    ("CERTIFICATE_REVOKED", _REFUSED_OURS),
    ("CERTIFICATE_EXPIRED", f"{_REFUSED_OURS}: it has expired"),
    ("CERTIFICATE_UNKNOWN", _REFUSED_OURS),
    ("UNKNOWN_CA", f"{_REFUSED_OURS}: its authority is not known there"),
    ("ACCESS_DENIED", _REFUSED_OURS),
    ("UNRECOGNIZED_NAME", "the service does not know the name that it is asked for"),
    ("HANDSHAKE_FAILURE", "the service refused the TLS handshake: no common settings, or it wants a certificate"),
    ("PROTOCOL_VERSION", "the service speaks no TLS version that the gateway speaks"),
    ("UNSUPPORTED_PROTOCOL", "the service speaks no TLS version that the gateway speaks"),
    ("NO_APPLICATION_PROTOCOL", "the service does not speak HTTP/1.1 over TLS"),
    ("WRONG_VERSION_NUMBER", "the service does not speak TLS"),
    ("HTTP_REQUEST", "the service does not speak TLS"),
    ("PACKET_LENGTH_TOO_LONG", "the service does not speak TLS"),
    ("RECORD_LAYER_FAILURE", "the service does not speak TLS"),
    ("UNEXPECTED_EOF", "the service broke off the TLS handshake"),
)
"""What is said, by a part of the name that OpenSSL gives to an error (RFC 8446 6.2 names the alerts)."""


def tls_failure(error: object) -> Failure:
    """A failed handshake, or a connection that the service ended with an alert. Never the error's own text: it has names."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return failure("tls_certificate", _CERTIFICATE.get(error.verify_code, "the service's certificate is not valid"))
    reason = str(getattr(error, "reason", None) or "")
    said = next((words for part, words in _ALERTS if part in reason), "")
    return failure("tls_failed", said or "the TLS handshake with the service failed")
