"""[server], [admin], [log] and [metrics], compiled."""

from gatewayctl.config.models import GatewayConfig
from gatewayctl.plan.model import AdminPlan, Listen, LogPlan, MetricsPlan, ServerPlan
from gatewayctl.plan.tls import ServerTlsPlan


def server_plan(config: GatewayConfig, tls: ServerTlsPlan | None = None) -> ServerPlan:
    """What holds for every request and connection."""
    server = config.server
    return ServerPlan(
        listen=tuple(Listen(a.host, a.port, a.path, a.tls) for a in server.listen),
        workers=0 if server.workers == "auto" else int(server.workers),
        trusted_proxies=tuple(str(peer) for peer in server.trusted_proxies if str(peer) != "unix"),
        trust_unix=any(str(peer) == "unix" for peer in server.trusted_proxies),
        client_ip_header=server.client_ip_header,
        send_x_forwarded=server.forwarded_headers in {"x-forwarded", "both"},
        send_forwarded=server.forwarded_headers in {"forwarded", "both"},
        request_id_header=server.request_id_header.encode(),
        via=b"" if server.via == "off" else server.via.encode(),
        allowed_underscores=frozenset(name.lower().encode() for name in server.allow_underscore_headers),
        encoded_slashes=server.encoded_slashes,
        merge_slashes=server.merge_slashes,
        health_path=server.health_path.encode(),
        max_header_size=server.max_header_size,
        max_headers=server.max_headers,
        header_timeout=server.header_timeout,
        body_timeout=server.body_timeout,
        min_body_rate=server.min_body_rate,
        keepalive_timeout=server.keepalive_timeout,
        max_connections=server.max_connections,
        shutdown_delay=server.shutdown_delay,
        shutdown_grace=server.shutdown_grace,
        nameservers=server.nameservers,
        proxy_protocol=server.proxy_protocol,
        tls=tls,
    )


def admin_plan(config: GatewayConfig) -> AdminPlan:
    """Where operators look and who may change something."""
    admin = config.admin
    address = admin.listen
    return AdminPlan(
        listen=None if address is None else Listen(address.host, address.port, address.path),
        token=admin.token.get_secret_value(),
        hosts=frozenset(str(host).lower() for host in admin.hosts),
        socket_mode=admin.socket_mode,
        beyond_loopback=address is not None and not address.loopback,
    )


def log_plan(config: GatewayConfig) -> LogPlan:
    """What is logged, where and how."""
    log = config.log
    return LogPlan(log.level, log.format, log.access, log.access_format, log.query, log.sample)


def metrics_plan(config: GatewayConfig) -> MetricsPlan:
    """What is measured."""
    return MetricsPlan(config.metrics.enabled, tuple(config.metrics.buckets))
