"""What https listeners show and ask for. The keys themselves stay in their files: a plan names them, and changes with them."""

from gatewayctl.core.frozen import frozen


@frozen
class CertificatePlan:
    """``cert`` and ``key`` are files, ``names`` the DNS names in the certificate, lower case, ``*.`` for wildcards.

    ``ends``: seconds since the epoch after which it is no longer valid. ``seen`` is a hash of both files.
    """

    name: str
    cert: str
    key: str
    names: tuple[str, ...]
    ends: float
    seen: str


@frozen
class ServerTlsPlan:
    """``[server.tls]``. ``client_auth`` is none, request or require; the first certificate is served where none fits."""

    min_version: str
    client_auth: str
    client_ca: str
    client_ca_seen: str
    redirect_http: bool
    certificates: tuple[CertificatePlan, ...]

    @property
    def asks_for(self) -> tuple[str, str, str]:
        """What a client has to show, and whose word counts."""
        return self.client_auth, self.client_ca, self.client_ca_seen
