"""[server.tls], compiled: certificates with the names they are for and the day they end."""

from typing import Final

from gatewayctl.config import GatewayConfig, Loaded
from gatewayctl.plan.tls import CertificatePlan, ServerTlsPlan

_NO_END: Final = float("inf")


def server_tls_plan(config: GatewayConfig, loaded: Loaded) -> ServerTlsPlan | None:
    """TLS of the https listeners; None where there is none. Files that are not there (offline) say nothing."""
    tls = config.server.tls
    if tls is None or not tls.certificates:
        return None
    made = []
    for name, pair in sorted(tls.certificates.items()):
        content = loaded.contents.get(pair.cert, b"")
        names, ends = _of(content)
        seen = _digest(content + loaded.contents.get(pair.key, b""))
        made.append(CertificatePlan(name, pair.cert, pair.key, names, ends, seen))
    return ServerTlsPlan(
        min_version=tls.min_version,
        client_auth=tls.client_auth,
        client_ca=tls.client_ca,
        client_ca_seen=_digest(loaded.contents.get(tls.client_ca, b"")),
        redirect_http=tls.redirect_http,
        certificates=tuple(made),
    )


def _of(content: bytes) -> tuple[tuple[str, ...], float]:
    """The DNS names of the first certificate (RFC 9525 6.3: the common name counts no more), and its last second."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificates(content)[0]
        ends = certificate.not_valid_after_utc.timestamp()
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), ends
    except (ValueError, IndexError):
        return (), _NO_END
    return tuple(sorted({name.lower() for name in names.get_values_for_type(x509.DNSName)})), ends


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest() if content else ""
